import type { z } from 'zod';
import type { NoSession } from '../../ports/pairings.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';
import type { simulateSchemas } from './schemas.ts';
import { simulated } from './simulated.ts';

type OfDevice = z.infer<typeof simulateSchemas.device>;

/** The bridge only notices when it next speaks with the lock: it is made to look. */
export const setReach = async (
  parts: AppParts,
  params: OfDevice,
  isInReach: boolean,
): Promise<AnswerBody> => {
  const { device, simulation } = simulated(parts, params.device_id);
  await simulation.setReach(device, isInReach);
  parts.reconciler.audit(device.deviceId);
  return {};
};

export const setHub = async (parts: AppParts, params: OfDevice, isThere: boolean): Promise<AnswerBody> => {
  const { device, simulation } = simulated(parts, params.device_id);
  await simulation.setHub(device, isThere);
  return {};
};

/** The lock is gone for good: it is struck off, as `lockstep remove --gone` does, and its codes are kept. */
export const remove = async (parts: AppParts, params: OfDevice): Promise<AnswerBody> => {
  const { device, simulation } = simulated(parts, params.device_id);
  const { pairings } = parts.reconciler;
  const refusal = pairings.refusal(device.radio);
  if (refusal !== undefined) throw cannotStrikeOff(refusal);
  await simulation.setReach(device, false);
  const session = pairings.remove(device.deviceId, 'gone', 'keep');
  if (session.kind === 'refused') {
    await simulation.setReach(device, true);
    throw cannotStrikeOff(session);
  }
  await simulation.takeAway(device);
  return {};
};

const cannotStrikeOff = ({ why }: NoSession): Refusal =>
  new Refusal({
    type: why === 'unsupported' ? 'unsupported' : 'device_not_ready',
    message: "device_id: this lock's radio cannot strike it off at the moment.",
    status: 400,
  });

export const paidSubscription = (
  parts: AppParts,
  params: z.infer<typeof simulateSchemas.subscription>,
): Promise<AnswerBody> => {
  simulated(parts, params.device_id);
  return Promise.reject(
    new Refusal({ type: 'unsupported', message: 'No lock here needs a subscription.', status: 400 }),
  );
};
