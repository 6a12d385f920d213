import { z } from 'zod';
import { riskReasons } from '../../core/arrival-risks.ts';
import { uuidPattern } from '../../core/ids.ts';

const uuid = z.string().regex(uuidPattern);
const time = z.iso.datetime();
const metadata = z.record(z.string(), z.union([z.string(), z.boolean()]));

/** What every event has. `seq` is ours: the event's gapless number on this bridge. */
const every = {
  event_id: uuid,
  created_at: time,
  occurred_at: time,
  workspace_id: uuid,
  event_description: z.string().optional(),
  seq: z.int(),
};

const ofDevice = {
  device_id: uuid,
  connected_account_id: uuid,
  device_custom_metadata: metadata.optional(),
  connected_account_custom_metadata: metadata.optional(),
};

const slot = { x_slot: z.int().optional() };

/** A code went without proof that it is off its lock. */
const leftBehind = { reason: z.string().optional(), may_remain_on_device: z.boolean().optional() };

const entries = (kind: 'error_code' | 'warning_code'): z.ZodType =>
  z.array(
    z.strictObject({
      [kind]: z.string(),
      message: z.string(),
      created_at: time,
      managed_access_code_id: uuid.optional(),
      unmanaged_access_code_id: uuid.optional(),
    }),
  );

const deviceDiagnosis = {
  device_errors: entries('error_code'),
  device_warnings: entries('warning_code'),
  connected_account_errors: entries('error_code'),
  connected_account_warnings: entries('warning_code'),
};

const codeDiagnosis = {
  access_code_errors: entries('error_code'),
  access_code_warnings: entries('warning_code'),
  ...deviceDiagnosis,
};

const text = z.string().nullable();
const names = z.strictObject({ name: text });
const pins = z.strictObject({ code: text });
const frames = z.strictObject({ starts_at: time.nullable(), ends_at: time.nullable() });
/** Null where the reader may not see PINs. */
const pin = text;

type Shape = Readonly<Record<string, z.ZodType>>;

const accessCode: Readonly<Record<string, Shape>> = {
  'access_code.created': { x_left_behind_by: uuid.optional() },
  'access_code.changed': {
    change_reason: z.string().optional(),
    changed_properties: z.array(z.strictObject({ property: z.string(), from: text, to: text })).optional(),
  },
  'access_code.name_changed': { description: z.string(), from: names, to: names },
  'access_code.code_changed': { description: z.string(), from: pins, to: pins },
  'access_code.time_frame_changed': { description: z.string(), from: frames, to: frames },
  'access_code.mutations_requested': {
    requested_mutations: z.array(
      z.strictObject({
        mutation_code: z.enum([
          'updating_name',
          'updating_code',
          'updating_time_frame',
          'deleting',
          'creating',
          'deferring_creation',
        ]),
        from: z.record(z.string(), text).optional(),
        to: z.record(z.string(), text).optional(),
      }),
    ),
  },
  'access_code.scheduled_on_device': { code: pin },
  'access_code.set_on_device': { code: pin },
  'access_code.removed_from_device': {},
  'access_code.delay_in_setting_on_device': codeDiagnosis,
  'access_code.failed_to_set_on_device': codeDiagnosis,
  'access_code.deleted': { code: pin, ...leftBehind },
  'access_code.delay_in_removing_from_device': codeDiagnosis,
  'access_code.failed_to_remove_from_device': codeDiagnosis,
  'access_code.modified_external_to_seam': {},
  'access_code.deleted_external_to_seam': {},
  'access_code.backup_access_code_pulled': { backup_access_code_id: uuid },
  'access_code.unmanaged.converted_to_managed': {},
  'access_code.unmanaged.failed_to_convert_to_managed': { ...codeDiagnosis, x_reason: z.string() },
  'access_code.unmanaged.created': {},
  'access_code.unmanaged.removed': leftBehind,
};

const why = { error_code: z.enum(['account_disconnected', 'hub_disconnected', 'device_disconnected']) };
const level = z.number().min(0).max(1);

const device: Readonly<Record<string, Shape>> = {
  'device.added': {},
  'device.connected': {},
  'device.unmanaged.connected': {},
  'device.disconnected': { ...why, ...deviceDiagnosis },
  'device.unmanaged.disconnected': { ...why, ...deviceDiagnosis },
  'device.converted_to_unmanaged': {},
  'device.unmanaged.converted_to_managed': {},
  'device.tampered': {},
  'device.low_battery': { battery_level: level, battery_source: z.enum(['lock']).optional() },
  'device.battery_status_changed': {
    battery_level: level,
    battery_status: z.enum(['critical', 'low', 'good', 'full']),
  },
  'device.removed': { access_codes_kept: z.int(), may_remain_on_device: z.boolean() },
  'device.third_party_integration_detected': {},
  'device.third_party_integration_no_longer_detected': {},
  'device.name_changed': { device_name: z.string() },
};

