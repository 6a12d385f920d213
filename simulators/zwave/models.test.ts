import { CommandClasses } from '@zwave-js/core';
import { afterEach, expect, test, vi } from 'vitest';
import { UserIDStatus } from 'zwave-js';
import { SimulatedLock } from './lock.ts';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { preset } from './presets.ts';
import { seededRandom } from '../shared/random.ts';
import { type Hub, listen, startHub } from './testing/hub.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const model = (name: string): SimulatedLock =>
  new SimulatedLock(preset(`model-${name}`)![0]!, seededRandom(1));
const onTheAir = async (
  name: string,
): Promise<{ network: SimulatedNetwork; hub: Hub; lock: SimulatedLock }> => {
  const network = await startNetwork({ locks: preset(`model-${name}`)! });
  cleanups.unshift(() => network.stop());
  const hub = await startHub(network.serialUrl);
  cleanups.unshift(() => hub.stop());
  return { network, hub, lock: network.places.get(2)!.lock };
};
const july = {
  startYear: 26,
  startMonth: 7,
  startDay: 1,
  startHour: 15,
  startMinute: 0,
  stopYear: 26,
  stopMonth: 7,
  stopDay: 3,
  stopHour: 11,
  stopMinute: 0,
};

test('each model is in preset models once, and by itself as node 2', () => {
  const all = preset('models')!;
  expect(all.length).toBeGreaterThanOrEqual(14);
  expect(new Set(all.map((s) => `${s.manufacturer_id}:${s.product_type}:${s.product_id}`)).size).toBe(
    all.length,
  );
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const spec of all) expect(preset(`model-${spec.name}`)).toEqual([{ ...spec, node: 2 }]);
  expect(preset('model-nonsense')).toBeUndefined();
});

test('every model holds the codes it was delivered with, and takes one more by its own rules', () => {
  for (const spec of preset('models')!) {
    const lock = new SimulatedLock({ ...spec, behaviour: { ...spec.behaviour, drops_after_ms: 0 } }, () => 0);
    expect(Object.fromEntries(lock.occupied().map(([slot, { code }]) => [slot, code]))).toEqual(spec.codes);
    for (const [slot] of lock.occupied()) expect(lock.hasSlot(slot)).toBe(true);
    const pin = '8'.repeat(lock.codeLength.min);
    expect(lock.set(9, 'enabled', pin)).toEqual({ ok: true, stored: true });
    expect(lock.set(9, 'enabled', '8'.repeat(lock.codeLength.max + 1))).toEqual({ ok: false, why: 'format' });
    expect(lock.enter(pin)).toEqual({ opens: true, slot: 9 });
  }
});

test('every Schlage has one code length, four digits from the factory (FIELD-BUGS 6)', () => {
  const schlages = preset('models')!.filter(({ manufacturer_id }) => manufacturer_id === 0x003b);
  expect(schlages).toHaveLength(5);
  for (const { name } of schlages) {
    const lock = model(name);
    expect(lock.codeLength).toEqual({ min: 4, max: 4 });
    expect(lock.setParameter(16, 6)).toBe('wiped');
    expect(lock.occupied()).toEqual([]);
  }
});

test("a master code among the slots can be overwritten on Yale's second generation, not on its third", () => {
  expect(model('yale-assure-zw2').set(251, 'enabled', '1111')).toEqual({ ok: true, stored: true });
  expect(model('yale-assure-zw3').set(251, 'enabled', '1111')).toEqual({ ok: false, why: 'slot' });
  expect(model('yale-assure-zw3').set(500, 'enabled', '1111')).toEqual({ ok: true, stored: true });
});

test('slots beyond 255 are read and written by the extended commands', async () => {
  const { hub, lock } = await onTheAir('yale-assure-zw3');
  const userCode = hub.node(2).commandClasses['User Code'];
  expect(hub.node(2).deviceConfig?.manufacturer).toBe('Yale');
  await userCode.set(300, UserIDStatus.Enabled, '300300');
  expect(lock.slot(300)?.code).toBe('300300');
  expect(await userCode.get(300)).toEqual({ userIdStatus: UserIDStatus.Enabled, userCode: '300300' });
  expect(await userCode.get(301)).toEqual({ userIdStatus: UserIDStatus.Available, userCode: '' });
  expect(await userCode.get(251)).toMatchObject({ userIdStatus: UserIDStatus.StatusNotAvailable });
});

test('a tag among the codes is occupied and reads as raw bytes', async () => {
  const { hub } = await onTheAir('idlock-101');
  const read = await hub.node(2).commandClasses['User Code'].get(3);
  expect(read?.userIdStatus).toBe(UserIDStatus.Enabled);
  expect(Buffer.from(read?.userCode ?? '').toString('hex')).toBe('0a1ff2d3c45e');
});

test('an Ultraloq takes codes and reads as empty (FIELD-BUGS 15)', async () => {
  const { hub, lock } = await onTheAir('ultraloq-ubolt-pro');
  await hub.node(2).commandClasses['User Code'].set(5, UserIDStatus.Enabled, '5050');
  expect(lock.slot(5)?.code).toBe('5050');
  expect(await hub.node(2).commandClasses['User Code'].get(5)).toMatchObject({
    userIdStatus: UserIDStatus.Available,
  });
});

test("a schedule binds a Kwikset's guests and not its owners", async () => {
  const { hub, lock } = await onTheAir('kwikset-888');
  const {
    'User Code': userCode,
    'Schedule Entry Lock': schedules,
    Configuration,
  } = hub.node(2).commandClasses;
  await userCode.set(5, UserIDStatus.Enabled, '5050');
  await schedules.setYearDaySchedule({ userId: 5, slotId: 1 }, july);
  await vi.waitFor(() => {
    expect(lock.schedules?.get(5, 1)).toEqual(july);
  }, 30_000);
  lock.clock?.setLocal(Date.UTC(2026, 0, 1));
  expect(lock.enter('5050')).toEqual({ opens: true, slot: 5 });
  await Configuration.set({ parameter: 5, value: 3, valueSize: 1 });
  await vi.waitFor(() => {
    expect(lock.enter('5050')).toEqual({ opens: false, why: 'schedule', slot: 5 });
  }, 30_000);
});

test('a new master code wipes a Samsung, whose event for a new code names no slot (FIELD-BUGS 19)', async () => {
  const { hub, network, lock } = await onTheAir('samsung-shp');
  const heard = listen(hub.node(2));
  const { person } = network.places.get(2)!;
  await person.keypad({ action: 'add', slot: 5, code: '5050' });
  await person.keypad({ action: 'master_code' });
  expect(lock.occupied()).toEqual([]);
  await vi.waitFor(
    () => {
      expect(heard).toEqual([14, 18].map((event) => ({ event, userId: undefined })));
    },
    { timeout: 30_000 },
  );
});

test("zwave-js knows the BE469 by its ids and reads the code length from the lock's parameter", async () => {
  const { hub } = await onTheAir('schlage-be469');
  expect(hub.node(2).deviceConfig?.label).toBe('BE469');
  expect(hub.node(2).getValue({ commandClass: CommandClasses.Configuration, property: 16 })).toBe(4);
  expect(await hub.node(2).commandClasses['User Code'].get(2)).toEqual({
    userIdStatus: UserIDStatus.Available,
    userCode: '0000',
  });
});
