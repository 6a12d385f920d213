import { expect, test } from 'vitest';
import type { TimeSource } from '../shared/own-clock.ts';
import { type ClockTraits, LockClock } from './lock-clock.ts';

const factory = Date.UTC(2026, 0, 15, 12, 0, 0);
const hour = 3_600_000;

/** A machine whose clocks a test turns. */
const machine = (): TimeSource & { pass(ms: number): void } => {
  let passed = 0;
  return {
    wall: () => factory + passed,
    elapsed: () => 500 + passed,
    pass(ms) {
      passed += ms;
    },
  };
};
const traits: ClockTraits = {
  time_cc: false,
  keeps_utc: false,
  zone_minutes: 60,
  ppm: 0,
  lost_on_power_cut: false,
};
const berlin = {
  standard_minutes: 60,
  dst_minutes: 120,
  dst_start: { month: 3, day: 29, hour: 2 },
  dst_end: { month: 10, day: 25, hour: 3 },
};

test('without Time CC a clock shows what it was set to, whatever its zone', () => {
  const time = machine();
  const clock = new LockClock(traits, undefined, time);
  expect(clock.local()).toBe(factory + hour);
  clock.setRunning(factory + 5 * hour);
  clock.setZone(berlin);
  time.pass(1_000);
  expect(clock.local()).toBe(factory + 5 * hour + 1_000);
});

test('a clock that runs fast gains its parts per million, from the moment it does', () => {
  const time = machine();
  const clock = new LockClock({ ...traits, ppm: 100 }, undefined, time);
  const start = clock.local();
  time.pass(24 * hour);
  expect(clock.local() - start).toBeCloseTo(24 * hour + 8_640, 3);
  clock.runAt(-100);
  const turned = clock.local();
  time.pass(hour);
  expect(clock.local() - turned).toBeCloseTo(hour - 360, 3);
});

test('with Time CC the zone is added to UTC, in summer the summer offset', () => {
  const clock = new LockClock({ ...traits, time_cc: true, zone_minutes: 0 }, undefined, machine());
  clock.setZone(berlin);
  const shown = (utc: number): string => {
    clock.setRunning(utc);
    return new Date(clock.local()).toISOString().slice(0, 16);
  };
  expect(shown(Date.UTC(2026, 2, 29, 0, 59))).toBe('2026-03-29T01:59');
  expect(shown(Date.UTC(2026, 2, 29, 1, 0))).toBe('2026-03-29T03:00');
  expect(shown(Date.UTC(2026, 9, 25, 0, 59))).toBe('2026-10-25T02:59');
  expect(shown(Date.UTC(2026, 9, 25, 1, 0))).toBe('2026-10-25T02:00');
  expect(shown(Date.UTC(2026, 11, 31, 23, 30))).toBe('2027-01-01T00:30');
});

test('summer lasts over the new year on the southern half', () => {
  const clock = new LockClock({ ...traits, time_cc: true }, undefined, machine());
  clock.setZone({
    standard_minutes: 600,
    dst_minutes: 660,
    dst_start: { month: 10, day: 4, hour: 2 },
    dst_end: { month: 4, day: 5, hour: 3 },
  });
  clock.setRunning(Date.UTC(2026, 0, 1));
  expect(clock.local() - Date.UTC(2026, 0, 1)).toBe(11 * hour);
  clock.setRunning(Date.UTC(2026, 6, 1));
  expect(clock.local() - Date.UTC(2026, 6, 1)).toBe(10 * hour);
});

test('a local time that is set is the one shown, with either kind of clock', () => {
  for (const time_cc of [false, true]) {
    const clock = new LockClock({ ...traits, time_cc }, undefined, machine());
    clock.setZone(berlin);
    clock.setLocal(Date.UTC(2026, 6, 1, 8, 15));
    expect(clock.local()).toBe(Date.UTC(2026, 6, 1, 8, 15));
    clock.setLocal(Date.UTC(2026, 11, 1, 8, 15));
    expect(clock.local()).toBe(Date.UTC(2026, 11, 1, 8, 15));
  }
});

test('over a power cut a clock runs on, or starts in the year 2000 if it has no battery of its own', () => {
  const time = machine();
  const before = new LockClock({ ...traits, time_cc: true }, undefined, time);
  before.setZone(berlin);
  before.setRunning(factory - 600_000);
  const { memory } = before;
  time.pass(3 * hour);
  const after = new LockClock({ ...traits, time_cc: true }, memory, time);
  expect(after.running()).toBe(factory + 3 * hour - 600_000);
  expect(after.zone).toEqual(berlin);
  const lost = new LockClock({ ...traits, lost_on_power_cut: true }, memory, time);
  expect(lost.local()).toBe(Date.UTC(2000, 0, 1));
});
