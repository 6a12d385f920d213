import type { AccessCode, Capabilities } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { Fleet } from '../../test/support/fleet.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { say } from '../progress.ts';
import { percentile, short } from '../stats.ts';
import type { Row, Section } from '../table.ts';
import { idealWaits } from './ideal.ts';

const hourMs = 60 * 60_000;
/** What a code needs of a lock that is read slot by slot: a look at its slot, the write, a look at what it did. */
export const exchangesEach = { before: 2, after: 1 } as const;

export interface RushScale {
  readonly codes: number;
  readonly locks: number;
  /** Of the radio's time that those exchanges need. */
  readonly load: number;
}

interface Rush {
  /** From when a code was due until it stood on its lock, and until that was told, seconds. */
  readonly stood: readonly number[];
  readonly told: readonly number[];
  readonly missing: number;
  /** The same, served by an ideal queue. */
  readonly idealStood: readonly number[];
  readonly idealTold: readonly number[];
  readonly exchanges: number;
}

/** All codes start within one hour, at random moments. */
const rush = async ({ codes, locks, load }: RushScale, power: Capabilities['power']): Promise<Rush> => {
  const exchangeMs = (load * hourMs) / (codes * (exchangesEach.before + exchangesEach.after));
  await using fleet = new Fleet({
    locks,
    latencyMs: exchangeMs / 2,
    capabilities: { power, slots: { first: 1, last: 250 }, codeLengths: [6] },
  });
  // What is told hours ahead is no part of this.
  fleet.arrivalNoticeMs = 60_000;
  await fleet.meet();
  const random = new SeededRandom(7);
  const opens = fleet.clock.now() + 24 * hourMs;
  const frames = Array.from({ length: codes }, () => opens + random.integer(hourMs));
  const booked = fleet.book(
    frames.map((startsAt, n) => ({ lock: n % locks, frame: { startsAt, endsAt: startsAt + 24 * hourMs } })),
  );
  const stays = fleet.watch();
  for (let hours = 0; hours < 27; hours += 1) await fleet.clock.advance(hourMs);
  const told = toldAt(fleet);
  const waits = (timeOf: (code: AccessCode) => number | undefined): number[] =>
    booked.flatMap((code) => {
      const time = timeOf(code);
      return time === undefined ? [] : [(time - dueOf(code)) / 1_000];
    });
  const stood = waits(({ pin }) => stays.get(pin.reveal())?.[0]?.from);
  const ideal = idealWaits(
    frames.map((startsAt, n) => ({ lock: n % locks, dueAt: startsAt - defaultLeadMs })),
    { ...exchangesEach, exchangeMs },
  );
  return {
    stood,
    told: waits(({ accessCodeId }) => told.get(accessCodeId)),
    missing: codes - stood.length,
    idealStood: ideal.stood,
    idealTold: ideal.told,
    exchanges: fleet.locks.reduce((sum, lock) => sum + lock.exchanges.length, 0),
  };
};

const dueOf = (code: AccessCode): number => (code.timeFrame?.startsAt ?? 0) - defaultLeadMs;

const toldAt = (fleet: Fleet): Map<string, number> =>
  new Map(
    fleet
      .events()
      .filter(({ eventType }) => eventType === 'access_code.set_on_device')
      .map(({ accessCodeId, occurredAt }) => [accessCodeId ?? '', occurredAt]),
  );

const figures = (waits: readonly number[]): readonly number[] => [
  percentile(waits, 0.5),
  percentile(waits, 0.99),
  Math.max(...waits),
];

const row = (what: string, ours: readonly number[], ideal: readonly number[], aim = ''): Row => {
  const [a, b] = [figures(ours), figures(ideal)];
  return {
    what,
    lockstep: a.map(short).join(' / '),
    bare: b.map(short).join(' / '),
    verdict: `× ${a.map((value, n) => short(value / (b[n] ?? Number.NaN))).join(' / ')}${aim}`,
    detail: { ours: a, ideal: b },
  };
};

/** Waking a lock costs nothing here: of battery locks, with which the radio stays a while, fewer are enough to see that. */
const batteryShare = 5;

export const measureLateness = async (scale: RushScale): Promise<Section[]> => [
  await section(scale, 'mains', ' (≤ 1.15)'),
  await section({ ...scale, codes: scale.codes / batteryShare }, 'battery', ''),
];

const section = async (scale: RushScale, power: Capabilities['power'], aim: string): Promise<Section> => {
  const { codes, locks, load } = scale;
  const what = `${codes} codes start within an hour on ${locks} ${power} locks of one radio, ${short(100 * load)} % busy`;
  say(what);
  const { stood, told, idealStood, idealTold, missing, exchanges } = await rush(scale, power);
  return {
    title: `${what}: late by, s, p50 / p99 / max`,
    bareName: 'ideal queue',
    rows: [
      row('on the lock', stood, idealStood, aim),
      row('proved there, and told', told, idealTold),
      {
        what: 'exchanges for each code',
        lockstep: short(exchanges / codes),
        bare: short(exchangesEach.before + exchangesEach.after),
        verdict: missing === 0 ? 'all on' : `${missing} MISSING`,
      },
    ],
  };
};
