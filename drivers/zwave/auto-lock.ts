import { DoorLockOperationType } from '@zwave-js/cc';
import { CommandClasses, SupervisionStatus } from '@zwave-js/core';
import type { SupervisionResult } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import type { AutoLock } from '../../src/core/model.ts';
import type { OperateOutcome } from '../../src/ports/lock-driver.ts';
import { autoLockOf, isSupervised, relockBy } from './nodes.ts';
import type { RelockBy } from './nodes.ts';
import { attempt, sending } from './sending.ts';
import type { ExchangeContext } from './sending.ts';

/** How a lock locks itself: the auto-relock time of Door Lock CC 4, or the parameters of its model. */

/** What came of a setting: the lock's word under Supervision, and whether it might have given one at all. */
interface Answer {
  readonly status: SupervisionStatus | undefined;
  readonly isSupervised: boolean;
}

/** Undefined where the lock didn't tell its configuration, which is set as a whole. */
const setDoorLock = async (node: ZWaveNode, seconds: number): Promise<Answer | undefined> => {
  const api = node.commandClasses['Door Lock'].withOptions(sending);
  const told = await api.getConfiguration();
  if (told === undefined) return undefined;
  const { operationType, lockTimeoutConfiguration, ...rest } = told;
  const doors = {
    outsideHandlesCanOpenDoorConfiguration: rest.outsideHandlesCanOpenDoorConfiguration,
    insideHandlesCanOpenDoorConfiguration: rest.insideHandlesCanOpenDoorConfiguration,
    holdAndReleaseTime: rest.holdAndReleaseTime ?? 0,
    twistAssist: rest.twistAssist ?? false,
    blockToBlock: rest.blockToBlock ?? false,
    autoRelockTime: seconds,
  };
  const supervised = isSupervised(node, CommandClasses['Door Lock']);
  if (operationType === DoorLockOperationType.Constant) {
    const result = await api.setConfiguration({ operationType, ...doors });
    return { status: result?.status, isSupervised: supervised };
  }
  // Its time limit doesn't make sense, and couldn't be given back as it was.
  if (lockTimeoutConfiguration === undefined)
    return { status: SupervisionStatus.NoSupport, isSupervised: supervised };
  const result = await api.setConfiguration({ operationType, lockTimeoutConfiguration, ...doors });
  return { status: result?.status, isSupervised: supervised };
};

const refuses = (result: SupervisionResult | undefined): boolean =>
  result?.status === SupervisionStatus.Fail || result?.status === SupervisionStatus.NoSupport;

/** The delay before it is turned on: it never locks after one that nobody wants. */
const setParameters = async (
  node: ZWaveNode,
  { toggle, on, seconds: delay }: Extract<RelockBy, { by: 'parameters' }>,
  seconds: number,
  { signal }: ExchangeContext,
): Promise<Answer | undefined> => {
  const api = node.commandClasses.Configuration.withOptions(sending);
  const supervised = isSupervised(node, CommandClasses.Configuration);
  if (seconds > 0) {
    const result = await api.set({ parameter: delay, value: seconds });
    if (refuses(result)) return { status: result?.status, isSupervised: supervised };
    // The rest is only sent to what somebody waits for.
    if (signal.aborted) return undefined;
  }
  const result = await api.set({ parameter: toggle, value: seconds > 0 ? on : 0 });
  return { status: result?.status, isSupervised: supervised };
};

/** Asks the lock; what it tells is kept by zwave-js. False where it told nothing. */
const ask = async (node: ZWaveNode, means: RelockBy, { signal }: ExchangeContext): Promise<boolean> => {
  if (means.by === 'door_lock')
    return (await node.commandClasses['Door Lock'].withOptions(sending).getConfiguration()) !== undefined;
  const api = node.commandClasses.Configuration.withOptions(sending);
  if ((await api.get(means.seconds)) === undefined || signal.aborted) return false;
  return (await api.get(means.toggle)) !== undefined;
};

const refused = (why: 'format' | 'unsupported' | 'unspecified'): OperateOutcome => ({ kind: 'refused', why });
const timeout: OperateOutcome = { kind: 'failed', why: 'timeout' };

const isSame = (one: AutoLock | undefined, other: AutoLock): boolean =>
  one?.enabled === other.enabled && (!other.enabled || one.delaySeconds === other.delaySeconds);

/**
 * Set, and read back. `confirmed` once the lock has told the new setting; where it tells another one after it took
 * the command, it doesn't take this delay.
 */
export const configureAutoLock = (
  node: ZWaveNode,
  wanted: AutoLock,
  context: ExchangeContext,
): Promise<OperateOutcome> =>
  attempt<OperateOutcome>(
    node,
    context,
    async () => {
      const means = relockBy(node);
      if (means === undefined || autoLockOf(node) === undefined) return refused('unsupported');
      const seconds = wanted.enabled ? wanted.delaySeconds : 0;
      if (seconds === undefined) return refused('format');
      const answer =
        means.by === 'door_lock'
          ? await setDoorLock(node, seconds)
          : await setParameters(node, means, seconds, context);
      if (answer === undefined) return timeout;
      const { status } = answer;
      if (status === SupervisionStatus.NoSupport) return refused('unsupported');
      if (status === SupervisionStatus.Fail) return refused('unspecified');
      const saysYes = status === SupervisionStatus.Success;
      if (context.signal.aborted) return timeout;
      if (!(await ask(node, means, context))) return saysYes ? { kind: 'done', confirmed: false } : timeout;
      if (isSame(autoLockOf(node), wanted)) return { kind: 'done', confirmed: true };
      // The report of a supervised command was lost, or the command itself.
      if (answer.isSupervised && !saysYes) return timeout;
      return refused(wanted.enabled ? 'format' : 'unspecified');
    },
    (mishap) => (mishap.kind === 'refused' ? mishap : { kind: 'failed', why: mishap.why }),
  );
