import { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { AccessCode, Device } from '../core/model.ts';
import type { BrokerStatus } from '../ports/broker-status.ts';
import type { Changes } from '../ports/changes.ts';
import type { ClockTrust } from '../ports/clock-trust.ts';
import type { Clock } from '../ports/clock.ts';
import type { Host } from '../ports/host.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Reconciler } from '../ports/reconciler.ts';
import type { Simulation } from '../ports/simulation.ts';
import type { NewEvent, Store } from '../ports/store.ts';
import type { DeviceType } from './devices/device-type.ts';
import { notFound, Refusal } from './problems.ts';
import type { Workspace } from './objects/common.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the bridge tells of itself. */
export interface BridgeInfo {
  readonly bridgeId: string;
  readonly version: string;
  readonly startedAt: number;
  readonly broker: () => BrokerStatus;
  /** The nightly audits are on. */
  readonly audits: boolean;
  readonly host: Host;
  /** Where requests are taken; `open`: from other machines, without an account. */
  readonly listening: () => readonly {
    readonly name: string;
    readonly where: string;
    readonly open: boolean;
    /** What goes over it, API keys and PINs, can be read by who is on the way. */
    readonly inClear?: boolean;
  }[];
  readonly timeZoneOf: (device: Device) => string;
  /** Names of errors and warnings. Absent: the seeds'. */
  readonly vocabulary?: Vocabulary;
  readonly rateLimits?: RateLimits;
  /** What the locks are called in `device_type`. */
  readonly deviceType: DeviceType;
}

export interface AppParts {
  readonly store: Store;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly random: Random;
  readonly log: Log;
  readonly changes: Changes;
  readonly bridge: BridgeInfo;
  /** Only where the locks are simulated. */
  readonly simulation?: Simulation | undefined;
}

export const workspaceOf = ({ store, bridge }: AppParts): Workspace => ({
  workspaceId: store.workspaceId,
  connectedAccountId: store.connectedAccountId,
  vocabulary: bridge.vocabulary ?? 'seeds',
});

/** The device with this id, or a 404. */
export const deviceById = ({ store }: AppParts, id: string): Device => {
  const device = store.device(DeviceId(id.toLowerCase()));
  if (device === undefined) throw notFound('device', `No lock with device_id ${id} is known here.`);
  return device;
};

/** The device with this id while it is in the network, or what is wrong with it. */
export const presentDevice = (parts: AppParts, id: string): Device => {
  const device = deviceById(parts, id);
  if (device.removedAt === undefined) return device;
  throw new Refusal({
    type: 'device_removed',
    message:
      'This lock was removed from the network. Pair it again, or move its access codes with lockstep/devices/replace.',
    status: 400,
  });
};

/** The device with this id while it is in the network and nobody has unmanaged it, or what is wrong with it. */
export const managedDevice = (parts: AppParts, id: string): Device => {
  const device = presentDevice(parts, id);
  if (isManaged(device)) return device;
  throw new Refusal({
    type: 'device_unmanaged',
    message:
      'device_id: this lock is unmanaged: nothing is done to it. Manage it with /devices/unmanaged/update, is_managed: true.',
    status: 400,
  });
};

export const isManaged = ({ wishes }: Device): boolean => wishes?.isManaged !== false;

/** The managed access code with this id, on this device if one is named, or a 404. */
export const codeById = ({ store }: AppParts, id: string, deviceId?: string): AccessCode => {
  const code = store.accessCode(AccessCodeId(id.toLowerCase()));
  if (code === undefined || (deviceId !== undefined && code.deviceId !== deviceId.toLowerCase()))
    throw notFound('access_code', `No managed access code with access_code_id ${id} is known here.`);
  return code;
};

/** Several devices may bear one name, and then it names none of them. */
export const deviceByName = ({ store }: AppParts, name: string): Device => {
  const named = store.devices().filter((one) => one.name === name);
  const [device] = named;
  if (device === undefined) throw notFound('device', 'No lock of that name is known here.');
  if (named.length > 1)
    throw new Refusal({
      type: 'invalid_input',
      message: `name: ${named.length} locks bear this name; use device_id`,
      status: 400,
    });
  return device;
};

export const codeEventOf = (
  { random, clock }: AppParts,
  eventType: string,
  code: AccessCode,
  payload: Readonly<Record<string, unknown>> = {},
): NewEvent => ({
  eventId: random.uuid(),
  eventType,
  occurredAt: clock.now(),
  deviceId: code.deviceId,
  accessCodeId: code.accessCodeId,
  payload,
  pin: undefined,
});
