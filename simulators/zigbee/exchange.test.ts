import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { type LockInput, lockSpecsSchema } from './spec.ts';
import type { Unit } from './unit.ts';
import { clusterId } from './zcl-cluster.ts';

const door: LockInput = {
  name: 'Front',
  manufacturer: 'Lockstep',
  model: 'Door 1',
  manufacturer_code: 0x1234,
  slots: 5,
  code_length: { min: 4, max: 8 },
  codes: { 2: '135790' },
};

let folder: string;
let running: SimulatedNetwork | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zigbee-exchange-'));
});
afterEach(async () => {
  await running?.stop();
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});
const file = (): string => path.join(folder, 'state.json');
const start = async (lock: LockInput = door): Promise<SimulatedNetwork> => {
  await running?.stop();
  running = await startNetwork({ locks: lockSpecsSchema.parse([lock]), stateFile: file() });
  return running;
};
const front = (network: SimulatedNetwork): Unit => network.neighbourhood.units.get('front')!;
const exchange = (network: SimulatedNetwork): Unit => network.neighbourhood.exchange(front(network));
const digitsKept = async (): Promise<string[]> =>
  [...(await readFile(file(), 'utf8')).matchAll(/"code":"(\d+)"/g)].map(([, digits]) => digits ?? '');
/** Seconds and their timers only: files and sockets go on as they are. */
const fakeSeconds = (): void => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
};

test('a unit that took the place of another knows none of its codes after a restart either', async () => {
  const first = await start();
  expect(await digitsKept()).toEqual([]);
  await front(first).person.keypad({ action: 'add', slot: 1, code: '24680' });
  expect(await digitsKept()).toEqual(['24680', '135790']);
  const { ieee } = exchange(first).device;
  expect(await digitsKept()).toEqual([]);
  const second = await start();
  expect(front(second).device.ieee).toBe(ieee);
  expect(front(second).lock.occupied()).toEqual([]);
});

test('a unit that was taken away doesn’t write over what its successor keeps', async () => {
  const network = await start({ ...door, behaviour: { drops_after_ms: 1_000, delay_ms: 1_000 } });
  const old = front(network);
  fakeSeconds();
  old.lock.set(1, { status: 'enabled', type: 'unrestricted', code: '24680' });
  // A command that it still works on: set slot 3 to 1234.
  const payload = Buffer.from('019005030001000431323334', 'hex');
  old.device.receive({
    profile: 0x0104,
    cluster: clusterId.doorLock,
    sourceEndpoint: 1,
    endpoint: 1,
    payload,
  });
  exchange(network);
  await vi.advanceTimersByTimeAsync(1_500);
  await old.lock.exclusive(() => Promise.resolve());
  expect(old.lock.slot(3)?.code).toBe('1234');
  expect(await digitsKept()).toEqual([]);
});

test('the timers of a unit that was taken away have ended: it says nothing in the name of its successor', async () => {
  const network = await start({ ...door, behaviour: { lockout_ms: 1_000, drops_after_ms: 1_000 } });
  const { person, lock } = front(network);
  fakeSeconds();
  for (let i = 0; i < 5; i += 1) await person.keypad({ action: 'enter', code: '9999' });
  lock.set(1, { status: 'enabled', type: 'unrestricted', code: '24680' });
  lock.attributes.set(`${clusterId.doorLock}/35`, 1);
  await person.bolt({ locked: false, how: 'manual' });
  exchange(network);
  const before = network.log.since(0).length;
  await vi.advanceTimersByTimeAsync(5_000);
  await setImmediate();
  expect(network.log.since(0).slice(before)).toEqual([]);
});

test('a lock whose address is given keeps its codes, and its place, over a restart', async () => {
  const given = { ...door, ieee: '0x0011223344556677' };
  const first = await start(given);
  await front(first).person.keypad({ action: 'add', slot: 1, code: '24680' });
  const second = await start(given);
  expect(front(second).lock.slot(1)?.code).toBe('24680');
  const { ieee } = exchange(second).device;
  expect(ieee).not.toBe(given.ieee);
  const third = await start(given);
  expect(front(third).device.ieee).toBe(ieee);
});
