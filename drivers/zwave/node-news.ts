import { CommandClasses } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { Hint } from '../../src/ports/lock-driver.ts';
import type { NodeEars } from './ears.ts';
import { hintsOfNotification, hintsOfValue, saysDuplicate } from './hints.ts';
import type { NotificationArgs, ValueArgs } from './hints.ts';
import { addressOf, isInterviewed, isLock, lockedFromMode } from './nodes.ts';
import type { Reviver } from './revive.ts';

/** Turns what a Driver says of its nodes into hints, and keeps answers to our own questions apart from news. */
export class NodeNews {
  readonly #ears: NodeEars;
  readonly #reviver: Reviver;
  readonly #tell: (hint: Hint) => void;
  /** `node:slot` → our reads in flight. */
  readonly #reading = new Map<string, number>();

  constructor(ears: NodeEars, reviver: Reviver, tell: (hint: Hint) => void) {
    this.#ears = ears;
    this.#reviver = reviver;
    this.#tell = tell;
  }

  /** Runs a read of ours; meanwhile reports of that slot are its answer and hint at nothing. */
  async whileReading<T>(nodeId: number, slot: number, work: () => Promise<T>): Promise<T> {
    const key = `${nodeId}:${slot}`;
    this.#reading.set(key, (this.#reading.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#reading.get(key) ?? 1) - 1;
      if (left === 0) this.#reading.delete(key);
      else this.#reading.set(key, left);
    }
  }

  /** Before the Driver starts. Its subscriptions end with it. */
  subscribe(driver: Driver): void {
    // A new Driver finds out by itself who lives.
    this.#reviver.forgetAll();
    const locksChanged = (): void => {
      this.#tell({ kind: 'locks' });
    };
    const heard = (node: ZWaveNode): void => {
      this.#reviver.forget(node.id);
      if (!isLock(node)) return;
      this.#tell({ kind: 'reachable', address: addressOf(node.id) });
      locksChanged();
    };
    driver.on('node alive', heard);
    driver.on('node wake up', heard);
    driver.on('node dead', (node) => {
      this.#reviver.watch(node.id);
      locksChanged();
    });
    driver.on('node sleep', locksChanged);
    driver.on('node ready', locksChanged);
    // It answered: what was put off meanwhile, as out of reach, may go on.
    driver.on('node interview completed', heard);
    driver.on('node value added', (node, args) => {
      this.#onValue(node, args);
    });
    driver.on('node value updated', (node, args) => {
      this.#onValue(node, args);
    });
    driver.on('node notification', (endpoint, ccId, args) => {
      const node = driver.controller.nodes.get(endpoint.nodeId);
      if (node === undefined || !isLock(node) || ccId !== CommandClasses.Notification) return;
      if ('event' in args) this.#onNotification(node, args);
    });
    driver.once('driver ready', () => {
      driver.controller.on('node added', locksChanged);
      driver.controller.on('node removed', (node) => {
        this.#reviver.forget(node.id);
        locksChanged();
      });
    });
  }

  #onNotification(node: ZWaveNode, args: NotificationArgs): void {
    if (saysDuplicate(args)) this.#ears.hear(node.id, 'duplicate');
    for (const hint of hintsOfNotification(addressOf(node.id), args)) this.#tell(hint);
  }

  #onValue(node: ZWaveNode, args: ValueArgs): void {
    if (!isLock(node)) return;
    if (args.commandClass === CommandClasses['Door Lock'] && args.property === 'currentMode') {
      const locked = lockedFromMode(args.newValue);
      if (locked !== undefined) this.#ears.hear(node.id, locked ? 'locked' : 'unlocked');
    }
    for (const hint of hintsOfValue(addressOf(node.id), args)) {
      // What the interview reads is no news: slots are scanned at adoption, a lockout may be long over.
      const known =
        hint.kind !== 'locks' &&
        (!isInterviewed(node) || (hint.kind === 'slot' && this.#reading.has(`${node.id}:${hint.slot ?? 0}`)));
      if (!known) this.#tell(hint);
    }
  }
}
