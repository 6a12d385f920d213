import { handedOver, handOverBar } from '../../core/convert.ts';
import type { HandOverBar } from '../../core/convert.ts';
import type { AccessCode } from '../../core/model.ts';
import { slotOwnedBy } from '../../core/slots.ts';
import { afterCommit, record } from '../access-codes/record.ts';
import type { AppParts } from '../parts.ts';
import { deviceById } from '../parts.ts';
import { Refusal } from '../problems.ts';

const texts: Readonly<Record<HandOverBar, string>> = {
  leaving: 'this access code is being removed',
  time_bound: 'it would open the door for ever, with nobody to remove it at ends_at: make it ongoing first',
  one_time: 'it would open the door for ever, with nobody to remove it after its first use',
  scheduled: 'the lock still has a schedule for it: try again when that is gone',
  not_on_lock: 'it does not stand on the lock, where it would stay: delete it instead',
  in_doubt: 'it is not proved to stand on the lock as it should: try again when its status is set',
};

/** 400 where the code can't be left on its lock as an unmanaged one. */
export const requireHandOver = (parts: AppParts, code: AccessCode): void => {
  const { store, reconciler } = parts;
  const { capabilities } = deviceById(parts, code.deviceId);
  const state = store.lockState(code.deviceId);
  const slot = slotOwnedBy(state, code.accessCodeId)?.slot;
  const action = reconciler.inFlight(code.deviceId);
  const isWritten =
    (action !== undefined && 'code' in action && action.code === code.accessCodeId) ||
    store
      .intents(code.deviceId)
      .some((intent) => intent.accessCodeId === code.accessCodeId || intent.slot === slot);
  const bar = handOverBar(code, state, capabilities, isWritten);
  if (bar === undefined) return;
  const message = `is_managed: ${texts[bar]}.`;
  throw new Refusal({
    type: bar === 'leaving' ? 'access_code_being_removed' : 'cannot_be_unmanaged',
    message,
    status: 400,
    validationErrors: { _errors: [], is_managed: { _errors: [texts[bar]] } },
  });
};

/**
 * Leaves a managed code on its lock as an unmanaged one, with its id: the bridge never touches it again by itself.
 * Within the request's transaction.
 * @throws Refusal where it can't; nothing has changed then
 */
export const handOver = (parts: AppParts, code: AccessCode): void => {
  requireHandOver(parts, code);
  const { store, clock, random, changes, reconciler } = parts;
  const now = clock.now();
  const { accessCodeId, deviceId } = code;
  const before = store.lockState(deviceId);
  store.putLockState(before, handedOver(before, code, now));
  store.deleteAccessCode(accessCodeId);
  record(parts, code, 'handed_over', {});
  store.appendEvent({
    eventId: random.uuid(),
    eventType: 'access_code.unmanaged.created',
    occurredAt: now,
    deviceId,
    accessCodeId,
    payload: { x_slot: slotOwnedBy(before, accessCodeId)?.slot ?? null },
    pin: undefined,
  });
  afterCommit(() => {
    changes.emit({ kind: 'access_code', id: accessCodeId });
    changes.emit({ kind: 'unmanaged_access_code', id: accessCodeId });
    changes.emit({ kind: 'slots', id: deviceId });
    changes.emit({ kind: 'bridge' });
    changes.emit({ kind: 'events' });
    reconciler.kick(deviceId);
  });
};
