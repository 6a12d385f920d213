import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessCodeId } from '../core/ids.ts';
import type {
  AccessCode,
  Attempt,
  Finding,
  LockState,
  SlotBelief,
  SlotState,
  TimeFrame,
} from '../core/model.ts';
import type { Store } from '../ports/store.ts';
import { TestBed, aBelief, aCode, aDevice, pin, reread, uuid } from './testing/test-bed.ts';

const device = aDevice();
const { deviceId } = device;

const instant = fc.integer({ min: -1, max: 8_640_000_000_000_000 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const aPin = fc.stringMatching(/^\d{1,32}$/).map(pin);
const codeId = fc.uuid().map(AccessCodeId);
const text = fc.string({ unit: 'grapheme', maxLength: 40 });

const cause = fc.constantFrom('codes_gone' as const, 'all_deleted' as const, 'code_length' as const);

const state: fc.Arbitrary<SlotState> = fc.oneof(
  fc.constant({ kind: 'unknown' as const }),
  fc.constant({ kind: 'empty' as const }),
  fc.record({
    kind: fc.constant('occupied' as const),
    pin: fc.oneof(aPin, fc.constant('masked' as const)),
    enabled: fc.boolean(),
  }),
);

const unmanaged = maybe(fc.record({ unmanagedId: codeId, unmanagedSince: instant })).map(
  (one) => one ?? { unmanagedId: undefined, unmanagedSince: undefined },
);

const ownBelief = fc.record({
  slot: fc.integer({ min: 0, max: 30 }),
  state,
  grade: fc.constantFrom('proved', 'accepted', 'assumed'),
  evidenceAt: maybe(instant),
  source: fc.constantFrom('none', 'read', 'checksum', 'write'),
  owner: maybe(codeId),
  written: maybe(aPin),
  writtenAt: maybe(instant),
  landed: fc.constantFrom('no', 'if_soon', 'if_occupied', 'accepted', 'yes'),
  confirmed: fc.boolean(),
  suspicion: maybe(fc.constantFrom('hint', 'checksum', 'audit', 'repair', 'uncertain')),
  misses: fc.nat(),
  lookAfter: maybe(instant),
  writtenName: maybe(text),
  sideFailures: fc.nat(),
  sideAfter: maybe(instant),
  mayBeScheduled: fc.boolean(),
});

const belief: fc.Arbitrary<SlotBelief> = fc
  .tuple(ownBelief, unmanaged)
  .map(([own, found]) => ({ ...own, ...found }));

const attempt: fc.Arbitrary<Attempt> = fc.record({
  accessCodeId: codeId,
  count: fc.nat(),
  notBefore: maybe(instant),
  terminal: maybe(fc.constantFrom('duplicate', 'format')),
  lastFailure: maybe(text),
});

const lockState: fc.Arbitrary<LockState> = fc.record({
  deviceId: fc.constant(deviceId),
  slots: fc.array(belief, { maxLength: 12 }).map((all) => new Map(all.map((each) => [each.slot, each]))),
  adopted: fc.boolean(),
  checksum: maybe(fc.record({ value: fc.integer({ min: 0, max: 0xffff }), at: instant })),
  checksumTrusted: fc.boolean(),
  seenToLie: fc.boolean(),
  auditDue: fc.boolean(),
  auditCursor: fc.nat(),
  lastAuditAt: maybe(instant),
  checksumMisses: fc.nat(),
  wipe: maybe(
    fc.record({
      why: cause,
      gone: fc.nat(),
      open: fc.array(fc.nat()),
      silent: fc.array(fc.nat()),
      seen: fc.option(fc.array(instant), { nil: undefined }),
      stood: fc.option(instant, { nil: undefined }),
      summed: fc.boolean(),
    }),
  ),
  reset: maybe(
    fc.record({ at: instant, why: cause, unseen: fc.array(fc.nat()) }, { requiredKeys: ['at', 'why'] }),
  ),
  health: fc.record({ failures: fc.nat(), retryAt: maybe(instant) }),
  attempts: fc
    .array(attempt, { maxLength: 5 })
    .map((all) => new Map(all.map((each) => [each.accessCodeId, each]))),
});

const finding: fc.Arbitrary<Finding> = fc.record({
  code: text,
  message: text,
  created_at: instant,
  extra: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text),
});

const timeFrame: fc.Arbitrary<TimeFrame> = fc.record({ startsAt: instant, endsAt: instant });

const accessCode: fc.Arbitrary<AccessCode> = fc.record({
  accessCodeId: codeId,
  deviceId: fc.constant(deviceId),
  name: fc.option(text, { nil: null }),
  pin: aPin,
  createdAt: instant,
  wishedAt: instant,
  previousPin: maybe(aPin),
  timeFrame: maybe(timeFrame),
  timeFrameBefore: maybe(fc.record({ from: maybe(timeFrame), at: instant })),
  nameBefore: maybe(fc.record({ from: fc.option(text, { nil: null }), at: instant })),
  commonCodeKey: fc.option(text, { nil: null }),
  isBackup: fc.boolean(),
  backupFor: maybe(codeId),
  pulledBackupId: maybe(codeId),
  externalChangesAllowed: fc.boolean(),
  isOneTimeUse: fc.boolean(),
  preferNativeScheduling: fc.boolean(),
  isScheduledOnDevice: fc.boolean(),
  externalChange: fc.constantFrom(undefined, 'modified', 'removed'),
  setAt: maybe(instant),
  deletingSince: maybe(instant),
  status: fc.constantFrom('setting', 'set', 'unset', 'removing', 'unknown'),
  errors: fc.array(finding, { maxLength: 3 }),
  warnings: fc.array(finding, { maxLength: 3 }),
});

const withDevice = (bed: TestBed): Store => {
  const store = bed.open();
  store.putDevice(device);
  return store;
};

// A test that fails rolls its own state back, so that runs of a property don't see one another.
const undone = (store: Store, work: () => void): void => {
  const enough = new Error('enough');
  expect(() => {
    store.transaction(() => {
      work();
      throw enough;
    });
  }).toThrow(enough);
};

describe('what is believed of a lock', () => {
  it('is nothing at all where the lock was never seen', () => {
    using bed = new TestBed();
    expect(reread(bed.open()).lockState(deviceId)).toEqual({
      deviceId,
      slots: new Map(),
      adopted: false,
      checksum: undefined,
      checksumTrusted: true,
      seenToLie: false,
      auditDue: false,
      auditCursor: 0,
      lastAuditAt: undefined,
      checksumMisses: 0,
      wipe: undefined,
      reset: undefined,
      health: { failures: 0, retryAt: undefined },
      attempts: new Map(),
    });
  });

  it('comes back as it was put, whatever was there before', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    fc.assert(
      fc.property(fc.array(lockState, { minLength: 1, maxLength: 4 }), (states) => {
        undone(store, () => {
          for (const next of states) {
            store.putLockState(reread(store).lockState(deviceId), next);
            expect(reread(store).lockState(deviceId)).toEqual(next);
          }
        });
      }),
    );
  });

  it('survives a restart (FIELD-BUGS 12)', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    const before = reread(store).lockState(deviceId);
    const slots = new Map([
      [2, aBelief(2, { state: { kind: 'occupied', pin: pin('0042'), enabled: true }, written: pin('0042') })],
      [3, aBelief(3, { state: { kind: 'occupied', pin: 'masked', enabled: false } })],
    ]);
    const after = { ...before, adopted: true, slots };
    store.putLockState(before, after);
    store.close();
    expect(reread(bed.open()).lockState(deviceId)).toEqual(after);
  });

  it('costs no write where nothing differs, and only its own row where one slot does', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    const empty = reread(store).lockState(deviceId);
    const slots = new Map([1, 2, 3].map((slot) => [slot, aBelief(slot, { written: pin('1234') })]));
    store.putLockState(empty, { ...empty, slots });
    // The stored row of slot 2 is changed behind the store's back: it must stay, since nobody wrote slot 2.
    const last = reread(store).lockState(deviceId);
    const behind = { ...last, slots: new Map(last.slots).set(2, aBelief(2, { suspicion: 'hint' })) };
    store.putLockState(last, behind);
    const alike = [...last.slots.values()].map((each) => [each.slot, { ...each }] as const);
    const changed = new Map(alike).set(3, aBelief(3, { suspicion: 'audit' }));
    store.putLockState(last, { ...last, slots: changed });
    expect(reread(store).lockState(deviceId).slots.get(2)?.suspicion).toBe('hint');
    expect(reread(store).lockState(deviceId).slots.get(3)?.suspicion).toBe('audit');
  });

  it('is written where nothing but a PIN differs', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    const put = (digits: string): LockState => {
      const before = reread(store).lockState(deviceId);
      const state = { kind: 'occupied' as const, pin: pin(digits), enabled: true };
      const after = {
        ...before,
        slots: new Map([[1, aBelief(1, { state, written: pin(digits) })]]),
      };
      store.putLockState(before, after);
      return after;
    };
    put('1111');
    const last = put('2222');
    expect(reread(store).lockState(deviceId)).toEqual(last);
  });

  it('keeps whole milliseconds, and takes nothing that is not a number', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    const before = reread(store).lockState(deviceId);
    store.putLockState(before, { ...before, health: { failures: 1, retryAt: 1000.6 } });
    expect(reread(store).lockState(deviceId).health.retryAt).toBe(1001);
    expect(() => {
      store.putLockState(before, { ...before, health: { failures: 1, retryAt: NaN } });
    }).toThrow('must be finite');
  });

  it('of an unknown device is refused', () => {
    using bed = new TestBed();
    const store = bed.open();
    const before = reread(store).lockState(deviceId);
    expect(() => {
      store.putLockState(before, { ...before, adopted: true });
    }).toThrow(/FOREIGN KEY/);
  });
});

