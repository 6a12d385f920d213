import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeviceId } from '../core/ids.ts';
import { CodeCache } from './code-cache.ts';
import { TestBed, aCode, aDevice, pin, reread, uuid } from './testing/test-bed.ts';

type Step =
  | { readonly do: 'put'; readonly code: number; readonly lock: number; readonly digits: string }
  | { readonly do: 'delete'; readonly code: number }
  | { readonly do: 'undone'; readonly code: number; readonly lock: number; readonly digits: string };

const number = fc.integer({ min: 1, max: 6 });
const lock = fc.integer({ min: 1, max: 2 });
const digits = fc.constantFrom('1234', '0007', '987654');
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('put' as const), code: number, lock, digits }),
    fc.record({ do: fc.constant('delete' as const), code: number }),
    fc.record({ do: fc.constant('undone' as const), code: number, lock, digits }),
  ),
  { maxLength: 25 },
);

test('what is kept in memory of a lock is what its file says, in the same order', () => {
  using bed = new TestBed();
  const store = bed.open();
  for (const n of [1, 2]) store.putDevice(aDevice(n));
  const lists = (): unknown => [1, 2].map((n) => store.accessCodes({ deviceId: DeviceId(uuid(n)) }));
  const perform = (step: Step): void => {
    if (step.do === 'delete') {
      store.deleteAccessCode(aCode(step.code).accessCodeId);
      return;
    }
    const code = aCode(step.code, { deviceId: DeviceId(uuid(step.lock)), pin: pin(step.digits) });
    if (step.do === 'put') {
      store.putAccessCode(code);
      return;
    }
    const undone = new Error('undone');
    try {
      store.transaction(() => {
        store.putAccessCode(code);
        lists();
        throw undone;
      });
    } catch (error) {
      if (error !== undone) throw error;
    }
  };
  fc.assert(
    fc.property(steps, (all: readonly Step[]) => {
      for (let n = 1; n <= 6; n += 1) store.deleteAccessCode(aCode(n).accessCodeId);
      for (const step of all) {
        perform(step);
        lists();
      }
      const kept = lists();
      reread(store);
      expect(kept).toEqual(lists());
    }),
    { numRuns: 60 },
  );
});

test('it keeps the locks used last, within its bound', () => {
  const cache = new CodeCache();
  const reads: number[] = [];
  const codes = Array.from({ length: 9_000 }, (_, n) => aCode(n));
  const look = (n: number): number =>
    cache.codesOf(
      DeviceId(uuid(n)),
      () => undefined,
      () => {
        reads.push(n);
        return codes;
      },
    ).length;
  expect([look(1), look(2), look(1)]).toEqual([9_000, 9_000, 9_000]);
  expect(reads).toEqual([1, 2]);
  look(3);
  expect([look(1), look(3)]).toEqual([9_000, 9_000]);
  expect(reads).toEqual([1, 2, 3]);
  look(2);
  expect(reads).toEqual([1, 2, 3, 2]);
});
