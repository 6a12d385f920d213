import { expect, test } from 'vitest';
import type { AccessCode } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { Fleet } from '../support/fleet.ts';
import type { Booking, Stay } from '../support/fleet.ts';
import { SeededRandom } from '../support/seeded-random.ts';

// Thousands of codes with a time frame, with the bridge dying at any moment and staying away for hours: each on and off in
// its time, each told once, and none lost. The whole of it:
// SCALE_CODES=100000 SCALE_LOCKS=200 SCALE_DAYS=30 npx vitest run test/simulation/scale.test.ts

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const size = (name: string, otherwise: number): number => Number(process.env[`SCALE_${name}`] ?? otherwise);
const codesMost = size('CODES', 4_000);
const locks = size('LOCKS', 20);
/** That are lived through; the bookings are spread over a year. */
const days = size('DAYS', 6);
const seed = size('SEED', 1);
/** All exchanges of one code take a fraction of this on a radio that is hardly busy. */
const slackMs = 30_000;

const bookings = (random: SeededRandom, now: number): Booking[] =>
  Array.from({ length: codesMost }, (_, n) => {
    const startsAt = now + 13 * hour + random.integer((365 * day) / minute) * minute;
    // Every third is somebody who comes to clean.
    const lengthMs = n % 3 === 0 ? (10 + random.integer(60)) * minute : (1 + random.integer(30)) * hour;
    return { lock: n % locks, frame: { startsAt, endsAt: startsAt + lengthMs } };
  });

/** When the bridge was away. */
type Outage = readonly [from: number, to: number];

/** From the first moment at or after `at` at which the bridge was there. */
const there = (outages: readonly Outage[], at: number): number =>
  outages.reduce((time, [from, to]) => (time >= from && time < to ? to : time), at);

/** It was there at some moment of it, and for long enough to do something. */
const wasServed = (outages: readonly Outage[], from: number, to: number): boolean =>
  there(outages, from) + slackMs < to;

/** A year's bookings live through some days; every day or so the bridge dies. */
const live = async (fleet: Fleet, random: SeededRandom): Promise<{ outages: Outage[]; until: number }> => {
  const outages: Outage[] = [];
  const until = fleet.clock.now() + days * day;
  while (fleet.clock.now() < until) {
    await fleet.clock.advance(random.integer((2 * day) / 1_000) * 1_000 + random.integer(1_000));
    const from = fleet.clock.now();
    await fleet.restart(random.integer(3) === 0 ? 0 : random.integer(5 * hour));
    outages.push([from, fleet.clock.now()]);
  }
  await fleet.clock.advance(10 * minute);
  return { outages, until: fleet.clock.now() };
};

test(`${codesMost} codes on ${locks} locks: each is on and off in its time, told once, and none is lost`, async () => {
  await using fleet = new Fleet({
    locks,
    latencyMs: 20,
    capabilities: { codeLengths: [6], slots: { first: 1, last: 30 } },
  });
  await fleet.meet();
  const random = new SeededRandom(seed);
  const booked = fleet.book(bookings(random, fleet.clock.now()));
  const stays = fleet.watch();
  const { outages, until } = await live(fleet, random);
  const told = new Map<string, string[]>();
  for (const { accessCodeId = '', eventType } of fleet.events())
    told.set(accessCodeId, [...(told.get(accessCodeId) ?? []), eventType.replace('access_code.', '')]);

  const of = (code: AccessCode): { events: readonly string[]; stays: readonly Stay[] } => ({
    events: told.get(code.accessCodeId) ?? [],
    stays: stays.get(code.pin.reveal()) ?? [],
  });
  const counts = { over: 0, missed: 0, standing: 0, waiting: 0 };
  for (const code of booked) {
    const { startsAt, endsAt } = code.timeFrame ?? { startsAt: 0, endsAt: 0 };
    const onBy = there(outages, startsAt - defaultLeadMs);
    const offBy = there(outages, endsAt);
    const { events: all, stays: its } = of(code);
    // What was overdue when the bridge came back is told as such first.
    const isLate = onBy > startsAt - defaultLeadMs || offBy > endsAt;
    const events = isLate ? all.filter((type) => !/^(?:failed_|delay_|lockstep.arrival)/.test(type)) : all;
    const what = `${code.accessCodeId} ${new Date(startsAt).toISOString()} ${new Date(endsAt).toISOString()}`;
    const record = fleet.store.accessCode(code.accessCodeId);
    for (const stay of its) {
      expect(stay.from, what).toBeGreaterThanOrEqual(startsAt - defaultLeadMs);
      expect((stay.to ?? until) - offBy, what).toBeLessThan(slackMs);
    }
    if (offBy + slackMs > until && onBy - slackMs < until) {
      // It is just coming or going.
    } else if (startsAt - defaultLeadMs > until) {
      counts.waiting += 1;
      expect([record?.status, its, events], what).toEqual(['unset', [], []]);
    } else if (endsAt < until && onBy >= endsAt) {
      counts.missed += 1;
      expect([record, its, events], what).toEqual([undefined, [], ['deleted']]);
    } else if (wasServed(outages, startsAt - defaultLeadMs, endsAt)) {
      expect(its, what).toHaveLength(1);
      expect((its[0]?.from ?? Infinity) - onBy, what).toBeLessThan(slackMs);
      expect(fleet.lockOf(code)).toBe(fleet.locks[its[0]?.lock ?? -1]);
      if (endsAt < until) {
        counts.over += 1;
        expect(record, what).toBeUndefined();
        expect(events, what).toEqual(['set_on_device', 'removed_from_device', 'deleted']);
      } else {
        counts.standing += 1;
        expect(record?.status, what).toBe('set');
        expect(events, what).toEqual(['set_on_device']);
      }
    }
  }
  expect(counts.over, JSON.stringify(counts)).toBeGreaterThan((codesMost * days) / 365 / 2);
  expect(counts.waiting).toBeGreaterThan(codesMost / 2);
  expect(counts.missed).toBeGreaterThan(0);
  expect(fleet.problems).toEqual([]);
}, 3_000_000);
