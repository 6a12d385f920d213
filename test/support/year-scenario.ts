import fc from 'fast-check';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import { LockAddress } from '../../src/core/ids.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { lockSpec } from './house.ts';

// What a year may bring: locks, bookings and their changes, and what goes wrong.

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Asia/Kathmandu',
  'UTC',
];

const native: Partial<Capabilities> = { yearDaySchedules: 1 };
const kinds: Readonly<Record<string, Partial<Capabilities>>> = {
  none: {},
  unknown: native,
  first: { ...native, scheduleOrder: 'schedule_first' },
  told: { ...native, scheduleOrder: 'schedule_first', codeManners: true },
  disabled: { ...native, scheduleOrder: 'code_disabled_first', codeManners: true },
};

const kindNames = Object.keys(kinds);

const aLock = fc.record({
  zone: fc.constantFrom(...zones),
  dst: fc.boolean(),
  ppm: fc.integer({ min: -50, max: 50 }),
  minutesOnly: fc.boolean(),
  masks: fc.boolean(),
  erased: fc.constantFrom('opens' as const, 'shuts' as const),
  slots: fc.integer({ min: 1, max: 4 }),
});
type ALock = typeof aLock extends fc.Arbitrary<infer T> ? T : never;

const n = fc.nat(1_000);
/** Often near the hour that a zone's clocks skip or repeat. */
const offsetMinutes = fc.oneof(
  fc.integer({ min: -100, max: 130 }),
  fc.integer({ min: -2 * 24 * 60, max: 2 * 24 * 60 }),
);

const aBooking = fc.record({
  lock: n,
  season: n,
  startMinutes: offsetMinutes,
  seconds: fc.constantFrom(0, 0, 17),
  minutes: fc.oneof(fc.integer({ min: 5, max: 240 }), fc.integer({ min: 240, max: 4 * 24 * 60 })),
  aheadMinutes: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 60, max: 5 * 24 * 60 })),
  /** Its PIN is one that others have before and after it. */
  isShared: fc.constantFrom(false, false, true),
  prefersNative: fc.constantFrom(true, true, true, false),
});

const aChange = fc.record({
  booking: n,
  /** When, of the time from its booking until shortly after its end. */
  share: fc.double({ min: 0, max: 1.05, noNaN: true }),
  what: fc.constantFrom('move', 'move', 'move', 'prolong', 'shorten', 'end', 'always', 'delete', 'delete'),
  byMinutes: offsetMinutes,
});

const aSpell = fc.record({
  season: n,
  lock: n,
  /**
   * Of the bridge: restarted, stopped, asleep with its machine, or on one without a clock battery that was off and then
   * shows another time; of its clock: set wrong; of a lock: out of reach,
   * or losing answers or commands.
   */
  what: fc.constantFrom('restart', 'down', 'asleep', 'powerless', 'wrong', 'offline', 'offline', 'lossy'),
  wrongByDays: fc.constantFrom(-20_000, -1, 1, 400),
  atMinutes: offsetMinutes,
  minutes: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 120, max: 3 * 24 * 60 })),
});

export const scenario = fc.record({
  seed: fc.nat(),
  /** One of each kind. */
  locks: fc.array(aLock, { minLength: kindNames.length, maxLength: kindNames.length }),
  /** Days around which something happens; negative: a lock's zone changes then. */
  seasons: fc.array(fc.oneof(fc.integer({ min: -8, max: -1 }), fc.integer({ min: 0, max: 355 })), {
    minLength: 3,
    maxLength: 5,
  }),
  bookings: fc.array(aBooking, { minLength: 40, maxLength: 60 }),
  changes: fc.array(aChange, { minLength: 5, maxLength: 25 }),
  spells: fc.array(aSpell, { minLength: 2, maxLength: 7 }),
});
export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

export type Spell = Scenario['spells'][number];
export type Change = Scenario['changes'][number];

export const specOf = (
  { zone, dst, ppm, minutesOnly, masks, erased, slots }: ALock,
  index: number,
): LockSpec =>
  lockSpec(
    {
      address: LockAddress(`simulated:${index + 1}`),
      name: `Door ${index + 1}`,
      masks,
      traits: { erased, clock: { zone, ppm, minutesOnly } },
    },
    {
      ...kinds[kindNames[index] ?? ''],
      slots: { first: 1, last: slots },
      readBack: masks ? 'masked' : 'full',
      clock: { set: true, read: true, ...(dst ? { dst: true } : {}) },
    },
  );
