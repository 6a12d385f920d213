import { describe, expect, test } from 'vitest';
import type { ClockReport } from '../../ports/clock-trust.ts';
import { judgeLockClock, judgeTrust } from './clock.ts';

const now = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const trusted: ClockReport = {
  distrust: undefined,
  since: now - minute,
  wall: now,
  floor: now,
  synchronised: true,
  by: 'system',
};
const said = (changes: Partial<ClockReport>): string => {
  const { level, message } = judgeTrust({ ...trusted, ...changes }, 'Europe/Berlin');
  return `${level}: ${message}`;
};

describe("the bridge's clock", () => {
  test.each<[Partial<ClockReport>, RegExp]>([
    [{}, /^ok: 2026-11-22T12:00:00\.000Z, trusted: the system says .*; time zone Europe\/Berlin$/],
    [{ by: 'operator', synchronised: undefined }, /^ok: .*an operator's word/],
    [{ by: 'config', synchronised: undefined }, /^ok: .*clock\.trust: always/],
    [{ by: 'carried', synchronised: false }, /^warning: .*run on steadily since; but it is not synchronised/],
    [{ distrust: 'leapt', by: undefined }, /^problem: .*it has leapt ahead.*codes with a time frame wait/],
    [{ distrust: 'behind_floor', by: undefined }, /^problem: .*a time that is surely over/],
    [
      { distrust: 'unsynchronised', by: undefined, synchronised: false },
      /^problem: .*the system says that it is not/,
    ],
    [{ distrust: 'unsynchronised', by: undefined, synchronised: undefined }, /^problem: .*nothing here says/],
  ])('%j', (changes, text) => {
    expect(said(changes)).toMatch(text);
  });

  test('that is no good comes with what to do', () => {
    for (const distrust of ['leapt', 'behind_floor', 'unsynchronised'] as const)
      expect(judgeTrust({ ...trusted, distrust, by: undefined }, 'UTC').whatToDo).toMatch(
        /timedatectl.*lockstep clock trust/,
      );
    // Where nothing here tells, there is no time server to look for either.
    const untold = {
      ...trusted,
      distrust: 'unsynchronised',
      by: undefined,
      synchronised: undefined,
    } as const;
    expect(judgeTrust(untold, 'UTC').whatToDo).toMatch(
      /^[^(]*lockstep clock trust.*synchronised_file.*always/,
    );
  });
});

describe("a lock's own clock", () => {
  const seen = (offsetMs: number | undefined): string[] =>
    judgeLockClock('Front', { clockSeen: { at: now - 60 * minute, offsetMs } }, now).map(
      ({ level, message }) => `${level}: ${message}`,
    );

  test('is worth a warning when it is off by more than two minutes', () => {
    for (const fine of [0, 2 * minute, -2 * minute, undefined]) expect(seen(fine)).toEqual([]);
    expect(seen(5 * minute)).toEqual(['warning: its own clock was 5 min fast when it was asked 60 min ago']);
    expect(seen(-2 * minute - 1)).toEqual([
      'warning: its own clock was 2 min slow when it was asked 60 min ago',
    ]);
  });

  test('that was not asked yet is none, one that fails again and again is', () => {
    expect(judgeLockClock('Front', {}, now)).toEqual([]);
    expect(judgeLockClock('Front', { clockCare: { failures: 2 } }, now)).toEqual([]);
    expect(judgeLockClock('Front', { clockCare: { failures: 3 } }, now)).toMatchObject([
      { level: 'warning', message: 'its own clock could not be set or read, 3 times in a row' },
    ]);
  });
});
