import type { AccessCode } from '../../core/model.ts';
import { phaseOf } from '../../core/phase.ts';
import { Pin } from '../../core/pin.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { codeById, deviceById } from '../parts.ts';
import { notFound } from '../problems.ts';
import { shown } from './record.ts';
import type { Params } from './schemas.ts';

/** One access code: by its id, or by its lock and PIN. */
export const get = (parts: AppParts, params: Params<'get'>): AnswerBody => {
  const code =
    params.access_code_id === undefined
      ? byPin(parts, params.device_id ?? '', params.code ?? '')
      : codeById(parts, params.access_code_id, params.device_id);
  return { access_code: shown(parts, code) };
};

const byPin = (parts: AppParts, deviceId: string, digits: string): AccessCode => {
  const device = deviceById(parts, deviceId);
  const pin = Pin.parse(digits);
  const [code] = parts.store
    .accessCodes({ deviceId: device.deviceId })
    .filter((one) => one.pin.equals(pin))
    .sort((a, b) => rank(parts, a) - rank(parts, b));
  if (code === undefined) throw notFound('access_code', 'No managed access code on this lock has that code.');
  return code;
};

/** A PIN may serve several codes at different times: the one that counts now comes first, then the next, then the past. */
const rank = ({ clock, reconciler }: AppParts, code: AccessCode): number => {
  switch (phaseOf(code, clock.now(), reconciler.leadMs)) {
    case 'due':
      return -Infinity;
    case 'early':
      return code.timeFrame?.startsAt ?? 0;
    case 'over':
      return Infinity;
  }
};
