import { configDefaults, defineConfig } from 'vitest/config';
import { mosquittoBelongs } from './test/support/mosquitto.ts';
import { systemdBelongs } from './test/support/systemd.ts';

const withMosquitto = mosquittoBelongs();
if (!withMosquitto)
  console.warn(
    "mosquitto isn't installed: MQTT is tested against the embedded broker only (Debian: apt install mosquitto)",
  );

const withSystemd = systemdBelongs();
if (!withSystemd)
  console.warn("systemd's tools aren't installed: the service isn't tested (Debian: apt install systemd)");

export default defineConfig({
  test: {
    include: ['{src,drivers,simulators,test}/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      ...(withMosquitto ? [] : ['**/*mosquitto*.test.ts']),
      ...(withSystemd ? [] : ['**/*systemd*.test.ts']),
    ],
    setupFiles: ['test/setup.ts'],
    // Two cores: the suites that start processes are slow under more workers than that.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