describe('unmanaged codes', () => {
  it('are the occupied slots with an id, dated from the evidence that first showed them', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    const id = AccessCodeId(uuid(77));
    const found = aBelief(4, {
      state: { kind: 'occupied', pin: 'masked', enabled: true },
      unmanagedId: id,
      unmanagedSince: 1000,
      evidenceAt: 1000,
    });
    const put = (next: SlotBelief): void => {
      const before = reread(store).lockState(deviceId);
      store.putLockState(before, { ...before, slots: new Map(before.slots).set(next.slot, next) });
    };
    put(found);
    put(aBelief(5, { unmanagedId: AccessCodeId(uuid(78)) }));
    put({ ...found, evidenceAt: 2000, state: { kind: 'occupied', pin: pin('0007'), enabled: true } });
    const code = { accessCodeId: id, deviceId, slot: 4, enabled: true, createdAt: 1000 };
    expect(store.unmanagedCodes()).toEqual([{ ...code, pin: pin('0007') }]);
    expect(store.unmanagedCodes({ deviceId })).toEqual([{ ...code, pin: pin('0007') }]);
    expect(store.unmanagedCodes({ deviceId: aDevice(2).deviceId })).toEqual([]);
    put({ ...found, unmanagedId: AccessCodeId(uuid(79)), unmanagedSince: 3000, evidenceAt: 3000 });
    expect(store.unmanagedCodes().map(({ createdAt }) => createdAt)).toEqual([3000]);
    put({ ...found, unmanagedId: undefined });
    expect(store.unmanagedCodes()).toEqual([]);
  });
});

