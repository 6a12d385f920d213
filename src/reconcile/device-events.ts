import type { DeviceId } from '../core/ids.ts';
import type { Learned } from '../core/lesson.ts';
import type { Device, Instant, SlotBelief } from '../core/model.ts';
import type { AccessMethod } from '../ports/lock-driver.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent } from '../ports/store.ts';

/** Below this a battery is low, as an event; Seam gives no threshold. */
export const lowBattery = 0.2;

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
  if (before?.online !== after.online) {
    if (after.online) events.push(event('device.connected'));
    else if (before !== undefined) events.push(event('device.disconnected'));
  }
  const low = (device: Device | undefined): boolean =>
    device?.battery !== undefined && device.battery < lowBattery;
  if (low(after) && !low(before)) events.push(event('device.low_battery', { battery_level: after.battery }));
  return events;
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

/** Who locked or unlocked. `belief` is of the slot the lock named, if it named one. */
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
): NewEvent => {
  const accessCodeId = belief?.owner ?? belief?.unmanagedId;
  return {
    ...deviceEvent(random, at, device, `lock.${access.action}`, {
      method: access.method,
      ...(accessCodeId === undefined ? {} : { access_code_is_managed: belief?.owner !== undefined }),
      ...(access.slot === undefined ? {} : { x_slot: access.slot }),
    }),
    accessCodeId,
  };
};
