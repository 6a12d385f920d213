import { z } from 'zod';
import { LockAddress } from '../core/ids.ts';
import type { RadioId } from '../core/ids.ts';
import type { Capabilities, LockDescription } from '../core/model.ts';
import { Pin } from '../core/pin.ts';
import type {
  ChecksumOutcome,
  Hint,
  OperateOutcome,
  ReadOutcome,
  WriteOutcome,
} from '../ports/lock-driver.ts';
import type { LockInspection } from '../ports/lock-inspection.ts';
import type { ClockOutcome, ScheduleOutcome } from '../ports/lock-time.ts';
import type { PairingOutcome, RemovalOutcome } from '../ports/membership.ts';

// What a third party's driver may answer: it is JavaScript, and what it says gets stored and planned by. Unknown keys
// are left out, so what the interface has has to be here: answers.test.ts sees to that.

const why = z.enum(['asleep', 'unreachable', 'timeout', 'radio_down', 'aborted']);
const refusal = z.enum(['duplicate', 'format', 'full', 'occupied', 'unsupported', 'unspecified']);
const failed = z.object({ kind: z.literal('failed'), why });
const refused = z.object({ kind: z.literal('refused'), why: refusal });
const slot = z.int().min(0).max(65_535);
const text = z.string().max(500);

const reading = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('empty') }),
  z.object({
    kind: z.literal('occupied'),
    pin: z.union([
      z.custom<Pin>((value) => value instanceof Pin, { error: 'a PIN made by host.pin' }),
      z.literal('masked'),
    ]),
    enabled: z.boolean(),
    userType: z.enum(['unrestricted', 'year_day', 'week_day', 'master', 'non_access']).exactOptional(),
  }),
]);

export const readOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('read'), reading }),
  z.object({ kind: z.literal('unavailable') }),
  failed,
]) satisfies z.ZodType<ReadOutcome>;

export const writeOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('confirmed') }),
  z.object({ kind: z.literal('accepted') }),
  refused.extend({ certain: z.boolean() }),
  failed.extend({ mayHaveLanded: z.boolean() }),
]) satisfies z.ZodType<WriteOutcome>;

export const checksumOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('checksum'), value: z.int().min(0).max(0xffff) }),
  failed,
]) satisfies z.ZodType<ChecksumOutcome>;

export const operateOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), confirmed: z.boolean() }),
  refused,
  failed,
]) satisfies z.ZodType<OperateOutcome>;

const localMinute = z.object({
  year: z.int().min(1970).max(9999),
  month: z.int().min(1).max(12),
  day: z.int().min(1).max(31),
  hour: z.int().min(0).max(23),
  minute: z.int().min(0).max(59),
});

export const scheduleOutcome = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('schedule'),
      window: z.object({ start: localMinute, stop: localMinute }).optional(),
    })
    .transform((one) => ({ window: undefined, ...one })),
  refused,
  failed,
]) satisfies z.ZodType<ScheduleOutcome>;

export const clockOutcome = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('clock'),
      local: localMinute,
      second: z.int().min(0).max(59).optional(),
    })
    .transform((one) => ({ second: undefined, ...one })),
  refused,
  failed,
]) satisfies z.ZodType<ClockOutcome>;

export const capabilities = z.union([
  z.undefined(),
  z.object({
    slots: z.object({ first: slot, last: slot }),
    reservedSlots: z.array(slot).max(1_000),
    codeLengths: z.array(z.int().min(1).max(32)).max(32),
    readBack: z.enum(['full', 'masked', 'none']),
    checksum: z.boolean(),
    reportsProgramming: z.boolean(),
    reportsUse: z.literal(true).exactOptional(),
    power: z.enum(['battery', 'mains']),
    remoteLock: z.boolean(),
    names: z.object({ maxLength: z.int().min(1).max(255) }).exactOptional(),
    oneCodeLength: z.literal(true).exactOptional(),
    duplicateCheck: z.boolean().exactOptional(),
    readBackDelayMs: z.number().min(0).max(600_000).exactOptional(),
    yearDaySchedules: z.int().min(0).max(255).exactOptional(),
    repeatingSchedules: z.literal(true).exactOptional(),
    codeManners: z.literal(true).exactOptional(),
    scheduleOrder: z.enum(['schedule_first', 'code_disabled_first']).exactOptional(),
    clock: z
      .object({ set: z.boolean(), read: z.boolean(), dst: z.literal(true).exactOptional() })
      .exactOptional(),
    autoLock: z.literal(true).exactOptional(),
  }),
]) satisfies z.ZodType<Capabilities | undefined>;

