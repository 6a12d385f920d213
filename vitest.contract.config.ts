import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// As in vitest.config.ts.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/lockstep-tests');

// `CONTRACT_BENCH=my-bench.ts npm run contract`: the contract suite on a driver of your own (docs/drivers.md).
export default defineConfig({
  test: {
    include: ['test/contract/own.contract.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
  },
});
