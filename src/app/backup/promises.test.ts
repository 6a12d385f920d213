import { assert, asyncProperty, array, constantFrom, integer, oneof, record } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { House, lockSpec } from '../../../test/support/house.ts';
import { phaseOf } from '../../core/phase.ts';
import { isSpare, poolSize } from '../../core/pool.ts';
import { startPool, stopPool } from './pool.ts';

const minute = 60_000;
const hour = 60 * minute;
const slots = 3;

type Step =
  | { readonly kind: 'book'; readonly from: number; readonly hours: number }
  | { readonly kind: 'pull' | 'delete' | 'spare' | 'move'; readonly which: number }
  | { readonly kind: 'on' | 'off' | 'restart' | 'away' | 'back' | 'wait' };

const step: Arbitrary<Step> = oneof(
  {
    weight: 9,
    arbitrary: record({
      kind: constantFrom('book'),
      from: integer({ min: -1, max: 8 }),
      hours: integer({ min: 2, max: 40 }),
    }),
  },
  {
    weight: 5,
    arbitrary: record({
      kind: constantFrom('pull', 'delete', 'spare', 'move'),
      which: integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 5, arbitrary: record({ kind: constantFrom('on', 'off', 'restart', 'away', 'back', 'wait') }) },
);

const take = async (house: House, one: Step): Promise<void> => {
  const at = (ms: number): string => new Date(house.clock.now() + ms).toISOString();
  const codes = house.store.accessCodes().filter((code) => code.deletingSince === undefined);
  const pick = (which: number, from = codes.filter(({ isBackup }) => !isBackup)): string =>
    from[which % Math.max(1, from.length)]?.accessCodeId ?? '00000000-0000-4000-8000-000000000404';
  switch (one.kind) {
    case 'book': {
      const { from, hours } = one;
      const times = { starts_at: at(from * hour), ends_at: at((from + hours) * hour) };
      await house.call('access_codes/create', { device_id: house.deviceId, ...times });
      return;
    }
    case 'pull':
      await house.call('access_codes/pull_backup_access_code', { access_code_id: pick(one.which) });
      return;
    case 'delete':
      await house.call('access_codes/delete', { access_code_id: pick(one.which) });
      return;
    case 'spare':
      await house.call('access_codes/delete', { access_code_id: pick(one.which, codes.filter(isSpare)) });
      return;
    case 'move': {
      const times = { starts_at: at((one.which - 1) * hour), ends_at: at((one.which + 9) * hour) };
      await house.call('access_codes/update', { access_code_id: pick(one.which), ...times });
      return;
    }
    case 'restart':
      await house.restart();
      return;
    case 'on':
    case 'off':
      (one.kind === 'on' ? startPool : stopPool)(house.parts, house.store.devices()[0]!);
      return;
    case 'away':
    case 'back':
      house.lock.faults.offline = one.kind === 'away';
      return;
    case 'wait':
      // A day in which the bridge looks only now and then.
      for (let n = 0; n < 8; n += 1) {
        house.clock.step(hour);
        await house.settle(minute);
      }
      return;
  }
};

test('whatever happens, there are at most three spares, and each booking has its slot when it is due', async () => {
  const property = asyncProperty(array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
    await using house = new House([lockSpec({}, { slots: { first: 1, last: slots } })]);
    await house.settle(10_000);
    startPool(house.parts, house.store.devices()[0]!);
    for (const one of steps) {
      await take(house, one);
      await house.settle(2 * minute);
      expect(house.store.accessCodes().filter(isSpare).length).toBeLessThanOrEqual(poolSize);
    }
    house.lock.faults.offline = false;
    await house.settle(20 * minute);
    const standing = [...house.lock.slots.values()];
    const due = house.store
      .accessCodes()
      .filter((code) => phaseOf(code, house.clock.now(), house.controller.leadMs) === 'due');
    for (const code of due.filter((one) => !isSpare(one))) expect(standing).toContain(code.pin.reveal());
    // Nothing else stands there: no spare that is one too many, no backup of a code that is no more.
    expect(standing.length).toBeLessThanOrEqual(due.length);
    const originals = new Set<string | undefined>(due.map(({ accessCodeId }) => accessCodeId));
    for (const code of due.filter(({ backupFor }) => backupFor !== undefined))
      expect(originals).toContain(code.backupFor);
  });
  await assert(property, { numRuns: 7, seed: 20261122 });
});
