import { expect, test } from 'vitest';
import { belief, capabilities, lockState, now } from '../../test/support/lock-states.ts';
import { calibrated } from './calibration.ts';
import {
  calibrationOf,
  clockOffsetMs,
  lengthsToTry,
  orderOf,
  farWindow,
  pastWindow,
  sameWindow,
  shownAfterMs,
  usualLengths,
  learnTrial,
} from './certify.ts';

test('lengths to try are those claimed and those that locks have, each once', () => {
  expect(lengthsToTry(capabilities({ codeLengths: [4, 12] }), false)).toEqual([4, 5, 6, 7, 8, 9, 10, 12]);
  expect(lengthsToTry(capabilities({ codeLengths: [4, 6] }), true)).toEqual([4, 6]);
});

test('where all codes have one length, no other is tried: it is a setting (FIELD-BUGS 6)', () => {
  const one = capabilities({ codeLengths: [6], oneCodeLength: true });
  expect(lengthsToTry(one, false)).toEqual([6]);
});

test('the first code tried is as long as locks usually take', () => {
  expect(usualLengths(capabilities({ codeLengths: [4, 6, 8, 10, 12] }))).toEqual([8, 6, 4, 12, 10]);
  expect(usualLengths(capabilities({ codeLengths: [] }))).toEqual([6]);
});

test('the window of a trial is over, and told from any other', () => {
  expect(pastWindow.stop.year).toBeLessThan(2021);
  expect(farWindow.start.year).toBeGreaterThan(2090);
  expect(farWindow.stop.year, 'two digits').toBeLessThan(2100);
  expect(sameWindow(pastWindow, { ...pastWindow })).toBe(true);
  expect(sameWindow(pastWindow, undefined)).toBe(false);
  const stop = { ...pastWindow.stop, minute: pastWindow.stop.minute + 1 };
  expect(sameWindow(pastWindow, { ...pastWindow, stop })).toBe(false);
});

test('a delay is that of the look that showed the code, unless its answer took longer than the next would have', () => {
  expect(shownAfterMs(0, 40)).toBe(0);
  expect(shownAfterMs(500, 540)).toBe(500);
  expect(shownAfterMs(500, 5_200)).toBe(8_000);
  expect(shownAfterMs(8_000, 8_100)).toBe(8_000);
  expect(shownAfterMs(4_000, 12_000)).toBe(12_000);
});

const at = (text: string): number => Date.parse(text);
const shown = (hour: number, minute: number, second?: number): Parameters<typeof clockOffsetMs>[0] => ({
  local: { year: 2026, month: 7, day: 1, hour, minute },
  second,
});

test("a lock's clock is compared in the lock's zone, summer time and all", () => {
  const now = at('2026-07-01T10:00:30.400Z');
  expect(clockOffsetMs(shown(12, 0, 30), now, 'Europe/Berlin')).toBe(0);
  expect(clockOffsetMs(shown(11, 0, 30), now, 'Europe/Berlin')).toBe(-3_600_000);
  expect(clockOffsetMs(shown(12, 1, 0), now, 'Europe/Berlin')).toBe(30_000);
});

test('one that tells no seconds is right anywhere within its minute', () => {
  expect(clockOffsetMs(shown(12, 0), at('2026-07-01T10:00:59Z'), 'Europe/Berlin')).toBe(0);
  expect(clockOffsetMs(shown(12, 0), at('2026-07-01T10:01:00Z'), 'Europe/Berlin')).toBe(-60_000);
});

test('midnight is 0 o’clock of the new day', () => {
  const local = { year: 2026, month: 7, day: 2, hour: 0, minute: 5 };
  expect(clockOffsetMs({ local, second: 0 }, at('2026-07-01T22:05:00Z'), 'Europe/Berlin')).toBe(0);
});

const told = capabilities({ scheduleOrder: 'schedule_first', duplicateCheck: false, readBackDelayMs: 5_000 });

test('what was seen beats what is claimed', () => {
  const seen = calibrationOf(
    {
      readBack: 'masked',
      readBackDelayMs: 500,
      duplicate: { refused: true },
      codeLengths: { taken: [4, 6] },
      schedules: { whenCodeCame: 'dropped' },
    },
    told,
    1,
  );
  expect(calibrated(told, seen)).toEqual({
    ...capabilities(),
    readBack: 'masked',
    readBackDelayMs: 500,
    duplicateCheck: true,
    codeLengths: [4, 6],
  });
});

test('what was not found out stays as it is claimed', () => {
  expect(calibrated(told, undefined)).toBe(told);
  expect(calibrated(told, calibrationOf({}, told, 1))).toEqual(told);
});

test('an order that works is used, one that was never claimed and does not work is not claimed', () => {
  const plain = capabilities();
  const works = calibrationOf({ schedules: { whenCodeCame: 'kept' } }, plain, 1);
  expect(calibrated(plain, works).scheduleOrder).toBe('schedule_first');
  const other = capabilities({ scheduleOrder: 'code_disabled_first' });
  const not = calibrationOf({ schedules: { whenCodeCame: 'dropped' } }, other, 1);
  expect(calibrated(other, not).scheduleOrder, 'was not tried').toBe('code_disabled_first');
});

test('an order that was tried in vain stays so when it is tried in vain again', () => {
  const claims = capabilities({ scheduleOrder: 'schedule_first' });
  const once = calibrationOf({ schedules: { whenCodeCame: 'dropped' } }, claims, 1);
  const again = calibrationOf({ schedules: { whenCodeCame: 'dropped' } }, calibrated(claims, once), 2);
  expect(again.scheduleOrder).toBe('none');
  expect(calibrated(claims, again).scheduleOrder, 'claimed anew by its driver').toBeUndefined();
});

test('code disabled first is used where it was seen to work, and not where it was tried in vain', () => {
  const plain = capabilities({ codeManners: true });
  const works = calibrationOf({ schedules: { codeDisabledFirst: 'kept' } }, plain, 1);
  expect(calibrated(plain, works).scheduleOrder).toBe('code_disabled_first');
  const both = { whenCodeCame: 'kept', codeDisabledFirst: 'kept' } as const;
  expect(orderOf(both), 'the shorter one').toBe('schedule_first');
  const claims = capabilities({ codeManners: true, scheduleOrder: 'code_disabled_first' });
  for (const codeDisabledFirst of ['dropped', 'not_kept', 'not_disabled'] as const) {
    const vain = calibrationOf({ schedules: { codeDisabledFirst } }, claims, 1);
    expect(calibrated(claims, vain).scheduleOrder).toBeUndefined();
  }
});

test('a lock with one code length keeps its setting, whatever was seen once', () => {
  const one = capabilities({ codeLengths: [6], oneCodeLength: true });
  expect(calibrated(one, { at: 1, codeLengths: [4] }).codeLengths).toEqual([6]);
});

test('what goes wrong in a trial is held against the lock no more than what went wrong before it', () => {
  const slots = [belief(1)];
  const spoilt = { seenToLie: true, preloadAfter: now + 1 };
  const after = learnTrial(lockState(slots), lockState(slots, spoilt), 1);
  expect([after.seenToLie, after.preloadAfter]).toEqual([false, undefined]);
  const kept = learnTrial(lockState(slots, spoilt), lockState(slots), 1);
  expect([kept.seenToLie, kept.preloadAfter]).toEqual([true, now + 1]);
});
