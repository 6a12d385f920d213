import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import { codeLengthOf } from './capabilities.ts';
import { codesBy, isInterviewed, lastSlotOf, productOf } from './nodes.ts';
import { quirkOf } from './quirks/index.ts';

/**
 * Whether zwave-js has lost what the interview had told of a lock's codes. After a kill its network cache may say
 * that the interview is complete while its value cache, written a moment later, has nothing of it; it would not ask
 * again, and refuse every slot.
 */
export const hasForgotten = (node: ZWaveNode): boolean =>
  isInterviewed(node) && codesBy(node) !== undefined && lastSlotOf(node) === undefined;

/** The parameter with the one length of all codes, where the model has it. */
export const lengthParameterOf = (node: ZWaveNode): number | undefined =>
  quirkOf(productOf(node))?.corrects.lengthParameter;

const once = { maxSendAttempts: 1 } as const;

/** Asks again for what a lock can do with codes: two to four frames, no slot is read or written. */
export class Relearner {
  readonly #underWay = new Set<number>();
  readonly #lengthAsked = new Set<number>();
  readonly #learned: (node: ZWaveNode) => void;

  /** @param learned called when a lock's number of slots is known again */
  constructor(learned: (node: ZWaveNode) => void) {
    this.#learned = learned;
  }

  /** At most one attempt at a time for each node; where it fails, the next use of the lock asks again. */
  ask(node: ZWaveNode): void {
    this.#run(node, async () => {
      await this.#askSlots(node);
      if (lastSlotOf(node) !== undefined) this.#learned(node);
    });
  }

  /** Where the length of the lock's codes isn't known, asks for it: once, since some never answer. */
  completeLength(node: ZWaveNode): void {
    if (codeLengthOf(node, lengthParameterOf(node)) !== undefined || this.#lengthAsked.has(node.id)) return;
    this.checkLength(node);
  }

  /** Asks whether the length of the lock's codes has changed; what it reports is told as a value (hints.ts). */
  checkLength(node: ZWaveNode): void {
    const parameter = lengthParameterOf(node);
    if (parameter === undefined || !isInterviewed(node)) return;
    this.#lengthAsked.add(node.id);
    this.#run(node, async () => {
      await node.commandClasses.Configuration.withOptions(once).get(parameter);
    });
  }

  /** The number may be another lock's next time. */
  forget(nodeId: number): void {
    this.#lengthAsked.delete(nodeId);
  }

  #run(node: ZWaveNode, work: () => Promise<void>): void {
    if (this.#underWay.has(node.id)) return;
    this.#underWay.add(node.id);
    work()
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(node.id));
  }

  /** What they report is kept by zwave-js itself. */
  async #askSlots(node: ZWaveNode): Promise<void> {
    if (node.supportsCC(CommandClasses['User Credential'])) {
      const users = node.commandClasses['User Credential'].withOptions(once);
      const told = await users.getUserCapabilities();
      if (told === undefined) return;
      if (told.numberOfSupportedUsers > 0) {
        await users.getCredentialCapabilities();
        return;
      }
    }
    if (!node.supportsCC(CommandClasses['User Code'])) return;
    const codes = node.commandClasses['User Code'].withOptions(once);
    if (codes.version >= 2) await codes.getCapabilities();
    await codes.getUsersCount();
  }
}
