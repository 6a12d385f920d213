import type { Fleet } from '../../test/support/fleet.ts';
import { percentile, short } from '../stats.ts';
import type { Row } from '../table.ts';

const figures = (waits: readonly number[]): readonly number[] => [
  percentile(waits, 0.5),
  percentile(waits, 0.99),
  Math.max(...waits),
];

/** `p50 / p99 / max`. */
export const lateBy = (waits: readonly number[]): string => figures(waits).map(short).join(' / ');

export const lateRow = (what: string, ours: readonly number[], ideal: readonly number[], aim = ''): Row => {
  const [a, b] = [figures(ours), figures(ideal)];
  return {
    what,
    lockstep: lateBy(ours),
    bare: lateBy(ideal),
    verdict: `× ${a.map((value, n) => short(value / (b[n] ?? Number.NaN))).join(' / ')}${aim}`,
    detail: { ours: a, ideal: b },
  };
};

/** When the first event of this type was told of each access code. */
export const toldAt = (fleet: Fleet, type: string): ReadonlyMap<string, number> =>
  new Map(
    fleet
      .events()
      .filter(({ eventType }) => eventType === `access_code.${type}`)
      .map(({ accessCodeId, occurredAt }) => [accessCodeId ?? '', occurredAt]),
  );

export const wakeUpsOf = (fleet: Fleet): number => fleet.locks.reduce((sum, lock) => sum + lock.wakeUps, 0);

export const exchangesOf = (fleet: Fleet): number =>
  fleet.locks.reduce((sum, lock) => sum + lock.exchanges.length, 0);
