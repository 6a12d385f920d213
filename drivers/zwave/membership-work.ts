import type { Driver, ZWaveController, ZWaveNode } from 'zwave-js';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { bounded } from '../shared/bounded.ts';
import type { MembershipMarks } from './membership-marks.ts';
import { codeOf } from './translate.ts';

/** How long a command to the controller itself may take. */
export const commandMs = 10_000;
/** Three pings with pauses, and the controller's own attempts to reach the node. */
export const strikeOffMs = 60_000;

/** What one pairing or removal needs. */
export interface Work {
  readonly clock: Clock;
  readonly log: Log;
  readonly driver: Driver;
  readonly controller: ZWaveController;
  readonly homeId: number;
  readonly marks: MembershipMarks;
  /** Where the marks are kept. */
  readonly folder: string;
  /** The caller's wish to stop, or the bridge closes. */
  readonly aborted: AbortSignal;
  /** The bridge closes: nothing may be waited for any more, but the controller can still be told to stop. */
  readonly closing: AbortSignal;
  /** The line broke: the controller can't be told anything. */
  readonly lost: AbortSignal;
  /** A node counts as a lock of ours from here on, or does no longer. */
  listChanged(): void;
}

/**
 * What `action` gives; undefined where zwave-js refuses, takes too long, or the line is lost. A Driver that is
 * destroyed may leave its promises unsettled for ever.
 */
export const attempt = async <T>(
  work: Work,
  limitMs: number,
  action: () => Promise<T>,
): Promise<T | undefined> => {
  if (work.lost.aborted) return undefined;
  try {
    return await bounded<T | undefined>(work.clock, work.lost, limitMs, action, () => undefined);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) work.log.error({ err: error }, 'taking a lock in or out went wrong');
    else work.log.debug({ code }, 'the Z-Wave controller refused');
    return undefined;
  }
};

/** Whether the node answers; undefined where the line was lost meanwhile. */
export const answers = async (work: Work, node: ZWaveNode): Promise<boolean | undefined> => {
  const heard = await attempt(work, commandMs, () => node.ping());
  return work.lost.aborted ? undefined : heard === true;
};

/** Takes a node that doesn't answer off the controller's list. @returns whether it is off. */
export const strikeOff = async (work: Work, nodeId: number): Promise<boolean> => {
  await attempt(work, strikeOffMs, () => work.controller.removeFailedNode(nodeId));
  return !work.controller.nodes.has(nodeId);
};
