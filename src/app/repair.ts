import type { z } from 'zod';
import type { Device, LockState } from '../core/model.ts';
import { phaseOf } from '../core/phase.ts';
import { repaired, repairLooks } from '../core/repair.ts';
import { holds, slotOwnedBy, slotsOf } from '../core/slots.ts';
import { requireCapabilities } from './access-codes/constraints.ts';
import type { AnswerBody } from './answer.ts';
import type { AppParts } from './parts.ts';
import { presentDevice } from './parts.ts';
import { invalid, Refusal } from './problems.ts';
import type { schemas } from './lockstep/schemas.ts';

type Params = z.infer<(typeof schemas)['repair']>;

/**
 * Tries again now what has failed, and looks at our slots whatever is believed of them. With `restore`, a lock that
 * was reset is written to again, oldest wish first, through the ordinary plan and radio queue.
 * @throws Refusal where there is nothing to repair or restore; nothing has changed then
 */
export const repair = (parts: AppParts, params: Params): AnswerBody => {
  const { store, clock, random, changes, reconciler } = parts;
  const device = presentDevice(parts, params.device_id);
  const { deviceId } = device;
  const restore = params.restore === true;
  const before = store.lockState(deviceId);
  const capabilities = requireRepairable(device, before, params, restore);
  const after = repaired(before, capabilities, { slot: params.slot, restore });
  store.putLockState(before, after);
  const now = clock.now();
  const missing = store
    .accessCodes({ deviceId })
    .filter((code) => phaseOf(code, now, reconciler.leadMs) === 'due' && !standsIn(after, code));
  if (restore)
    // Their delays are counted from now: until now they were not even tried.
    for (const code of missing) store.putAccessCode({ ...code, wishedAt: now, externalChange: undefined });
  const detail = { ...(params.slot === undefined ? {} : { slot: params.slot }), restore };
  store.journal({
    at: now,
    deviceId,
    accessCodeId: undefined,
    slot: params.slot,
    kind: 'repair_requested',
    detail,
  });
  if (restore)
    store.appendEvent({
      eventId: random.uuid(),
      eventType: 'lockstep.lock_reset_over',
      occurredAt: now,
      deviceId,
      accessCodeId: undefined,
      payload: { why: 'restore_requested', codes: missing.length },
      pin: undefined,
    });
  // Once the transaction has ended: what may yet be rolled back is shown to nobody.
  queueMicrotask(() => {
    for (const kind of ['device', 'slots'] as const) changes.emit({ kind, id: deviceId });
    changes.emit({ kind: 'events' });
    reconciler.kick(deviceId);
  });
  return {
    repair: {
      device_id: deviceId,
      slot: params.slot ?? null,
      restore,
      codes_to_set: after.reset === undefined ? missing.length : 0,
      slots_to_look_at: repairLooks(after),
      frozen: after.reset !== undefined,
    },
  };
};

const standsIn = (
  state: LockState,
  code: {
    readonly accessCodeId: Parameters<typeof slotOwnedBy>[1];
    readonly pin: Parameters<typeof holds>[1];
  },
): boolean => {
  const belief = slotOwnedBy(state, code.accessCodeId);
  return belief !== undefined && holds(belief, code.pin);
};

const requireRepairable = (
  device: Device,
  state: LockState,
  { slot }: Params,
  restore: boolean,
): NonNullable<Device['capabilities']> => {
  const capabilities = requireCapabilities(device);
  const { first, last } = capabilities.slots;
  if (slot !== undefined && !slotsOf(capabilities).includes(slot))
    throw invalid('slot', `this lock has no slot ${slot} for codes; it has ${first} to ${last}`);
  if (restore && slot !== undefined)
    throw invalid('slot', 'restore is for the whole lock; leave slot out, or leave restore out');
  if (restore && state.reset === undefined)
    throw new Refusal({
      type: 'device_not_reset',
      message:
        'restore: this lock is not held back: what is missing on it is set by itself. Leave restore out to try again now.',
      status: 400,
    });
  return capabilities;
};
