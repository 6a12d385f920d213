import type { ZWaveNode } from 'zwave-js';
import type { Clock } from '../../src/ports/clock.ts';
import type { MembershipHooks, PairingOutcome } from '../../src/ports/membership.ts';
import { release } from './exclusion.ts';
import { addressOf, isInterviewed, isLock } from './nodes.ts';
import { Watch } from '../shared/watch.ts';
import { problem } from '../shared/membership.ts';
import type { Work } from './membership-work.ts';
import * as words from './membership-words.ts';

/** How long a new lock may take to tell what it can do before that is left to the background. */
export const interviewMs = 180_000;

/** Hears a node's interview. */
class InterviewWatch extends Watch {
  /** It is over: complete, given up, or the node has gone. */
  ended = false;
  readonly #node: ZWaveNode;
  readonly #onStage: (node: ZWaveNode, stage: string) => void;

  constructor(clock: Clock, node: ZWaveNode, onStage: (stage: string) => void) {
    super(clock);
    this.#node = node;
    this.#onStage = (_node, stage): void => {
      onStage(stage);
    };
    node.on('interview stage completed', this.#onStage);
    node.on('interview completed', this.#onEnd);
    node.on('interview failed', this.#onFailed);
  }

  stop(): void {
    this.#node.off('interview stage completed', this.#onStage);
    this.#node.off('interview completed', this.#onEnd);
    this.#node.off('interview failed', this.#onFailed);
  }

  readonly #onEnd = (): void => {
    this.ended = true;
    this.changed();
  };

  readonly #onFailed = (_node: ZWaveNode, { isFinal }: { readonly isFinal: boolean }): void => {
    if (isFinal) this.#onEnd();
  };
}

/**
 * From a secured lock to one that has told what it can do. From here on it stays, whatever happens: only a device
 * that turns out to be no lock is let go again.
 * @param byLabel the whole DSK of its label was compared with the lock's
 */
export const interviewed = async (
  work: Work,
  node: ZWaveNode,
  hooks: MembershipHooks,
  byLabel: boolean,
): Promise<PairingOutcome> => {
  const address = addressOf(node.id);
  const highest = node.getHighestSecurityClass();
  const security = words.securityName(highest);
  const watch = new InterviewWatch(work.clock, node, (stage) => {
    hooks.onStep({ kind: 'interviewing', address, stage });
  });
  try {
    hooks.onStep({ kind: 'added', address, security, weak: words.isWeak(highest) });
    await watch.within(interviewMs, () => isInterviewed(node) || watch.ended, work.aborted, work.lost);
  } finally {
    watch.stop();
  }
  if (!isInterviewed(node)) return problem(words.interviewLate(address));
  if (isLock(node)) return { kind: 'paired', address, security, warning: words.warningFor(highest, byLabel) };
  try {
    work.marks.disown(work.homeId, node.id);
  } catch (error) {
    // It isn't listed as a lock anyway.
    work.log.warn({ err: error }, 'a device that is no lock could not be marked');
  }
  return release(work, node, words.notALock(address), hooks);
};
