import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startNetwork, type SimulatedNetwork } from './network.ts';
import { type Hub, startHub } from './testing/hub.ts';
import type { Unit } from './unit.ts';

/** What the real herdsman makes of the locks. */
let network: SimulatedNetwork;
let hub: Hub;
const messages: { readonly ieee: string; readonly type: string; readonly data: unknown }[] = [];

beforeAll(async () => {
  network = await startNetwork();
  hub = await startHub(network.serialUrl, network.network);
  const interviewed = new Set<string>();
  const all = Promise.withResolvers<undefined>();
  hub.controller.on('deviceInterview', ({ status, device }) => {
    if (status === 'failed') all.reject(new Error(`${device.ieeeAddr}: interview failed`));
    if (status === 'successful') interviewed.add(device.ieeeAddr);
    if (interviewed.size === 5) all.resolve(undefined);
  });
  hub.controller.on('message', ({ device, type, data }) => {
    messages.push({ ieee: device.ieeeAddr, type, data });
  });
  network.neighbourhood.introduce();
  await all.promise;
});
afterAll(async () => {
  await hub.stop();
  await network.stop();
});

const unit = (id: string): Unit => {
  const found = network.neighbourhood.units.get(id);
  if (found === undefined) throw new Error(`no lock ${id}`);
  return found;
};
const options = { sendPolicy: 'immediate', disableRecovery: true, timeout: 3_000 } as const;
const endpointOf = (
  id: string,
): NonNullable<ReturnType<typeof hub.controller.getDeviceByIeeeAddr>>['endpoints'][0] => {
  const device = hub.controller.getDeviceByIeeeAddr(unit(id).device.ieee);
  const endpoint = device?.endpoints.find((each) => each.supportsInputCluster('closuresDoorLock'));
  if (endpoint === undefined) throw new Error(`${id}: no lock endpoint`);
  return endpoint;
};
const set = (id: string, slot: number, pin: string): Promise<unknown> =>
  endpointOf(id).command(
    'closuresDoorLock',
    'setPinCode',
    { userid: slot, userstatus: 1, usertype: 0, pincodevalue: Buffer.from(pin) },
    options,
  );
const get = (id: string, slot: number): Promise<unknown> =>
  endpointOf(id).command('closuresDoorLock', 'getPinCode', { userid: slot }, options);

