import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAtRest } from '../core/at-rest.ts';
import { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { AccessCode } from '../core/model.ts';
import type { Store } from '../ports/store.ts';
import { AwakeCache } from './awake-codes.ts';
import { Database } from './database.ts';
import { time } from './migrations/0005-time.ts';
import { TestBed, aCode, aDevice, reread, uuid } from './testing/test-bed.ts';

const frame = (startsAt: number): Partial<AccessCode> => ({
  timeFrame: { startsAt, endsAt: startsAt + 10 },
});
const atRest: Partial<AccessCode> = { status: 'unset', errors: [], warnings: [], ...frame(50) };
const finding = { code: 'some_error', message: 'x', created_at: 1, extra: {} };

/** Each is one thing that keeps a code awake. */
const awake: readonly (readonly [string, Partial<AccessCode>])[] = [
  ['it has no time frame', { timeFrame: undefined }],
  ['it is on its way', { status: 'setting' }],
  ['it is being removed', { deletingSince: 1 }],
  ['it has an error', { errors: [finding] }],
  ['it has a warning', { warnings: [finding] }],
  ['its PIN was changed', { previousPin: aCode(9).pin }],
  ['its time was changed', { timeFrameBefore: { from: undefined, at: 1 } }],
  ['its name was changed', { nameBefore: { from: null, at: 1 } }],
  ['it was told to be on the lock', { setAt: 1 }],
  ['it is loaded ahead', { isScheduledOnDevice: true }],
  ['it was changed at the lock', { externalChange: 'removed' }],
  ['it is of the backup pool', { isBackup: true }],
  ['it stands in for another', { backupFor: AccessCodeId(uuid(3)) }],
  ['another stands in for it', { pulledBackupId: AccessCodeId(uuid(3)) }],
  ['it is at risk', { arrivalRisk: { reason: 'x', since: 1 } }],
];

const lock = DeviceId(uuid(1));
const ids = (codes: readonly AccessCode[]): string[] => codes.map(({ accessCodeId }) => accessCodeId);

test('a code that waits for its time is left out until then', () => {
  using bed = new TestBed();
  const store = bed.open();
  store.putDevice(aDevice(1));
  store.putAccessCode(aCode(1, atRest));
  expect(store.awakeCodes(lock, 49)).toEqual({ codes: [], nextStart: 50 });
  expect(ids(store.awakeCodes(lock, 50).codes)).toEqual([aCode(1).accessCodeId]);
});

test('a code that something happens to is looked at from then on, in its place', () => {
  using bed = new TestBed();
  const store = bed.open();
  store.putDevice(aDevice(1));
  for (const n of [1, 2]) store.putAccessCode(aCode(n, atRest));
  store.putAccessCode(aCode(3, { status: 'setting' }));
  expect(store.awakeCodes(lock, 0).codes).toHaveLength(1);
  store.putAccessCode(aCode(2, { ...atRest, status: 'setting' }));
  expect(ids(store.awakeCodes(lock, 0).codes)).toEqual([aCode(2).accessCodeId, aCode(3).accessCodeId]);
});

for (const [why, change] of awake)
  test(`a code is looked at at any time where ${why}`, () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putDevice(aDevice(1));
    store.putAccessCode(aCode(1, { ...atRest, ...change }));
    expect(store.awakeCodes(lock, 0).codes).toHaveLength(1);
    reread(store);
    expect(store.awakeCodes(lock, 0)).toEqual({
      codes: [store.accessCode(aCode(1).accessCodeId)],
      nextStart: undefined,
    });
  });

type Step =
  | {
      readonly do: 'put' | 'undone';
      readonly code: number;
      readonly lock: number;
      readonly rests: boolean;
      readonly at: number;
    }
  | { readonly do: 'delete'; readonly code: number }
  | { readonly do: 'look'; readonly until: number };

const put = {
  code: fc.integer({ min: 1, max: 4 }),
  lock: fc.integer({ min: 1, max: 2 }),
  rests: fc.boolean(),
  at: fc.integer({ min: 0, max: 100 }),
};
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), ...put }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('undone' as const), ...put }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), code: put.code }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('look' as const), until: put.at }) },
  ),
  { minLength: 15, maxLength: 30 },
);

const isLeftOut = (code: AccessCode, until: number): boolean =>
  isAtRest(code) && (code.timeFrame?.startsAt ?? 0) > until;

