import type { AccessCode } from '../../core/model.ts';
import type { AnswerBody, AnswerValue } from '../answer.ts';
import { timesOf } from '../access-codes/record.ts';
import type { Change, Creation, LockPlan } from './plan.ts';

type Told = Pick<
  AccessCode,
  'name' | 'timeFrame' | 'commonCodeKey' | 'externalChangesAllowed' | 'isOneTimeUse'
>;

const told = (code: Told): AnswerBody => ({
  name: code.name,
  ...timesOf(code.timeFrame),
  common_code_key: code.commonCodeKey,
  is_external_modification_allowed: code.externalChangesAllowed,
  is_one_time_use: code.isOneTimeUse,
});

const whole = (code: AccessCode): AnswerBody => ({ ...told(code), code: code.pin });

const creationView = (
  { index, wish, pin, isPinGiven, commonCodeKey }: Creation,
  id: string | null,
): AnswerBody => ({
  change: 'create',
  entry: index,
  access_code_id: id,
  name: wish.name,
  from: null,
  // A PIN that is chosen here is another one each time until the access code is made.
  to: { ...told({ ...wish, commonCodeKey }), ...(isPinGiven || id !== null ? { code: pin } : {}) },
});

/** Only what differs. */
const changeView = ({ index, before, after }: Change): AnswerBody => {
  const [was, is] = [whole(before), whole(after)];
  const differs = Object.keys(is).filter((key) =>
    key === 'code' ? !after.pin.equals(before.pin) : was[key] !== is[key],
  );
  const only = (side: AnswerBody): AnswerBody =>
    Object.fromEntries(differs.map((key) => [key, side[key] ?? null]));
  return {
    change: 'update',
    entry: index,
    access_code_id: before.accessCodeId,
    name: before.name,
    from: only(was),
    to: only(is),
  };
};

/** @param ids of the access codes that were made, in order; undefined: none was yet */
export const lockView = (
  { lock, changes, creations }: LockPlan,
  ids: readonly string[] | undefined,
): AnswerBody => {
  const { device, present, removals, over } = lock;
  const lines: readonly AnswerValue[] = [
    ...removals.map(({ code, index }) => ({
      change: 'delete',
      entry: index ?? null,
      access_code_id: code.accessCodeId,
      name: code.name,
      from: whole(code),
      to: null,
    })),
    ...changes.map(changeView),
    ...creations.map((creation, at) => creationView(creation, ids?.[at] ?? null)),
  ];
  return {
    device_id: device.deviceId,
    changes: lines,
    unchanged: present.length - removals.length - changes.length,
    over: [...over],
  };
};
