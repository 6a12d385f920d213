import type { Pin } from '../../src/core/pin.ts';
import type { CodeManner, OperateOutcome, WriteOutcome } from '../../src/ports/lock-driver.ts';
import type { Listening } from '../shared/ears.ts';
import { lockedFrom, numberOf } from './locks.ts';
import { readSlot } from './reading.ts';
import { ask, isMishap, readAttributes } from './sending.ts';
import type { ExchangeContext, Target } from './sending.ts';
import { writeOutcomeOf } from './translate.ts';
import { clusters, commands, lockAttributes, userStatus, userType } from './zcl.ts';

/** The exchanges that change one lock by the Door Lock cluster [ZCL 7.3]: its codes and its bolt. */

/** How long a bolt may take to move before the lock is asked where it stands. */
const boltWaitMs = 2_000;

const change = async (
  target: Target,
  command: number,
  fields: Readonly<Record<string, unknown>>,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const asked = await ask(target, command, fields, context);
  return isMishap(asked) ? asked : writeOutcomeOf(asked, command === commands.setPinCode);
};

/**
 * For a lock that calls its own slot's PIN a duplicate: the PIN stands there, as whatever user it was written before.
 * Its type first, since the status may open the door.
 */
const changeManner = async (
  target: Target,
  slot: number,
  manner: { readonly userstatus: number; readonly usertype: number },
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const typed = await change(
    target,
    commands.setUserType,
    { userid: slot, usertype: manner.usertype },
    context,
  );
  if (typed.kind !== 'accepted') return typed;
  return change(target, commands.setUserStatus, { userid: slot, userstatus: manner.userstatus }, context);
};

/**
 * Writes a code as an unrestricted, enabled user, or in the manner asked for: the type rides in the command. ZCL's own
 * commands for status and type are used only where the lock refuses to take the PIN that stands in this slot already.
 * @param manner undefined where codes of this lock have none
 */
export const writeSlot = async (
  target: Target,
  slot: number,
  pin: Pin,
  manner: CodeManner | undefined,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const { scheduled, enabled } = manner ?? { scheduled: false, enabled: true };
  const as = {
    userstatus: enabled ? userStatus.enabled : userStatus.disabled,
    usertype: scheduled ? userType.yearDay : userType.unrestricted,
  };
  const pincodevalue = Buffer.from(pin.reveal(), 'latin1');
  const outcome = await change(target, commands.setPinCode, { userid: slot, ...as, pincodevalue }, context);
  if (manner === undefined || outcome.kind !== 'refused' || outcome.why !== 'duplicate') return outcome;
  const found = await readSlot(target, slot, context);
  const isOurs =
    found.kind === 'read' &&
    found.reading.kind === 'occupied' &&
    found.reading.pin !== 'masked' &&
    found.reading.pin.equals(pin);
  return isOurs ? changeManner(target, slot, as, context) : outcome;
};

/** Takes the code out; its user's type, status and schedules go with it. */
export const clearSlot = (target: Target, slot: number, context: ExchangeContext): Promise<WriteOutcome> =>
  change(target, commands.clearPinCode, { userid: slot }, context);

/** Where the bolt stands, as the lock answers; undefined where it doesn't. */
const readBolt = async ({ endpoint }: Target, context: ExchangeContext): Promise<boolean | undefined> => {
  const told = await readAttributes(endpoint, clusters.doorLock, [lockAttributes.lockState], context);
  if (told === undefined || isMishap(told)) return undefined;
  const state = told.get(lockAttributes.lockState);
  return typeof state === 'number' ? lockedFrom(state) : undefined;
};

/** `confirmed` once the lock has reported the new state of its bolt, by itself or when asked. */
export const operate = async (
  target: Target,
  action: 'lock' | 'unlock',
  ears: Listening,
  context: ExchangeContext,
): Promise<OperateOutcome> => {
  const { endpoint } = target;
  const wanted = action === 'lock';
  const sound = wanted ? 'locked' : 'unlocked';
  // Such a lock wants a PIN with each command, and which of its codes that would be isn't ours to choose.
  if (numberOf(endpoint, clusters.doorLock, lockAttributes.requirePinForRf) === 1)
    return { kind: 'refused', why: 'unsupported' };
  const command = wanted ? commands.lockDoor : commands.unlockDoor;
  const asked = await ask(target, command, { pincodevalue: Buffer.alloc(0) }, context);
  const outcome = isMishap(asked) ? asked : writeOutcomeOf(asked, false);
  if (outcome.kind === 'refused') return { kind: 'refused', why: outcome.why };
  // The answer was lost, perhaps after the bolt had moved: only the lock itself can tell.
  const isUnheard = outcome.kind === 'failed' && outcome.why === 'timeout';
  if (outcome.kind === 'failed' && !isUnheard) return { kind: 'failed', why: outcome.why };
  if (!ears.has(sound)) await ears.heard([sound], boltWaitMs, context.signal);
  if (ears.has(sound)) return { kind: 'done', confirmed: true };
  const isDone = (await readBolt(target, context)) === wanted;
  return isUnheard && !isDone ? { kind: 'failed', why: 'timeout' } : { kind: 'done', confirmed: isDone };
};
