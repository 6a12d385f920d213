import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capabilities } from '../../src/core/model.ts';
import { Guesthouse } from '../support/guesthouse.ts';
import { Crash } from '../support/house.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A clock may be off by so much and still be taken for the one that was right, and codes are written this early. */
const slackMs = 5 * minute + 30_000;

/** What happens to a machine whose clock nobody vouches for unless it is right. */
const faults = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 0, max: 4 * hour }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('step'), ms: fc.integer({ min: -3 * day, max: 3 * day }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('sleep'), ms: fc.integer({ min: 0, max: 6 * hour }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('power cut'), ms: fc.integer({ min: 0, max: 6 * hour }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('kill', 'heal'), ms: fc.constant(0) }) },
  ),
  { minLength: 3, maxLength: 12 },
);

/** Guests of two days: PIN, and hours from and until. */
const stays: readonly (readonly [string, number, number])[] = [
  ['1111', -2, 2],
  ['2222', 1, 9],
  ['3333', 6, 20],
  ['4444', 20, 44],
];

const faulty = async (house: Guesthouse, { kind, ms }: { kind: string; ms: number }): Promise<void> => {
  const { clock, system } = house;
  const isRight = (): boolean => Math.abs(clock.now() - clock.truth()) < 1;
  if (kind === 'pass') await house.settle(ms);
  else if (kind === 'sleep') clock.suspend(ms);
  else if (kind === 'kill') await house.restart();
  else if (kind === 'heal') clock.step(clock.truth() - clock.now());
  else if (kind === 'step') clock.step(ms);
  system.synchronised = isRight() ? true : undefined;
  if (kind === 'power cut') {
    // Without a clock chip: back to where it was last, and no network yet.
    system.synchronised = undefined;
    await house.reboot(ms, clock.now());
  }
  await house.settle(2 * minute);
};

test('whatever becomes of the clock: no guest too early, none again who has left, and in the end all is right', async () => {
  await fc.assert(
    fc.asyncProperty(faults, async (all) => {
      await using house = await Guesthouse.open();
      const ids = new Map<string, string>();
      for (const [digits, from, until] of stays) ids.set(digits, await house.book(digits, from, until));
      await house.book('9999');
      const gone = new Set<string>();
      for (const fault of all) {
        await faulty(house, fault);
        const truth = house.clock.truth();
        for (const [digits, from] of stays) {
          const opens = house.opening(digits).length > 0;
          if (gone.has(digits)) expect([digits, opens], 'once gone').toEqual([digits, false]);
          if (opens) expect(truth, `${digits} too early`).toBeGreaterThanOrEqual(house.at(from) - slackMs);
          if (house.store.accessCodes().every((one) => one.accessCodeId !== ids.get(digits)))
            gone.add(digits);
        }
        expect(house.opening('9999')).toEqual(['9999']);
      }
      house.clock.step(house.clock.truth() - house.clock.now());
      house.system.synchronised = true;
      await house.settle(4 * minute);
      const isEdge = (at: number): boolean => Math.abs(at - house.clock.truth()) <= minute;
      while (stays.some(([, from, until]) => isEdge(house.at(from)) || isEdge(house.at(until))))
        await house.settle(minute);
      const now = house.clock.truth();
      const inside = stays.filter(([, from, until]) => house.at(from) <= now && now < house.at(until));
      expect(house.trust).toMatch(/^trusted/);
      expect(house.opening(...stays.map(([digits]) => digits))).toEqual(inside.map(([digits]) => digits));
    }),
    { numRuns: 6 },
  );
});

/** A lock with schedules of its own. */
const scheduling: Partial<Capabilities> = {
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true },
};

test.each(['kept', 'dropped_by_code'] as const)(
  'a power cut at any moment of loading lets nobody in early, with a schedule that is %s',
  async (schedules) => {
    const early = [];
    for (let kill = 0; kill < 6; kill += 1) {
      await using one = await Guesthouse.open({}, scheduling, { schedules });
      let left = kill;
      one.onMoment = () => {
        left -= 1;
        if (left < 0) throw new Crash();
      };
      await one.book('1111', 5, 8);
      await one.until(0.1);
      one.onMoment = () => undefined;
      one.system.synchronised = undefined;
      await one.reboot(0, 0);
      await one.settle(minute);
      early.push(...one.opening('1111'));
      one.clock.step(one.clock.truth() - one.clock.now());
      one.system.synchronised = true;
      await one.until(6);
      expect([kill, one.opening('1111')]).toEqual([kill, ['1111']]);
    }
    expect(early).toEqual([]);
  },
);
