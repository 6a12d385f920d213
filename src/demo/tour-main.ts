import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimeProblem } from '../run-daemon.ts';

/** `npm run demo`: exit 0 only if every step was seen at the simulated lock itself. */
const run = async (): Promise<number> => {
  const problem = runtimeProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return 1;
  }
  process.umask(0o077);
  const { tour } = await import('./tour.ts');
  const { TourWorld } = await import('./tour-world.ts');
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-tour-'));
  const begun = performance.now();
  let world: Awaited<ReturnType<typeof TourWorld.create>> | undefined;
  try {
    world = await TourWorld.create(dir);
    await tour(world, (line) => {
      process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(5)}s  ${line}\n`);
    });
    process.stdout.write('\nEvery step was seen at the lock itself. `npm start` lets you play.\n');
    return 0;
  } catch (error) {
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await world?.end();
    rmSync(dir, { recursive: true, force: true });
  }
};

process.exit(await run());
