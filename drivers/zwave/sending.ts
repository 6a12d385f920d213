import { ZWaveErrorCodes } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { Clock } from '../../src/ports/clock.ts';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import type { Failure } from '../../src/ports/outcomes.ts';
import { deadlineMs } from '../shared/bounded.ts';
import type { Ears } from '../shared/ears.ts';
import { codesBy, isDead } from './nodes.ts';
import { codeOf, mishapOf } from './translate.ts';
import type { Mishap } from './translate.ts';

/** What all exchanges with a node have in common. They know no deadline: `bounded` adds it. */

/**
 * One attempt only: retrying belongs to the reconciler, and three attempts at a lock that is away hold up
 * all others for 3 s. A frame that waited too long isn't sent any more. Each call has a transmission of its
 * own, so that no answer is older than its question (FIELD-BUGS 16).
 */
export const sending = { maxSendAttempts: 1, expire: deadlineMs, preventDeduplication: true } as const;

/** What the exchanges need besides the node. */
export interface ExchangeContext {
  readonly clock: Clock;
  readonly ears: Ears<number>;
  readonly signal: AbortSignal;
  /** Undefined where the radio has just gone. */
  readonly driver: Driver | undefined;
  radioReady(): boolean;
}

/**
 * A short encrypted question. The first frame to a lock after a start, or after either side lost count, carries
 * S2's entropy beside its load (the SPAN extension, 18 bytes); once the lock has answered, frames do without.
 * @returns false where it didn't answer
 */
const synchronise = async (node: ZWaveNode): Promise<boolean> => {
  const { 'User Credential': users, 'User Code': codes } = node.commandClasses;
  const answer =
    codesBy(node) === 'user_credential'
      ? await users.withOptions(sending).getUserCapabilities()
      : await codes.withOptions(sending).getUsersCount();
  return answer !== undefined;
};

/** For what was too long to be sent, and so never was. Too late for its caller, it isn't sent any more. */
const onceMore = async <T>(
  node: ZWaveNode,
  { signal }: ExchangeContext,
  work: () => Promise<T>,
  onMishap: (mishap: Mishap) => T,
): Promise<T> => {
  const answered = await synchronise(node);
  if (!answered || signal.aborted) return onMishap({ kind: 'failed', why: 'timeout', mayHaveLanded: false });
  return work();
};

/**
 * Runs an exchange; what zwave-js throws meanwhile is an outcome too. What is too long to be sent is tried once more
 * after a short question: a PIN of eight digits or so doesn't fit into the first frame, and into all later ones.
 */
export const attempt = async <T>(
  node: ZWaveNode,
  context: ExchangeContext,
  work: () => Promise<T>,
  onMishap: (mishap: Mishap) => T,
): Promise<T> => {
  try {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== ZWaveErrorCodes.Controller_MessageTooLarge) throw error;
      return await onceMore(node, context, work, onMishap);
    }
  } catch (error) {
    return onMishap(mishapOf(codeOf(error), context.radioReady() && isDead(node)));
  }
};

/** For reads: zwave-js's own refusals come without an answer too. */
export const failureOf = (mishap: Mishap): Failure => ({
  kind: 'failed',
  why: mishap.kind === 'failed' ? mishap.why : 'timeout',
});

/** For writes: what zwave-js refuses has never been sent. */
export const writeFailureOf = (mishap: Mishap): WriteOutcome =>
  mishap.kind === 'refused' ? { ...mishap, certain: true } : mishap;
