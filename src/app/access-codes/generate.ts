import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { admittedDevice, commonLength, generatedPin } from './admission.ts';
import type { Params } from './schemas.ts';

/** Proposes a PIN that this lock could take now. Nothing is kept of it. */
export const generateCode = (parts: AppParts, { device_id }: Params<'generateCode'>): AnswerBody => {
  const admission = admittedDevice(parts, device_id, undefined);
  const code = generatedPin(parts, [admission], commonLength([admission], undefined));
  return { generated_code: { device_id: admission.device.deviceId, code } };
};
