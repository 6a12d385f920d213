import { configDefaults, defineConfig } from 'vitest/config';
import { mosquittoBelongs } from './test/support/mosquitto.ts';

const withMosquitto = mosquittoBelongs();
if (!withMosquitto)
  console.warn(
    "mosquitto isn't installed: MQTT is tested against the embedded broker only (Debian: apt install mosquitto)",
  );

export default defineConfig({
  test: {
    include: ['{src,drivers,simulators,test}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(withMosquitto ? [] : ['**/*mosquitto*.test.ts'])],
    setupFiles: ['test/setup.ts'],
    // Two cores: the suites that start processes are slow under more workers than that.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
