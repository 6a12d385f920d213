import { Controller, ZSpec } from 'zigbee-herdsman';
import { Adapter } from 'zigbee-herdsman/dist/adapter/adapter.js';
import { expect, test, vi } from 'vitest';
import { askCoordinator, hookLine } from './line-hooks.ts';
import type { LineHooks } from './line-hooks.ts';
import { silenceHerdsman } from './quiet-herdsman.ts';

/**
 * What cannot be had over a simulated line: another kind of coordinator, and fields that zigbee-herdsman may rename.
 * Z-Stack is in session.test.ts.
 */

const network = { panId: 7, extendedPanId: [1, 2, 3, 4, 5, 6, 7, 8], radioChannel: 25 };
const named = { panId: 7, extendedPanId: '0102030405060708', channel: 25 };

const bench = (decided: LineHooks['decided'] = () => Promise.resolve()) => {
  const hooks = {
    heard: vi.fn(),
    lost: vi.fn(),
    decided: vi.fn(decided),
    started: vi.fn(),
    clearing: vi.fn(),
    isOver: vi.fn(() => false),
    notWritten: vi.fn(),
    stumbled: vi.fn(),
  };
  const controller = new Controller({
    network: { panID: 7, channelList: [11] },
    transport: { path: 'tcp://127.0.0.1:1', adapter: 'ember' },
    databasePath: '/nowhere/database.db',
    databaseBackupPath: '/nowhere/backup',
    backupPath: '/nowhere/backup.json',
    adapter: { disableLED: false },
    acceptJoiningDeviceHandler: () => Promise.resolve(false),
  });
  hookLine(controller, 'ember', hooks);
  return { controller, hooks };
};

/** As herdsman's Ember adapter is, in what is hooked. */
const ember = (controller: Controller) => {
  const did: string[] = [];
  const ezsp = { ezspLeaveNetwork: () => undefined };
  const adapter: unknown = Reflect.construct(Adapter, [{}, {}, '', {}]);
  if (!(adapter instanceof Adapter)) throw new Error('no adapter');
  const parts = {
    ezsp,
    formNetwork: (fromBackup: boolean) => did.push(fromBackup ? 'formed from backup' : 'formed'),
    start: () => Promise.resolve('resumed'),
    getNetworkParameters: () => Promise.resolve({ channel: 25 }),
  };
  for (const [name, part] of Object.entries(parts)) Reflect.set(adapter, name, part);
  Reflect.set(controller, 'adapter', adapter);
  const call = async (method: string, ...args: unknown[]): Promise<void> => {
    const hooked: unknown = Reflect.get(adapter, method);
    if (typeof hooked !== 'function') throw new Error(`no ${method}`);
    await Reflect.apply(hooked, adapter, args);
  };
  return { adapter, did, call };
};

test.each([
  [true, 'restoreBackup', 'formed from backup'],
  [false, 'startCommissioning', 'formed'],
])(
  'an Ember coordinator is formed when that is allowed: from backup %s',
  async (fromBackup, strategy, done) => {
    const { controller, hooks } = bench();
    const { did, call } = ember(controller);
    await call('formNetwork', fromBackup);
    expect(did).toEqual([done]);
    expect(hooks.decided).toHaveBeenCalledWith({ stick: { kind: 'blank' }, strategy });
  },
);

test('the channel is known before the Controller compares it', async () => {
  const { controller, hooks } = bench();
  await ember(controller).call('start');
  expect(hooks.started).toHaveBeenCalledWith({ channel: 25 });
});

test('a line that closes in the middle of a start is noticed', () => {
  const { controller, hooks } = bench();
  ember(controller).adapter.emit('disconnected');
  expect(hooks.lost).toHaveBeenCalledTimes(1);
});

test('the list of devices is not cleared before that is allowed, and a full disk ends nothing; nor is it written late', () => {
  const { controller, hooks } = bench();
  const clear = vi.fn<() => undefined>();
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const write = vi.fn(() => {
    throw full;
  });
  const database = { clear, write };
  Reflect.set(controller, 'database', database);
  hooks.clearing.mockImplementation(() => {
    throw new Error('refused');
  });
  expect(() => {
    database.clear();
  }).toThrow('refused');
  expect(clear).not.toHaveBeenCalled();
  database.write();
  expect(hooks.notWritten).toHaveBeenCalledWith(full);
  hooks.isOver.mockReturnValue(true);
  expect(() => {
    database.write();
  }).not.toThrow();
  expect(write).toHaveBeenCalledTimes(1);
});

