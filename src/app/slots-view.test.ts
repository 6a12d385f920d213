import { describe, expect, test } from 'vitest';
import {
  attempt,
  capabilities,
  codeId,
  emptySlot,
  lockId,
  lockState,
  now,
  occupied,
  belief,
  pin,
  standing,
  unmanagedId,
} from '../../test/support/lock-states.ts';
import type { AccessCode, LockState, SlotBelief } from '../core/model.ts';
import { aCode, aDevice } from '../store/testing/test-bed.ts';
import type { AnswerValue } from './answer.ts';
import { isList, isRecord } from './json.ts';
import { slotsView } from './slots-view.ts';
import type { SlotsInput } from './slot-work.ts';

const minute = 60_000;
const code = (n: number, changes: Partial<AccessCode> = {}): AccessCode =>
  aCode(n, {
    accessCodeId: codeId(n),
    deviceId: lockId,
    pin: pin('1234'),
    wishedAt: now - minute,
    ...changes,
  });
const iso = (at: number): string => new Date(at).toISOString();

type View = Record<string, AnswerValue>;
const view = (
  beliefs: readonly SlotBelief[],
  codes: readonly AccessCode[],
  changes: Partial<SlotsInput> & { readonly lock?: Partial<LockState> } = {},
): { slots: View[]; unplaced: View[]; lock: View } => {
  const body = slotsView({
    device: aDevice(1, { deviceId: lockId, capabilities: capabilities({ reservedSlots: [6] }) }),
    state: lockState(beliefs, changes.lock),
    codes,
    action: undefined,
    usable: [1, 2, 3, 4],
    leadMs: 30_000,
    now,
    ...changes,
  });
  const { slots, unplaced, lock } = body;
  if (!isList(slots) || !isList(unplaced) || !isRecord(lock)) throw new Error('not a slot map');
  return { slots: slots.filter(isRecord), unplaced: unplaced.filter(isRecord), lock };
};

