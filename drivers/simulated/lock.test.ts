import { describe, expect, test } from 'vitest';
import type { CodeManner, LocalWindow } from '../../src/core/model.ts';
import { lockSpec } from '../../test/support/house.ts';
import { SimulatedLock } from './lock.ts';
import type { Traits } from './lock.ts';

const minute = 60_000;
const noon = Date.UTC(2027, 0, 10, 12);
const local = (hour: number): LocalWindow['start'] => ({ year: 2027, month: 1, day: 10, hour, minute: 0 });
const window: LocalWindow = { start: local(14), stop: local(16) };
const bound: CodeManner = { scheduled: true, enabled: true };

let now = noon;
const build = (traits: Traits = {}, codeManners = false): SimulatedLock => {
  const lock = new SimulatedLock(
    lockSpec({ traits }, { yearDaySchedules: 1, ...(codeManners ? { codeManners: true as const } : {}) }),
  );
  now = noon;
  lock.clock.runOn(() => now);
  return lock;
};
const put = (lock: SimulatedLock, digits: string | undefined, manner?: CodeManner): void => {
  lock.store(1, digits, 0, manner);
};
/** Whether the PIN opens the door before its schedule begins, within it, and after it. */
const tries = (lock: SimulatedLock): boolean[] =>
  [noon, Date.UTC(2027, 0, 10, 14), Date.UTC(2027, 0, 10, 16) - 1, Date.UTC(2027, 0, 10, 16)].map((at) => {
    now = at;
    return lock.enter('1234') !== undefined;
  });
const always = [true, true, true, true];
const never = [false, false, false, false];
const inTime = [false, true, true, false];

describe.each([
  ['whose schedules bind every code', false],
  ['that is told with the code what it may do', true],
])('a lock %s', (_name, isTold) => {
  const manner = isTold ? bound : undefined;

  test('opens to a code with a schedule only then, by its own clock', () => {
    const lock = build({}, isTold);
    expect(lock.schedule(1, window)).toBe(true);
    put(lock, '1234', manner);
    expect(tries(lock)).toEqual(inTime);
    lock.clock.step(-10 * minute);
    now = Date.UTC(2027, 0, 10, 14, 9);
    expect(lock.enter('1234')).toBeUndefined();
    expect(lock.enter('9999')).toBeUndefined();
    now += minute;
    lock.locked = true;
    expect([lock.enter('1234'), lock.locked]).toEqual([1, false]);
  });

  test.each([
    ['opens', always],
    ['shuts', never],
  ] as const)('%s when the schedule under a code is erased', (erased, expected) => {
    const lock = build({ erased }, isTold);
    lock.schedule(1, window);
    put(lock, '1234', manner);
    lock.schedule(1, undefined);
    expect(tries(lock)).toEqual(expected);
    // Written anew, it is a code like any other.
    put(lock, '1234');
    expect(tries(lock)).toEqual(always);
  });

  test.each([
    ['dropped_by_code', always, always],
    ['dropped_by_first_code', always, inTime],
    ['dropped_by_enabling', always, always],
    ['kept', inTime, inTime],
    ['not_stored', always, always],
  ] as const)('that has the schedule %s', (schedules, first, second) => {
    const lock = build({ schedules }, isTold);
    lock.schedule(1, window);
    put(lock, '1234', manner);
    expect(tries(lock)).toEqual(first);
    lock.schedule(1, window);
    expect(tries(lock), 'given once more').toEqual(schedules === 'not_stored' ? always : inTime);
    put(lock, '1234', manner);
    expect(tries(lock), 'with the code once more').toEqual(second);
  });

  test.each([
    ['need_code', false],
    ['drop_without_code', true],
  ] as const)('that takes no schedule without a code: %s', (schedules, saysYes) => {
    const lock = build({ schedules }, isTold);
    expect(lock.schedule(1, window)).toBe(saysYes);
    expect(lock.schedules.size).toBe(0);
    put(lock, '1234', manner);
    expect(lock.schedule(1, window)).toBe(true);
    expect(tries(lock)).toEqual(inTime);
  });

  test('says when anything has changed', () => {
    const lock = build({}, isTold);
    let changes = 0;
    lock.onChange = () => {
      changes += 1;
    };
    lock.schedule(1, window);
    put(lock, '1234', manner);
    lock.schedule(1, undefined);
    put(lock, undefined);
    expect(changes).toBe(4);
  });
});

test('a code that is cleared leaves its schedule to the next one', () => {
  const lock = build();
  lock.schedule(1, window);
  put(lock, '9999');
  put(lock, undefined);
  put(lock, '1234');
  expect(tries(lock)).toEqual(inTime);
});

test('where the lock is told with the code what it may do, clearing it takes schedule and type away', () => {
  const lock = build({}, true);
  lock.schedule(1, window);
  put(lock, '9999', bound);
  expect(lock.userType(1)).toBe('year_day');
  put(lock, undefined);
  expect(lock.schedules.size).toBe(0);
  put(lock, '1234');
  expect(lock.userType(1)).toBe('unrestricted');
  expect(tries(lock)).toEqual(always);
});

test('where the lock is told so, a plain write opens at all hours, and a disabled code at none', () => {
  const lock = build({}, true);
  put(lock, '1234', { scheduled: true, enabled: false });
  lock.schedule(1, window);
  expect(tries(lock)).toEqual(never);
  put(lock, '1234', bound);
  expect(tries(lock)).toEqual(inTime);
  put(lock, '1234');
  expect(tries(lock)).toEqual(always);
});
