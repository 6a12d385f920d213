import { batteryStatus } from '../../core/battery.ts';
import type { Device, LockState } from '../../core/model.ts';
import { codeConstraintsOf } from '../access-codes/constraints.ts';
import type { AnswerBody } from '../answer.ts';

/** A lock, and what else of the bridge's knowledge its object tells. */
export interface DeviceFacts {
  readonly device: Device;
  readonly state: LockState;
  /** Slots that the bridge may use. */
  readonly usable: readonly number[];
  readonly now: number;
  /** Since when the lock's radio is away. Undefined: it isn't. */
  readonly hubLostSince: number | undefined;
  /** The name that it has without what callers have named it. */
  readonly givenName: string;
}

export const isOnline = ({ device, hubLostSince }: DeviceFacts): boolean =>
  device.online && hubLostSince === undefined;

/** What is known of an unmanaged lock too. */
export const commonProperties = (facts: DeviceFacts): AnswerBody => {
  const { battery, manufacturer, model, capabilities, name } = facts.device;
  return {
    online: isOnline(facts),
    name,
    ...(battery === undefined
      ? {}
      : { battery_level: battery, battery: { level: battery, status: batteryStatus(battery) } }),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    model: {
      display_name: model ?? 'Lock',
      manufacturer_display_name: manufacturer ?? 'Unknown',
      has_built_in_keypad: true,
      can_connect_accessory_keypad: false,
      accessory_keypad_supported: false,
      online_access_codes_supported: capabilities !== undefined,
      offline_access_codes_supported: false,
    },
    online_access_codes_enabled: capabilities !== undefined,
    offline_access_codes_enabled: false,
  };
};

/** `properties` of a managed lock (facts page SEAM-ROUTES, "device"). */
export const managedProperties = (facts: DeviceFacts): AnswerBody => {
  const { device, usable } = facts;
  const { capabilities, locked, autoLock, wishes } = device;
  return {
    ...commonProperties(facts),
    appearance: { name: facts.givenName },
    ...(locked === undefined ? {} : { locked }),
    ...codeConstraintsOf(device, usable),
    has_direct_power: capabilities?.power === 'mains',
    has_native_entry_events: capabilities?.reportsUse === true,
    supports_accessory_keypad: false,
    supports_offline_access_codes: false,
    supports_backup_access_code_pool: true,
    backup_access_code_pool_enabled: wishes?.backupPool === true,
    ...(autoLock === undefined ? {} : { auto_lock_enabled: autoLock.enabled }),
    ...(autoLock?.delaySeconds === undefined ? {} : { auto_lock_delay_seconds: autoLock.delaySeconds }),
  };
};
