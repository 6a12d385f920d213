import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { fakeTimeBelongs } from './test/support/fake-time.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import { memoryFolder } from './test/support/memory-folder.ts';
import { mosquittoBelongs } from './test/support/mosquitto.ts';
import { systemdBelongs } from './test/support/systemd.ts';

// For the test runner's own workers, and all processes that tests start (test/support/warm-cache.ts).
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/lockstep-tests');

// For those and what they start, too.
const inMemory = memoryFolder();
if (inMemory !== undefined) process.env['TMPDIR'] ??= inMemory;

const withMosquitto = mosquittoBelongs();
if (!withMosquitto)
  console.warn(
    "mosquitto isn't installed: MQTT is tested against the embedded broker only (Debian: apt install mosquitto)",
  );

const withSystemd = systemdBelongs();
if (!withSystemd)
  console.warn("systemd's tools aren't installed: the service isn't tested (Debian: apt install systemd)");

const withFakeTime = fakeTimeBelongs();
if (!withFakeTime)
  console.warn(
    "libfaketime isn't installed: starts with a wrong clock are tested on a virtual one only (Debian: apt install faketime)",
  );

export default defineConfig({
  test: {
    include: ['{src,drivers,simulators,test}/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      ...(withMosquitto ? [] : ['**/*mosquitto*.test.ts']),
      ...(withSystemd ? [] : ['**/*systemd*.test.ts']),
      ...(withFakeTime ? [] : ['**/*faketime*.test.ts']),
    ],
    globalSetup: ['test/support/warm-cache.ts'],
    setupFiles: ['test/setup.ts'],
    // Two cores, and tests that wait half of their time: a sixth less than with three.
    maxWorkers: 4,
    // No test replaces a module or leaves anything behind (but see test/setup.ts): loading zwave-js and the rest anew
    // for each file took as much of the processor as the tests themselves.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // As for the daemons (test/support/bridge.ts).
    execArgv: ['--min-semi-space-size=32', '--max-semi-space-size=64'],
    // A test that waits for what comes ends as soon as it comes: time limits are for what never comes.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
