import type { TimeFrame } from '../../core/model.ts';
import type { Pin } from '../../core/pin.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { invalid } from '../problems.ts';
import { admittedDevice, commonLength, generatedPin, givenPin, requireRoom } from './admission.ts';
import type { Admission } from './admission.ts';
import { membersOf } from './linked.ts';
import { shown } from './record.ts';
import type { Params } from './schemas.ts';
import { makeCode, requireUseReports, wishOf } from './wish.ts';

/**
 * Makes a managed access code. It is durable when this returns; the lock gets it afterwards.
 * @throws Refusal where a rule is broken; nothing has changed then
 */
export const create = (parts: AppParts, params: Params<'create'>): AnswerBody => {
  const wish = wishOf(parts, params);
  const admission = admittedDevice(parts, params.device_id, params.attempt_for_offline_device);
  if (wish.isOneTimeUse) requireUseReports(admission);
  requireRoom(admission, wish.timeFrame);
  const pin = pinFor(parts, admission, params, wish.timeFrame);
  return { access_code: shown(parts, makeCode(parts, admission, wish, pin, params.common_code_key ?? null)) };
};

const pinFor = (
  parts: AppParts,
  admission: Admission,
  params: Params<'create'>,
  timeFrame: TimeFrame | undefined,
): Pin => {
  const key = params.common_code_key ?? undefined;
  const [member] = key === undefined ? [] : membersOf(parts, key);
  if (member === undefined)
    return params.code === undefined
      ? generatedPin(parts, [admission], commonLength([admission], params.preferred_code_length))
      : givenPin(admission, params.code, timeFrame);
  const shared = member.pin.reveal();
  if (params.code !== undefined && params.code !== shared)
    throw invalid(
      'code',
      'the access codes with this common_code_key have another PIN, and all of them share one; leave code out',
    );
  return givenPin(admission, shared, timeFrame);
};
