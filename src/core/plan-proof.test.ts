import { expect, test } from 'vitest';
import {
  capabilities,
  codeId,
  lockState,
  minuteMs,
  now,
  pin,
  planInput,
  standing,
  wantedCode,
} from '../../test/support/lock-states.ts';
import { priorities } from './actions.ts';
import type { LocalMinute, SlotBelief, WantedCode } from './model.ts';
import { proofFreshMs } from './native.ts';
import { Waits } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { proofs } from './plan-proof.ts';

const minute = (hour: number): LocalMinute => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window = { start: minute(10), stop: minute(12) };
const able = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true },
});
/** Both looks are due at `now`, and not before. */
const from = now;
const guest = wantedCode(codeId(1), '1234', { wanted: 'preload', window, neededAt: from + proofFreshMs });
const seen = (slotAt: number, scheduleAt: number, changes: Partial<SlotBelief> = {}): SlotBelief => ({
  ...standing(1, guest.accessCodeId, '1234'),
  evidenceAt: slotAt,
  mayBeScheduled: true,
  schedule: { window, at: scheduleAt, beside: true },
  ...changes,
});
const look = (
  belief: SlotBelief,
  more: Partial<PlanInput> = {},
  code: WantedCode = guest,
): { action: unknown; wakeAt: number | undefined } => {
  const waits = new Waits();
  const input = planInput(lockState([belief]), [code], { capabilities: able, ...more });
  return { action: proofs(input, waits), wakeAt: waits.earliest };
};
const nothing = { action: undefined, wakeAt: undefined };
const readSlot = { kind: 'read', slot: 1, why: 'verify', priority: priorities.audit };
const readSchedule = { kind: 'read_schedule', slot: 1, priority: priorities.audit };

test('a day before its time, and not before, a loaded code is looked at: its slot, then its schedule', () => {
  const before = from - 1;
  expect(look(seen(before, before), { now: before })).toEqual({ action: undefined, wakeAt: from });
  expect(look(seen(before, before)).action).toEqual(readSlot);
  expect(look(seen(from, before)).action).toEqual(readSchedule);
  expect(look(seen(before, from)).action).toEqual(readSlot);
  expect(look(seen(from, from))).toEqual(nothing);
  expect(look(seen(from, from), { now: before }), 'that day is yet to come').toEqual(nothing);
});

test('what gives no answer is asked again in its time, and doesn’t keep the other from being looked at', () => {
  const [before, later] = [from - 1, now + minuteMs];
  const mute = { lookAfter: later };
  expect(look(seen(before, before, mute))).toEqual({ action: readSchedule, wakeAt: later });
  expect(look(seen(before, from, mute))).toEqual({ action: undefined, wakeAt: later });
  expect(look(seen(from, before, { sideAfter: later }))).toEqual({ action: undefined, wakeAt: later });
});

test('only what is loaded is looked at so: bound, and the code that is wished', () => {
  const old = seen(from - 1, from - 1);
  const unbound = { ...old, schedule: { window, at: from - 1, beside: false } };
  expect(look(unbound)).toEqual(nothing);
  expect(look(old, {}, { ...guest, pin: pin('5678') })).toEqual(nothing);
  expect(look(old, {}, { ...guest, wanted: 'present' })).toEqual(nothing);
  expect(look(old, {}, { ...guest, neededAt: undefined })).toEqual(nothing);
  expect(look({ ...old, owner: codeId(2) })).toEqual(nothing);
  expect(look(old, { capabilities: { ...able, readBack: 'none' } })).toEqual(nothing);
});
