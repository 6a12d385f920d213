import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// As in vitest.config.ts.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/lockstep-tests');

// `npm run test:kill`: the whole of what test/e2e/kill.test.ts does a part of.
export default defineConfig({
  test: {
    include: ['test/kill/**/*.kill.ts'],
    globalSetup: ['test/support/warm-cache.ts'],
    setupFiles: ['test/setup.ts'],
    // One test, a quarter of an hour: the summary must appear as it is, and progress as it comes.
    testTimeout: 30 * 60_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
