import type { AccessCode, Device, Finding, Instant, LockState, UnmanagedCode } from '../core/model.ts';
import { isDisplaced } from '../core/ids.ts';
import { lockResetError, resetMessage } from '../core/lifecycle.ts';
import { slotOwnedBy } from '../core/slots.ts';
import type { StoredEvent } from '../ports/store.ts';
import type { AnswerBody, AnswerValue } from './answer.ts';

/** Ids that every object of this bridge carries. */
export interface Workspace {
  readonly workspaceId: string;
  readonly connectedAccountId: string;
}

export const iso = (at: Instant): string => new Date(at).toISOString();

/** Errors of an access code that are its lock's. */
const deviceErrorCodes: ReadonlySet<string> = new Set([
  'device_disconnected',
  'hub_disconnected',
  'lockstep_lock_displaced',
]);

const findings = (list: readonly Finding[], kind: 'error_code' | 'warning_code'): AnswerValue[] =>
  list.map((one) => ({
    [kind]: one.code,
    message: one.message,
    created_at: iso(one.created_at),
    ...one.extra,
    ...(kind === 'warning_code'
      ? {}
      : deviceErrorCodes.has(one.code)
        ? { is_device_error: true }
        : { is_access_code_error: true }),
  }));

const mutations = (code: AccessCode): AnswerValue[] => {
  if (code.deletingSince !== undefined)
    return [
      {
        mutation_code: 'deleting',
        created_at: iso(code.deletingSince),
        message: 'Being taken off the lock.',
      },
    ];
  if (code.status === 'set') return [];
  if (code.previousPin !== undefined)
    return [
      {
        mutation_code: 'updating_code',
        created_at: iso(code.wishedAt),
        message: 'The new PIN is on its way to the lock.',
        from: { code: code.previousPin },
        to: { code: code.pin },
      },
    ];
  return [
    { mutation_code: 'creating', created_at: iso(code.wishedAt), message: 'Being written to the lock.' },
  ];
};

const displayStatus = {
  set: 'Active',
  setting: 'Setting',
  removing: 'Removing',
  unset: 'Unset',
  unknown: 'Unknown',
} as const;

/** The managed access code as Seam models it (facts page SEAM-ROUTES §2); `x_slot` is ours. */
export const accessCodeView = (code: AccessCode, state: LockState, workspace: Workspace): AnswerBody => ({
  access_code_id: code.accessCodeId,
  device_id: code.deviceId,
  workspace_id: workspace.workspaceId,
  name: code.name,
  code: code.pin,
  type: 'ongoing',
  starts_at: null,
  ends_at: null,
  status: code.status,
  display_status: displayStatus[code.status],
  is_managed: true,
  created_at: iso(code.createdAt),
  errors: findings(code.errors, 'error_code'),
  warnings: findings(code.warnings, 'warning_code'),
  pending_mutations: mutations(code),
  common_code_key: null,
  is_backup: false,
  is_backup_access_code_available: false,
  is_external_modification_allowed: false,
  is_offline_access_code: false,
  is_one_time_use: false,
  is_scheduled_on_device: false,
  is_waiting_for_code_assignment: false,
  pulled_backup_access_code_id: null,
  x_slot: slotOwnedBy(state, code.accessCodeId)?.slot ?? null,
});

/** A code found on a lock; `code` null where the lock masks it. */
export const unmanagedView = (code: UnmanagedCode, workspace: Workspace): AnswerBody => ({
  access_code_id: code.accessCodeId,
  device_id: code.deviceId,
  workspace_id: workspace.workspaceId,
  name: null,
  code: code.pin === 'masked' ? null : code.pin,
  type: 'ongoing',
  starts_at: null,
  ends_at: null,
  status: 'set',
  is_managed: false,
  created_at: iso(code.createdAt),
  errors: [],
  warnings: [],
  x_slot: code.slot,
});

const batteryStatus = (level: number): string =>
  level < 0.1 ? 'critical' : level < 0.2 ? 'low' : level < 0.9 ? 'good' : 'full';