describe('herdsman', () => {
  test('knows the locks by their Basic clusters, endpoints and ways to sleep', () => {
    const known = ['attic', 'studio', 'gate', 'flat', 'shed'].map((id) => {
      const device = hub.controller.getDeviceByIeeeAddr(unit(id).device.ieee);
      return [
        device?.modelID,
        device?.manufacturerName,
        device?.powerSource,
        device?.endpoints.map(({ ID }) => ID),
      ];
    });
    expect(known).toEqual([
      ['YRD226 TSDB', 'Lockstep', 'Battery', [1]],
      ['Mains 20', 'Lockstep', 'Mains (single phase)', [1]],
      ['SMARTCODE_DEADBOLT_5', 'Lockstep', 'Battery', [2]],
      ['YRD256 TSDB', 'Lockstep', 'Battery', [1]],
      ['BE468', 'Lockstep', 'Battery', [1]],
    ]);
  });

  test('sets, reads and clears a PIN at each that can be read', async () => {
    expect(await set('gate', 7, '0042')).toEqual({ status: 0 });
    expect(unit('gate').lock.slot(7)?.code).toBe('0042');
    expect(await get('gate', 7)).toMatchObject({
      userid: 7,
      userstatus: 1,
      usertype: 0,
      pincodevalue: Buffer.from('0042'),
    });
    expect(
      await endpointOf('gate').command('closuresDoorLock', 'clearPinCode', { userid: 7 }, options),
    ).toEqual({ status: 0 });
    expect(await get('gate', 7)).toMatchObject({
      userstatus: 0,
      usertype: NaN,
      pincodevalue: Buffer.alloc(0),
    });
    expect(unit('gate').lock.slot(7)).toBeUndefined();
  });

  test('is told of a duplicate, a full memory and a refusal by the status', async () => {
    expect(await set('studio', 8, '13579')).toEqual({ status: 3 });
    unit('studio').lock.change({ full: true, refuse: 1 });
    expect(await set('studio', 8, '2468')).toEqual({ status: 1 });
    expect(await set('studio', 8, '2468')).toEqual({ status: 2 });
    unit('studio').lock.change({ full: false });
  });

  test('sees asterisks, octets, and a refusal to be read', async () => {
    expect(await get('studio', 3)).toMatchObject({ userstatus: 1, pincodevalue: Buffer.from('*****') });
    expect(await get('attic', 1)).toMatchObject({ userstatus: 1, pincodevalue: Buffer.alloc(6, 0xff) });
    await endpointOf('attic').write('closuresDoorLock', { sendPinOta: 1 }, options);
    expect(await get('attic', 1)).toMatchObject({ pincodevalue: Buffer.from('147036') });
    expect(await get('shed', 2)).toMatchObject({ cmdId: 6, statusCode: 0x81 });
  });

  test('reads what the locks tell of themselves', async () => {
    const attributes = [
      'lockState',
      'numOfPinUsersSupported',
      'maxPinLen',
      'minPinLen',
      'keypadProgrammingEventMask',
    ] as const;
    expect(await endpointOf('attic').read('closuresDoorLock', [...attributes], options)).toEqual({
      lockState: 1,
      numOfPinUsersSupported: 250,
      maxPinLen: 8,
      minPinLen: 4,
      keypadProgrammingEventMask: 0xffff,
    });
    await expect(
      endpointOf('gate').read('closuresDoorLock', ['rfProgrammingEventMask'], options),
    ).rejects.toThrow('UNSUPPORTED_ATTRIBUTE');
  });

  test('hears of programming and operation once it has bound the cluster', async () => {
    const heard = (type: string): unknown =>
      messages.find((each) => each.ieee === unit('gate').device.ieee && each.type === type)?.data;
    await unit('gate').person.keypad({ action: 'add', slot: 9, code: '5550' });
    const coordinator = hub.controller.getDevicesByType('Coordinator')[0]?.getEndpoint(1);
    if (coordinator === undefined) throw new Error('no coordinator');
    await endpointOf('gate').bind('closuresDoorLock', coordinator);
    await unit('gate').person.keypad({ action: 'delete', slot: 9 });
    await expect
      .poll(() => heard('commandProgrammingEventNotification'))
      .toMatchObject({
        programeventsrc: 0,
        programeventcode: 3,
        userid: 9,
        zigbeelocaltime: NaN,
      });
    await unit('gate').person.keypad({ action: 'enter', code: '36925' });
    await expect
      .poll(() => heard('commandOperationEventNotification'))
      .toMatchObject({
        opereventsrc: 0,
        opereventcode: 2,
        userid: 2,
        pin: Buffer.from('36925'),
      });
  });

  test('stores a year-day schedule and reads it back', async () => {
    const flat = endpointOf('flat');
    const place = { scheduleid: 0, userid: 4 };
    const window = { zigbeelocalstarttime: 853_315_200, zigbeelocalendtime: 853_785_000 };
    expect(
      await flat.command('closuresDoorLock', 'setYearDaySchedule', { ...place, ...window }, options),
    ).toEqual({ status: 0 });
    expect(await flat.command('closuresDoorLock', 'getYearDaySchedule', place, options)).toEqual({
      ...place,
      status: 0,
      ...window,
    });
    expect(unit('flat').lock.schedules?.yearDay(4, 0)).toEqual({ start: 853_315_200, end: 853_785_000 });
  });

  test('gives a lock that asks for it the time of this process', async () => {
    const { lock, device } = unit('flat');
    lock.clock?.setLocal(0);
    await device.time.ask();
    const here = new Date();
    const local = here.getTime() - here.getTimezoneOffset() * 60_000;
    await expect.poll(() => Math.abs((lock.clock?.local() ?? 0) - local)).toBeLessThan(5_000);
  });
});
