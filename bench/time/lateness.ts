import type { WakeUp } from '../../drivers/simulated/index.ts';
import type { AccessCode, Capabilities } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { Fleet } from '../../test/support/fleet.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { say } from '../progress.ts';
import { short } from '../stats.ts';
import type { Row, Section } from '../table.ts';
import * as battery from './battery.ts';
import { idealWaits } from './ideal.ts';
import type { Preference, Served } from './ideal.ts';
import { exchangesOf, lateBy, lateRow, toldAt, wakeUpsOf } from './late-by.ts';

const hourMs = 60 * 60_000;
/** What a code needs of a lock that is read slot by slot: a look at its slot, the write, a look at what it did. */
const exchangesEach = { before: 2, after: 1 } as const;
const allExchanges = exchangesEach.before + exchangesEach.after;

export interface RushScale {
  readonly codes: number;
  readonly locks: number;
  /** Of the radio's time that those exchanges need, each code's lock woken once where it sleeps. */
  readonly load: number;
}

interface Setting extends Pick<RushScale, 'codes' | 'locks'> {
  /** All codes start within this time, at random moments. */
  readonly spanMs: number;
  readonly exchangeMs: number;
  readonly power: Capabilities['power'];
  readonly wakeUp?: WakeUp;
}

interface Rush extends Served {
  readonly missing: number;
  readonly exchanges: number;
  /** The same codes, served by an ideal queue with these preferences. */
  readonly ideal: (...preferences: readonly Preference[]) => Served;
}

const rush = async ({ codes, locks, spanMs, exchangeMs, power, wakeUp }: Setting): Promise<Rush> => {
  await using fleet = new Fleet({
    locks,
    latencyMs: exchangeMs / 2,
    capabilities: { power, slots: { first: 1, last: 250 }, codeLengths: [6] },
    wakeUp,
  });
  // What is told hours ahead is no part of this.
  fleet.arrivalNoticeMs = 60_000;
  await fleet.meet();
  const random = new SeededRandom(7);
  const opens = fleet.clock.now() + 24 * hourMs;
  const frames = Array.from({ length: codes }, () => opens + random.integer(spanMs));
  const booked = fleet.book(
    frames.map((startsAt, n) => ({ lock: n % locks, frame: { startsAt, endsAt: startsAt + 24 * hourMs } })),
  );
  const stays = fleet.watch();
  const wakeUpsBefore = wakeUpsOf(fleet);
  for (let hours = 0; hours < 27; hours += 1) await fleet.clock.advance(hourMs);
  const told = toldAt(fleet, 'set_on_device');
  const waits = (timeOf: (code: AccessCode) => number | undefined): number[] =>
    booked.flatMap((code) => {
      const time = timeOf(code);
      return time === undefined ? [] : [(time - dueOf(code)) / 1_000];
    });
  const stood = waits(({ pin }) => stays.get(pin.reveal())?.[0]?.from);
  const jobs = frames.map((startsAt, n) => ({ lock: n % locks, dueAt: startsAt - defaultLeadMs }));
  return {
    stood,
    told: waits(({ accessCodeId }) => told.get(accessCodeId)),
    wakeUps: wakeUpsOf(fleet) - wakeUpsBefore,
    missing: codes - stood.length,
    exchanges: exchangesOf(fleet),
    ideal: (...preferences) => idealWaits(jobs, { ...exchangesEach, exchangeMs, wakeUp }, preferences),
  };
};

const dueOf = (code: AccessCode): number => (code.timeFrame?.startsAt ?? 0) - defaultLeadMs;

/** Beams take so much of the radio's time that fewer codes keep it as busy. */
const batteryShare = 5;

export const measureLateness = async (scale: RushScale): Promise<Section[]> => [
  await onMains(scale),
  await onBatteries({ ...scale, codes: scale.codes / batteryShare }),
];

const titleOf = ({ codes, locks, spanMs, power }: Setting, load: number): string =>
  `${codes} codes start within ${short(spanMs / 60_000)} min on ${locks} ${power} locks of one radio, ${short(100 * load)} % busy`;

const exchangesRow = (codes: number, { exchanges, missing }: Rush): Row => ({
  what: 'exchanges for each code',
  lockstep: short(exchanges / codes),
  bare: short(allExchanges),
  verdict: missing === 0 ? 'all on' : `${missing} MISSING`,
});

const onMains = async ({ codes, locks, load }: RushScale): Promise<Section> => {
  const exchangeMs = (load * hourMs) / (codes * allExchanges);
  const setting: Setting = { codes, locks, spanMs: hourMs, exchangeMs, power: 'mains' };
  const title = titleOf(setting, load);
  say(title);
  const ours = await rush(setting);
  const ideal = ours.ideal('unwritten');
  return {
    title: `${title}: late by, s, p50 / p99 / max`,
    bareName: 'ideal queue',
    rows: [
      lateRow('on the lock', ours.stood, ideal.stood, ' (≤ 1.15)'),
      lateRow('proved there, and told', ours.told, ideal.told),
      exchangesRow(codes, ours),
    ],
  };
};

/**
 * Locks that sleep, and cost a beam to wake. The ideal queue does all that is due at the lock that is awake before it wakes the
 * next: the best there is for when a code is proved, and for the locks' batteries. Codes stand on their locks sooner where
 * their proofs wait until nothing else does: the last rows say at what price.
 */
const onBatteries = async ({ codes, locks, load }: RushScale): Promise<Section> => {
  const { wakeUp, exchangeMs } = battery;
  const spanMs = (codes * (wakeUp.beamMs + allExchanges * exchangeMs.setting)) / load;
  const setting: Setting = {
    codes,
    locks,
    spanMs,
    exchangeMs: exchangeMs.setting,
    power: 'battery',
    wakeUp,
  };
  const title = titleOf(setting, load);
  say(title);
  const ours = await rush(setting);
  const ideal = ours.ideal('awake');
  const proofsLast = ours.ideal('unwritten', 'awake');
  return {
    title: `${title}: late by, s, p50 / p99 / max`,
    bareName: 'ideal queue',
    rows: [
      lateRow('on the lock', ours.stood, ideal.stood, ' (≤ 1.15)'),
      lateRow('proved there, and told', ours.told, ideal.told),
      {
        what: 'wake-ups for each code',
        lockstep: short(ours.wakeUps / codes),
        bare: short(ideal.wakeUps / codes),
        verdict: `× ${short(ours.wakeUps / ideal.wakeUps)}`,
      },
      exchangesRow(codes, ours),
      { what: 'on the lock, were proofs last', lockstep: '', bare: lateBy(proofsLast.stood) },
      {
        what: 'told, were proofs last',
        lockstep: '',
        bare: lateBy(proofsLast.told),
        verdict: `${short(proofsLast.wakeUps / codes)} wake-ups`,
      },
    ],
  };
};
