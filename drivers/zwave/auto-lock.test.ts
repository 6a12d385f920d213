import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { AutoLock, LockDescription } from '../../src/core/model.ts';
import type { Hint, LockDriver, OperateOutcome } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

const patienceMs = 20_000;
const ordinary = {
  product_id: 1,
  supervision: true,
  power: 'mains',
  user_code_version: 1,
  slots: 5,
  code_length: { min: 4, max: 8 },
  events: [1, 2, 3, 4, 5, 6, 9, 12, 13, 14],
};
const secure = { ...ordinary, security: 's2_access_control' };
const open = { ...ordinary, security: 'none', supervision: false };
const nodes = { secure: 2, open: 3, choosy: 4, without: 5, yale: 6 } as const;
type Name = keyof typeof nodes;
const locks = [
  { ...secure, node: nodes.secure, name: 'Secure', auto_relock: { by: 'door_lock', factory: 45 } },
  { ...open, node: nodes.open, name: 'Open', auto_relock: { by: 'door_lock' } },
  { ...open, node: nodes.choosy, name: 'Choosy', auto_relock: { by: 'door_lock', takes: [10, 30] } },
  { ...open, node: nodes.without, name: 'Without' },
  { model: 'yale-assure-zw3', node: nodes.yale, slots: 10, reserved_slots: [] },
];
const done: OperateOutcome = { kind: 'done', confirmed: true };

const cleanup = new AsyncDisposableStack();
let sim: ZwaveSim;
let driver: LockDriver;
let hints: Hint[];

beforeAll(async () => {
  sim = cleanup.use(await startZwaveNetwork({ locks }));
  const { host } = cleanup.use(await temporaryHost());
  ({ driver, hints } = await readyZwave(sim, host, Object.values(nodes)));
  cleanup.use(driver);
}, 60_000);
afterAll(() => cleanup.disposeAsync());

const described = (name: Name): LockDescription | undefined =>
  driver.locks().find(({ address }) => address === zwaveLock(nodes[name]));
const can = async (name: Name): Promise<unknown> =>
  (await driver.capabilities(zwaveLock(nodes[name]), never))?.autoLock;
const configure = (name: Name, wanted: AutoLock, signal = never): Promise<OperateOutcome> =>
  driver.configureAutoLock!(zwaveLock(nodes[name]), wanted, signal);
const after = (delaySeconds: number): AutoLock => ({ enabled: true, delaySeconds });
const off: AutoLock = { enabled: false };
const insideSchema = z.object({ relock_seconds: z.number() });
/** Seconds until the lock itself will lock, 0 for never. */
const held = async (name: Name): Promise<number> =>
  insideSchema.parse(await (await fetch(`${sim.control}/locks/${nodes[name]}`)).json()).relock_seconds;

describe('how a lock locks itself', () => {
  test('is told as it was when the lock was interviewed', async () => {
    expect(described('secure')?.autoLock).toEqual(after(45));
    expect(described('open')?.autoLock).toEqual(off);
    expect(described('yale')?.autoLock).toEqual(off);
    expect(described('without')).not.toHaveProperty('autoLock');
    for (const name of ['secure', 'open', 'choosy', 'yale'] as const)
      expect(await can(name), name).toBe(true);
    expect(await can('without')).toBeUndefined();
  });

  test.each(['secure', 'open', 'yale'] as const)(
    'is set, read back, and told; so is that it never does: %s',
    async (name) => {
      for (const [wanted, seconds] of [
        [after(10), 10],
        [after(60), 60],
        [off, 0],
        [after(30), 30],
      ] as const) {
        hints.length = 0;
        expect(await configure(name, wanted)).toEqual(done);
        expect(await held(name)).toBe(seconds);
        expect(described(name)?.autoLock).toEqual(wanted);
        await hinted(hints, { kind: 'locks' });
      }
    },
  );

  test.each(['open', 'yale'] as const)(
    'is heard of when somebody changes it in the menu of the lock: %s',
    async (name) => {
      hints.length = 0;
      await sim.keypad(nodes[name], { action: 'auto_relock', value: 25 });
      await vi.waitFor(() => {
        expect(described(name)?.autoLock).toEqual(after(25));
      }, patienceMs);
      await hinted(hints, { kind: 'locks' });
    },
  );

  test('is obeyed: once unlocked, it locks and says so', async () => {
    expect(await configure('open', after(1))).toEqual(done);
    hints.length = 0;
    await driver.operate(zwaveLock(nodes.open), 'unlock', never);
    expect(described('open')?.locked).toBe(false);
    await hinted(hints, {
      kind: 'access',
      address: zwaveLock(nodes.open),
      action: 'locked',
      method: 'automatic',
      slot: undefined,
    });
    expect((await sim.lock(nodes.open)).locked).toBe(true);
  });

  test('takes only the delays that the lock knows', async () => {
    expect(await configure('choosy', after(30))).toEqual(done);
    expect(await configure('choosy', after(20))).toEqual({ kind: 'refused', why: 'format' });
    expect(described('choosy')?.autoLock).toEqual(after(30));
  });

  test('cannot be set where the lock has no such setting', async () => {
    expect(await configure('without', after(10))).toEqual({ kind: 'refused', why: 'unsupported' });
  });
});

describe('a new delay', () => {
  test.each([
    ['open', 'format', 'unspecified'],
    ['secure', 'format', 'unspecified'],
  ] as const)('that the lock took in words only is no success: %s', async (name, on, never) => {
    await configure(name, after(40));
    await sim.behaviour(nodes[name], { lie: true });
    expect(await configure(name, after(11))).toEqual({ kind: 'refused', why: on });
    expect(await configure(name, off)).toEqual({ kind: 'refused', why: never });
    await sim.behaviour(nodes[name], { lie: false });
    expect(described(name)?.autoLock).toEqual(after(40));
  });

  test('that the lock refuses is none', async () => {
    await configure('secure', after(40));
    await sim.behaviour(nodes.secure, { refuse: true });
    expect(await configure('secure', after(12))).toEqual({ kind: 'refused', why: 'unspecified' });
    await sim.behaviour(nodes.secure, { refuse: false });
    expect(described('secure')?.autoLock).toEqual(after(40));
  });

  test('is not sent for nobody, nor for a lock that is away', async () => {
    await configure('open', after(40));
    expect(await configure('open', after(14), AbortSignal.abort())).toEqual({
      kind: 'failed',
      why: 'aborted',
    });
    await sim.behaviour(nodes.open, { offline: true });
    expect(await configure('open', after(13))).toEqual({ kind: 'failed', why: 'unreachable' });
    await sim.behaviour(nodes.open, { offline: false });
    expect(await held('open')).toBe(40);
    expect(described('open')?.autoLock).toEqual(after(40));
  });
});
