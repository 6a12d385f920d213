import { expectedChecksum } from './checksum.ts';
import type { Circumstances } from './lesson.ts';
import type { Capabilities, Instant, LockState } from './model.ts';
import { beliefOf, slotsOf } from './slots.ts';
import { suspectWipe } from './wipe.ts';

/**
 * Something happened at the lock. `slot` undefined: the radio didn't say where, so our slots are looked at.
 * For a masked slot of ours a look can't tell old from new: the lock's own word that it was changed is taken,
 * and the code is written again, unless it is the echo of our own write (FIELD-BUGS 28).
 */
export const learnHint = (
  before: LockState,
  slot: number | undefined,
  at: Pick<Circumstances, 'now' | 'capabilities'>,
): LockState => {
  const slots = new Map(before.slots);
  const range = slotsOf(at.capabilities);
  // Locks report slots that aren't for us too (master code): nothing of ours can be there.
  if (slot !== undefined && !range.includes(slot)) return before;
  const targets =
    slot !== undefined ? [slot] : range.filter((n) => beliefOf(before, n).state.kind !== 'empty');
  for (const target of targets) {
    const belief = beliefOf(before, target);
    // Those are going to be read anyway, for a reason that must not be forgotten.
    if (belief.suspicion === 'uncertain' || belief.suspicion === 'checksum') continue;
    const masked =
      belief.state.kind === 'occupied' &&
      (belief.state.pin === 'masked' || at.capabilities.readBack === 'masked');
    const age = at.now - (belief.writtenAt ?? -Infinity);
    const echo = age >= 0 && age < echoMs;
    if (masked && belief.owner !== undefined && echo) continue;
    slots.set(target, {
      ...belief,
      suspicion: 'hint',
      landed: masked && slot !== undefined ? 'no' : belief.landed,
    });
  }
  return { ...before, slots };
};

/** The lock says that all its codes are deleted: they are looked at before any of ours is put back (FIELD-BUGS 31). */
export const learnAllDeleted = (
  before: LockState,
  at: Pick<Circumstances, 'now' | 'capabilities'>,
): LockState => suspectWipe(learnHint(before, undefined, at), 'all_deleted', at.capabilities);

/** A programming report this soon after our own write is taken for its echo, where we couldn't tell otherwise. */
export const echoMs = 10_000;

/** Slots that one wake-up of 5 s bears reading: about 0.5 s each (facts page ZWAVE, Airtime). */
export const readsPerWakeup = 10;
/** Unowned slots that one audit reads, in rotation (DESIGN §1.4). */
export const auditUnownedMost = 3;

/**
 * Asks for an audit: one checksum where that proves anything, else marks slots to be read, oldest evidence first.
 * @param wakeups what the lock may be woken for it; ten of our slots are read for each, so that every one of
 *   `n` is looked at within `ceil(n / (10 × wakeups))` audits
 */
export const requestAudit = (
  before: LockState,
  capabilities: Capabilities,
  wakeups: number,
  now: Instant,
): LockState => {
  const range = slotsOf(capabilities);
  if (capabilities.checksum && before.checksumTrusted && expectedChecksum(before.slots, range) !== undefined)
    return { ...before, auditDue: true, lastAuditAt: now };
  const known = range
    .map((slot) => beliefOf(before, slot))
    .filter((belief) => belief.suspicion === undefined);
  const own = known
    .filter((belief) => belief.owner !== undefined)
    .sort((a, b) => (a.evidenceAt ?? 0) - (b.evidenceAt ?? 0) || a.slot - b.slot)
    .slice(0, readsPerWakeup * wakeups);
  const others = known.filter(
    (belief) =>
      // One that has never answered gets another chance; one that the lock says isn't there doesn't.
      belief.owner === undefined && (belief.state.kind !== 'unknown' || belief.source !== 'read'),
  );
  const from = others.findIndex((belief) => belief.slot >= before.auditCursor);
  const rotated = from < 0 ? others : [...others.slice(from), ...others.slice(0, from)];
  const unowned = rotated.slice(0, auditUnownedMost);
  const slots = new Map(before.slots);
  for (const belief of [...own, ...unowned]) slots.set(belief.slot, { ...belief, suspicion: 'audit' });
  const last = unowned.at(-1);
  return {
    ...before,
    slots,
    auditDue: false,
    lastAuditAt: now,
    auditCursor: last === undefined ? 0 : last.slot + 1,
  };
};
