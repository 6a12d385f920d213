import type { DeviceId, LockAddress, RadioId } from './ids.ts';
import type { AutoLock, Capabilities, Instant } from './capabilities-model.ts';
import type { ScheduleOrder } from './schedule-model.ts';

/**
 * What `lockstep certify` saw of this very lock. It beats what the driver tells of it, be that the lock's own claim
 * or a quirk row. What is absent was not found out.
 */
export interface Calibration {
  readonly at: Instant;
  readonly readBack?: 'full' | 'masked';
  readonly readBackDelayMs?: number;
  /** Not where the lock has one code length, which is a setting. */
  readonly codeLengths?: readonly number[];
  readonly duplicateCheck?: boolean;
  /** `none`: neither order that would be safe works. */
  readonly scheduleOrder?: ScheduleOrder | 'none';
}

/** What callers have said of a lock (`/devices/update`, `/access_codes/report_device_constraints` …). Absent: nothing. */
export interface DeviceWishes {
  /** In place of the name that the config or the driver gives. */
  readonly name?: string;
  readonly customMetadata?: Readonly<Record<string, string | boolean>>;
  /** IANA zone, in place of the config's. */
  readonly timeZone?: string;
  /** An unmanaged lock takes no access codes. */
  readonly isManaged?: false;
  /** Codes of its backup pool are kept on it. */
  readonly backupPool?: true;
  /** Numbers of digits that it takes, where what the driver tells isn't all. */
  readonly codeLengths?: readonly number[];
}

/** Changes of our codes that others have made at a lock. */
export interface ForeignChanges {
  /** In a row, each soon enough after the one before (`core/foreign-changes`). */
  readonly count: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/** A lock as the bridge knows it. */
export interface Device {
  readonly deviceId: DeviceId;
  readonly radio: RadioId;
  readonly address: LockAddress;
  readonly identities: readonly string[];
  readonly name: string;
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly capabilities: Capabilities | undefined;
  readonly calibration?: Calibration | undefined;
  readonly wishes?: DeviceWishes | undefined;
  readonly online: boolean;
  /** Since when it hasn't answered. Absent: it answers. */
  readonly offlineSince?: Instant | undefined;
  readonly battery: number | undefined;
  readonly locked: boolean | undefined;
  /** Absent: not known. */
  readonly autoLock?: AutoLock | undefined;
  readonly createdAt: Instant;
  /** Its backup pool is on, and has not all of its codes ready, or none. Absent: all, or it is off. */
  readonly poolLack?: { readonly kind: 'empty' | 'partial'; readonly since: Instant } | undefined;
  /** Others have changed our codes at the lock. Absent: not of late. */
  readonly foreignChanges?: ForeignChanges | undefined;
  /** It has left the network, and is kept for the sake of its access codes. Absent: it is in the network. */
  readonly removedAt?: Instant | undefined;
}