const deviceProperties = (device: Device, usable: readonly number[]): AnswerBody => {
  const { capabilities, battery, locked, manufacturer, model } = device;
  return {
    online: device.online,
    name: device.name,
    appearance: { name: device.name },
    ...(locked === undefined ? {} : { locked }),
    ...(battery === undefined
      ? {}
      : { battery_level: battery, battery: { level: battery, status: batteryStatus(battery) } }),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    model: { display_name: model ?? 'Lock', manufacturer_display_name: manufacturer ?? 'Unknown' },
    ...(capabilities === undefined
      ? {}
      : { supported_code_lengths: capabilities.codeLengths, max_active_codes_supported: usable.length }),
    has_direct_power: capabilities?.power === 'mains',
    has_native_entry_events: capabilities?.reportsProgramming ?? false,
    supports_backup_access_code_pool: false,
  };
};

const deviceErrors = (device: Device, state: LockState): AnswerValue[] => {
  const error = (error_code: string, message: string, since: Instant): AnswerValue => ({
    error_code,
    message,
    created_at: iso(since),
    is_device_error: true,
  });
  if (device.removedAt !== undefined)
    return [
      error(
        'device_removed',
        'The lock was removed from the network; its access codes wait here for another lock. It may still hold their PINs.',
        device.removedAt,
      ),
    ];
  const errors: AnswerValue[] = [];
  if (state.reset !== undefined)
    errors.push(error(lockResetError, resetMessage(state.reset.why), state.reset.at));
  if (isDisplaced(device.address))
    errors.push(
      error(
        'lockstep_lock_displaced',
        'Another lock answers at its place. Move its access codes there: lockstep replace OLD NEW',
        device.offlineSince ?? device.createdAt,
      ),
    );
  else if (!device.online)
    errors.push(
      error('device_disconnected', 'The lock does not answer.', device.offlineSince ?? device.createdAt),
    );
  return errors;
};

/** The lock as Seam models a device; what Seam has no name for begins with `x_`. */
export const deviceView = (
  device: Device,
  state: LockState,
  usable: readonly number[],
  timeZone: string,
  workspace: Workspace,
): AnswerBody => {
  const { capabilities } = device;
  const remote = capabilities?.remoteLock ?? false;
  return {
    device_id: device.deviceId,
    device_type: 'lockstep_lock',
    display_name: device.name,
    workspace_id: workspace.workspaceId,
    connected_account_id: workspace.connectedAccountId,
    space_ids: [],
    custom_metadata: {},
    is_managed: true,
    created_at: iso(device.createdAt),
    capabilities_supported: [
      ...(capabilities ? ['access_code'] : []),
      ...(remote ? ['lock'] : []),
      ...(device.battery === undefined ? [] : ['battery']),
    ],
    can_program_online_access_codes: capabilities !== undefined,
    can_remotely_lock: remote,
    can_remotely_unlock: remote,
    can_unlock_with_code: capabilities !== undefined,
    properties: deviceProperties(device, usable),
    location: { time_zone: timeZone },
    errors: deviceErrors(device, state),
    warnings: [],
    x_address: device.address,
    x_removed_at: device.removedAt === undefined ? null : iso(device.removedAt),
    x_slots: capabilities ? { first: capabilities.slots.first, last: capabilities.slots.last } : null,
    x_adopted: state.adopted,
    x_read_back: capabilities?.readBack ?? null,
    x_checksum: (capabilities?.checksum ?? false) && state.checksumTrusted,
    x_seen_to_lie: state.seenToLie,
  };
};

/** An event as it is published and listed. `code` is a closed PIN; a face shows it only where it may. */
export const eventView = (event: StoredEvent, workspace: Workspace): AnswerBody => ({
  seq: event.seq,
  event_id: event.eventId,
  event_type: event.eventType,
  created_at: iso(event.occurredAt),
  occurred_at: iso(event.occurredAt),
  workspace_id: workspace.workspaceId,
  ...(event.deviceId === undefined
    ? {}
    : { device_id: event.deviceId, connected_account_id: workspace.connectedAccountId }),
  ...(event.accessCodeId === undefined ? {} : { access_code_id: event.accessCodeId }),
  ...jsonOf(event.payload),
  ...(event.pin === undefined ? {} : { code: event.pin }),
});

/** Payloads are made here of JSON values only; anything else is left out rather than guessed. */
const jsonOf = (payload: Readonly<Record<string, unknown>>): AnswerBody => {
  const out: Record<string, AnswerValue> = {};
  for (const [key, value] of Object.entries(payload)) {
    const json = jsonValue(value);
    if (json !== undefined) out[key] = json;
  }
  return out;
};

export const jsonValue = (value: unknown): AnswerValue | undefined => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map((item: unknown) => jsonValue(item) ?? null);
  if (typeof value === 'object') return jsonOf({ ...value });
  return undefined;
};
