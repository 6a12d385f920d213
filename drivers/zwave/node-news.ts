import { CommandClasses } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { Hint } from '../../src/ports/lock-driver.ts';
import type { Ears } from '../shared/ears.ts';
import {
  hintsOfNotification,
  hintsOfUser,
  hintsOfValue,
  saysAllDeleted,
  saysDuplicate,
  saysProgrammed,
} from './hints.ts';
import type { HintQuirks, NotificationArgs, UserArgs, ValueArgs } from './hints.ts';
import { isMask } from './masks.ts';
import { addressOf, isInterviewed, isLock, lockedFromMode, productOf } from './nodes.ts';
import { quirkOf } from './quirks/index.ts';
import type { Reviver } from '../shared/revive.ts';

/** What else the driver wants to know of its nodes. */
export interface NewsDesk {
  tell(hint: Hint): void;
  /** An occupied slot was reported with a mask instead of its code. */
  masked(nodeId: number): void;
  /** The lock says that all codes are gone. */
  wiped(node: ZWaveNode): void;
  /** The node has left: its number may be another one's next time. */
  removed(nodeId: number): void;
}

const quirksOf = (node: ZWaveNode): HintQuirks => quirkOf(productOf(node))?.corrects ?? {};

/** Turns what a Driver says of its nodes into hints, and keeps answers to our own questions apart from news. */
export class NodeNews {
  readonly #ears: Ears<number>;
  readonly #reviver: Reviver<number>;
  readonly #desk: NewsDesk;
  /** `node:slot` → our exchanges in flight. */
  readonly #busy = new Map<string, number>();

  constructor(ears: Ears<number>, reviver: Reviver<number>, desk: NewsDesk) {
    this.#ears = ears;
    this.#reviver = reviver;
    this.#desk = desk;
  }

  /** Runs an exchange of ours; meanwhile reports of that slot are its answer and hint at nothing. */
  async whileBusy<T>(nodeId: number, slot: number, work: () => Promise<T>): Promise<T> {
    const key = `${nodeId}:${slot}`;
    this.#busy.set(key, (this.#busy.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#busy.get(key) ?? 1) - 1;
      if (left === 0) this.#busy.delete(key);
      else this.#busy.set(key, left);
    }
  }

  /** Before the Driver starts. Its subscriptions end with it. */
  subscribe(driver: Driver): void {
    // A new Driver finds out by itself who lives.
    this.#reviver.forgetAll();
    const locksChanged = (): void => {
      this.#desk.tell({ kind: 'locks' });
    };
    const heard = (node: ZWaveNode): void => {
      this.#reviver.forget(node.id);
      if (!isLock(node)) return;
      this.#desk.tell({ kind: 'reachable', address: addressOf(node.id) });
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
        this.#desk.removed(node.id);
        locksChanged();
      });
    });
    this.#subscribeUsers(driver);
  }

  #subscribeUsers(driver: Driver): void {
    for (const what of ['added', 'modified', 'deleted'] as const) {
      const changed = (endpoint: { readonly nodeId: number }, args: UserArgs): void => {
        const node = driver.controller.nodes.get(endpoint.nodeId);
        if (node === undefined || !isLock(node)) return;
        if (!isInterviewed(node) || this.#busy.has(`${node.id}:${args.userId}`)) return;
        for (const hint of hintsOfUser(addressOf(node.id), what, args)) this.#desk.tell(hint);
      };
      driver.on(`node user ${what}`, changed);
      driver.on(`node credential ${what}`, changed);
    }
  }

  #onNotification(node: ZWaveNode, args: NotificationArgs): void {
    if (saysDuplicate(args)) this.#ears.hear(node.id, 'duplicate');
    if (saysProgrammed(args)) this.#ears.hear(node.id, 'programmed');
    const hints = hintsOfNotification(addressOf(node.id), args, quirksOf(node));
    for (const hint of hints) this.#desk.tell(hint);
    if (saysAllDeleted(args)) this.#desk.wiped(node);
  }

  #onValue(node: ZWaveNode, args: ValueArgs): void {
    if (!isLock(node)) return;
    if (args.commandClass === CommandClasses['Door Lock'] && args.property === 'currentMode') {
      const locked = lockedFromMode(args.newValue);
      if (locked !== undefined) this.#ears.hear(node.id, locked ? 'locked' : 'unlocked');
    }
    const isCode = args.commandClass === CommandClasses['User Code'] && args.property === 'userCode';
    if (isCode && isMask(args.newValue)) this.#desk.masked(node.id);
    const isSetting = args.commandClass === CommandClasses.Configuration;
    for (const hint of hintsOfValue(addressOf(node.id), args, quirksOf(node))) {
      // What the interview reads is no news: slots are scanned at adoption, a lockout may be long over.
      const known =
        hint.kind !== 'locks' &&
        !isSetting &&
        (!isInterviewed(node) || (hint.kind === 'slot' && this.#busy.has(`${node.id}:${hint.slot ?? 0}`)));
      if (!known) this.#desk.tell(hint);
    }
  }
}
