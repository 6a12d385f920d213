import { describe, expect, test } from 'vitest';
import {
  capabilities,
  codeId,
  emptySlot,
  lockId,
  lockState,
  minuteMs,
  now,
  pin,
  standing,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import { lifecycle } from './lifecycle.ts';
import type { AccessCode, LocalWindow, SlotBelief, WantedCode } from './model.ts';
import { clockUntrustedError, wantedUntimed } from './untimed.ts';

const hourMs = 60 * minuteMs;
const code = (fromHours: number, untilHours: number, changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({
    ...{ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now - 24 * hourMs },
    timeFrame: { startsAt: now + fromHours * hourMs, endsAt: now + untilHours * hourMs },
    ...changes,
  });
const minuteAt = (hour: number): LocalWindow['start'] => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window: LocalWindow = { start: minuteAt(10), stop: minuteAt(12) };
const stands = standing(1, codeId(1), '1234');
const loaded: SlotBelief = {
  ...stands,
  mayBeScheduled: true,
  schedule: { window, at: now - minuteMs, beside: true },
};
const unproved: SlotBelief = { ...stands, mayBeScheduled: true };
const cleared: SlotBelief = { ...emptySlot(1), owner: codeId(1) };
const before = { from: undefined, at: now };

const [early, due, over] = [code(1, 2), code(-1, 1), code(-2, 0)];
const ongoing = code(0, 0, { timeFrame: undefined });

/** With the floor at `now`. */
const wanted = (
  one: AccessCode,
  own: SlotBelief | undefined,
  within: LocalWindow | 'unknown' = window,
): WantedCode['wanted'] => wantedUntimed(one, now, 30_000, own, within === 'unknown' ? undefined : within);

describe('while the time isn’t known', () => {
  test('what is surely over, or was deleted, is to go; what is for always is to come', () => {
    for (const own of [undefined, cleared, stands, loaded, unproved]) {
      expect(wanted(over, own)).toBe('absent');
      expect(wanted({ ...due, deletingSince: now }, own)).toBe('absent');
      expect(wanted(ongoing, own)).toBe('present');
    }
  });

  test('nothing else is added', () => {
    for (const own of [undefined, cleared])
      expect([wanted(early, own), wanted(due, own)]).toEqual(['absent', 'as_is']);
  });

  test('and nothing else is taken away, though it seems too early for it', () => {
    for (const own of [stands, { ...stands, state: { kind: 'unknown' } as const }, loaded])
      expect([wanted(early, own), wanted(due, own)]).toEqual(['as_is', 'as_is']);
    const statuses = ['setting', 'set', 'removing', 'unset'] as const;
    expect(statuses.map((status) => wanted({ ...early, status }, stands))).toEqual([
      ...['as_is', 'as_is', 'absent', 'absent'],
    ]);
  });

  test('but for what was moved to later', () => {
    expect(wanted({ ...early, timeFrameBefore: before }, stands)).toBe('absent');
    expect(wanted({ ...due, timeFrameBefore: before }, stands)).toBe('as_is');
  });

  test('what was loaded ahead has to be bound, as ever', () => {
    expect(wanted(early, unproved)).toBe('preload');
    expect(wanted(early, { ...loaded, schedule: { window, at: now, beside: false } })).toBe('preload');
    expect(wanted(early, unproved, 'unknown'), 'to no window that is known').toBe('absent');
    expect(wanted({ ...early, status: 'unset' }, stands), 'to a window that is gone').toBe('absent');
    expect(wanted(due, unproved), 'by now its guest may be waiting').toBe('as_is');
  });

  test('an old PIN goes: the new one takes its place, where no schedule of another time would bind that', () => {
    const changed = { ...due, previousPin: pin('9876') };
    expect([wanted(changed, stands), wanted(changed, loaded)]).toEqual(['present', 'present']);
    expect([wanted(changed, unproved), wanted(changed, cleared)]).toEqual(['absent', 'as_is']);
  });

  test('what somebody has done at the lock, and may do, is left so', () => {
    for (const one of [due, early, ongoing])
      expect(wanted({ ...one, externalChange: 'modified' }, stands)).toBe('as_is');
  });
});

describe('what is said of it then', () => {
  const life = (
    one: AccessCode,
    own: SlotBelief | undefined,
    isTimeUnknown = true,
  ): ReturnType<typeof lifecycle> =>
    lifecycle({
      code: one,
      state: lockState(own === undefined ? [emptySlot(2)] : [own, emptySlot(2)]),
      capabilities: capabilities({
        yearDaySchedules: 1,
        scheduleOrder: 'schedule_first',
        clock: { set: true, read: true },
      }),
      usable: [1, 2],
      unreachable: undefined,
      leadMs: 30_000,
      loading: { window, isAhead: false, beginsAt: now - hourMs },
      now,
      isTimeUnknown,
    });
  const errors = ({ errors: all }: ReturnType<typeof lifecycle>): string[] => all.map((one) => one.code);

  test('that it is being set, and why it isn’t yet; that it failed, only when it is due for so long', () => {
    const { status, ...rest } = life(code(-0.1, 1), undefined);
    expect([status, errors(life(code(-0.1, 1), undefined))]).toEqual(['setting', [clockUntrustedError]]);
    expect(rest.errors[0]?.message).toContain('lockstep clock');
    const late = life(due, undefined);
    expect(errors(late)).toEqual([clockUntrustedError, 'failed_to_set_on_device']);
    expect(late.errors[1]?.message, 'nothing was tried').toBe(late.errors[0]?.message);
    expect(errors(life(ongoing, undefined))).not.toContain(clockUntrustedError);
    expect(errors(life(due, undefined, false))).not.toContain(clockUntrustedError);
  });

  test('that it is set where it stands, though it seems too early for that', () => {
    expect([life(early, stands).status, life(early, stands, false).status]).toEqual(['set', 'removing']);
    expect(life({ ...early, timeFrameBefore: before }, stands).status).toBe('removing');
    expect(life(early, unproved).status, 'loaded ahead, and bound by nothing that is known').toBe('removing');
    expect(life(early, loaded)).toMatchObject({ status: 'unset', isScheduled: true });
    expect(life(due, stands)).toMatchObject({ status: 'set', errors: [] });
  });
});
