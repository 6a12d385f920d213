import { isDisplaced } from '../core/ids.ts';
import { lifecycle, transitionEvents } from '../core/lifecycle.ts';
import type { Unreachable } from '../core/lifecycle.ts';
import type { AccessCodeId } from '../core/ids.ts';
import type { AccessCode, Device, Instant, LockState } from '../core/model.ts';
import { slotOwnedBy } from '../core/slots.ts';
import { releaseSlot } from '../core/wishes.ts';
import type { Change } from '../ports/changes.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent, Store } from '../ports/store.ts';

export interface Settled {
  readonly state: LockState;
  readonly changes: readonly Change[];
  /** When a status would change although nothing has happened (delays, failures). */
  readonly nextAt: Instant | undefined;
}

/** An event about an access code. Its PIN travels beside the payload, sealed. */
export const codeEvent = (
  eventType: string,
  code: Pick<AccessCode, 'accessCodeId' | 'deviceId' | 'pin'>,
  at: Instant,
  random: Random,
  payload: Readonly<Record<string, unknown>> = {},
): NewEvent => ({
  eventId: random.uuid(),
  eventType,
  occurredAt: at,
  deviceId: code.deviceId,
  accessCodeId: code.accessCodeId,
  payload,
  pin: carriesCode.has(eventType) ? code.pin : undefined,
});

/** Events that have a `code` property (facts page SEAM-ROUTES §3). */
const carriesCode = new Set([
  'access_code.set_on_device',
  'access_code.scheduled_on_device',
  'access_code.deleted',
]);

/**
 * Brings the records of a lock's access codes up to what is believed of the lock, and ends those whose removal
 * is proved. Must run inside the transaction that stored the belief, so that a status never outlives its
 * evidence.
 * @param busy codes that somebody else is just trying out
 */
export const settle = (
  store: Store,
  random: Random,
  device: Device,
  before: LockState,
  usable: readonly number[],
  radioLost: boolean,
  now: Instant,
  busy: ReadonlySet<AccessCodeId> = new Set(),
): Settled => {
  let state = before;
  let nextAt: Instant | undefined;
  const changes: Change[] = [];
  for (const stored of store.accessCodes({ deviceId: device.deviceId })) {
    if (busy.has(stored.accessCodeId)) continue;
    const code = notInTheFuture(stored, now);
    const { capabilities } = device;
    const unreachable = outOfReach(device, radioLost);
    const life = lifecycle({ code, state, capabilities, usable, unreachable, now });
    const changed: Change = { kind: 'access_code', id: code.accessCodeId };
    if (life.finished) {
      const wasOnLock = slotOwnedBy(state, code.accessCodeId)?.landed === 'yes';
      state = releaseSlot(state, code.accessCodeId);
      if (wasOnLock) store.appendEvent(codeEvent('access_code.removed_from_device', code, now, random));
      store.appendEvent(codeEvent('access_code.deleted', code, now, random));
      store.journal({
        at: now,
        deviceId: device.deviceId,
        accessCodeId: code.accessCodeId,
        slot: undefined,
        kind: 'ended',
        detail: {},
      });
      store.deleteAccessCode(code.accessCodeId);
      changes.push(changed, { kind: 'events' }, { kind: 'bridge' });
      continue;
    }
    if (life.nextAt !== undefined)
      nextAt = nextAt === undefined ? life.nextAt : Math.min(nextAt, life.nextAt);
    const after: AccessCode = {
      ...code,
      status: life.status,
      errors: life.errors,
      warnings: life.warnings,
      previousPin: life.status === 'set' ? undefined : code.previousPin,
    };
    if (same(stored, after)) continue;
    store.putAccessCode(after);
    changes.push(changed, { kind: 'bridge' });
    for (const type of transitionEvents(stored, after)) {
      store.appendEvent(codeEvent(type, after, now, random, diagnosis(type, after)));
      changes.push({ kind: 'events' });
    }
  }
  if (state !== before) store.putLockState(before, state);
  return { state, changes, nextAt };
};

const outOfReach = (device: Device, radioLost: boolean): Unreachable | undefined => {
  if (isDisplaced(device.address)) return 'lockstep_lock_displaced';
  if (radioLost) return 'hub_disconnected';
  return device.online ? undefined : 'device_disconnected';
};

/**
 * A wish from the future was made while the wall clock was ahead. Its delays are counted from now then: they
 * would never come otherwise, and an overdue removal must be loud.
 */
const notInTheFuture = (code: AccessCode, now: Instant): AccessCode => ({
  ...code,
  wishedAt: Math.min(code.wishedAt, now),
  deletingSince: code.deletingSince === undefined ? undefined : Math.min(code.deletingSince, now),
});

const same = (a: AccessCode, b: AccessCode): boolean =>
  a.status === b.status &&
  a.wishedAt === b.wishedAt &&
  a.deletingSince === b.deletingSince &&
  a.previousPin === b.previousPin &&
  JSON.stringify([a.errors, a.warnings]) === JSON.stringify([b.errors, b.warnings]);

const iso = (at: Instant): string => new Date(at).toISOString();

const ofTheDevice: ReadonlySet<string> = new Set<Unreachable>([
  'device_disconnected',
  'hub_disconnected',
  'lockstep_lock_displaced',
]);

/** The arrays that failure and delay events carry (facts page SEAM-ROUTES §3, "DIAG"). */
const diagnosis = (type: string, code: AccessCode): Readonly<Record<string, unknown>> => {
  if (!type.includes('failed') && !type.includes('delay')) return {};
  const errors = code.errors.filter((one) => !ofTheDevice.has(one.code));
  const ofDevice = code.errors.filter((one) => ofTheDevice.has(one.code));
  const entry = (kind: string) => (one: (typeof code.errors)[number]) => ({
    [kind]: one.code,
    message: one.message,
    created_at: iso(one.created_at),
  });
  return {
    access_code_errors: errors.map(entry('error_code')),
    access_code_warnings: code.warnings.map(entry('warning_code')),
    device_errors: ofDevice.map(entry('error_code')),
    device_warnings: [],
    connected_account_errors: [],
    connected_account_warnings: [],
  };
};
