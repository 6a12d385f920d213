import fc from 'fast-check';
import { expect, test } from 'vitest';
import { body } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { worldOf } from '../../../test/support/parameter-rules.ts';
import { LockAddress } from '../../core/ids.ts';
import { phaseOf } from '../../core/phase.ts';
import type { Answer } from '../answer.ts';
import { isList, isRecord } from '../json.ts';

/** Few values of each, so that they meet: names and PINs again, windows that touch or overlap, a lock that is full. */
const [names, pins, edges] = [
  ['Anna', 'Ben', 'Cleo', 'Dan'],
  ['0471', '1357', '2468'],
  [-2, 1, 2, 3],
];

const entry = fc.record(
  {
    name: fc.constantFrom(...names),
    code: fc.constantFrom(...pins),
    window: fc.tuple(fc.constantFrom(...edges), fc.constantFrom(...edges)),
    common_code_key: fc.constantFrom('k', null),
    is_external_modification_allowed: fc.boolean(),
  },
  { requiredKeys: ['name'] },
);
const entries = fc.array(entry, { maxLength: 3 });
const step = fc.record({
  front: entries,
  back: fc.option(entries),
  restMs: fc.constantFrom(0, 0, 60_000, 5_000_000),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const changesOf = (answer: Answer): unknown[] => {
  const [told] = Object.values(body(answer));
  const devices = isRecord(told) ? told['devices'] : undefined;
  if (!isList(devices)) throw new Error('no devices in this answer');
  return devices.flatMap((lock) => (isRecord(lock) && isList(lock['changes']) ? lock['changes'] : [lock]));
};

const hour = 3_600_000;

test('whatever was there: what is applied is there then, doing it again does nothing, and what is refused has done nothing', async () => {
  let [applied, refusals] = [0, 0];
  const run = async (steps: Step[]): Promise<void> => {
    const slots = { first: 1, last: 3 };
    const house = new House([
      lockSpec({}, { slots }),
      lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' }, { slots }),
    ]);
    await house.settle();
    const [front = '', back = ''] = house.store.devices().map(({ deviceId }) => String(deviceId));
    const zero = house.clock.now();
    const at = (hours: number): string => new Date(zero + hours * hour).toISOString();
    for (const { restMs, ...wanted } of steps) {
      const codes = (list: typeof wanted.front): object[] =>
        list.map(({ window, ...rest }) => ({
          ...rest,
          ...(window === undefined ? {} : { starts_at: at(window[0]), ends_at: at(window[1]) }),
        }));
      const devices = [
        { device_id: front, access_codes: codes(wanted.front) },
        ...(wanted.back === null ? [] : [{ device_id: back, access_codes: codes(wanted.back) }]),
      ];
      const before = worldOf(house);
      const told = await house.call('lockstep/diff', { devices });
      expect(worldOf(house)).toBe(before);
      const answer = await house.call('lockstep/apply', { devices });
      expect(told.ok).toBe(answer.ok);
      if (!answer.ok) {
        refusals += 1;
        expect(answer.error.status).toBeLessThan(500);
        expect(worldOf(house)).toBe(before);
        continue;
      }
      applied += 1;
      expect(changesOf(answer)).toHaveLength(changesOf(told).length);
      expect(changesOf(await house.call('lockstep/diff', { devices }))).toEqual([]);
      const after = worldOf(house);
      expect(changesOf(await house.call('lockstep/apply', { devices }))).toEqual([]);
      expect(worldOf(house)).toBe(after);
      await house.settle(restMs);
    }
    await house.settle(6 * hour);
    for (const [index, lock] of house.locks.entries()) {
      const due = house.store
        .accessCodes()
        .filter((code) => String(code.deviceId) === [front, back][index])
        .filter((code) => phaseOf(code, house.clock.now(), 0) === 'due');
      expect([...lock.slots.values()].sort()).toEqual(due.map((code) => code.pin.reveal()).sort());
    }
    await house[Symbol.asyncDispose]();
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), run), {
    numRuns: 8,
    seed: 5,
  });
  expect(Math.min(applied, refusals), 'both were tried').toBeGreaterThan(3);
});
