import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { LockAddress } from '../../src/core/ids.ts';
import type { AutoLock, LockDescription } from '../../src/core/model.ts';
import type { Hint, LockDriver, OperateOutcome } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, openZigbee, readyZigbee, zigbeeLocksOf } from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';

const patienceMs = 20_000;
const ordinary = {
  manufacturer: 'Lockworks',
  model: 'Relock 1',
  manufacturer_code: 0x1337,
  power: 'mains',
  slots: 10,
  code_length: { min: 4, max: 8 },
};
const relockTime = 0x23;
const locks = [
  { ...ordinary, name: 'Plain', auto_relock: { factory: 45 } },
  { ...ordinary, name: 'Choosy', auto_relock: { takes: [10, 30] } },
  { ...ordinary, name: 'Without', missing_attributes: [relockTime] },
  { ...ordinary, name: 'Fixed', auto_relock: { factory: 20, writable: false } },
  { ...ordinary, name: 'Forever', auto_relock: { factory: 4_000_000_000 } },
  { model_of: 'onesti-nimly', name: 'Switch', sleepy: false },
];
const ids = locks.map(({ name }) => name.toLowerCase());
const done: OperateOutcome = { kind: 'done', confirmed: true };

const cleanup = new AsyncDisposableStack();
let sim: ZigbeeSim;
let host: Awaited<ReturnType<typeof temporaryHost>>['host'];
let driver: LockDriver;
let hints: Hint[];
let lock: (id: string) => LockAddress;

beforeAll(async () => {
  sim = cleanup.use(await startZigbeeNetwork({ locks }));
  ({ host } = cleanup.use(await temporaryHost(false)));
  lock = await zigbeeLocksOf(sim, ids);
  ({ driver, hints } = await readyZigbee(sim, host, ids));
  cleanup.defer(() => driver[Symbol.asyncDispose]());
});
afterAll(() => cleanup.disposeAsync());

const described = (id: string): LockDescription | undefined =>
  driver.locks().find(({ address }) => address === lock(id));
const can = async (id: string): Promise<unknown> => (await driver.capabilities(lock(id), never))?.autoLock;
const configure = (id: string, wanted: AutoLock, signal = never): Promise<OperateOutcome> =>
  driver.configureAutoLock!(lock(id), wanted, signal);
const after = (delaySeconds: number): AutoLock => ({ enabled: true, delaySeconds });
const off: AutoLock = { enabled: false };
/** What the lock itself holds. */
const held = async (id: string): Promise<unknown> => {
  const { attributes } = await sim.lock(id);
  return typeof attributes === 'object' && attributes !== null
    ? Reflect.get(attributes, `257/${relockTime}`)
    : undefined;
};

describe('how a lock locks itself', () => {
  test('is told as it was when the lock was asked', async () => {
    expect(described('plain')?.autoLock).toEqual(after(45));
    expect(described('choosy')?.autoLock).toEqual(off);
    expect(described('without')).not.toHaveProperty('autoLock');
    expect(described('forever')?.autoLock, 'no delay anybody has set').toEqual({ enabled: true });
    for (const id of ['plain', 'choosy', 'fixed', 'switch']) expect(await can(id), id).toBe(true);
    expect(await can('without')).toBeUndefined();
  });

  test('is set, read back, and told; so is that it never does', async () => {
    for (const [wanted, seconds] of [
      [after(10), 10],
      [after(60), 60],
      [off, 0],
    ] as const) {
      hints.length = 0;
      expect(await configure('plain', wanted)).toEqual(done);
      expect(await held('plain')).toBe(seconds);
      expect(described('plain')?.autoLock).toEqual(wanted);
      await hinted(hints, { kind: 'locks' });
    }
  });

  test('is heard of when somebody changes it in the menu of the lock', async () => {
    hints.length = 0;
    await sim.keypad('plain', { action: 'auto_relock', value: 25 });
    await vi.waitFor(() => {
      expect(described('plain')?.autoLock).toEqual(after(25));
    }, patienceMs);
    await hinted(hints, { kind: 'locks' });
  });

  test('takes only the delays that the lock knows', async () => {
    expect(await configure('choosy', after(30))).toEqual(done);
    expect(await configure('choosy', after(20))).toEqual({ kind: 'refused', why: 'format' });
    expect(described('choosy')?.autoLock).toEqual(after(30));
  });

  test('cannot be set where the lock has no such setting, or keeps it to itself', async () => {
    await sim.resetFrames();
    expect(await configure('without', after(10))).toEqual({ kind: 'refused', why: 'unsupported' });
    expect((await sim.frames())['without']?.application.total).toBe(0);
    expect(described('fixed')?.autoLock).toEqual(after(20));
    expect(await configure('fixed', after(10))).toEqual({ kind: 'refused', why: 'unsupported' });
    expect(described('fixed')?.autoLock).toEqual(after(20));
    expect(await can('fixed'), 'and that is remembered').toBeUndefined();
  });

  test('is a mere switch on some locks: it can be turned off, and to no delay of ours', async () => {
    expect(described('switch')?.autoLock).toEqual({ enabled: true });
    expect(await configure('switch', after(1))).toEqual({ kind: 'refused', why: 'format' });
    expect(await configure('switch', off)).toEqual(done);
    expect(await held('switch')).toBe(0);
    expect(described('switch')?.autoLock).toEqual(off);
  });
});

describe('a new delay', () => {
  test('that the lock took in words only is no success', async () => {
    await configure('plain', after(40));
    await sim.behaviour('plain', { lie: true });
    expect(await configure('plain', after(11))).toEqual({ kind: 'refused', why: 'format' });
    expect(await configure('plain', off)).toEqual({ kind: 'refused', why: 'unspecified' });
    await sim.behaviour('plain', { lie: false });
    expect(described('plain')?.autoLock).toEqual(after(40));
  });

  test('that the lock refuses is none', async () => {
    await configure('plain', after(40));
    await sim.behaviour('plain', { refuse: true });
    expect(await configure('plain', after(12))).toEqual({ kind: 'refused', why: 'unspecified' });
    await sim.behaviour('plain', { refuse: false });
    expect(described('plain')?.autoLock).toEqual(after(40));
  });

  test('for a lock that is away comes to nothing, and what was known stays', async () => {
    await configure('plain', after(40));
    await sim.behaviour('plain', { mac_no_ack: true });
    expect(await configure('plain', after(13))).toEqual({ kind: 'failed', why: 'unreachable' });
    await sim.behaviour('plain', { mac_no_ack: false });
    expect(await held('plain')).toBe(40);
    expect(described('plain')?.autoLock).toEqual(after(40));
  });

  test('is not sent for nobody, nor to nobody', async () => {
    await sim.resetFrames();
    expect(await configure('plain', after(14), AbortSignal.abort())).toEqual({
      kind: 'failed',
      why: 'aborted',
    });
    expect((await sim.frames())['plain']?.application.total).toBe(0);
  });
});

test('what is known of it outlives a restart of the bridge', async () => {
  await configure('plain', after(33));
  await driver[Symbol.asyncDispose]();
  const again = await openZigbee(sim.serial, host);
  ({ driver, hints } = again);
  await vi.waitFor(() => {
    expect(driver.state).toBe('ready');
  }, patienceMs);
  expect(described('plain')?.autoLock).toEqual(after(33));
});