describe('an access code', () => {
  it('comes back as it was put', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    fc.assert(
      fc.property(accessCode, accessCode, (first, second) => {
        undone(store, () => {
          store.putAccessCode(first);
          expect(store.accessCode(first.accessCodeId)).toEqual(first);
          const changed = { ...second, accessCodeId: first.accessCodeId };
          store.putAccessCode(changed);
          expect(store.accessCode(first.accessCodeId)).toEqual(changed);
          expect(store.accessCodes()).toEqual([changed]);
        });
      }),
    );
  });

  it('is listed in order of creation, by device, until it is deleted', () => {
    using bed = new TestBed();
    const store = withDevice(bed);
    const other = aDevice(2);
    store.putDevice(other);
    const codes = [aCode(3), aCode(1, { createdAt: 5, deviceId: other.deviceId }), aCode(2)];
    for (const code of codes) store.putAccessCode(code);
    store.putAccessCode({ ...aCode(3), name: 'changed' });
    expect(store.accessCodes().map(({ name }) => name)).toEqual(['changed', 'Code 1', 'Code 2']);
    expect(store.accessCodes({ deviceId: other.deviceId })).toEqual([codes[1]]);
    store.deleteAccessCode(aCode(3).accessCodeId);
    expect(store.accessCode(aCode(3).accessCodeId)).toBeUndefined();
    expect(store.accessCodes()).toHaveLength(2);
  });

  it('for an unknown device is refused, and changes nothing', () => {
    using bed = new TestBed();
    const store = bed.open();
    expect(() => {
      store.putAccessCode(aCode());
    }).toThrow(/FOREIGN KEY/);
    expect(store.accessCodes()).toEqual([]);
  });
});
