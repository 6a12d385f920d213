import { join } from 'node:path';
import { LockAddress } from '../../../src/core/ids.ts';
import type { BenchKind, BenchLock } from '../bench.ts';
import { openPlugin } from '../open-plugin.ts';
import { Gateway } from './gateway.ts';

const driverFile = join(import.meta.dirname, '../../../examples/http-locks.mjs');

/** What the gateway does is done at once. */
const now =
  <A extends unknown[]>(work: (...args: A) => void) =>
  (...args: A): Promise<void> => {
    work(...args);
    return Promise.resolve();
  };

const lockOf = (gateway: Gateway, id: string): BenchLock => ({
  address: LockAddress(`http-locks:${id}`),
  codes: () => Promise.resolve(Object.fromEntries(gateway.lock(id).codes)),
  locked: () => Promise.resolve(gateway.lock(id).locked),
  keypad: now((action) => {
    gateway.keypad(id, action);
  }),
  turn: now((locked) => {
    gateway.turn(id, locked);
  }),
  drain: now((percent) => {
    gateway.lock(id).battery = percent;
    gateway.tell();
  }),
  fault: now((fault) => {
    gateway.lock(id).faults.add(fault);
  }),
  heal: now(() => {
    gateway.heal(id);
  }),
});

/** The example as the bridge opens it: found by its path, loaded, its settings checked, guarded. */
export const exampleBench: BenchKind = {
  name: 'http-locks',
  characters: ['masking'],
  faults: ['offline', 'command_lost', 'answer_lost', 'answer_held', 'refuses', 'lies', 'full'],
  news: ['programming', 'all_deleted', 'keycode', 'manual', 'battery'],
  refusesDuplicates: true,
  losesRadio: true,
  rejoins: false,
  takesNewcomers: false,
  open: async () => {
    await using stack = new AsyncDisposableStack();
    const gateway = new Gateway([
      { id: 'front', name: 'Front door', masks: false },
      { id: 'back', name: 'Back door', masks: true },
    ]);
    await gateway.listen();
    stack.defer(() => gateway.close().catch(() => undefined));
    const open = stack.use(await openPlugin(driverFile, { url: gateway.url, timeout_s: 2 }));
    const locks = { plain: lockOf(gateway, 'front'), masking: lockOf(gateway, 'back') };
    const kept = stack.move();
    return {
      ...open,
      lock: (character) => {
        if (character !== 'plain' && character !== 'masking') throw new Error(`no ${character} lock`);
        return locks[character];
      },
      settle: (work) => work,
      radio: { lose: () => gateway.close(), giveBack: () => gateway.listen() },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};

// Under this name it can be run, and copied, like every other third party's (docs/drivers.md).
export { exampleBench as bench };
