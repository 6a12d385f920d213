import { readFileSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { packageDir } from './package.ts';
import { systemSynchronised } from './synchronised.ts';
import { systemClock } from './system-clock.ts';
import type { Machine } from './trusted-clock.ts';

/** Made anew by Linux at each start of the machine (random(4)). */
const bootFile = '/proc/sys/kernel/random/boot_id';

const bootId = (): string | undefined => {
  try {
    return readFileSync(bootFile, 'utf8').trim();
  } catch {
    return undefined;
  }
};

/** When this program was put here or built; the epoch where that can't be told. */
export const builtAt = (): number => {
  try {
    return Math.round(statSync(join(packageDir(), 'package.json')).mtimeMs);
  } catch {
    return 0;
  }
};

/**
 * The machine that this process runs on.
 * @param file config `clock.synchronised_file`
 */
export const thisMachine = (file: string | undefined, path: string | undefined): Machine => ({
  clock: systemClock,
  // Counts on while the machine is suspended, unlike Node's monotonic clock.
  elapsed: () => uptime() * 1_000,
  boot: bootId(),
  synchronised: () => systemSynchronised({ file, path }),
});
