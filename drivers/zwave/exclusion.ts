import { ExclusionStrategy, InclusionState } from 'zwave-js';
import type { ZWaveController, ZWaveNode } from 'zwave-js';
import type { LockAddress } from '../../src/core/ids.ts';
import { delay } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MembershipHooks, MembershipProblem, RemovalOutcome } from '../../src/ports/membership.ts';
import { addressOf, nodeIdOf } from './nodes.ts';
import { deadline, Watch } from '../shared/watch.ts';
import { problem } from '../shared/membership.ts';
import type { Reason } from '../shared/membership.ts';
import { answers, attempt, commandMs, strikeOff } from './membership-work.ts';
import type { Work } from './membership-work.ts';
import * as words from './membership-words.ts';

/** How long anybody is waited for who is to leave. */
export const leaveMs = 60_000;
/** Other devices that may leave instead of the one that is to be released. */
const leaveTries = 3;
/** Between two rounds of listening, so that a controller that ends each at once isn't asked without end. */
const pauseMs = 500;

/** Hears devices leave. */
class LeaveWatch extends Watch {
  /** The node that has left. */
  left: number | undefined;
  /** The controller has stopped listening by itself. */
  ended = false;
  readonly #controller: ZWaveController;

  constructor(clock: Clock, controller: ZWaveController) {
    super(clock);
    this.#controller = controller;
    controller.on('node removed', this.#onRemoved);
    controller.on('inclusion state changed', this.#onState);
  }

  reset(): void {
    this.ended = false;
  }

  stop(): void {
    this.#controller.off('node removed', this.#onRemoved);
    this.#controller.off('inclusion state changed', this.#onState);
  }

  readonly #onRemoved = (node: ZWaveNode): void => {
    this.left ??= node.id;
    this.changed();
  };

  /** 'node removed' comes before this. */
  readonly #onState = (state: InclusionState): void => {
    if (state !== InclusionState.Idle) return;
    this.ended = true;
    this.changed();
  };
}

type Leaving =
  { readonly kind: 'left'; readonly node: number } | { readonly kind: 'not'; readonly reason: Reason };

const silence = (work: Work, signal: AbortSignal, otherwise: Reason): Leaving => ({
  kind: 'not',
  reason: work.lost.aborted ? words.radioDown : signal.aborted ? words.aborted : otherwise,
});

/**
 * Lets one device leave, whichever is put into its unpairing mode. A device of a foreign network that is reset that
 * way is nobody. The controller doesn't listen any more afterwards.
 */
const awaitLeaving = async (work: Work, signal: AbortSignal, onListening: () => void): Promise<Leaving> => {
  const { clock, controller, lost } = work;
  const limit = deadline(clock, leaveMs);
  const stop = AbortSignal.any([signal, lost, limit.signal]);
  const watch = new LeaveWatch(clock, controller);
  try {
    for (let round = 0; ; round += 1) {
      if (stop.aborted) return silence(work, signal, words.nobodyLeft);
      watch.reset();
      const started = await attempt(work, commandMs, () =>
        controller.beginExclusion({ strategy: ExclusionStrategy.Unprovision }),
      );
      if (started !== true) return silence(work, signal, started === false ? words.busy : words.refused);
      if (round === 0) onListening();
      await watch.until(() => watch.left !== undefined || watch.ended, stop);
      if (watch.left === undefined && !watch.ended)
        await attempt(work, commandMs, () => controller.stopExclusion());
      if (watch.left !== undefined) return { kind: 'left', node: watch.left };
      await delay(clock, pauseMs, stop);
    }
  } finally {
    limit.cancel();
    watch.stop();
  }
};

/** A node that joined in vain leaves again: struck off where it is gone, else by its own unpairing mode. */
const leave = async (work: Work, node: ZWaveNode): Promise<boolean> => {
  if ((await answers(work, node)) === false && (await strikeOff(work, node.id))) return true;
  const { closing, controller } = work;
  for (let tries = 0; tries < leaveTries && controller.nodes.has(node.id); tries += 1) {
    const leaving = await awaitLeaving(work, closing, () => undefined);
    if (leaving.kind === 'not') break;
  }
  if (!controller.nodes.has(node.id)) return true;
  if (closing.aborted) return false;
  return (await answers(work, node)) === false && (await strikeOff(work, node.id));
};

/**
 * Takes a node out again that has joined but must not stay; up to two minutes, and not to be cut short by the
 * caller. @returns the problem, which names the node where it is still there.
 */
export const release = async (
  work: Work,
  node: ZWaveNode,
  reason: Reason,
  hooks: Pick<MembershipHooks, 'onStep'>,
): Promise<MembershipProblem> => {
  const address = addressOf(node.id);
  if (work.controller.nodes.has(node.id)) {
    hooks.onStep({ kind: 'releasing', address });
    if (!(await leave(work, node)))
      return problem({ ...reason, message: reason.message + words.leftBehindWords(address) }, address);
  }
  return problem(reason);
};

const strikeOffGone = async (work: Work, node: ZWaveNode): Promise<RemovalOutcome> => {
  const address = addressOf(node.id);
  const heard = await answers(work, node);
  if (work.aborted.aborted) return problem(words.aborted);
  if (heard === true) return problem(words.stillAnswers(address));
  if (heard === false && (await strikeOff(work, node.id))) return { kind: 'removed', address };
  if (work.lost.aborted) return problem(words.radioDown);
  // zwave-js pings it again, up to three times: it may have come back meanwhile.
  return problem(
    (await answers(work, node)) === true ? words.stillAnswers(address) : words.notStruckOff(address),
  );
};

/** See `Membership.remove`. */
export const removeLock = async (
  work: Work,
  lock: LockAddress,
  how: 'exclude' | 'gone',
  hooks: Pick<MembershipHooks, 'onStep'>,
): Promise<RemovalOutcome> => {
  const id = nodeIdOf(lock);
  const node = id === undefined ? undefined : work.controller.nodes.get(id);
  if (node === undefined || node.isControllerNode) return problem(words.unknownLock(lock));
  if (how === 'gone') return strikeOffGone(work, node);
  const leaving = await awaitLeaving(work, work.aborted, () => {
    hooks.onStep({ kind: 'listening' });
  });
  return leaving.kind === 'left'
    ? { kind: 'removed', address: addressOf(leaving.node) }
    : problem(leaving.reason);
};
