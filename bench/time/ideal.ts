import { Heap } from '../../src/core/heap.ts';

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
}

interface Open {
  readonly job: number;
  readonly lock: number;
  readonly dueAt: number;
  /** Exchanges that are done. */
  done: number;
}

/**
 * The radio's own limit: the same exchanges, one at a time and without a gap between them, what puts a code on its lock
 * before what proves it there, and among those the earliest due first. A queue that knows no locks and no waking.
 * Answers in seconds from when each was due, in the order of the jobs.
 */
export const idealWaits = (
  jobs: readonly Job[],
  { before, after, exchangeMs }: Needs,
): { readonly stood: readonly number[]; readonly told: readonly number[] } => {
  const coming = jobs.map((job, n) => ({ ...job, job: n, done: 0 })).sort((a, b) => a.dueAt - b.dueAt);
  const first = new Heap<Open>((a, b) => a.dueAt < b.dueAt);
  const second = new Heap<Open>((a, b) => a.dueAt < b.dueAt);
  const stood: number[] = [];
  const told: number[] = [];
  let now = 0;
  for (let next = 0; next < coming.length || first.size > 0 || second.size > 0;) {
    const arriving = coming[next];
    if (arriving !== undefined && (arriving.dueAt <= now || (first.size === 0 && second.size === 0))) {
      now = Math.max(now, arriving.dueAt);
      first.push(arriving);
      next += 1;
      continue;
    }
    const open = first.pop() ?? second.pop();
    if (open === undefined) break;
    now += exchangeMs;
    open.done += 1;
    if (open.done === before) stood[open.job] = (now - exchangeMs / 2 - open.dueAt) / 1_000;
    if (open.done === before + after) told[open.job] = (now - open.dueAt) / 1_000;
    else (open.done < before ? first : second).push(open);
  }
  return { stood, told };
};
