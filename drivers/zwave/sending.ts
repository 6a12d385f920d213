import type { ZWaveNode } from 'zwave-js';
import type { Clock } from '../../src/ports/clock.ts';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import type { Failure } from '../../src/ports/outcomes.ts';
import { deadlineMs } from './bounded.ts';
import type { NodeEars } from './ears.ts';
import { isDead } from './nodes.ts';
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
  readonly ears: NodeEars;
  readonly signal: AbortSignal;
  radioReady(): boolean;
}

/** Runs an exchange; what zwave-js throws meanwhile is an outcome too. */
export const attempt = async <T>(
  node: ZWaveNode,
  context: ExchangeContext,
  work: () => Promise<T>,
  onMishap: (mishap: Mishap) => T,
): Promise<T> => {
  try {
    return await work();
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