describe('the slot map', () => {
  test('says whose a slot is, and which slots the bridge may not use', () => {
    const { slots } = view(
      [standing(1, codeId(1), '1234'), belief(2, { state: occupied('9999'), unmanagedId: unmanagedId(2) })],
      [code(1)],
    );
    expect(slots.map((one) => [one['slot'], one['owner'], one['usable']])).toEqual([
      [1, 'lockstep', true],
      [2, 'unmanaged', true],
      [3, null, true],
      [4, null, true],
      [5, null, false],
      [6, 'reserved', false],
    ]);
    expect(slots[0]).toMatchObject({ pending: null, work: null, drift: null });
  });

  test('says what is due at a slot, since when, what came in its way, and when it is tried again', () => {
    const attempts = new Map([
      [codeId(1), attempt(codeId(1), { count: 3, notBefore: now + 40_000, lastFailure: 'not_applied' })],
    ]);
    const { slots } = view([{ ...emptySlot(1), owner: codeId(1) }], [code(1)], { lock: { attempts } });
    expect(slots[0]).toMatchObject({
      pending: 'set',
      work: {
        what: 'set',
        in_flight: false,
        since: iso(now - minute),
        attempts: 3,
        next_at: iso(now + 40_000),
        reason: 'not_applied',
        final: false,
      },
    });
  });

  test('says of a lock that does not answer that its work waits for it, the longer wait counting', () => {
    const lock = {
      health: { failures: 2, retryAt: now + 5 * minute },
      attempts: new Map([
        [codeId(1), attempt(codeId(1), { notBefore: now + 1_000, lastFailure: undefined })],
      ]),
    };
    const map = view([{ ...emptySlot(1), owner: codeId(1) }], [code(1)], { lock });
    expect(map.slots[0]).toMatchObject({ work: { next_at: iso(now + 5 * minute), reason: 'no_answer' } });
    expect(map.lock).toMatchObject({ retry_at: iso(now + 5 * minute) });
  });

  test('says that a refused PIN is not tried again (FIELD-BUGS 8), but its removal is', () => {
    const attempts = new Map([
      [codeId(1), attempt(codeId(1), { terminal: 'duplicate', notBefore: now + minute })],
    ]);
    const slot = { ...emptySlot(1), owner: codeId(1) };
    expect(view([slot], [code(1)], { lock: { attempts } }).slots[0]).toMatchObject({
      work: { final: true, next_at: null, reason: 'duplicate' },
    });
    const held = standing(1, codeId(1), '1234');
    expect(
      view([held], [code(1, { deletingSince: now - 2 * minute })], { lock: { attempts } }).slots[0],
    ).toMatchObject({
      pending: 'clear',
      work: { what: 'clear', since: iso(now - 2 * minute), final: false, next_at: iso(now + minute) },
    });
  });

  test('says that a frozen lock gets no sets (FIELD-BUGS 31)', () => {
    const lock = { reset: { at: now - minute, why: 'codes_gone' as const } };
    const map = view([{ ...emptySlot(1), owner: codeId(1) }], [code(1), code(2)], { lock });
    expect(map.slots[0]).toMatchObject({ work: { reason: 'frozen', next_at: null } });
    expect(map.unplaced).toMatchObject([{ work: { reason: 'frozen' } }]);
    expect(map.lock).toMatchObject({ frozen_since: iso(now - minute) });
  });

  test('says that a lock that may have been reset is looked at first, and that a PIN does not fit (FIELD-BUGS 6)', () => {
    const wipe = { why: 'codes_gone' as const, gone: 1, open: [2], summed: true };
    const slot = { ...emptySlot(1), owner: codeId(1) };
    const doubt = view([slot, belief(2, { state: occupied('9999') })], [code(1)], { lock: { wipe } });
    expect(doubt.slots[0]).toMatchObject({ work: { reason: 'maybe_reset' } });
    const long = view([slot], [code(1, { pin: pin('12345678') })]);
    expect(long.slots[0]).toMatchObject({ work: { reason: 'format', final: true } });
    expect(view([slot], [code(1)]).slots[0]).toMatchObject({ work: { reason: null, final: false } });
  });

  test('says what is due beside a code: its name, and a schedule that nobody needs', () => {
    const named = { ...standing(1, codeId(1), '1234'), sideFailures: 2, sideAfter: now + minute };
    const device = aDevice(1, { deviceId: lockId, capabilities: capabilities({ names: { maxLength: 10 } }) });
    expect(view([named], [code(1, { name: 'Anna' })], { device }).slots[0]).toMatchObject({
      pending: 'name',
      work: { what: 'name', attempts: 2, next_at: iso(now + minute), since: null },
    });
    expect(
      view([{ ...named, writtenName: 'Anna' }], [code(1, { name: 'Anna' })], { device }).slots[0],
    ).toMatchObject({ pending: null });
    expect(view([{ ...emptySlot(3), mayBeScheduled: true }], []).slots[2]).toMatchObject({
      schedule: 'unknown',
      pending: 'clear_schedule',
    });
  });

  test('says what is being done at this moment', () => {
    const action = { kind: 'read', slot: 2, why: 'verify', priority: 4 } as const;
    expect(view([], [], { action }).slots[1]).toMatchObject({ pending: 'read', work: { in_flight: true } });
  });

  test('has the codes that have no slot yet, and says where there is no room for them', () => {
    const full = [1, 2, 3, 4].map((slot) =>
      belief(slot, { state: occupied('9999'), unmanagedId: unmanagedId(slot) }),
    );
    expect(view(full, [code(1, { name: 'Eve' })]).unplaced).toMatchObject([
      {
        access_code_id: codeId(1),
        name: 'Eve',
        work: { what: 'set', reason: 'full', since: iso(now - minute) },
      },
    ]);
    expect(view([], [code(1)]).unplaced).toMatchObject([{ work: { reason: null } }]);
    expect(view([], [code(1, { deletingSince: now })]).unplaced).toEqual([]);
  });

  test('of a code before its time: nothing is missing, and where it stands too early it is cleared', () => {
    const timeFrame = { startsAt: now + 10 * minute, endsAt: now + 20 * minute };
    expect(view([], [code(1, { timeFrame })]).unplaced).toEqual([]);
    expect(view([standing(1, codeId(1), '1234')], [code(1, { timeFrame })]).slots[0]).toMatchObject({
      pending: 'clear',
      drift: null,
    });
    const minuteOf = (hour: number) => ({ year: 2026, month: 11, day: 2, hour, minute: 5 });
    const schedule = { window: { start: minuteOf(9), stop: minuteOf(11) }, at: now, beside: true };
    const loaded = { ...standing(1, codeId(1), '1234'), mayBeScheduled: true, schedule };
    expect(view([loaded], [code(1, { timeFrame })]).slots[0]).toMatchObject({
      pending: null,
      schedule: '2026-11-02T09:05/2026-11-02T11:05',
    });
    // Its delays are counted from when it was due, not from when it was asked for.
    const due = code(1, { timeFrame: { ...timeFrame, startsAt: now }, wishedAt: now - 60 * minute });
    expect(view([], [due]).unplaced).toMatchObject([{ work: { since: iso(now - 30_000) } }]);
  });

  test('holds no PINs', () => {
    const text = JSON.stringify(view([standing(1, codeId(1), '1234')], [code(1), code(2)]));
    expect(text).not.toMatch(/1234"|\[pin\]/);
  });

  test('of a lock that has not told what it can do has no slots, but the codes that wait', () => {
    const map = view([], [code(1)], { device: aDevice(1, { deviceId: lockId }), usable: [] });
    expect(map.slots).toEqual([]);
    expect(map.unplaced).toMatchObject([{ work: { reason: null } }]);
  });
});
