import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import { codesBy, lastSlotOf, valueOf } from './nodes.ts';

/** True for what a lock shows instead of a code. */
export const isMask = (code: unknown): boolean =>
  typeof code === 'string' && code !== '' && !/^\d+$/.test(code);

const cachedMask = (node: ZWaveNode): boolean => {
  const last = codesBy(node) === 'user_code' ? (lastSlotOf(node) ?? 0) : 0;
  for (let slot = 1; slot <= last; slot += 1)
    if (isMask(valueOf(node, CommandClasses['User Code'], 'userCode', slot))) return true;
  return false;
};

/**
 * Which locks have been seen to mask their codes (FIELD-BUGS 1, 2). zwave-js's cache, where the mask survives a
 * restart though codes don't, is searched once for each node; later masks are told by `seen`. Two numbers a node.
 */
export class Masks {
  readonly #seen = new Set<number>();
  readonly #searched = new Set<number>();

  seen(nodeId: number): void {
    this.#seen.add(nodeId);
  }

  /** To be asked of interviewed nodes only: before that the cache isn't complete. */
  has(node: ZWaveNode): boolean {
    if (!this.#seen.has(node.id) && !this.#searched.has(node.id)) {
      this.#searched.add(node.id);
      if (cachedMask(node)) this.#seen.add(node.id);
    }
    return this.#seen.has(node.id);
  }

  /** The number may be another lock's next time. */
  forget(nodeId: number): void {
    this.#seen.delete(nodeId);
    this.#searched.delete(nodeId);
  }
}
