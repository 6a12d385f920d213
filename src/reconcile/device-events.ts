import { batteryStatus, lowBattery } from '../core/battery.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Learned } from '../core/lesson.ts';
import type { Device, Instant, SlotBelief } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
import type { AccessMethod } from '../ports/lock-driver.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent } from '../ports/store.ts';

/** An event about a lock. */
export const deviceEvent = (
  random: Random,
  at: Instant,
  device: Device,
  eventType: string,
  payload: Readonly<Record<string, unknown>> = {},
): NewEvent => ({
  eventId: random.uuid(),
  eventType,
  occurredAt: at,
  deviceId: device.deviceId,
  accessCodeId: undefined,
  payload,
  pin: undefined,
});

/** What the difference between two records of a lock is worth telling. */
export const deviceEvents = (
  random: Random,
  at: Instant,
  before: Device | undefined,
  after: Device,
): NewEvent[] => {
  const event = (type: string, payload?: Readonly<Record<string, unknown>>): NewEvent =>
    deviceEvent(random, at, after, type, payload);
  const events: NewEvent[] = [];
  if (before === undefined || before.removedAt !== undefined) events.push(event('device.added'));
  else if (before.name !== after.name) events.push(event('device.name_changed', { device_name: after.name }));
  if (before?.online !== after.online) {
    const kind = after.wishes?.isManaged === false ? 'device.unmanaged' : 'device';
    if (after.online) events.push(event(`${kind}.connected`));
    else if (before !== undefined)
      events.push(event(`${kind}.disconnected`, outOfReach(after.offlineSince ?? at)));
  }
  return [...events, ...batteryEvents(before, after).map(([type, payload]) => event(type, payload))];
};

/** Why a lock is away, with the arrays that such events carry (facts page SEAM-ROUTES §3, "DIAG"). */
const outOfReach = (since: Instant): Readonly<Record<string, unknown>> => ({
  error_code: 'device_disconnected',
  device_errors: [
    {
      error_code: 'device_disconnected',
      message: 'The lock does not answer.',
      created_at: new Date(since).toISOString(),
    },
  ],
  device_warnings: [],
  connected_account_errors: [],
  connected_account_warnings: [],
});

/** Low on the way down only; and each change of the word for its charge. */
const batteryEvents = (
  before: Device | undefined,
  { battery }: Device,
): (readonly [string, Readonly<Record<string, unknown>>])[] => {
  if (battery === undefined) return [];
  const was = before?.battery;
  const isNewlyLow = battery < lowBattery && (was === undefined || was >= lowBattery);
  const isChanged = was !== undefined && batteryStatus(was) !== batteryStatus(battery);
  const level = { battery_level: battery };
  return [
    ...(isNewlyLow ? [['device.low_battery', { ...level, battery_source: 'lock' }] as const] : []),
    ...(isChanged
      ? [['device.battery_status_changed', { ...level, battery_status: batteryStatus(battery) }] as const]
      : []),
  ];
};

/** The keypad has shut itself after wrong codes (FIELD-BUGS 30). */
export const lockoutEvent = (random: Random, at: Instant, device: Device): NewEvent =>
  deviceEvent(random, at, device, 'lock.access_denied', {
    reason: {
      reason_code: 'too_many_attempts',
      message: 'The keypad is disabled for a while after wrong codes.',
    },
  });

/** All codes of the lock are gone, or it turned out that they aren't (FIELD-BUGS 31). `codes`: of ours. */
export const resetEvent = (
  random: Random,
  at: Instant,
  device: Device,
  one: Extract<Learned, { kind: 'reset' | 'reset_over' }>,
): NewEvent =>
  one.kind === 'reset'
    ? deviceEvent(random, at, device, 'lockstep.lock_reset', { why: one.why, codes: one.codes })
    : deviceEvent(random, at, device, 'lockstep.lock_reset_over', { why: 'codes_are_there' });

/** Another lock answers where this one was. */
export const displacedEvent = (random: Random, at: Instant, device: Device, by: DeviceId): NewEvent =>
  deviceEvent(random, at, device, 'lockstep.lock_displaced', {
    displaced_by: by,
    message: 'Another lock answers at its place. Move its codes there: lockstep replace OLD NEW',
  });

/**
 * Who locked or unlocked. `belief` is of the slot the lock named, if it named one; `attemptId`: of the action attempt
 * that made it.
 */
export const accessEvent = (
  random: Random,
  at: Instant,
  device: Device,
  access: {
    readonly action: 'locked' | 'unlocked';
    readonly method: AccessMethod;
    readonly slot: number | undefined;
  },
  belief: SlotBelief | undefined,
  attemptId?: string,
): NewEvent => {
  const accessCodeId = belief?.owner ?? belief?.unmanagedId;
  return {
    ...deviceEvent(random, at, device, `lock.${access.action}`, {
      method: access.method,
      ...(accessCodeId === undefined ? {} : { access_code_is_managed: belief?.owner !== undefined }),
      ...(attemptId === undefined ? {} : { action_attempt_id: attemptId }),
      ...(access.slot === undefined ? {} : { x_slot: access.slot }),
    }),
    accessCodeId,
    pin: accessCodeId === undefined ? undefined : pinIn(belief),
  };
};

/** The PIN that opens by this slot, as far as it was seen; a masked one that is doubted isn't told. */
const pinIn = (belief: SlotBelief | undefined): Pin | undefined => {
  if (belief?.state.kind !== 'occupied') return undefined;
  if (belief.state.pin !== 'masked') return belief.state.pin;
  return belief.confirmed && belief.suspicion === undefined ? belief.written : undefined;
};
