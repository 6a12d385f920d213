import { describe, expect, test } from 'vitest';
import { delayMs } from '../../src/core/findings.ts';
import type { AccessCode } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { Fleet } from '../support/fleet.ts';

// Thirty guests leave and thirty come at eleven, on one radio that is away just then, and can't keep up.

const minute = 60_000;
const hour = 60 * minute;
const guests = 30;
/** One exchange with a lock; three for each guest who comes, two for each who leaves. */
const exchangeMs = 2_200;

interface Seen {
  readonly what: string;
  readonly lock: number;
}

/** Every exchange of every lock from now on. */
const watch = (fleet: Fleet): Seen[] => {
  const seen: Seen[] = [];
  fleet.locks.forEach((lock, n) => {
    const { exchanges } = lock;
    exchanges.push = (...all) => {
      for (const one of all) seen.push({ what: one.kind, lock: n });
      return exchanges.length;
    };
  });
  return seen;
};

const eventTimes = (fleet: Fleet, type: string): Map<string, number> =>
  new Map(
    fleet.store
      .events(0, 10_000)
      .filter(({ eventType }) => eventType === `access_code.${type}`)
      .map(({ accessCodeId, occurredAt }) => [accessCodeId ?? '', occurredAt]),
  );

const dueOf = ({ timeFrame }: AccessCode): number => (timeFrame?.startsAt ?? 0) - defaultLeadMs;

test('where all guests change at once, removals come first, then whoever is due first, and who is late is told', async () => {
  await using fleet = new Fleet({
    locks: guests,
    latencyMs: exchangeMs / 2,
    capabilities: { codeLengths: [6] },
  });
  await fleet.meet();
  const now = fleet.clock.now();
  const eleven = now + 6 * hour;
  const leaving = fleet.book(
    fleet.locks.map((_, lock) => ({ lock, frame: { startsAt: now, endsAt: eleven } })),
  );
  // The last lock's guest comes first: neither the order of the locks nor that of the bookings is the order of arrival.
  const coming = fleet.book(
    fleet.locks.map((_, lock) => ({
      lock,
      frame: { startsAt: eleven + (guests - lock) * 1_000, endsAt: eleven + 24 * hour },
    })),
  );
  await fleet.clock.advance(eleven - now - minute);
  const held = (): string[] => fleet.locks.flatMap((lock) => [...lock.slots.values()]).sort();
  expect(held()).toEqual(leaving.map(({ pin }) => pin.reveal()).sort());
  const seen = watch(fleet);
  fleet.driver.setRadio('lost');
  await fleet.clock.advance(minute + 40_000);
  expect(seen).toEqual([]);
  fleet.driver.setRadio('ready');
  await fleet.clock.advance(hour);
  expect(held()).toEqual(coming.map(({ pin }) => pin.reveal()).sort());
  expect(seen.slice(0, guests).every(({ what }) => what === 'clear')).toBe(true);
  const sets = seen.filter(({ what }) => what === 'set').map(({ lock }) => lock);
  expect(sets).toEqual(fleet.locks.map((_, lock) => guests - 1 - lock));

  const told = eventTimes(fleet, 'set_on_device');
  const gone = eventTimes(fleet, 'removed_from_device');
  expect([told.size, gone.size]).toEqual([2 * guests, guests]);
  const inTime = [
    ...judged(fleet, 'delay_in_setting_on_device', coming, dueOf, told),
    ...judged(fleet, 'delay_in_removing_from_device', leaving, () => eleven, gone),
  ];
  expect(inTime.length, 'some are late, and some are not').toBeGreaterThan(5);
  expect(inTime.length).toBeLessThan(guests * 1.5);
  expect(fleet.problems).toEqual([]);
});

test('where no lock sleeps, all removals go before the proof of any: there is none to stay with', async () => {
  await using fleet = new Fleet({ locks: 4, latencyMs: 100, capabilities: { codeLengths: [6] } });
  await fleet.meet();
  const now = fleet.clock.now();
  fleet.book(fleet.locks.map((_, lock) => ({ lock, frame: { startsAt: now, endsAt: now + hour } })));
  await fleet.clock.advance(hour - minute);
  const seen = watch(fleet);
  await fleet.clock.advance(2 * minute);
  const kinds = seen.map(({ what }) => what);
  expect(kinds).toEqual(['clear', 'clear', 'clear', 'clear', 'read', 'read', 'read', 'read']);
});

/** Who is late is told so when that is so, and nobody else; those who are in time. */
const judged = (
  fleet: Fleet,
  type: string,
  codes: readonly AccessCode[],
  due: (code: AccessCode) => number,
  done: ReadonlyMap<string, number>,
): AccessCode[] => {
  const told = eventTimes(fleet, type);
  return codes.filter((code) => {
    const lateAt = due(code) + delayMs;
    const toldAt = told.get(code.accessCodeId);
    const lateBy = (done.get(code.accessCodeId) ?? Infinity) - lateAt;
    // Nothing is told of a lock while an exchange with it is on its way.
    if (lateBy > exchangeMs) expect(toldAt).toBeDefined();
    if (lateBy <= 0) expect(toldAt).toBeUndefined();
    if (toldAt === undefined) return true;
    expect(toldAt - lateAt).toBeGreaterThanOrEqual(0);
    expect(toldAt - lateAt).toBeLessThanOrEqual(exchangeMs);
    return false;
  });
};

describe('where every lock sleeps until a beam has woken it', () => {
  const rooms = 4;
  const doors = 3;
  /** A beam and four exchanges begin within the 5 s that the radio stays with a lock; three locks don't all stay awake. */
  const asleep = {
    latencyMs: 550,
    wakeUp: { beamMs: 1_100, awakeMs: 2_000 },
    capabilities: { power: 'battery', codeLengths: [6] },
  } as const;
  /** Each guest has a code for a room and for each of the doors that all share. */
  const locksOf = (guest: number): number[] => [
    guest,
    ...Array.from({ length: doors }, (_, door) => rooms + door),
  ];
  const wakeUps = (fleet: Fleet): number[] => fleet.locks.map((lock) => lock.wakeUps);

  test('guests who leave at once are soon off all locks: the radio goes on with a lock that is awake', async () => {
    await using fleet = new Fleet({ ...asleep, locks: rooms + doors });
    await fleet.meet();
    const stays = fleet.watch();
    const [now, eleven] = [fleet.clock.now(), fleet.clock.now() + 3 * minute];
    const booked = fleet.book(
      Array.from({ length: rooms }, (_, guest) =>
        locksOf(guest).map((lock) => ({ lock, frame: { startsAt: now, endsAt: eleven } })),
      ).flat(),
    );
    await fleet.clock.advance(eleven - now - 1_000);
    expect(eventTimes(fleet, 'set_on_device').size).toBe(booked.length);
    const before = wakeUps(fleet);
    await fleet.clock.advance(2 * minute);
    expect(fleet.locks.flatMap((lock) => [...lock.slots])).toEqual([]);
    const last = Math.max(...[...stays.values()].flat().map(({ to }) => to ?? Infinity));
    expect(last - eleven).toBeLessThan(31_000);
    expect(eventTimes(fleet, 'removed_from_device').size).toBe(booked.length);
    const woken = wakeUps(fleet).map((times, lock) => times - (before[lock] ?? 0));
    expect(woken.slice(0, rooms), 'each room once, for the removal and its proof').toEqual(
      Array.from({ length: rooms }, () => 1),
    );
    expect(Math.max(...woken.slice(rooms)), 'each door for its removals, and for their proofs').toBe(2);
  });
});
