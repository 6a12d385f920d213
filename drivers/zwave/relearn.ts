import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import { isInterviewed, lastSlotOf } from './nodes.ts';

/**
 * Whether zwave-js has lost what the interview had told of a lock's codes. After a kill its network cache may say
 * that the interview is complete while its value cache, written a moment later, has nothing of it; it would not ask
 * again, and refuse every slot.
 */
export const hasForgotten = (node: ZWaveNode): boolean =>
  isInterviewed(node) && node.supportsCC(CommandClasses['User Code']) && lastSlotOf(node) === undefined;

/** Asks again for what a lock can do with codes: two to four frames, no slot is read or written. */
export class Relearner {
  readonly #underWay = new Set<number>();
  readonly #learned: (node: ZWaveNode) => void;

  /** @param learned called when a lock's number of slots is known again */
  constructor(learned: (node: ZWaveNode) => void) {
    this.#learned = learned;
  }

  /** At most one attempt at a time for each node; where it fails, the next use of the lock asks again. */
  ask(node: ZWaveNode): void {
    if (this.#underWay.has(node.id)) return;
    this.#underWay.add(node.id);
    this.#ask(node)
      .catch(() => undefined)
      .finally(() => {
        this.#underWay.delete(node.id);
        if (lastSlotOf(node) !== undefined) this.#learned(node);
      });
  }

  async #ask(node: ZWaveNode): Promise<void> {
    const codes = node.commandClasses['User Code'].withOptions({ maxSendAttempts: 1 });
    // What they report is kept by zwave-js itself.
    if (codes.version >= 2) await codes.getCapabilities();
    await codes.getUsersCount();
  }
}
