import { newAccessCode } from '../core/access-code.ts';
import { AccessCodeId } from '../core/ids.ts';
import type { AccessCode, Device, Instant, LockState } from '../core/model.ts';
import { poolPlan } from '../core/pool.ts';
import type { Pin } from '../core/pin.ts';
import { generatePin } from '../core/random-pin.ts';
import { wantRemoved, wishChanged } from '../core/wishes.ts';
import type { Change } from '../ports/changes.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { agendaOf } from './agenda.ts';
import { codeEvent } from './code-events.ts';

export interface PoolParts {
  readonly store: Store;
  readonly random: Random;
  /** So long before its `startsAt` a code is written, milliseconds. */
  readonly leadMs: number;
}

export interface PoolKept {
  /** As it is recorded now. */
  readonly device: Device;
  readonly changes: readonly Change[];
  /** When this would read differently although nothing has happened. */
  readonly nextAt: Instant | undefined;
}

interface PoolAt {
  readonly usable: readonly number[];
  readonly now: Instant;
  /** As for `settle`. */
  readonly horizonMs?: number | undefined;
}

/**
 * Brings a lock's backup pool to what it should be: spares made and given up, backups tied to codes that still are,
 * and what is lacking written down. Level-triggered: it is asked again after everything that happens at the lock, and
 * does nothing where nothing is to be done. Runs inside the transaction that settles the lock's access codes, before.
 */
export const keepPool = (parts: PoolParts, device: Device, { usable, now, horizonMs }: PoolAt): PoolKept => {
  const { store, leadMs } = parts;
  const { deviceId, wishes } = device;
  const isOn = wishes?.backupPool === true && wishes.isManaged !== false;
  const concerns = (code: AccessCode): boolean => code.isBackup || code.pulledBackupId !== undefined;
  const state = store.lockState(deviceId);
  // None that concerns the pool is ever at rest.
  const isConcerned = (): boolean => agendaOf(store, device, state, now, horizonMs).codes.some(concerns);
  if (!isOn && device.poolLack === undefined && !isConcerned())
    return { device, changes: [], nextAt: undefined };
  const codes = store.accessCodes({ deviceId });
  const bookings = { codes, state, usable, now, leadMs };
  const plan = poolPlan({ isOn, bookings, capabilities: device.capabilities, lack: device.poolLack });
  const changed = [
    ...plan.remove.map((code) => removed(parts, code, now)),
    ...plan.amend.map((code) => amended(parts, code, now)),
    ...created(parts, device, plan.create, now),
  ];
  const kept = lacking(store, device, plan.lack);
  const changes: Change[] = changed.map(({ accessCodeId }) => ({ kind: 'access_code', id: accessCodeId }));
  if (kept !== device) changes.push({ kind: 'device', id: deviceId });
  if (changed.length > 0)
    changes.push({ kind: 'slots', id: deviceId }, { kind: 'bridge' }, { kind: 'events' });
  return { device: kept, changes, nextAt: plan.nextAt };
};

const lacking = (store: Store, device: Device, lack: Device['poolLack']): Device => {
  if (device.poolLack?.kind === lack?.kind && device.poolLack?.since === lack?.since) return device;
  const after: Device = { ...device, poolLack: lack };
  store.putDevice(after);
  return after;
};

const removed = ({ store }: PoolParts, code: AccessCode, now: Instant): AccessCode => {
  const state = store.lockState(code.deviceId);
  store.putLockState(state, wantRemoved(state, code.accessCodeId));
  const after: AccessCode = { ...code, deletingSince: now, status: 'removing', errors: [], warnings: [] };
  store.putAccessCode(after);
  note(store, code, 'removal_requested', now);
  return after;
};

const amended = ({ store, leadMs }: PoolParts, code: AccessCode, now: Instant): AccessCode => {
  if (code.backupFor !== undefined) {
    const state = store.lockState(code.deviceId);
    store.putLockState(state, wishChanged(state, code, now, leadMs));
  }
  store.putAccessCode(code);
  note(store, code, 'updated', now);
  return code;
};

const created = (
  { store, random }: PoolParts,
  device: Device,
  count: number,
  now: Instant,
): readonly AccessCode[] => {
  const made: AccessCode[] = [];
  while (made.length < count) {
    const pin = freePin(store, random, device);
    if (pin === undefined) break;
    const code = newAccessCode({
      accessCodeId: AccessCodeId(random.uuid()),
      deviceId: device.deviceId,
      pin,
      at: now,
      isBackup: true,
    });
    store.putAccessCode(code);
    note(store, code, 'created', now);
    store.appendEvent(codeEvent('access_code.created', code, now, random));
    made.push(code);
  }
  return made;
};

const note = (store: Store, code: AccessCode, kind: string, now: Instant): void => {
  store.journal({
    at: now,
    deviceId: code.deviceId,
    accessCodeId: code.accessCodeId,
    slot: undefined,
    kind,
    detail: { backup_pool: true },
  });
};

/** As short as the lock and its callers allow, and in use nowhere on the lock. */
const freePin = (store: Store, random: Random, device: Device): Pin | undefined => {
  const told = device.wishes?.codeLengths;
  const lengths = (device.capabilities?.codeLengths ?? []).filter(
    (length) => told === undefined || told.includes(length),
  );
  const known = pinsOf(store.accessCodes({ deviceId: device.deviceId }), store.lockState(device.deviceId));
  return lengths.length === 0
    ? undefined
    : generatePin(random, Math.min(...lengths), (pin) => known.some((other) => other.equals(pin)));
};

const pinsOf = (codes: readonly AccessCode[], state: LockState): readonly Pin[] => [
  ...codes.flatMap(({ pin, previousPin }) => (previousPin === undefined ? [pin] : [pin, previousPin])),
  ...[...state.slots.values()].flatMap(({ state: slot, written }) => [
    ...(slot.kind === 'occupied' && slot.pin !== 'masked' ? [slot.pin] : []),
    ...(written === undefined ? [] : [written]),
  ]),
];
