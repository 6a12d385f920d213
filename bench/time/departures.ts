import { Fleet } from '../../test/support/fleet.ts';
import { say } from '../progress.ts';
import { short } from '../stats.ts';
import type { Section } from '../table.ts';
import { exchangeMs, wakeUp } from './battery.ts';
import { idealWaits } from './ideal.ts';
import type { Preference, Served } from './ideal.ts';
import { exchangesOf, lateBy, lateRow, toldAt, wakeUpsOf } from './late-by.ts';

const hourMs = 60 * 60_000;
/** The clear, and a look at what it did. */
const exchangesEach = { before: 1, after: 1 } as const;

export interface DeparturesScale {
  /** Each guest has a code on a room and on each of the doors that all share. */
  readonly guests: number;
  readonly doors: number;
}

/**
 * All guests leave at the same minute: every code goes, from locks that have to be woken. The ideal queue removes all
 * before it proves any, and does all it can at the lock that is awake; the last rows are those of one that finishes with
 * each lock it wakes.
 */
export const measureDepartures = async ({ guests, doors }: DeparturesScale): Promise<Section> => {
  const codes = guests * (1 + doors);
  const title = `${guests} guests leave at once: ${codes} codes on ${guests} rooms and ${doors} doors of one radio, battery locks`;
  say(title);
  await using fleet = new Fleet({
    locks: guests + doors,
    latencyMs: exchangeMs.removing / 2,
    capabilities: { power: 'battery', slots: { first: 1, last: 250 }, codeLengths: [6] },
    wakeUp,
  });
  fleet.arrivalNoticeMs = 60_000;
  await fleet.meet();
  const now = fleet.clock.now();
  const endsAt = now + 6 * hourMs;
  const locks = Array.from({ length: guests }, (_, guest) => [
    guest,
    ...Array.from({ length: doors }, (_door, n) => guests + n),
  ]).flat();
  const booked = fleet.book(locks.map((lock) => ({ lock, frame: { startsAt: now, endsAt } })));
  const stays = fleet.watch();
  await fleet.clock.advance(endsAt - now - 1_000);
  const before = { wakeUps: wakeUpsOf(fleet), exchanges: exchangesOf(fleet) };
  await fleet.clock.advance(3 * hourMs);
  const told = toldAt(fleet, 'removed_from_device');
  const sinceEnd = (time: number | undefined): number[] =>
    time === undefined ? [] : [(time - endsAt) / 1_000];
  const gone = booked.flatMap(({ pin }) => sinceEnd(stays.get(pin.reveal())?.[0]?.to));
  const idealOf = (...preferences: readonly Preference[]): Served =>
    idealWaits(
      locks.map((lock) => ({ lock, dueAt: 0 })),
      { ...exchangesEach, exchangeMs: exchangeMs.removing, wakeUp },
      preferences,
    );
  const [ideal, byLock] = [idealOf('unwritten', 'awake'), idealOf('awake', 'unwritten')];
  const wakeUps = wakeUpsOf(fleet) - before.wakeUps;
  return {
    title: `${title}: late by, s, p50 / p99 / max`,
    bareName: 'ideal queue',
    rows: [
      lateRow('off the lock', gone, ideal.stood),
      lateRow(
        'proved gone, and told',
        booked.flatMap(({ accessCodeId }) => sinceEnd(told.get(accessCodeId))),
        ideal.told,
      ),
      {
        what: 'wake-ups for each code',
        lockstep: short(wakeUps / codes),
        bare: short(ideal.wakeUps / codes),
        verdict: `× ${short(wakeUps / ideal.wakeUps)}`,
      },
      {
        what: 'exchanges for each code',
        lockstep: short((exchangesOf(fleet) - before.exchanges) / codes),
        bare: short(exchangesEach.before + exchangesEach.after),
        verdict: gone.length === codes ? 'all off' : `${codes - gone.length} LEFT`,
      },
      { what: 'off the lock, were it lock by lock', lockstep: '', bare: lateBy(byLock.stood) },
      {
        what: 'told, were it lock by lock',
        lockstep: '',
        bare: lateBy(byLock.told),
        verdict: `${short(byLock.wakeUps / codes)} wake-ups`,
      },
    ],
  };
};
