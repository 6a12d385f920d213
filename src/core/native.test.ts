import { expect, test } from 'vitest';
import {
  capabilities,
  codeId,
  lockId,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import type { AccessCode, Capabilities, UserType } from './model.ts';
import {
  bindsBySchedule,
  canPreload,
  clockFreshMs,
  clockMostOffMs,
  clockRetryMs,
  droppedRestMs,
  isClockRight,
  isClockWrong,
  isToPreload,
  loadAttempts,
  proofFreshMs,
  shutOutFrom,
  unseenRestMs,
} from './native.ts';

const rules = { signature: 'UTC 0', offsetMs: 0 };

test.each<[string, number, number | undefined, string, boolean]>([
  ['seen right a day ago', clockFreshMs, 0, 'UTC 0', true],
  ['seen right longer ago', clockFreshMs + 1, 0, 'UTC 0', false],
  ['seen in the future', -1, 0, 'UTC 0', false],
  ['a minute ahead', 0, clockMostOffMs, 'UTC 0', true],
  ['further ahead', 0, clockMostOffMs + 1, 'UTC 0', false],
  ['further behind', 0, -clockMostOffMs - 1, 'UTC 0', false],
  ['that gave no answer', 0, undefined, 'UTC 0', false],
  ['judged by another zone', 0, 0, 'Europe/Berlin 60', false],
])('for codes ahead of their time, a clock %s', (_name, ageMs, offsetMs, seenIn, isRight) => {
  const state = {
    ...lockState([]),
    clockSeen: { at: now - ageMs, offsetMs },
    clockCare: { failures: 0, seenIn },
  };
  expect(isClockRight(state, rules, now)).toBe(isRight);
  expect(isClockRight(state, undefined, now)).toBe(false);
});

test('a lock can be given codes ahead of their time that has all it takes, and shows it', () => {
  const able = capabilities({
    yearDaySchedules: 1,
    scheduleOrder: 'schedule_first',
    clock: { set: false, read: true },
  });
  const parking = { ...able, scheduleOrder: 'code_disabled_first' } as const;
  expect(
    [able, { ...able, readBack: 'masked' as const }, { ...parking, codeManners: true as const }].map(
      canPreload,
    ),
  ).toEqual([...[true, true, true]]);
  const { yearDaySchedules, scheduleOrder, clock, ...bare } = able;
  expect([yearDaySchedules, scheduleOrder]).toEqual([1, 'schedule_first']);
  const lacking: Capabilities[] = [
    { ...able, yearDaySchedules: 0 },
    { ...bare, scheduleOrder: 'schedule_first', clock: { set: false, read: true } },
    { ...able, readBack: 'none' },
    { ...able, clock: { set: true, read: false } },
    { ...bare, yearDaySchedules: 1, scheduleOrder: 'schedule_first' },
    { ...bare, yearDaySchedules: 1, ...(clock === undefined ? {} : { clock }) },
    parking,
    { ...bare, yearDaySchedules: 1, codeManners: true, ...(clock === undefined ? {} : { clock }) },
  ];
  expect(lacking.map(canPreload)).toEqual(lacking.map(() => false));
});

test('what is trusted again, and for how long, is as it is told to people', () => {
  const hourMs = 60 * minuteMs;
  expect([clockFreshMs, proofFreshMs, droppedRestMs]).toEqual([24 * hourMs, 24 * hourMs, 7 * 24 * hourMs]);
  expect([clockMostOffMs, clockRetryMs, unseenRestMs, loadAttempts]).toEqual([minuteMs, hourMs, hourMs, 5]);
});

test('a code is loaded from so long before it begins until it is written anyway, where nothing keeps it from that', () => {
  const [preloadMs, leadMs] = [60 * minuteMs, minuteMs];
  const guest = newAccessCode({
    ...{ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now },
    timeFrame: { startsAt: now, endsAt: now + minuteMs },
  });
  const isAhead = (ms: number, changes: Partial<AccessCode> = {}): boolean =>
    isToPreload({ ...guest, ...changes }, now + ms, preloadMs, leadMs);
  expect([-preloadMs - 1, -preloadMs, -leadMs - 1, -leadMs, 0].map((ms) => isAhead(ms))).toEqual([
    ...[false, true, true, false, false],
  ]);
  const kept: Partial<AccessCode>[] = [
    { timeFrame: undefined },
    { deletingSince: now },
    { externalChange: 'removed' },
    { preferNativeScheduling: false },
    { isBackup: true },
    { isOneTimeUse: true },
  ];
  for (const changes of kept) expect(isAhead(-preloadMs, changes), JSON.stringify(changes)).toBe(false);
});

const wrongBy = (offsetMs: number | undefined): ReturnType<typeof lockState> =>
  lockState([], { clockSeen: { at: now, offsetMs }, clockCare: { failures: 0, seenIn: rules.signature } });

test('a clock is wrong that was seen to be off by more than a minute, as its zone reads now', () => {
  const isWrong = (offsetMs: number | undefined, zone: typeof rules | undefined = rules): boolean =>
    isClockWrong(wrongBy(offsetMs), zone);
  expect([60_000, -60_000, 60_001, -60_001].map((ms) => isWrong(ms))).toEqual([false, false, true, true]);
  expect([isWrong(undefined), isWrong(90_000, { ...rules, signature: 'UTC 1' })]).toEqual([false, false]);
  expect(isClockWrong(wrongBy(90_000), undefined)).toBe(false);
});

test('a clock that is slow keeps a guest out at first, one that is fast at last', () => {
  const from = (offsetMs: number, startedAgoMs = minuteMs): number | undefined =>
    shutOutFrom(wrongBy(offsetMs), rules, { startsAt: now - startedAgoMs, endsAt: now + 60 * minuteMs }, now);
  expect(from(-90_000)).toBe(now);
  expect(from(-90_000, 90_000), 'it has just begun there').toBeUndefined();
  expect(from(-90_000, 5 * minuteMs)).toBeUndefined();
  expect(from(90_000)).toBe(now + 60 * minuteMs - 90_000);
  expect(from(60_000, 0), 'that much its schedules bear').toBeUndefined();
  expect(from(-60_000, 0)).toBeUndefined();
  const times = { startsAt: now, endsAt: now + minuteMs };
  expect(shutOutFrom(wrongBy(undefined), rules, times, now)).toBeUndefined();
  expect(shutOutFrom(wrongBy(-90_000), undefined, times, now)).toBeUndefined();
});

test('a code keeps to its schedule unless the lock says that it is one of another kind', () => {
  const binds = (userType: UserType | undefined): boolean =>
    bindsBySchedule({ ...occupied('1234'), ...(userType === undefined ? {} : { userType }) });
  expect([undefined, 'year_day' as const].map(binds)).toEqual([true, true]);
  const others: UserType[] = ['unrestricted', 'week_day', 'master', 'non_access'];
  expect(others.map(binds)).toEqual([false, false, false, false]);
  expect([bindsBySchedule({ kind: 'empty' }), bindsBySchedule({ kind: 'unknown' })]).toEqual([true, true]);
});
