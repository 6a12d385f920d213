import { expect, test } from 'vitest';
import { clockOutcomeOf } from './clock-exchange.ts';

const never = 0xffff_ffff;
const seconds = (iso: string): number => (Date.parse(iso) - Date.UTC(2000, 0)) / 1_000;

const shown = (told: Record<number, number>) =>
  clockOutcomeOf(new Map(Object.entries(told).map(([id, value]) => [Number(id), value])));

test('the clock shows what the lock calls local time', () => {
  expect(shown({ 0: seconds('2026-07-01T12:00:00Z'), 7: seconds('2026-07-01T14:00:05Z') })).toEqual({
    kind: 'clock',
    local: { year: 2026, month: 7, day: 1, hour: 14, minute: 0 },
    second: 5,
  });
});

test('a lock that tells no local time is taken by its time, zone and daylight saving time', () => {
  const time = seconds('2026-07-01T12:00:00Z');
  expect(shown({ 0: time, 2: 3_600, 3: time - 10, 4: time + 10, 5: 3_600, 7: never })).toMatchObject({
    local: { hour: 14 },
  });
  expect(shown({ 0: time, 2: 3_600, 3: time + 10, 4: time + 20, 5: 3_600 })).toMatchObject({
    local: { hour: 13 },
  });
});

test('its summer time holds from its first second to its last, and what it does not tell adds nothing', () => {
  const time = seconds('2026-07-01T12:00:00Z');
  const wall = (told: Record<number, number>): unknown => {
    const outcome = shown(told);
    return outcome.kind === 'clock' ? [outcome.local.hour, outcome.second] : outcome;
  };
  expect(wall({ 0: time, 2: 3_600, 3: time, 4: time, 5: 3_600 })).toEqual([14, 0]);
  expect(wall({ 0: time, 2: 3_600, 3: time + 1, 4: time + 9, 5: 3_600 })).toEqual([13, 0]);
  expect(wall({ 0: time, 2: 3_600, 3: time, 4: time })).toEqual([13, 0]);
  expect(wall({ 0: time })).toEqual([12, 0]);
});

test('a lock that tells no time has no clock to be read', () => {
  expect(shown({})).toEqual({ kind: 'refused', why: 'unsupported' });
});