const addressOf = (radio: RadioId): z.ZodType<LockAddress> =>
  z
    .string()
    .regex(new RegExp(`^${radio}:[a-z0-9]{1,32}$`), { error: `${radio}: and 1 to 32 letters and digits` })
    .transform(LockAddress);

/** Addresses and identities begin with the radio's name: no driver can pass a lock off as another radio's. */
export const descriptionOf = (radio: RadioId): z.ZodType<LockDescription> =>
  z
    .object({
      address: addressOf(radio),
      radio: z.literal<RadioId>(radio),
      identities: z
        .array(z.string().startsWith(`${radio}:`).max(200))
        .min(1)
        .max(8),
      name: z.string().min(1).max(100),
      manufacturer: text.optional(),
      model: text.optional(),
      online: z.boolean(),
      battery: z.number().min(0).max(1).optional(),
      locked: z.boolean().optional(),
      autoLock: z
        .object({ enabled: z.boolean(), delaySeconds: z.number().min(0).max(86_400).exactOptional() })
        .exactOptional(),
    })
    .transform((one) => ({ ...untold, ...one }));

const untold = { manufacturer: undefined, model: undefined, battery: undefined, locked: undefined };

export const hintOf = (radio: RadioId): z.ZodType<Hint> => {
  const address = addressOf(radio);
  const somewhere = { slot: undefined };
  return z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('locks') }),
    z.object({ kind: z.literal('radio') }),
    z
      .object({
        kind: z.literal('slot'),
        address,
        slot: slot.optional(),
        allDeleted: z.literal(true).exactOptional(),
      })
      .transform((one) => ({ ...somewhere, ...one })),
    z.object({ kind: z.literal('reachable'), address }),
    z
      .object({
        kind: z.literal('access'),
        address,
        action: z.enum(['locked', 'unlocked']),
        method: z.enum(['keycode', 'manual', 'automatic', 'remote', 'unknown']),
        slot: slot.optional(),
      })
      .transform((one) => ({ ...somewhere, ...one })),
    z.object({ kind: z.literal('keypad_lockout'), address }),
    z.object({ kind: z.literal('tampered'), address }),
  ]);
};

const problem = z
  .object({
    kind: z.literal('failed'),
    why: z.enum([
      'busy',
      'radio_down',
      'bad_qr_code',
      'bad_pin',
      'wrong_pin',
      'insecure',
      'nobody',
      'not_a_lock',
      'already_paired',
      'interview_failed',
      'still_answers',
      'unknown_lock',
      'aborted',
      'unspecified',
    ]),
    message: text,
    leftBehind: z.string().transform(LockAddress).optional(),
  })
  .transform((one) => ({ leftBehind: undefined, ...one }));

export const pairingOutcomeOf = (radio: RadioId): z.ZodType<PairingOutcome> =>
  z.discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('paired'),
        address: addressOf(radio),
        security: text,
        warning: text.optional(),
      })
      .transform((one) => ({ warning: undefined, ...one })),
    problem,
  ]);

export const removalOutcomeOf = (radio: RadioId): z.ZodType<RemovalOutcome> =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('removed'), address: addressOf(radio) }),
    problem,
  ]);

export const addressesOf = (radio: RadioId): z.ZodType<readonly LockAddress[]> => z.array(addressOf(radio));

export const inspection = z
  .object({
    security: text.optional(),
    weakSecurity: z.boolean(),
    product: text.optional(),
    firmware: text.optional(),
    quirk: z.object({ name: text, source: text }).optional(),
    reach: z.enum(['alive', 'asleep', 'dead', 'unknown']),
    lastSeenAt: z.number().optional(),
    roundTripMs: z.number().optional(),
    signalDbm: z.number().optional(),
    sent: z.number(),
    undelivered: z.number(),
    unanswered: z.number(),
  })
  .transform((one) => ({ ...unmeasured, ...one }))
  .optional() satisfies z.ZodType<LockInspection | undefined>;

const unmeasured = {
  security: undefined,
  product: undefined,
  firmware: undefined,
  quirk: undefined,
  lastSeenAt: undefined,
  roundTripMs: undefined,
  signalDbm: undefined,
};

export const facts: z.ZodType<Readonly<Record<string, string>>> = z.record(text, text);

export const state = z.enum(['starting', 'ready', 'lost', 'closed']);
export const stateDetail = text.optional();
export const concurrency = z.int().min(1).max(256);

export const list: z.ZodType<readonly unknown[]> = z.array(z.unknown()).max(10_000);
