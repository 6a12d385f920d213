import type { AccessCode } from '../../core/model.ts';
import { handOver } from '../unmanaged/hand-over.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { codeById } from '../parts.ts';
import { invalid, Refusal } from '../problems.ts';
import { commitChange, planChanges } from './change.ts';
import { isLeaving } from './record.ts';
import type { Params } from './schemas.ts';
import { changedTimeFrame } from './time-frame.ts';
import { externalChangesOf } from './wish.ts';

/** Changes an access code. What is new is on the lock when nothing of it is pending any more. */
export const update = (parts: AppParts, params: Params<'update'>): AnswerBody => {
  const before = codeById(parts, params.access_code_id, params.device_id);
  requireStaying(parts, before);
  if (params.is_managed === false) {
    requireAlone(params);
    handOver(parts, before);
    return {};
  }
  const timeFrame = changedTimeFrame(before, params);
  const externalChangesAllowed = externalChangesOf(params);
  const planned = planChanges(
    parts,
    [
      {
        code: before,
        name: params.name,
        digits: params.code,
        timeFrame,
        externalChangesAllowed,
        isOneTimeUse: params.is_one_time_use,
      },
    ],
    params.attempt_for_offline_device,
  );
  for (const change of planned) commitChange(parts, change);
  return {};
};

const requireStaying = (parts: AppParts, code: AccessCode): void => {
  if (isLeaving(parts, code))
    throw new Refusal({
      type: 'access_code_being_removed',
      message:
        code.deletingSince === undefined
          ? 'The time of this access code is over, and it is being removed.'
          : 'This access code is being removed.',
      status: 400,
    });
};

const harmless: ReadonlySet<string> = new Set(['access_code_id', 'device_id', 'is_managed', 'sync']);

/** Whether the other changes were made first would be anybody's guess. */
const requireAlone = (params: Params<'update'>): void => {
  for (const [parameter, value] of Object.entries(params))
    if (value !== undefined && !harmless.has(parameter))
      throw invalid(parameter, 'cannot be given with is_managed false: hand the access code over by itself');
};
