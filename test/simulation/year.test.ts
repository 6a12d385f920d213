import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenario } from '../support/year-scenario.ts';
import { Year } from '../support/year.ts';

// A year of bookings on locks of all kinds, in zones from everywhere, with clocks that drift, and with outages of everything:
// whoever enters a PIN at a lock gets in within its time and at no other (test/support/keypad-oracle.ts). More:
// YEAR_RUNS=20 YEAR_SEED=$RANDOM npx vitest run test/simulation/year.test.ts

test('whatever a year brings, a PIN opens its door in its time and at no other', async () => {
  const seen = { opened: 0, unattended: 0, shut: 0 };
  await fc.assert(
    fc.asyncProperty(scenario, async (one) => {
      const year = new Year(one);
      await using house = year.house;
      await house.settle(30_000);
      year.plan(one);
      await year.live();
      year.atTheEnd();
      seen.opened += year.looks.opened;
      seen.shut += year.looks.shut;
      seen.unattended += year.looks.unattended;
    }),
    {
      numRuns: Number(process.env['YEAR_RUNS'] ?? 1),
      seed: Number(process.env['YEAR_SEED'] ?? 12),
      // A year takes its seconds, and a smaller one is hardly easier to read.
      endOnFailure: true,
    },
  );
  expect(Math.min(seen.opened, seen.shut)).toBeGreaterThan(1_000);
  expect(seen.unattended).toBeGreaterThan(10);
}, 3_600_000);
