import { EventEmitter } from 'node:events';
import { ZSpec } from 'zigbee-herdsman';
import type { Controller } from 'zigbee-herdsman';
import { Adapter } from 'zigbee-herdsman/dist/adapter/adapter.js';
import { Device, Group } from 'zigbee-herdsman/dist/controller/model/index.js';
import type { AdapterKind } from './options.ts';
import { foreignEmber } from './ember-memory.ts';
import type { StickMemory } from './start-rule.ts';
import { lookAtStick } from './zstack-memory.ts';

/**
 * Hands on into the inside of one zigbee-herdsman Controller, which has no other place for them: its adapter exists
 * only in the middle of `start()`, and a moment later the coordinator may be erased. The version is pinned
 * (package.json), and session.test.ts fails where a field isn't there any more.
 */

/** Is told of what an object puts into one of its own fields, at that moment. */
const onAssigned = (target: object, field: string, told: (value: unknown) => void): void => {
  let current: unknown = Reflect.get(target, field);
  Object.defineProperty(target, field, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (value: unknown) => {
      current = value;
      told(value);
    },
  });
};

const objectIn = (target: object, field: string): object => {
  const value: unknown = Reflect.get(target, field);
  if (typeof value === 'object' && value !== null) return value;
  throw new Error(`zigbee-herdsman has no ${field} any more`);
};

/** Puts `instead` in the place of a method of one object. Throws where there is no such method. */
const replace = (
  target: object,
  method: string,
  instead: (original: () => unknown, args: readonly unknown[]) => unknown,
): void => {
  const original: unknown = Reflect.get(target, method);
  if (typeof original !== 'function') throw new Error(`zigbee-herdsman has no ${method} any more`);
  Reflect.set(target, method, (...args: unknown[]) =>
    instead((): unknown => Reflect.apply(original, target, args), args),
  );
};

export interface LineHooks {
  /** Something came from the coordinator (Z-Stack only). */
  heard(): void;
  /** The line closed, or the coordinator restarted by itself: nothing works any more. */
  lost(why: string): void;
  /** herdsman has decided what to do, and done nothing yet. Throws to stop it. */
  decided(memory: StickMemory): Promise<void>;
  /** The coordinator has its network; the Controller hasn't looked at it yet. */
  started(network: { readonly channel: number }): void;
  /** The Controller is about to forget all devices, because the coordinator was blank. Throws to stop it. */
  clearing(): void;
  /** The file is another Controller's by now: a `stop()` that was cut short goes on for seconds, and writes it. */
  isOver(): boolean;
  /** The list of devices could not be written. */
  notWritten(error: unknown): void;
  /** What a device said could not be dealt with. */
  stumbled(error: unknown): void;
}

/** herdsman's handlers that nobody waits for: a stranger's malformed frame in one of them would end the process. */
const unattended = ['onZclPayload', 'onDeviceJoined'] as const;

/** To be called before `start()`. */
export const hookLine = (controller: Controller, kind: AdapterKind, hooks: LineHooks): void => {
  onAssigned(controller, 'database', (database) => {
    if (typeof database !== 'object' || database === null) return;
    replace(database, 'clear', (original) => {
      hooks.clearing();
      return original();
    });
    // herdsman writes from timers and event handlers, where nobody catches: a full disk would end the process.
    replace(database, 'write', (original) => {
      if (hooks.isOver()) return undefined;
      try {
        return original();
      } catch (error) {
        hooks.notWritten(error);
        return undefined;
      }
    });
  });
  for (const handler of unattended)
    replace(controller, handler, async (original) => {
      try {
        await original();
      } catch (error) {
        hooks.stumbled(error);
      }
    });
  onAssigned(controller, 'adapter', (adapter) => {
    if (!(adapter instanceof Adapter)) throw new Error('zigbee-herdsman has another kind of adapter');
    adapter.on('disconnected', () => {
      hooks.lost('the line broke');
    });
    if (kind === 'zstack') hookZStack(adapter, hooks);
    if (kind === 'ember') hookEmber(adapter, hooks);
    replace(adapter, 'start', async (original) => {
      const result: unknown = await original();
      hooks.started(await adapter.getNetworkParameters());
      return result;
    });
  });
};

const isReset = (object: unknown): boolean => {
  if (typeof object !== 'object' || object === null) return false;
  const command: unknown = Reflect.get(object, 'command');
  return typeof command === 'object' && command !== null && Reflect.get(command, 'name') === 'resetInd';
};

const hookZStack = (adapter: Adapter, hooks: LineHooks): void => {
  const znp = objectIn(adapter, 'znp');
  if (!(znp instanceof EventEmitter)) throw new Error('zigbee-herdsman has no znp any more');
  let isUp = false;
  znp.on('received', (object: unknown) => {
    hooks.heard();
    // What it knew of us is gone with it: the endpoints aren't registered, perhaps no network runs.
    if (isUp && isReset(object)) hooks.lost('the coordinator restarted by itself');
  });
  replace(adapter, 'start', async (original) => {
    const result: unknown = await original();
    isUp = true;
    return result;
  });
  onAssigned(adapter, 'adapterManager', (manager) => {
    if (typeof manager !== 'object' || manager === null) return;
    replace(manager, 'determineStrategy', async (original) => {
      const memory = await lookAtStick(objectIn(manager, 'nv'), () => Promise.resolve(original()));
      await hooks.decided(memory);
      return memory.strategy;
    });
  });
};

/** It erases in two steps: it leaves the network that it finds, and forms the other. */
const hookEmber = (adapter: Adapter, hooks: LineHooks): void => {
  const ezsp = objectIn(adapter, 'ezsp');
  replace(ezsp, 'ezspLeaveNetwork', async (original) => {
    await hooks.decided({ stick: await foreignEmber(ezsp), strategy: 'startCommissioning' });
    return original();
  });
  replace(adapter, 'formNetwork', async (original, [fromBackup]) => {
    const strategy = fromBackup === true ? 'restoreBackup' : 'startCommissioning';
    await hooks.decided({ stick: { kind: 'blank' }, strategy });
    return original();
  });
};

/** The adapter of a Controller that has begun to start. */
export const adapterOf = (controller: Controller): Adapter | undefined => {
  const adapter: unknown = Reflect.get(controller, 'adapter');
  return adapter instanceof Adapter ? adapter : undefined;
};

/** Asks the coordinator for its EUI-64, over the line. Ember's adapter would answer from its memory for ever. */
export const askCoordinator = async (adapter: Adapter, kind: AdapterKind): Promise<string> => {
  if (kind === 'ember') Reflect.set(objectIn(adapter, 'networkCache'), 'eui64', ZSpec.BLANK_EUI64);
  return adapter.getCoordinatorIEEE();
};

/** Tells a Controller that its line is gone, so that its `stop()` doesn't try to speak to the coordinator. */
export const cutLine = async (controller: Controller): Promise<void> => {
  Reflect.set(controller, 'adapterDisconnected', true);
  await adapterOf(controller)?.stop();
};

/**
 * Forgets what the process knows of devices; the next Controller reads them from its file. herdsman does so when it
 * stops well: else the next start takes them for its own, and fails over them again and again.
 */
export const forgetDevices = (): void => {
  Device.resetCache();
  Group.resetCache();
};
