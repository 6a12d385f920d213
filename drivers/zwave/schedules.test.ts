import { describe, expect, test } from 'vitest';
import type { LocalMinute } from '../../src/core/model.ts';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import { airWindowOf, inTurn, scheduleOutcomeOf } from './schedules.ts';

const at = (year: number, month = 3, day = 28, hour = 2, minute = 30): LocalMinute => ({
  year,
  month,
  day,
  hour,
  minute,
});

describe('a window on the air', () => {
  test('counts years from 2000: 2027 is 27, not 235 (facts page, trap 2)', () => {
    expect(airWindowOf({ start: at(2027), stop: at(2028, 1, 2, 3, 4) })).toEqual({
      startYear: 27,
      startMonth: 3,
      startDay: 28,
      startHour: 2,
      startMinute: 30,
      stopYear: 28,
      stopMonth: 1,
      stopDay: 2,
      stopHour: 3,
      stopMinute: 4,
    });
  });

  test("edges in an hour that this process's zone skips are kept as they are", () => {
    // In Berlin, 28 March 2027 has no 02:30.
    expect(airWindowOf({ start: at(2027), stop: at(2027, 3, 28, 2, 31) })).toMatchObject({
      startHour: 2,
      startMinute: 30,
      stopMinute: 31,
    });
  });

  test('may be any two minutes of a century', () => {
    expect(airWindowOf({ start: at(2000, 1, 1, 0, 0), stop: at(2099, 12, 31, 23, 59) })).toMatchObject({
      startYear: 0,
      stopYear: 99,
    });
    for (let month = 1; month < 12; month += 1) {
      const last = new Date(Date.UTC(2027, month, 0)).getUTCDate();
      const stop = at(2027, month + 1, 1, 0, 0);
      expect(airWindowOf({ start: at(2027, month, last, 0, 0), stop })?.stopMonth).toBe(month + 1);
    }
  });

  test.each([
    ['a year before 2000', at(1999), at(2027)],
    ['a year after 2099', at(2027), at(2100)],
    ['an end at its start', at(2027), at(2027)],
    ['an end before its start', at(2027), at(2026)],
  ])('%s cannot be said', (_, start, stop) => {
    expect(airWindowOf({ start, stop })).toBeUndefined();
  });

  test('is read as it was written', () => {
    const window = { start: at(2027), stop: at(2099, 12, 31, 23, 59) };
    const air = airWindowOf(window);
    expect(scheduleOutcomeOf({ userId: 3, slotId: 1, ...air }, 3)).toEqual({ kind: 'schedule', window });
  });
});

describe('the answer to a read', () => {
  test('without times says that there is no schedule', () => {
    expect(scheduleOutcomeOf({ userId: 3, slotId: 1 }, 3)).toEqual({ kind: 'schedule', window: undefined });
  });

  test.each([
    ['that never came', undefined],
    ['about another user', { userId: 4, slotId: 1 }],
    ['about another schedule', { userId: 3, slotId: 2 }],
  ])('%s is no answer, and never "no schedule"', (_, report) => {
    expect(scheduleOutcomeOf(report, 3)).toEqual({ kind: 'failed', why: 'timeout' });
  });
});

describe('an exchange of several steps', () => {
  const accepted: WriteOutcome = { kind: 'accepted' };
  const refused: WriteOutcome = { kind: 'refused', why: 'unspecified', certain: false };
  const failed: WriteOutcome = { kind: 'failed', why: 'unreachable', mayHaveLanded: true };
  const run = async (
    outcomes: readonly WriteOutcome[],
    lateAfter = Infinity,
  ): Promise<readonly [number, WriteOutcome]> => {
    const caller = new AbortController();
    let taken = 0;
    const steps = outcomes.map((outcome) => () => {
      taken += 1;
      if (taken >= lateAfter) caller.abort();
      return Promise.resolve(outcome);
    });
    const outcome = await inTurn(caller, steps, ({ kind }) => kind === 'failed');
    return [taken, outcome];
  };

  test('tells what went wrong in any of them, and ends where it is told to', async () => {
    expect(await run([accepted, accepted])).toEqual([2, accepted]);
    expect(await run([refused, accepted])).toEqual([2, refused]);
    expect(await run([refused, failed, accepted])).toEqual([2, failed]);
  });

  test('sends nothing more once nobody waits for it: a schedule that comes late binds the next tenant', async () => {
    expect(await run([accepted, accepted], 1)).toEqual([
      1,
      { kind: 'failed', why: 'timeout', mayHaveLanded: true },
    ]);
  });
});
