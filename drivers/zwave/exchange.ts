import { DoorLockMode, UserCodeCCExtendedUserCodeGet, UserCodeCCGet, UserIDStatus } from '@zwave-js/cc';
import type { UserCodeCCExtendedUserCodeReport, UserCodeCCReport } from '@zwave-js/cc';
import { CommandClasses, SupervisionStatus } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { Pin } from '../../src/core/pin.ts';
import type {
  ChecksumOutcome,
  OperateOutcome,
  ReadOutcome,
  WriteOutcome,
} from '../../src/ports/lock-driver.ts';
import { isSupervised, lockedFromMode, tellsDuplicates } from './nodes.ts';
import { attempt, failureOf, sending, writeFailureOf } from './sending.ts';
import type { ExchangeContext } from './sending.ts';
import { codeOf, readOutcomeOf, writeOutcomeOf } from './translate.ts';
import type { UserCodeAnswer } from './translate.ts';

/** The exchanges with one node by User Code CC, and with its bolt. */

/**
 * How long the lock may take to say by an event what it made of a set: after a bare Fail whether the code is a
 * duplicate, without Supervision everything.
 */
const eventWaitMs = 500;
/** How long a bolt may take to move before the lock is asked where it stands. */
const boltWaitMs = 2_000;

/** Slots beyond it don't fit into the plain commands. */
const lastPlainSlot = 255;

export const readSlot = (node: ZWaveNode, slot: number, context: ExchangeContext): Promise<ReadOutcome> =>
  attempt<ReadOutcome>(
    node,
    context,
    async () => readOutcomeOf(await codeIn(node, slot, context.driver)),
    failureOf,
  );

/**
 * The lock's report of this slot. zwave-js takes any User Code Report for the answer, one that comes too late from an
 * earlier question too: that is none, and the right one isn't waited for (FIELD-BUGS 16).
 */
const codeIn = async (
  node: ZWaveNode,
  slot: number,
  driver: Driver | undefined,
): Promise<UserCodeAnswer | undefined> => {
  const which = { nodeId: node.id, userId: slot };
  if (slot > lastPlainSlot) {
    const extended = new UserCodeCCExtendedUserCodeGet(which);
    const answer = await driver?.sendCommand<UserCodeCCExtendedUserCodeReport>(extended, sending);
    return answer?.userCodes.find(({ userId }) => userId === slot);
  }
  const answer = await driver?.sendCommand<UserCodeCCReport>(new UserCodeCCGet(which), sending);
  return answer?.userId === slot ? answer : undefined;
};

export const readChecksum = (node: ZWaveNode, context: ExchangeContext): Promise<ChecksumOutcome> =>
  attempt<ChecksumOutcome>(
    node,
    context,
    async () => {
      const value = await node.commandClasses['User Code'].withOptions(sending).getUserCodeChecksum();
      return value === undefined ? { kind: 'failed', why: 'timeout' } : { kind: 'checksum', value };
    },
    failureOf,
  );

/** Writes an enabled code. The digits go as a string: a Uint8Array is stored as another type of code. */
export const writeSlot = (
  node: ZWaveNode,
  slot: number,
  pin: Pin,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const ears = context.ears.listen(node.id);
  return attempt<WriteOutcome>(
    node,
    context,
    async () => {
      const codes = node.commandClasses['User Code'].withOptions(sending);
      const status = (await codes.set(slot, UserIDStatus.Enabled, pin.reveal()))?.status;
      const supervised = isSupervised(node, CommandClasses['User Code']);
      if (status === SupervisionStatus.Fail) await ears.heard(['duplicate'], eventWaitMs, context.signal);
      else if (status === undefined && !supervised && tellsDuplicates(node))
        await ears.heard(['duplicate', 'programmed'], eventWaitMs, context.signal);
      return writeOutcomeOf(status, supervised, ears.has('duplicate'));
    },
    writeFailureOf,
  ).finally(() => {
    ears.stop();
  });
};

/** Clears one slot. Slot 0 would mean every code of the lock: the caller has checked the range. */
export const clearSlot = (node: ZWaveNode, slot: number, context: ExchangeContext): Promise<WriteOutcome> =>
  attempt<WriteOutcome>(
    node,
    context,
    async () => {
      const result = await node.commandClasses['User Code'].withOptions(sending).clear(slot);
      return writeOutcomeOf(result?.status, isSupervised(node, CommandClasses['User Code']), false);
    },
    writeFailureOf,
  );

/** `confirmed` once the lock has reported the new state of its bolt, by itself or when asked. */
export const operate = (
  node: ZWaveNode,
  action: 'lock' | 'unlock',
  context: ExchangeContext,
): Promise<OperateOutcome> => {
  const wanted = action === 'lock';
  const ears = context.ears.listen(node.id);
  const sound = wanted ? 'locked' : 'unlocked';
  return attempt<OperateOutcome>(
    node,
    context,
    async () => {
      const bolt = node.commandClasses['Door Lock'].withOptions(sending);
      const result = await bolt.set(wanted ? DoorLockMode.Secured : DoorLockMode.Unsecured);
      const status = result?.status;
      if (status === SupervisionStatus.NoSupport) return { kind: 'refused', why: 'unsupported' };
      if (status === SupervisionStatus.Fail) return { kind: 'refused', why: 'unspecified' };
      if (status === undefined && isSupervised(node, CommandClasses['Door Lock']) && !ears.has(sound)) {
        // The report was lost; only the bolt can tell.
        const mode = lockedFromMode(await boltMode(node));
        return mode === wanted ? { kind: 'done', confirmed: true } : { kind: 'failed', why: 'timeout' };
      }
      if (!ears.has(sound)) await ears.heard([sound], boltWaitMs, context.signal);
      if (ears.has(sound)) return { kind: 'done', confirmed: true };
      return { kind: 'done', confirmed: lockedFromMode(await boltMode(node)) === wanted };
    },
    (mishap) => (mishap.kind === 'refused' ? mishap : { kind: 'failed', why: mishap.why }),
  ).finally(() => {
    ears.stop();
  });
};

/** The lock's answer to where its bolt stands; undefined where there is none, whatever the reason. */
const boltMode = async (node: ZWaveNode): Promise<DoorLockMode | undefined> => {
  try {
    const report = await node.commandClasses['Door Lock'].withOptions(sending).get();
    return report?.currentMode;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
};
