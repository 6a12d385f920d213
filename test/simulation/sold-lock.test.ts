import fc from 'fast-check';
import { expect, test } from 'vitest';
import { House, lockSpec } from '../support/house.ts';

// A lock is reset in silence and goes to somebody else, still in reach of the bridge (FIELD-BUGS 31). Whatever its new
// owner and ours do then, none of the codes it held before comes back by itself.

type Step =
  | { readonly kind: 'owner_adds'; readonly slot: number; readonly told: boolean }
  | { readonly kind: 'create' | 'audit' | 'repair' | 'restart' | 'hint' | 'lose_answers' }
  | { readonly kind: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('owner_adds' as const),
      slot: fc.integer({ min: 1, max: 8 }),
      told: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('create', 'audit', 'repair', 'restart', 'hint', 'lose_answers'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(30, 500, 60_000, 90_000_000),
    }),
  },
);

const take = async (house: House, one: Step, count: number): Promise<void> => {
  const { address } = house.lock.spec;
  switch (one.kind) {
    case 'owner_adds':
      house.lock.slots.set(one.slot, `${5000 + count}3`);
      if (one.told) house.driver.emit({ kind: 'slot', address, slot: one.slot });
      return;
    case 'create':
      await house.call('access_codes/create', { device_id: house.deviceId, code: `${6000 + count}7` });
      return;
    case 'audit':
      house.controller.auditAll();
      return;
    case 'repair':
      await house.call('lockstep/repair', { device_id: house.deviceId });
      return;
    case 'restart':
      await house.restart();
      return;
    case 'hint':
      house.driver.emit({ kind: 'slot', address, slot: undefined });
      return;
    case 'lose_answers':
      house.lock.faults.loseAnswers = 2;
      return;
    case 'wait':
      await house.clock.advance(one.ms);
      return;
    default:
      one satisfies never;
  }
};

test('codes of a lock that was reset stay off it, whatever happens, until somebody says so', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.integer({ min: 2, max: 5 }),
      fc.nat(),
      fc.array(step, { minLength: 3, maxLength: 25 }),
      async (checksum, codes, seed, steps) => {
        await using house = new House([lockSpec({}, { checksum })], seed);
        await house.settle();
        const before = new Set<string>();
        const ids = new Set<string | undefined>();
        for (let n = 0; n < codes; n += 1) {
          before.add(`${4000 + n}7`);
          ids.add(await house.create(`${4000 + n}7`));
        }
        await house.settle(60 * 60_000);
        expect(house.lock.slots.size).toBe(codes);
        house.lock.factoryReset();
        const back = (): string[] => [...house.lock.slots.values()].filter((digits) => before.has(digits));
        for (const [count, one] of steps.entries()) {
          await take(house, one, count);
          expect(back()).toEqual([]);
        }
        house.lock.faults.loseAnswers = 0;
        for (let night = 0; night < 3; night += 1) {
          house.controller.auditAll();
          await house.settle(24 * 60 * 60_000);
          expect(back()).toEqual([]);
        }
        expect(house.state().reset).toBeDefined();
        // Each may have its own slot back; strangers' slots, and those of codes that came since, aren't touched.
        const { slots } = house.state();
        const taken = [...house.lock.slots.keys()].filter((slot) => !ids.has(slots.get(slot)?.owner));
        const answer = await house.call('lockstep/repair', { device_id: house.deviceId, restore: true });
        expect(answer.ok).toBe(true);
        await house.settle(24 * 60 * 60_000);
        expect(back().length, 'and then all that there is room for come back').toBe(
          Math.min(codes, 10 - taken.length),
        );
      },
    ),
    { numRuns: 25, seed: 20_261_122 },
  );
}, 120_000);
