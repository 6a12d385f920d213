import { expect, test } from 'vitest';
import { LockClock, zoneOffset } from './lock-clock.ts';
import type { ClockTraits } from './lock-clock.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let truth = 0;
const clockOf = (traits: ClockTraits, at: string): LockClock => {
  truth = Date.parse(at);
  const clock = new LockClock(traits, false);
  clock.runOn(() => truth);
  return clock;
};
const shows = (clock: LockClock): string => new Date(clock.local()).toISOString().slice(0, 19);

test.each([
  ['Europe/Berlin', '2027-01-15T12:00:00Z', 60],
  ['Europe/Berlin', '2027-07-15T12:00:00Z', 120],
  ['Europe/Berlin', '2027-03-28T00:59:59Z', 60],
  ['Europe/Berlin', '2027-03-28T01:00:00Z', 120],
  ['America/St_Johns', '2027-01-15T12:00:00Z', -210],
  ['Pacific/Chatham', '2027-01-15T12:00:00Z', 825],
  ['Pacific/Kiritimati', '2027-01-15T12:00:00Z', 840],
  ['Australia/Lord_Howe', '2027-07-15T12:00:00Z', 630],
  ['Asia/Kathmandu', '2027-07-15T12:00:00Z', 345],
  ['UTC', '2027-07-15T12:00:00Z', 0],
])('%s at %s is %i minutes from UTC', (zone, at, minutes) => {
  expect(zoneOffset(zone)(Date.parse(at)) / minute).toBe(minutes);
});

test('one that keeps summer time goes by the zone it was told, for the year that it was told of', () => {
  const clock = clockOf({ keeps: 'dst' }, '2027-01-10T12:00:00Z');
  expect(shows(clock)).toBe('2027-01-10T12:00:00');
  clock.tell(truth, 'Europe/Berlin');
  expect(shows(clock)).toBe('2027-01-10T13:00:00');
  truth = Date.parse('2027-07-01T12:00:00Z');
  expect(shows(clock)).toBe('2027-07-01T14:00:00');
  truth = Date.parse('2027-12-01T12:00:00Z');
  expect(shows(clock)).toBe('2027-12-01T13:00:00');
  truth = Date.parse('2028-07-01T12:00:00Z');
  expect(shows(clock)).toBe('2028-07-01T13:00:00');
  clock.tell(truth, 'Europe/Berlin');
  expect(shows(clock)).toBe('2028-07-01T14:00:00');
});

test('one that knows no zone shows the time it was told, until it is told anew', () => {
  const clock = clockOf({ keeps: 'local' }, '2027-01-10T12:00:00Z');
  clock.tell(truth, 'Europe/Berlin');
  truth = Date.parse('2027-07-01T12:00:00Z');
  expect(shows(clock)).toBe('2027-07-01T13:00:00');
  clock.tell(truth, 'Europe/Berlin');
  expect(shows(clock)).toBe('2027-07-01T14:00:00');
});

test('one that shows UTC does so wherever it lives', () => {
  const clock = clockOf({ keeps: 'utc' }, '2027-01-10T12:00:00Z');
  clock.tell(truth, 'Pacific/Chatham');
  expect(shows(clock)).toBe('2027-01-10T12:00:00');
});

test('it runs too fast or too slow, and is right again when it is told the time', () => {
  const clock = clockOf({ ppm: -50 }, '2027-01-10T12:00:00Z');
  truth += 10 * day;
  expect(clock.local() - truth).toBe(-43_200);
  clock.tell(truth, 'UTC');
  expect(clock.local()).toBe(truth);
});

test('an error from before goes when it is told the time; a fault stays', () => {
  const clock = clockOf({ aheadMs: 2 * hour }, '2027-01-10T12:00:00Z');
  expect(clock.local() - truth).toBe(2 * hour);
  clock.tell(truth, 'UTC');
  expect(clock.local()).toBe(truth);
  const faulty = new LockClock({}, false, 3 * minute);
  faulty.runOn(() => truth);
  faulty.tell(truth, 'UTC');
  expect(faulty.local() - truth).toBe(3 * minute);
});

test('without power it begins anew, where it has no battery for it', () => {
  const clock = clockOf({ lostOnPowerCut: true, zone: 'Europe/Berlin' }, '2027-01-10T12:00:00Z');
  clock.cutPower();
  truth += hour;
  expect(shows(clock)).toBe('2000-01-01T01:00:00');
  const kept = clockOf({}, '2027-01-10T12:00:00Z');
  kept.cutPower();
  expect(kept.local()).toBe(truth);
});

test('it tells what its display shows', () => {
  const at = '2027-01-10T12:34:56Z';
  const local = { year: 2027, month: 1, day: 10, hour: 12, minute: 34 };
  expect(clockOf({}, at).shown()).toEqual({ local, second: 56 });
  expect(clockOf({ minutesOnly: true }, at).shown()).toEqual({ local, second: undefined });
});