const access = {
  method: z.enum(['keycode', 'manual', 'automatic', 'remote', 'unknown']),
  access_code_id: uuid.optional(),
  access_code_is_managed: z.boolean().optional(),
  code: pin.optional(),
  action_attempt_id: uuid.optional(),
  ...slot,
};

const lock: Readonly<Record<string, Shape>> = {
  'lock.locked': access,
  'lock.unlocked': access,
  'lock.access_denied': {
    reason: z
      .strictObject({
        reason_code: z.enum(['unknown_code', 'expired_code', 'too_many_attempts']),
        message: z.string(),
      })
      .optional(),
  },
};

const attempt = {
  action_attempt_id: uuid,
  action_type: z.string(),
  status: z.enum(['success', 'error']),
};
const attempts: Readonly<Record<string, Shape>> = Object.fromEntries(
  ['lock_door', 'unlock_door', 'simulate_keypad_code_entry', 'simulate_manual_lock_via_keypad'].flatMap(
    (action) => [
      [`action_attempt.${action}.succeeded`, attempt],
      [`action_attempt.${action}.failed`, attempt],
    ],
  ),
);

const pairing = {
  pairing_id: uuid,
  kind: z.enum(['pair', 'remove']),
  radio: z.string(),
  dsk: text,
  message: z.string(),
  ...Object.fromEntries(Object.entries(ofDevice).map(([key, schema]) => [key, schema.optional()])),
};

/** Ours, about one lock. */
const lockstepLock: Readonly<Record<string, Shape>> = {
  'lockstep.lock_adopted': { unmanaged: z.int() },
  'lockstep.lock_certified': { certify_id: uuid },
  'lockstep.lock_displaced': { displaced_by: uuid, message: z.string() },
  'lockstep.lock_replaced': { old_device_id: uuid, moved: z.int(), left_behind: z.int() },
  'lockstep.lock_reset': { why: z.enum(['codes_gone', 'all_deleted', 'code_length']), codes: z.int() },
  'lockstep.lock_reset_over': {
    why: z.enum(['codes_are_there', 'restore_requested']),
    codes: z.int().optional(),
  },
};

/** Ours, about one access code. */
const lockstepCode: Readonly<Record<string, Shape>> = {
  'lockstep.arrival_at_risk': {
    reason: z.enum(riskReasons),
    message: z.string(),
    starts_at: time,
    backup_access_code_id: uuid.optional(),
  },
};

/** Ours, about the bridge. */
const lockstepBridge: Readonly<Record<string, Shape>> = {
  'lockstep.clock_trusted': { by: z.enum(['system', 'operator', 'config', 'carried']) },
  'lockstep.clock_untrusted': {
    why: z.enum(['unsynchronised', 'behind_floor', 'leapt']),
    message: z.string(),
  },
  'lockstep.events_dropped': { from_seq: z.int(), to_seq: z.int() },
  'lockstep.pairing_step': { ...pairing, step: z.string() },
  'lockstep.pairing_done': { ...pairing, security: text, warning: text },
  'lockstep.pairing_failed': {
    ...pairing,
    error: z.strictObject({ type: z.string(), message: z.string() }),
    left_behind: text,
  },
  'lockstep.webhook_failed': { webhook_id: uuid, failing_since: time, message: z.string() },
};

const schemasOf = (types: Readonly<Record<string, Shape>>, common: Shape): [string, z.ZodObject][] =>
  Object.entries(types).map(([type, shape]) => [
    type,
    z.strictObject({ event_type: z.literal(type), ...every, ...common, ...shape }),
  ]);

/** Each event type that this bridge emits, with all that the event has as it goes out (facts page SEAM-ROUTES §3). */
export const eventObjects: ReadonlyMap<string, z.ZodObject> = new Map([
  ...schemasOf(accessCode, { access_code_id: uuid, ...ofDevice, ...slot }),
  ...schemasOf(device, ofDevice),
  ...schemasOf(lock, ofDevice),
  ...schemasOf(attempts, {
    device_id: uuid.optional(),
    connected_account_id: uuid.optional(),
    device_custom_metadata: metadata.optional(),
  }),
  ...schemasOf(lockstepLock, ofDevice),
  ...schemasOf(lockstepCode, { access_code_id: uuid, ...ofDevice }),
  ...schemasOf(lockstepBridge, {}),
]);

/** Any event. */
export const eventObject = z.union([...eventObjects.values()]);
