import type { z } from 'zod';
import { requireCapabilities } from '../access-codes/constraints.ts';
import type { AnswerBody } from '../answer.ts';
import { deviceById, presentDevice } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import type { schemas } from './schemas.ts';
import { slotsView } from '../slots-view.ts';

type Params = z.infer<(typeof schemas)['device']>;

/** A lock's slots, and on what evidence. */
export const slots = (parts: AppParts, params: Params): AnswerBody => {
  const device = deviceById(parts, params.device_id);
  const codes = parts.store.accessCodes({ deviceId: device.deviceId });
  return slotsView({
    device,
    state: parts.store.lockState(device.deviceId),
    codes,
    wishes: parts.store.unmanagedWishes(device.deviceId),
    action: parts.reconciler.inFlight(device.deviceId),
    usable: parts.reconciler.usableSlots(device),
    leadMs: parts.reconciler.leadMs,
    now: parts.clock.now(),
  });
};

/** Has a lock looked at, whatever is believed of it. */
export const audit = (parts: AppParts, params: Params): AnswerBody => {
  const device = presentDevice(parts, params.device_id);
  requireCapabilities(device);
  parts.reconciler.audit(device.deviceId);
  return { audit: { device_id: device.deviceId, state: 'queued' } };
};
