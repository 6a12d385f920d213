import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,drivers,simulators,test}/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // Two cores: the suites that start processes are slow under more workers than that.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
