import { nameToWrite } from '../core/beside.ts';
import type { AccessCode, Device, Instant, SlotBelief } from '../core/model.ts';
import { beliefOf, holds, isCleared, isEmptied, slotOwnedBy, slotsOf } from '../core/slots.ts';
import type { AnswerBody, AnswerValue } from './answer.ts';
import { isAt, workOf } from './slot-work.ts';
import type { SlotsInput } from './slot-work.ts';
import { iso } from './views.ts';

/**
 * The slot map of a lock: what we believe, on what evidence, and what is on its way; beside it the codes that have no
 * slot yet, and what concerns the lock as a whole. No PINs.
 */
export const slotsView = (input: SlotsInput): AnswerBody => {
  const { device, state } = input;
  const { capabilities } = device;
  const all =
    capabilities === undefined
      ? []
      : [...slotsOf(capabilities), ...capabilities.reservedSlots].sort((a, b) => a - b);
  return {
    device_id: device.deviceId,
    slots: all.map((slot) => slotView(input, beliefOf(state, slot))),
    unplaced: unplaced(input),
    lock: lockView(input),
  };
};

const slotView = (input: SlotsInput, belief: SlotBelief): AnswerBody => {
  const { device, codes, usable } = input;
  const { slot } = belief;
  const code = codes.find((one) => one.accessCodeId === belief.owner);
  const occupied = belief.state.kind === 'occupied' ? belief.state : undefined;
  const pending = pendingOf(input, belief, code);
  return {
    slot,
    state: belief.state.kind,
    masked: occupied?.pin === 'masked',
    enabled: occupied?.enabled ?? null,
    owner: ownerOf(device, belief),
    access_code_id: belief.owner ?? belief.unmanagedId ?? null,
    name: code?.name ?? null,
    // A slot that is free and not usable is kept out by the config, or is the lock's own.
    usable: usable.includes(slot),
    // What may stand there besides a code: nothing else is known of schedules yet.
    schedule: belief.mayBeScheduled ? 'unknown' : null,
    evidence: {
      grade: belief.grade,
      at: at(belief.evidenceAt),
      source: belief.source,
    },
    pending,
    work: pending === null ? null : workOf(input, belief, code, pending),
    drift: driftOf(belief, code),
  };
};

const at = (instant: Instant | undefined): string | null => (instant === undefined ? null : iso(instant));

const ownerOf = ({ capabilities }: Device, { slot, owner, unmanagedId }: SlotBelief): string | null => {
  if (capabilities?.reservedSlots.includes(slot) === true) return 'reserved';
  if (owner !== undefined) return 'lockstep';
  return unmanagedId === undefined ? null : 'unmanaged';
};

const pendingOf = (
  { device: { capabilities }, action }: SlotsInput,
  belief: SlotBelief,
  code: AccessCode | undefined,
): string | null => {
  if (action !== undefined && isAt(action, belief.slot)) return action.kind;
  const gone = code === undefined || code.deletingSince !== undefined;
  if (gone && belief.mayBeScheduled && isEmptied(belief, capabilities)) return 'clear_schedule';
  if (code?.deletingSince !== undefined && !isCleared(belief, capabilities)) return 'clear';
  if (!gone && !holds(belief, code.pin)) return 'set';
  const unsure = belief.suspicion !== undefined || (belief.owner !== undefined && belief.grade !== 'proved');
  if (unsure && capabilities?.readBack !== 'none') return 'read';
  if (gone || capabilities?.names === undefined || !belief.confirmed) return null;
  return nameToWrite(belief, code.name, capabilities) === undefined ? null : 'name';
};

/** Codes that should be on the lock and have no slot there yet. */
const unplaced = (input: SlotsInput): AnswerValue[] =>
  input.codes
    .filter(
      (code) => code.deletingSince === undefined && slotOwnedBy(input.state, code.accessCodeId) === undefined,
    )
    .map((code) => ({
      access_code_id: code.accessCodeId,
      name: code.name,
      work: workOf(input, undefined, code, 'set'),
    }));

const lockView = ({ device, state, now }: SlotsInput): AnswerBody => {
  const { retryAt } = state.health;
  return {
    online: device.online,
    adopted: state.adopted,
    /** False: what is on it is known only as far as we wrote it. */
    readable: device.capabilities?.readBack !== 'none',
    /** Left alone until then, because it doesn't answer. */
    retry_at: retryAt !== undefined && retryAt > now ? iso(retryAt) : null,
    frozen_since: at(state.reset?.at),
    last_audit_at: at(state.lastAuditAt),
    audit_due: state.auditDue,
    checksum:
      device.capabilities?.checksum === true ? (state.checksumTrusted ? 'used' : 'distrusted') : 'none',
    seen_to_lie: state.seenToLie,
  };
};

const driftOf = (belief: SlotBelief, code: AccessCode | undefined): string | null => {
  if (
    code === undefined ||
    code.deletingSince !== undefined ||
    belief.grade !== 'proved' ||
    holds(belief, code.pin)
  )
    return null;
  if (belief.state.kind === 'empty') return belief.writtenAt === undefined ? null : 'missing';
  return belief.state.kind === 'occupied' ? 'different' : null;
};
