import { LockAddress } from '../core/ids.ts';
import { isKnownSet } from '../core/lifecycle-table.ts';
import type { AccessCode, Device, Finding, Instant, LockState, SlotBelief } from '../core/model.ts';
import { isSpare } from '../core/pool.ts';
import type { Change } from '../ports/changes.ts';
import type { CodesOfRemoved } from '../ports/pairings.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { deviceEvent } from './device-events.ts';
import { codeEvent } from './settle.ts';
import { giveUpUnmanagedWishes } from './unmanaged-wishes.ts';

/** The error that a kept access code of a removed lock carries. */
export const deviceRemovedError = 'device_removed';

/**
 * The lock has left the network: its record goes with all that was believed of it, or, where access codes are
 * kept, stays as removed. One transaction. The lock itself still holds the PINs: nobody could take them off it.
 */
export const depart = (
  store: Store,
  random: Random,
  device: Device,
  codes: CodesOfRemoved,
  now: Instant,
): readonly Change[] =>
  store.transaction(() => {
    const all = store.accessCodes({ deviceId: device.deviceId });
    // Nobody has a spare, and another lock makes its own.
    const given = (code: AccessCode): boolean => codes === 'forget' || isSpare(code);
    const kept = all.filter((code) => code.deletingSince === undefined && !given(code)).length;
    const gone: Device = {
      ...device,
      address: LockAddress(`${device.radio}:removed`),
      identities: lastingIdentities(device),
      online: false,
      removedAt: device.removedAt ?? now,
    };
    store.putDevice(gone);
    const state = store.lockState(device.deviceId);
    store.putLockState(state, doubted(state, device.capabilities?.readBack !== 'none'));
    giveUpUnmanagedWishes({ store, random }, device, now);
    if (device.removedAt === undefined) {
      store.appendEvent(
        deviceEvent(random, now, device, 'device.removed', {
          access_codes_kept: kept,
          may_remain_on_device: all.length > 0,
        }),
      );
      store.journal({
        at: now,
        deviceId: device.deviceId,
        accessCodeId: undefined,
        slot: undefined,
        kind: 'device_removed',
        detail: { access_codes: all.length, kept },
      });
    }
    for (const code of all)
      if (given(code))
        store.putAccessCode({ ...code, deletingSince: code.deletingSince ?? now, status: 'removing' });
    return [...tidyRemoved(store, random, gone, now), { kind: 'bridge' }, { kind: 'events' }];
  });

/**
 * What a removed lock's record still needs: codes that were to be removed end, since nobody can take them off it
 * any more; the others say that they have no lock; and without any left, the record goes. May be repeated.
 */
export const tidyRemoved = (store: Store, random: Random, device: Device, now: Instant): readonly Change[] =>
  store.transaction(() => {
    const { deviceId } = device;
    const changes: Change[] = [{ kind: 'device', id: deviceId }];
    let left = 0;
    for (const code of store.accessCodes({ deviceId })) {
      changes.push({ kind: 'access_code', id: code.accessCodeId });
      if (code.deletingSince === undefined && !isOver(code, now)) {
        left += 1;
        store.putAccessCode(orphaned(code, now));
        continue;
      }
      const why = { reason: 'device_removed', may_remain_on_device: true };
      store.appendEvent(codeEvent('access_code.deleted', code, now, random, why));
      store.journal({
        at: now,
        deviceId,
        accessCodeId: code.accessCodeId,
        slot: undefined,
        kind: 'ended',
        detail: why,
      });
      store.deleteAccessCode(code.accessCodeId);
      changes.push({ kind: 'events' }, { kind: 'bridge' });
    }
    if (left === 0) changes.push(...forget(store, random, device, now));
    return changes;
  });

const forget = (store: Store, random: Random, { deviceId }: Device, now: Instant): readonly Change[] => {
  const changes: Change[] = [{ kind: 'slots', id: deviceId }, { kind: 'events' }, { kind: 'bridge' }];
  for (const code of store.unmanagedCodes({ deviceId })) {
    store.appendEvent({
      eventId: random.uuid(),
      eventType: 'access_code.unmanaged.removed',
      occurredAt: now,
      deviceId,
      accessCodeId: code.accessCodeId,
      payload: { x_slot: code.slot, reason: 'device_removed', may_remain_on_device: true },
      pin: undefined,
    });
    changes.push({ kind: 'unmanaged_access_code', id: code.accessCodeId });
  }
  store.deleteDevice(deviceId);
  return changes;
};

const isOver = ({ timeFrame }: AccessCode, now: Instant): boolean =>
  timeFrame !== undefined && now >= timeFrame.endsAt;

/** When the next of a removed lock's kept codes is over. */
export const nextEnd = (store: Store, { deviceId }: Device): Instant | undefined => {
  const ends = store.accessCodes({ deviceId }).flatMap(({ timeFrame }) => timeFrame?.endsAt ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
};

/** Whether it can still be used is beyond us: what stood on the lock when it was last heard may stand there yet. */
const orphaned = (code: AccessCode, now: Instant): AccessCode => {
  const finding: Finding = {
    code: deviceRemovedError,
    message:
      'Its lock was removed from the network. Move it to another lock (lockstep replace), pair the lock again, or delete it. The removed lock may still hold its PIN.',
    created_at: code.errors.find((one) => one.code === deviceRemovedError)?.created_at ?? now,
    extra: {},
  };
  const status = isKnownSet(code.status) ? 'unknown' : code.status === 'unset' ? 'unset' : 'setting';
  return { ...code, status, errors: [finding], warnings: [] };
};

/** `zwave:dsk:…` → `zwave:dsk`. */
const schemeOf = (identity: string): string => identity.split(':').slice(0, 2).join(':');

/**
 * Names that are the lock's own. A place in a network is the next lock's, once this one has left it: where a lock
 * has names of several kinds, strongest first, only the first kind stays; one that only had a place has no name. An
 * address that is a name by itself (Zigbee's EUI-64) is never another lock's.
 */
const lastingIdentities = ({ identities, address }: Device): readonly string[] => {
  const [first] = identities;
  if (first === undefined) return [];
  if (identities.includes(address)) return [address];
  const lasting = identities.filter((identity) => schemeOf(identity) === schemeOf(first));
  return lasting.length === identities.length ? [] : lasting;
};

/**
 * What is believed of a lock that was out of our sight: of our own slots, that they may hold what we wrote; of all
 * others, hardly anything. Should it be paired again, it is learned anew.
 * @param readable whether its slots can be read; else our codes are simply written again
 */
const doubted = (state: LockState, readable: boolean): LockState => {
  const slots = new Map<number, SlotBelief>();
  for (const belief of state.slots.values()) {
    const doubt = { ...belief, misses: 0, lookAfter: undefined };
    if (belief.owner !== undefined)
      slots.set(belief.slot, {
        ...doubt,
        ...(readable ? {} : { state: { kind: 'unknown' } }),
        grade: 'assumed',
        confirmed: false,
        suspicion: readable ? 'uncertain' : undefined,
      });
    else if (belief.unmanagedId !== undefined) slots.set(belief.slot, { ...doubt, suspicion: 'audit' });
  }
  return {
    ...state,
    slots,
    adopted: false,
    auditDue: false,
    checksum: undefined,
    checksumTrusted: true,
    checksumMisses: 0,
    health: { failures: 0, retryAt: undefined },
    attempts: new Map(),
  };
};
