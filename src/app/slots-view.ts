import { nameToWrite } from '../core/beside.ts';
import type { AccessCode, Device, Instant, LocalMinute, SlotBelief } from '../core/model.ts';
import { phaseOf } from '../core/phase.ts';
import { beliefOf, holds, isCleared, isEmptied, slotOwnedBy, slotsOf } from '../core/slots.ts';
import type { AnswerBody, AnswerValue } from './answer.ts';
import { deletionOf, isAt, workOf } from './slot-work.ts';
import type { SlotsInput } from './slot-work.ts';
import { iso } from './objects/common.ts';

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
    schedule: scheduleOf(belief),
    evidence: {
      grade: belief.grade,
      at: at(belief.evidenceAt),
      source: belief.source,
    },
    pending,
    work: pending === null ? null : workOf(input, belief, code, pending),
    drift: driftOf(input, belief, code),
  };
};

/** The window that the lock showed, in its own time. */
const scheduleOf = ({ schedule, mayBeScheduled }: SlotBelief): string | null => {
  if (schedule !== undefined) return `${local(schedule.window.start)}/${local(schedule.window.stop)}`;
  return mayBeScheduled ? 'unknown' : null;
};

const two = (value: number): string => String(value).padStart(2, '0');
const local = ({ year, month, day, hour, minute }: LocalMinute): string =>
  `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;

const at = (instant: Instant | undefined): string | null => (instant === undefined ? null : iso(instant));

const ownerOf = ({ capabilities }: Device, { slot, owner, unmanagedId }: SlotBelief): string | null => {
  if (capabilities?.reservedSlots.includes(slot) === true) return 'reserved';
  if (owner !== undefined) return 'lockstep';
  return unmanagedId === undefined ? null : 'unmanaged';
};

/** It should be on the lock now: its time has come, and isn't over. */
const isWanted = (code: AccessCode, { now, leadMs }: SlotsInput): boolean =>
  phaseOf(code, now, leadMs) === 'due';

const isLoaded = (code: AccessCode, { schedule }: SlotBelief, { now, leadMs }: SlotsInput): boolean =>
  schedule !== undefined && phaseOf(code, now, leadMs) === 'early';

const pendingOf = (input: SlotsInput, belief: SlotBelief, code: AccessCode | undefined): string | null => {
  const { action } = input;
  const { capabilities } = input.device;
  if (action !== undefined && isAt(action, belief.slot)) return action.kind;
  if (deletionOf(input, belief) !== undefined) return 'clear';
  // Bound by its schedule, it stands ahead of its time.
  const gone = code === undefined || !(isWanted(code, input) || isLoaded(code, belief, input));
  if (gone && belief.mayBeScheduled && isEmptied(belief, capabilities)) return 'clear_schedule';
  if (gone && code !== undefined && !isCleared(belief, capabilities)) return 'clear';
  if (!gone && !holds(belief, code.pin)) return 'set';
  const unsure = belief.suspicion !== undefined || (belief.owner !== undefined && belief.grade !== 'proved');
  if (unsure && capabilities?.readBack !== 'none') return 'read';
  if (gone || capabilities?.names === undefined || !belief.confirmed) return null;
  return nameToWrite(belief, code.name, capabilities) === undefined ? null : 'name';
};

/** Codes that should be on the lock and have no slot there yet. */
const unplaced = (input: SlotsInput): AnswerValue[] =>
  input.codes
    .filter((code) => isWanted(code, input) && slotOwnedBy(input.state, code.accessCodeId) === undefined)
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

const driftOf = (input: SlotsInput, belief: SlotBelief, code: AccessCode | undefined): string | null => {
  if (code === undefined || !isWanted(code, input) || belief.grade !== 'proved' || holds(belief, code.pin))
    return null;
  if (belief.state.kind === 'empty') return belief.writtenAt === undefined ? null : 'missing';
  return belief.state.kind === 'occupied' ? 'different' : null;
};
