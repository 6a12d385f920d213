import { commitChange } from '../access-codes/change.ts';
import { remove } from '../access-codes/remove.ts';
import { makeCode } from '../access-codes/wish.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';
import { planOf } from './plan.ts';
import type { LockPlan } from './plan.ts';
import type { ApplyParams } from './schemas.ts';
import { lockView } from './view.ts';

/** What `apply` would do with this wanted set. @throws Refusal what it would refuse */
export const diff = (parts: AppParts, { devices }: Pick<ApplyParams, 'devices'>): AnswerBody => {
  const { locks, digest } = planOf(parts, devices);
  return { diff: { digest, devices: locks.map((plan) => lockView(plan, undefined)) } };
};

/**
 * Makes the managed access codes of the locks that are named what the wanted set says: all of it, or nothing. It is
 * durable when this returns; the locks follow.
 * @throws Refusal where anything of it can't be, or what is there isn't what the caller has seen
 */
export const apply = (parts: AppParts, { devices, expect }: ApplyParams): AnswerBody => {
  const { locks, digest } = planOf(parts, devices);
  if (expect !== undefined && expect !== digest)
    throw new Refusal({
      type: 'changed_meanwhile',
      message: 'expect: the access codes of these locks have changed since that diff; look at a new one.',
      status: 409,
    });
  return { applied: { devices: locks.map((plan) => lockView(plan, commit(parts, plan))) } };
};

/** The ids of what was made. */
const commit = (parts: AppParts, { lock, changes, creations }: LockPlan): string[] => {
  for (const { code } of lock.removals) remove(parts, { access_code_id: code.accessCodeId });
  for (const change of changes) commitChange(parts, change);
  return creations.map(
    ({ admission, wish, pin, commonCodeKey }) =>
      makeCode(parts, admission, wish, pin, commonCodeKey).accessCodeId,
  );
};
