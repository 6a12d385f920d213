import type { WakeUp } from '../../drivers/simulated/index.ts';

interface Job {
  readonly lock: number;
  readonly dueAt: number;
}

interface Needs {
  /** Exchanges until the code stands on the lock, the last of which writes it half-way through. */
  readonly before: number;
  /** Exchanges after that, until it is proved. */
  readonly after: number;
  readonly exchangeMs: number;
  /** Left out: no lock sleeps. */
  readonly wakeUp?: WakeUp | undefined;
}

interface Open {
  readonly job: number;
  readonly lock: number;
  readonly dueAt: number;
  /** Exchanges that are done. */
  done: number;
}

/** What is asked before which code is due first: does it not yet stand on its lock, is its lock awake. */
export type Preference = 'unwritten' | 'awake';

export interface Served {
  /** In seconds from when each was due, in the order of the jobs. */
  readonly stood: readonly number[];
  readonly told: readonly number[];
  readonly wakeUps: number;
}

/**
 * The radio's own limit: the same exchanges, one at a time and without a gap between them, by these preferences and then the
 * earliest due first. Without any a code is proved before the next is begun.
 */
export const idealWaits = (
  jobs: readonly Job[],
  { before, after, exchangeMs, wakeUp }: Needs,
  preferences: readonly Preference[],
): Served => {
  const coming = jobs.map((job, n) => ({ ...job, job: n, done: 0 })).sort((a, b) => a.dueAt - b.dueAt);
  const awakeUntil = new Map<number, number>();
  const stood: number[] = [];
  const told: number[] = [];
  let waiting: Open[] = [];
  let now = 0;
  let wakeUps = 0;
  const isAwake = (lock: number): boolean => wakeUp === undefined || now < (awakeUntil.get(lock) ?? 0);
  const has: Record<Preference, (open: Open) => boolean> = {
    unwritten: (open) => open.done < before,
    awake: (open) => isAwake(open.lock),
  };
  const isBefore = (a: Open, b: Open): boolean => {
    const preference = preferences.find((one) => has[one](a) !== has[one](b));
    return preference === undefined ? a.dueAt < b.dueAt : has[preference](a);
  };
  for (let next = 0; next < coming.length || waiting.length > 0;) {
    for (let one = coming[next]; one !== undefined && one.dueAt <= now; one = coming[next]) {
      waiting.push(one);
      next += 1;
    }
    const [first, ...others] = waiting;
    if (first === undefined) {
      now = coming[next]?.dueAt ?? now;
      continue;
    }
    const open = others.reduce((best, one) => (isBefore(one, best) ? one : best), first);
    if (!isAwake(open.lock)) {
      wakeUps += 1;
      now += wakeUp?.beamMs ?? 0;
    }
    now += exchangeMs;
    awakeUntil.set(open.lock, now + (wakeUp?.awakeMs ?? 0));
    open.done += 1;
    if (open.done === before) stood[open.job] = (now - exchangeMs / 2 - open.dueAt) / 1_000;
    if (open.done < before + after) continue;
    told[open.job] = (now - open.dueAt) / 1_000;
    waiting = waiting.filter((one) => one !== open);
  }
  return { stood, told, wakeUps };
};