/** None that is awake is left out, in order and as they are; and nobody sleeps through their time. */
const judge = (store: Store, device: DeviceId, until: number, exactly: boolean): void => {
  const all = store.accessCodes({ deviceId: device });
  const { codes, nextStart } = store.awakeCodes(device, until);
  const found = new Set(ids(codes));
  expect(codes).toEqual(all.filter(({ accessCodeId }) => found.has(accessCodeId)));
  const leftOut = all.filter(({ accessCodeId }) => !found.has(accessCodeId));
  expect(leftOut.filter((code) => !isLeftOut(code, until))).toEqual([]);
  const next = Math.min(...leftOut.map(({ timeFrame }) => timeFrame?.startsAt ?? 0));
  expect(nextStart ?? Infinity).toBeLessThanOrEqual(next);
  expect(nextStart ?? Infinity).toBeGreaterThan(until);
  if (!exactly) return;
  expect(leftOut).toEqual(all.filter((code) => isLeftOut(code, until)));
  expect(nextStart ?? Infinity).toBe(next);
};

test('whatever is written and undone, those that are awake are what the file says of them', () => {
  using bed = new TestBed();
  const store = bed.open();
  const devices = [1, 2].map((n) => DeviceId(uuid(n)));
  for (const n of [1, 2]) store.putDevice(aDevice(n));
  const perform = (step: Exclude<Step, { do: 'look' }>): void => {
    if (step.do === 'delete') {
      store.deleteAccessCode(aCode(step.code).accessCodeId);
      return;
    }
    const deviceId = DeviceId(uuid(step.lock));
    const code = aCode(step.code, {
      ...atRest,
      ...(step.rests ? {} : { status: 'setting' }),
      ...frame(step.at),
      deviceId,
    });
    if (step.do === 'put') {
      store.putAccessCode(code);
      return;
    }
    const undone = new Error('undone');
    try {
      store.transaction(() => {
        store.putAccessCode(code);
        for (const one of devices) store.awakeCodes(one, step.at);
        throw undone;
      });
    } catch (error) {
      if (error !== undone) throw error;
    }
  };
  fc.assert(
    fc.property(steps, (all) => {
      for (let n = 1; n <= 6; n += 1) store.deleteAccessCode(aCode(n).accessCodeId);
      for (const step of all) {
        if (step.do === 'look') for (const one of devices) judge(store, one, step.until, false);
        else perform(step);
      }
      reread(store);
      for (const one of devices) judge(store, one, 50, true);
    }),
    { numRuns: 100 },
  );
});

test('a database of an earlier version knows after its migration which of its codes are at rest', () => {
  using bed = new TestBed();
  const store = bed.open();
  store.putDevice(aDevice(1));
  [{}, ...awake.map(([, change]) => change)].forEach((change, n) => {
    store.putAccessCode(aCode(n + 1, { ...atRest, ...change }));
  });
  const database = Database.open(bed.databaseFile);
  // Codes at risk are new with this version.
  const rows = (): unknown[] =>
    database.all(
      'SELECT position, awake_from FROM access_codes WHERE arrival_risk IS NULL ORDER BY position',
    );
  const written = rows();
  database.run('UPDATE access_codes SET awake_from = 0');
  expect(rows()).not.toEqual(written);
  const [update = ''] = /UPDATE access_codes SET awake_from[^;]*;/.exec(time) ?? [];
  database.run(update);
  expect(rows()).toEqual(written);
  database.close();
});

test('it keeps the locks used last, within its bound', () => {
  const reads: string[] = [];
  const many = Array.from({ length: 9_000 }, (_, n) => aCode(n));
  const byId = new Map(many.map((code) => [code.accessCodeId, code]));
  const cache = new AwakeCache({
    ids: (device) => {
      reads.push(device);
      return [...byId.keys()];
    },
    nextStart: () => undefined,
    readOne: (id) => byId.get(id),
  });
  const look = (n: number): number => cache.of(DeviceId(uuid(n)), 0).codes.length;
  expect([look(1), look(2), look(1)]).toEqual([9_000, 9_000, 9_000]);
  expect(reads).toHaveLength(2);
  look(3);
  expect([look(1), look(3)]).toEqual([9_000, 9_000]);
  expect(reads).toHaveLength(3);
  look(2);
  expect(reads).toHaveLength(4);
});
