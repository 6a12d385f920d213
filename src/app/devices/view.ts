import type { Device } from '../../core/model.ts';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';
import type { Workspace } from '../objects/common.ts';
import { providerOf } from './device-type.ts';
import type { DeviceType } from './device-type.ts';
import { deviceErrors, deviceWarnings } from './findings.ts';
import { commonProperties, managedProperties } from './properties.ts';
import type { DeviceFacts } from './properties.ts';

/** What the bridge is to its clients. */
export interface Setting {
  readonly workspace: Workspace;
  readonly deviceType: DeviceType;
  readonly timeZone: string;
  /** The lock is no real one: the simulate routes work on it. */
  readonly isSimulated: boolean;
}

const common = (
  { device }: DeviceFacts,
  { workspace, deviceType, timeZone, ...rest }: Setting,
): AnswerBody => {
  const { capabilities, wishes, manufacturer } = device;
  const remote = capabilities?.remoteLock ?? false;
  const provider = providerOf(deviceType);
  return {
    device_id: device.deviceId,
    device_type: deviceType,
    display_name: device.name,
    ...(wishes?.name === undefined ? {} : { nickname: wishes.name }),
    workspace_id: workspace.workspaceId,
    connected_account_id: workspace.connectedAccountId,
    custom_metadata: wishes?.customMetadata ?? {},
    created_at: iso(device.createdAt),
    capabilities_supported: [
      ...(capabilities ? ['access_code'] : []),
      ...(remote ? ['lock'] : []),
      ...(device.battery === undefined ? [] : ['battery']),
    ],
    ...flagsOf(device, rest.isSimulated),
    ...(manufacturer === undefined
      ? {}
      : { device_manufacturer: { display_name: manufacturer, manufacturer } }),
    device_provider: {
      device_provider_name: provider.name,
      display_name: provider.title,
      provider_category: 'stable',
    },
    location: { time_zone: timeZone, timezone: timeZone },
  };
};

/** Seam's capability flags, those that have a meaning for a lock. */
export const flagsOf = (
  { capabilities }: Device,
  isSimulated: boolean,
): Readonly<Record<string, boolean>> => {
  const remote = capabilities?.remoteLock ?? false;
  return {
    can_configure_auto_lock: capabilities?.autoLock === true,
    can_program_offline_access_codes: false,
    can_program_online_access_codes: capabilities !== undefined,
    can_remotely_lock: remote,
    can_remotely_unlock: remote,
    can_unlock_with_code: capabilities !== undefined,
    can_simulate_connection: isSimulated,
    can_simulate_disconnection: isSimulated,
    can_simulate_hub_connection: isSimulated,
    can_simulate_hub_disconnection: isSimulated,
    can_simulate_paid_subscription: false,
    can_simulate_removal: isSimulated,
  };
};

const ours = ({ device, state }: DeviceFacts): AnswerBody => {
  const { capabilities } = device;
  return {
    x_address: device.address,
    x_removed_at: device.removedAt === undefined ? null : iso(device.removedAt),
    x_slots: capabilities ? { first: capabilities.slots.first, last: capabilities.slots.last } : null,
    x_adopted: state.adopted,
    x_read_back: capabilities?.readBack ?? null,
    x_checksum: (capabilities?.checksum ?? false) && state.checksumTrusted,
    x_seen_to_lie: state.seenToLie,
  };
};

/** The lock as Seam models a device; what Seam has no name for begins with `x_`. */
export const deviceView = (facts: DeviceFacts, setting: Setting): AnswerBody => ({
  ...common(facts, setting),
  space_ids: [],
  is_managed: true,
  properties: managedProperties(facts),
  errors: deviceErrors(facts),
  warnings: deviceWarnings(facts),
  ...ours(facts),
});

/** A lock that somebody has unmanaged: what is known of it, and nothing that could be done to it. */
export const unmanagedDeviceView = (facts: DeviceFacts, setting: Setting): AnswerBody => ({
  ...common(facts, setting),
  is_managed: false,
  properties: commonProperties(facts),
  errors: deviceErrors(facts),
  warnings: deviceWarnings(facts),
  ...ours(facts),
});
