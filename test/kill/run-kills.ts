import { SeededRandom } from '../support/seeded-random.ts';
import { type KillMoment, killMoments, KillWorld } from './kill-world.ts';

export interface KillSummary {
  readonly moment: KillMoment;
  kills: number;
  readonly failures: string[];
}

export interface KillRun {
  readonly each: number;
  /** Worlds at work side by side. */
  readonly lanes: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
}

/** More than that says nothing new. */
const failuresMost = 5;

/** Kills the daemon `each` times at each moment, in random order. After a failure a lane goes on in a new world. */
export const runKills = async (run: KillRun): Promise<KillSummary[]> => {
  const random = new SeededRandom(run.seed);
  const summary = killMoments.map((moment) => ({ moment, kills: 0, failures: [] as string[] }));
  const jobs = summary.flatMap((one) => Array.from({ length: run.each }, () => one));
  for (let last = jobs.length - 1; last > 0; last -= 1) {
    const other = random.integer(last + 1);
    const [a, b] = [jobs[last], jobs[other]];
    if (a !== undefined && b !== undefined) [jobs[last], jobs[other]] = [b, a];
  }
  const failed = (): number => summary.reduce((sum, one) => sum + one.failures.length, 0);
  const lane = async (number: number): Promise<void> => {
    let seed = run.seed * 1_000 + number * 100;
    while (jobs.length > 0 && failed() < failuresMost) {
      seed += 1;
      await using world = await KillWorld.open(seed);
      for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
        const before = performance.now();
        try {
          await world.kill(job.moment);
          job.kills += 1;
          run.say?.(`${jobs.length} to go: ${job.moment} ${Math.round(performance.now() - before)} ms`);
        } catch (error) {
          const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
          job.failures.push(`world ${seed}: ${why}`);
          run.say?.(`FAILED ${job.moment} (world ${seed}): ${why}`);
          break;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: run.lanes }, (_, number) => lane(number)));
  return summary;
};

/** The outcome as a table of text. */
export const killTable = (summary: readonly KillSummary[]): string =>
  [
    'moment             kills  failures',
    ...summary.map(
      ({ moment, kills, failures }) =>
        `${moment.padEnd(18)} ${String(kills).padStart(5)}  ${String(failures.length).padStart(8)}`,
    ),
  ].join('\n');
