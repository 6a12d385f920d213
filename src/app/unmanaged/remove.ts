import { conversionDiagnosis, conversionFailed } from '../../core/conversion-failure.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { managedDevice } from '../parts.ts';
import { requireTouchable, wishFor } from './convert.ts';
import { unmanagedById } from './find.ts';
import type { Params } from './schemas.ts';

/**
 * Asks for an unmanaged code to be taken off its lock. It stays known until it was seen to be gone. Should another PIN
 * stand in its slot by then, that one stays.
 * @throws Refusal where it can't; nothing has changed then
 */
export const remove = (parts: AppParts, params: Params<'delete'>): AnswerBody => {
  const { store, clock, random } = parts;
  const found = unmanagedById(parts, params.access_code_id);
  const device = managedDevice(parts, found.device.deviceId);
  requireTouchable(parts, device, found.belief, 'cannot_delete_unmanaged_access_code');
  const { unmanagedId } = found.belief;
  const before = unmanagedId && store.unmanagedWish(unmanagedId);
  if (unmanagedId === undefined || before?.kind === 'delete') return {};
  const now = clock.now();
  if (before !== undefined)
    store.appendEvent({
      eventId: random.uuid(),
      eventType: conversionFailed,
      occurredAt: now,
      deviceId: device.deviceId,
      accessCodeId: unmanagedId,
      payload: conversionDiagnosis({ why: 'deleted' }, undefined, now),
      pin: undefined,
    });
  wishFor(parts, found, {
    accessCodeId: unmanagedId,
    deviceId: device.deviceId,
    kind: 'delete',
    since: now,
    pin: undefined,
    externalChangesAllowed: false,
    errors: [],
    warnings: [],
  });
  return {};
};
