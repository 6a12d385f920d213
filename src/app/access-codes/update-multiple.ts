import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { notFound } from '../problems.ts';
import { commitChange, planChanges } from './change.ts';
import { membersOf } from './linked.ts';
import type { Params } from './schemas.ts';
import { changedTimeFrame } from './time-frame.ts';

/**
 * Changes name and times of all access codes that share one PIN under this key: all of them, or none. Those on their
 * way off are not meant any more.
 */
export const updateMultiple = (parts: AppParts, params: Params<'updateMultiple'>): AnswerBody => {
  const members = membersOf(parts, params.common_code_key);
  if (members.length === 0)
    throw notFound('access_code', 'No access codes with this common_code_key are known here.');
  const planned = planChanges(
    parts,
    members.map((code) => ({ code, name: params.name, timeFrame: changedTimeFrame(code, params) })),
  );
  for (const change of planned) commitChange(parts, change);
  return {};
};