/** herdsman's own Ember adapter, over a stick that records what is done to it. */
const wholeEmber = async (controller: Controller, initStatus: number) => {
  silenceHerdsman();
  const adapter = await Adapter.create(
    {
      panID: 9,
      extendedPanID: [9, 9, 9, 9, 9, 9, 9, 9],
      channelList: [11],
      networkKey: [...Buffer.alloc(16, 9)],
    },
    { path: 'tcp://127.0.0.1:1', adapter: 'ember' },
    '/nowhere/backup.json',
    { disableLED: false },
  );
  const did: string[] = [];
  const answers = { NetworkInit: initStatus, GetNetworkParameters: [0, 1, network] };
  const stick = Object.fromEntries(
    ['SetPolicy', 'NetworkInit', 'GetNetworkParameters', 'LeaveNetwork', 'FormNetwork'].map((name) => [
      `ezsp${name}`,
      () => {
        did.push(name);
        return Promise.resolve(Object.entries(answers).find(([one]) => one === name)?.[1] ?? 0);
      },
    ]),
  );
  Reflect.set(adapter, 'ezsp', stick);
  Reflect.set(adapter, 'oneWaitress', { startWaitingForEvent: () => Promise.resolve() });
  Reflect.set(controller, 'adapter', adapter);
  const init: unknown = Reflect.get(adapter, 'initTrustCenter');
  if (typeof init !== 'function') throw new Error('no initTrustCenter');
  return { did, start: (): unknown => Reflect.apply(init, adapter, []) };
};

test.each([
  ['that has another network', 0, { kind: 'network', ...named }, ['NetworkInit', 'GetNetworkParameters']],
  ['that is blank', 0x17, { kind: 'blank' }, ['NetworkInit']],
])('FIELD-BUGS 34: nothing is changed on an Ember coordinator %s', async (_, initStatus, stick, did) => {
  const { controller, hooks } = bench(() => Promise.reject(new Error('refused')));
  const ember = await wholeEmber(controller, initStatus);
  await expect(ember.start()).rejects.toThrow('refused');
  expect(hooks.decided).toHaveBeenCalledExactlyOnceWith({ stick, strategy: 'startCommissioning' });
  expect([...new Set(ember.did)].filter((one) => one !== 'SetPolicy')).toEqual(did);
});

test('an Ember coordinator that is asked whether it is there is really asked, each time', async () => {
  const { controller } = bench();
  const { adapter } = ember(controller);
  const cache = { eui64: '0x00124b0000000001' };
  const asked: string[] = [];
  Reflect.set(adapter, 'networkCache', cache);
  // As herdsman has it: from memory, if there is anything.
  Reflect.set(adapter, 'getCoordinatorIEEE', () => {
    if (cache.eui64 === ZSpec.BLANK_EUI64) cache.eui64 = `asked ${asked.push(cache.eui64)}`;
    return Promise.resolve(cache.eui64);
  });
  expect(await askCoordinator(adapter, 'ember')).toBe('asked 1');
  expect(await askCoordinator(adapter, 'ember')).toBe('asked 2');
});

test("what a stranger's frame does to herdsman's handlers ends nothing", async () => {
  const { controller, hooks } = bench();
  const handler: unknown = Reflect.get(controller, 'onZclPayload');
  if (typeof handler !== 'function') throw new Error('no handler');
  await Reflect.apply(handler, controller, [undefined]);
  expect(hooks.stumbled).toHaveBeenCalledWith(expect.any(TypeError));
});

test('a zigbee-herdsman of another shape is not started blindly', () => {
  const { controller } = bench();
  expect(() => Reflect.set(controller, 'adapter', {})).toThrow('another kind of adapter');
  expect(() => Reflect.set(controller, 'database', { clear: () => undefined })).toThrow('no write any more');
  const bare: unknown = Reflect.construct(Adapter, [{}, {}, '', {}]);
  expect(() => Reflect.set(controller, 'adapter', bare)).toThrow('no ezsp any more');
});
