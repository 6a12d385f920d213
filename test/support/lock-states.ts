import fc from 'fast-check';
import { AccessCodeId, DeviceId } from '../../src/core/ids.ts';
import type { Circumstances } from '../../src/core/lesson.ts';
import type {
  Attempt,
  Capabilities,
  Intent,
  LocalMinute,
  LockState,
  SlotBelief,
  SlotReading,
  SlotState,
  WantedCode,
  WipeDoubt,
  ZoneRules,
} from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';
import type { PlanInput } from '../../src/core/plan.ts';
import { slotsOf, unknownLock, unknownSlot } from '../../src/core/slots.ts';

/** What properties of plan and learn are tried on: states that a lock's store could hold, likely or not. */

export const pin = (digits: string): Pin => {
  const parsed = Pin.parse(digits);
  if (parsed === undefined) throw new Error('not a PIN');
  return parsed;
};

const uuid = (group: string, n: number): string =>
  `${group.repeat(8)}-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const lockId = DeviceId(uuid('d', 1));
export const codeId = (n: number): AccessCodeId => AccessCodeId(uuid('c', n));
export const unmanagedId = (n: number): AccessCodeId => AccessCodeId(uuid('e', n));
/** The id that a lesson gives to what it finds. */
export const freshId = unmanagedId(999);

export const now = Date.UTC(2026, 10, 1, 12);
export const minuteMs = 60_000;
export const inUtc: ZoneRules = { signature: 'UTC 0', offsetMs: 0 };

export const capabilities = (changes: Partial<Capabilities> = {}): Capabilities => ({
  slots: { first: 1, last: 6 },
  reservedSlots: [],
  codeLengths: [4, 5, 6],
  readBack: 'full',
  checksum: false,
  reportsProgramming: true,
  power: 'battery',
  remoteLock: true,
  ...changes,
});

export const circumstances = (changes: Partial<Circumstances> = {}): Circumstances => ({
  now,
  capabilities: capabilities(),
  jitter: 0.5,
  freshId,
  ...changes,
});

export const belief = (slot: number, changes: Partial<SlotBelief> = {}): SlotBelief => ({
  ...unknownSlot(slot),
  ...changes,
});

/** @param digits what the lock shows, or `masked` */
export const occupied = (digits: string, enabled = true): SlotReading => ({
  kind: 'occupied',
  pin: digits === 'masked' ? digits : pin(digits),
  enabled,
});
export const empty: SlotReading = { kind: 'empty' };

/** A slot in which our code has been proved to stand. */
export const standing = (slot: number, code: AccessCodeId, digits: string, masked = false): SlotBelief =>
  belief(slot, {
    state: occupied(masked ? 'masked' : digits),
    grade: 'proved',
    evidenceAt: now - minuteMs,
    source: 'read',
    owner: code,
    written: pin(digits),
    writtenAt: now - 2 * minuteMs,
    landed: 'yes',
    confirmed: true,
  });

/** A slot that the lock said is empty, `ageMs` ago. */
export const emptySlot = (slot: number, ageMs = minuteMs): SlotBelief =>
  belief(slot, { state: empty, grade: 'proved', evidenceAt: now - ageMs, source: 'read' });

export const lockState = (beliefs: readonly SlotBelief[], changes: Partial<LockState> = {}): LockState => ({
  ...unknownLock(lockId),
  slots: new Map(beliefs.map((one) => [one.slot, one])),
  adopted: true,
  clockCare: { failures: 0, setAt: now, told: inUtc.signature, seenIn: inUtc.signature },
  ...changes,
});

export const intentFor = (slot: number, code: AccessCodeId, digits: string | undefined): Intent => ({
  id: uuid('a', slot),
  deviceId: lockId,
  slot,
  kind: digits === undefined ? 'clear' : 'set',
  accessCodeId: code,
  pin: digits === undefined ? undefined : pin(digits),
  createdAt: now,
});

export const wantedCode = (
  code: AccessCodeId,
  digits: string,
  changes: Partial<WantedCode> = {},
): WantedCode => ({
  accessCodeId: code,
  pin: pin(digits),
  wanted: 'present',
  dueAt: now - minuteMs,
  name: null,
  ...changes,
});

export const attempt = (code: AccessCodeId, changes: Partial<Attempt> = {}): Attempt => ({
  accessCodeId: code,
  count: 1,
  notBefore: undefined,
  terminal: undefined,
  lastFailure: 'timeout',
  ...changes,
});

export const planInput = (
  state: LockState,
  wanted: readonly WantedCode[],
  changes: Partial<PlanInput> = {},
): PlanInput => {
  const able = changes.capabilities ?? capabilities();
  return {
    state,
    wanted,
    intents: [],
    capabilities: able,
    usable: slotsOf(able),
    now,
    clockRules: inUtc,
    adoptNotBefore: 0,
    ...changes,
  };
};

const codes = [1, 2, 3, 4].map(codeId);
export const anyPin = fc.constantFrom('1234', '0042', '55555', '919191', '8080').map(pin);

export const anyReading: fc.Arbitrary<SlotReading> = fc.oneof(
  fc.constant(empty),
  fc.record({
    kind: fc.constant('occupied' as const),
    pin: fc.oneof(anyPin, fc.constant('masked' as const)),
    enabled: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  }),
);

const anySlotState: fc.Arbitrary<SlotState> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'unknown' as const }) },
  { weight: 3, arbitrary: anyReading },
);

/** Mostly the near past, now and then long ago or (a clock set back) in the future. */
const anyInstant = fc.integer({ min: -25 * minuteMs, max: 2 * minuteMs }).map((ms) => now + ms);

export const anyCapabilities: fc.Arbitrary<Capabilities> = fc
  .record({
    readBack: fc.constantFrom('full', 'full', 'masked', 'none'),
    checksum: fc.boolean(),
    reservedSlots: fc.subarray([1, 4]),
    reportsProgramming: fc.boolean(),
    named: fc.boolean(),
    slow: fc.boolean(),
    schedules: fc.boolean(),
  })
  .map(({ named, slow, schedules, ...changes }) =>
    capabilities({
      ...changes,
      ...(schedules
        ? { yearDaySchedules: 1, scheduleOrder: 'schedule_first', clock: { set: false, read: true } }
        : {}),
      ...(named ? { names: { maxLength: 8 } } : {}),
      ...(slow ? { readBackDelayMs: 8_000 } : {}),
    }),
  );

const windows = [1, 2].map((hour) => {
  const minute = (of: number): LocalMinute => ({ year: 2026, month: 11, day: 1, hour: of, minute: 0 });
  return { start: minute(hour), stop: minute(hour + 1) };
});

const anyBelief = (slot: number): fc.Arbitrary<SlotBelief> =>
  fc.record({
    slot: fc.constant(slot),
    state: anySlotState,
    grade: fc.constantFrom('proved', 'proved', 'accepted', 'assumed'),
    evidenceAt: fc.option(anyInstant, { nil: undefined, freq: 8 }),
    source: fc.constantFrom('none', 'read', 'checksum', 'write'),
    owner: fc.constant(undefined),
    unmanagedId: fc.option(fc.constant(unmanagedId(slot)), { nil: undefined, freq: 2 }),
    unmanagedSince: fc.option(anyInstant, { nil: undefined, freq: 8 }),
    written: fc.option(anyPin, { nil: undefined, freq: 2 }),
    writtenAt: fc.option(anyInstant, { nil: undefined, freq: 2 }),
    landed: fc.constantFrom('no', 'if_soon', 'if_occupied', 'accepted', 'yes'),
    confirmed: fc.boolean(),
    // Seldom, because one slot in doubt keeps a lock from being written to.
    suspicion: fc.oneof(
      { weight: 12, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: fc.constantFrom('hint', 'checksum', 'audit') },
      { weight: 1, arbitrary: fc.constant('uncertain' as const) },
    ),
    misses: fc.nat(4),
    lookAfter: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, anyInstant),
    writtenName: fc.constantFrom(undefined, undefined, '', 'Anna'),
    sideFailures: fc.nat(3),
    sideAfter: fc.option(anyInstant, { nil: undefined, freq: 2 }),
    schedule: fc.option(
      fc.record({ window: fc.constantFrom(...windows), at: anyInstant, beside: fc.boolean() }),
      { nil: undefined },
    ),
    mayBeScheduled: fc.oneof(
      { weight: 12, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  });

const anyAttempt = (code: AccessCodeId): fc.Arbitrary<Attempt> =>
  fc.record({
    accessCodeId: fc.constant(code),
    count: fc.integer({ min: 1, max: 9 }),
    notBefore: fc.option(anyInstant, { nil: undefined }),
    terminal: fc.option(fc.constantFrom('duplicate', 'format'), { nil: undefined, freq: 2 }),
    lastFailure: fc.constantFrom('timeout', 'full', 'duplicate', 'not_applied', undefined),
  });

const seldom = <T>(value: T): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(value) });

const anyWipe: fc.Arbitrary<WipeDoubt> = fc.record({
  why: fc.constantFrom('codes_gone', 'all_deleted', 'code_length'),
  gone: fc.nat(3),
  open: fc.subarray([1, 2, 3, 4, 5, 6]),
  silent: fc.subarray([1, 2]),
  since: fc.option(anyInstant, { nil: undefined }),
  stood: fc.option(anyInstant, { nil: undefined, freq: 2 }),
  summed: fc.boolean(),
});

/** Slots 1–6, some never looked at, and each access code owning at most one of them. */
export const anyLockState: fc.Arbitrary<LockState> = fc
  .record({
    beliefs: fc.tuple(
      ...[1, 2, 3, 4, 5, 6].map((slot) => fc.option(anyBelief(slot), { nil: undefined, freq: 6 })),
    ),
    owners: fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { maxLength: codes.length }),
    attempts: fc.tuple(...codes.map((code) => fc.option(anyAttempt(code), { nil: undefined, freq: 2 }))),
    adopted: fc.boolean(),
    checksum: fc.option(fc.record({ value: fc.nat(0xffff), at: anyInstant }), { nil: undefined, freq: 2 }),
    checksumTrusted: fc.boolean(),
    checksumMisses: fc.nat(3),
    seenToLie: fc.boolean(),
    auditDue: fc.boolean(),
    auditCursor: fc.nat(7),
    lastAuditAt: fc.option(anyInstant, { nil: undefined }),
    clockSeen: fc.option(
      fc.record({ at: anyInstant, offsetMs: fc.constantFrom(0, 0, 0, 90_000, undefined) }),
      { nil: undefined },
    ),
    clockCare: fc.option(
      fc.record({
        setAt: anyInstant,
        told: fc.constantFrom(inUtc.signature, inUtc.signature, 'Europe/Berlin 60'),
        seenIn: fc.constant(inUtc.signature),
        failures: fc.nat(2),
        notBefore: anyInstant,
      }),
      { nil: undefined, freq: 8 },
    ),
    preloadAfter: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, anyInstant),
    // Seldom, because codes are kept from such a lock.
    wipe: anyWipe.chain(seldom),
    reset: seldom({ at: now - minuteMs, why: 'codes_gone' as const }),
    health: fc.record({
      failures: fc.nat(5),
      retryAt: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, anyInstant),
    }),
  })
  .map(({ beliefs, owners, attempts, ...rest }) => {
    const slots = new Map<number, SlotBelief>();
    for (const one of beliefs) {
      if (one === undefined) continue;
      const owner = owners.includes(one.slot) ? codes[owners.indexOf(one.slot)] : undefined;
      slots.set(one.slot, {
        ...one,
        owner,
        unmanagedId: owner === undefined ? one.unmanagedId : undefined,
        schedule: owner === undefined || !one.mayBeScheduled ? undefined : one.schedule,
      });
    }
    const tries = attempts.filter((one) => one !== undefined);
    return {
      ...unknownLock(lockId),
      ...rest,
      slots,
      attempts: new Map(tries.map((one) => [one.accessCodeId, one])),
    };
  });

const anyWanted = (code: AccessCodeId): fc.Arbitrary<WantedCode> =>
  fc.record({
    accessCodeId: fc.constant(code),
    pin: anyPin,
    wanted: fc.constantFrom('present', 'present', 'present', 'preload', 'absent'),
    window: fc.constantFrom(undefined, ...windows),
    dueAt: anyInstant,
    previousPin: fc.option(anyPin, { nil: undefined, freq: 3 }),
    neededAt: fc.option(anyInstant, { nil: undefined }),
    name: fc.constantFrom(null, 'Anna', 'a name that is too long'),
  });

/** A state with the wishes for its codes; one of them may own no slot, a slot's owner may be wanted by nobody. */
export const anyPlanInput: fc.Arbitrary<PlanInput> = fc
  .record({
    state: anyLockState,
    capabilities: anyCapabilities,
    wanted: fc.tuple(...codes.map((code) => fc.option(anyWanted(code), { nil: undefined, freq: 4 }))),
    intentSlot: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
    ),
    usable: fc.subarray([1, 2, 3, 4, 5, 6]),
    adoptNotBefore: anyInstant,
  })
  .map(({ wanted, intentSlot, usable, ...rest }) => ({
    ...rest,
    now,
    clockRules: inUtc,
    usable: slotsOf(rest.capabilities).filter((slot) => usable.includes(slot)),
    wanted: wanted.filter((one) => one !== undefined),
    intents: intentSlot === undefined ? [] : [intentFor(intentSlot, codeId(1), '1234')],
  }));
