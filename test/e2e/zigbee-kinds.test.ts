import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { BridgeClient } from '../support/bridge-client.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import {
  goodZigbeeLock,
  startZigbeeWorld,
  type ZigbeeLock,
  type ZigbeeWorld,
} from '../support/zigbee-world.ts';

let world: ZigbeeWorld;
let client: BridgeClient;

/** A simulated lock of a model that the quirk table knows. */
const model = (name: string, of: string, more: object = {}): ZigbeeLock => {
  const { ieee } = goodZigbeeLock(name, 1);
  return { name, ieee, model_of: of, codes: {}, ...more };
};

const sleepy = { power: 'battery', poll_control: true, behaviour: { poll_interval_ms: 300 } };
const locks = [
  goodZigbeeLock('Sleepy', 6, sleepy),
  goodZigbeeLock('Blind', 10, {
    behaviour: { unreadable: 'all' },
    codes: { 2: '8642' },
    clock: { asks: 'local_time' },
  }),
  model('Kwik', 'kwikset-smartcode', { codes: { 1: '36925' } }),
  model('Irevo', 'yale-irevo', { codes: { 1: '147036' } }),
];

beforeAll(async () => {
  const [, blind] = locks;
  const address = `zigbee:${blind?.ieee ?? ''}`;
  const devices = { blind: { address, slots: '4-5', time_zone: 'Asia/Tokyo' } };
  world = await startZigbeeWorld({ locks }, { settings: { devices } });
  client = world.client;
  for (const id of ['sleepy', 'kwik', 'irevo']) await client.device(world.at(id));
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

test('a lock that sleeps and asks its parent now and then takes a code like any other', async () => {
  const id = await client.createCode(world.at('sleepy'), '0471');
  expect(await client.codeSet(id)).toMatchObject({ x_slot: 1, errors: [] });
  expect(await world.sim.codes('sleepy')).toEqual({ 1: '0471' });
  expect(client.deviceNow(world.at('sleepy'))?.properties.online).toBe(true);
});

test('a lock that asks for the time gets that of the zone that the config names for it (FIELD-BUGS 25)', async () => {
  const shown = async (): Promise<number> => {
    const { clock } = z
      .object({ clock: z.looseObject({ local: z.string() }) })
      .parse(await world.sim.lock('blind'));
    return Date.parse(`${clock.local}+09:00`);
  };
  await world.sim.tell('/locks/blind/clock', { local: '2000-01-01T00:00:00' });
  await world.sim.tell('/locks/blind/clock', { ask: true });
  await until('the time of Tokyo', async () => Math.abs((await shown()) - Date.now()) < 600_000);
});

test('a lock that cannot be read gets codes in the slots that the config names, and nowhere else (FIELD-BUGS 15)', async () => {
  const at = world.at('blind');
  const device = await client.until('the lock', () => client.deviceNow(at));
  const create = (code: string): Promise<unknown> =>
    client.request('access_codes/create', { device_id: device.device_id, code });
  for (const code of ['111222', '333444']) expect(await create(code)).toMatchObject({ ok: true });
  expect(await create('555666')).toMatchObject({
    ok: false,
    error: { type: 'no_space_for_access_code_on_device' },
  });
  await client.until('both codes', () => client.events.filter(isSet(device.device_id)).length === 2);
  expect(await world.sim.codes('blind')).toEqual({ 2: '8642', 4: '111222', 5: '333444' });
});

const isSet =
  (device: string) =>
  (event: { readonly event_type: string; readonly device_id?: string | undefined }): boolean =>
    event.event_type === 'access_code.set_on_device' && event.device_id === device;

test('a lock whose slots begin with 0, on an endpoint of its own, is filled from there, and repaired there (FIELD-BUGS 19)', async () => {
  const at = world.at('kwik');
  const device = await client.device(at);
  const id = await client.createCode(at, '778899');
  expect(await client.codeSet(id)).toMatchObject({ x_slot: 0 });
  expect(await world.sim.codes('kwik')).toEqual({ 0: '778899', 1: '36925' });
  const { stdout } = await world.bridge.cli(['slots', 'Kwik']);
  expect(stdout).toMatch(/^ +0 +occupied +A guest +lockstep/m);
  const since = world.record.now;
  await world.sim.keypad('kwik', { action: 'delete', slot: 0 });
  expect(await world.bridge.cli(['repair', 'Kwik', '--slot', '0', '--wait'])).toMatchObject({ code: 0 });
  expect(await world.sim.codes('kwik')).toEqual({ 0: '778899', 1: '36925' });
  expect(world.record.after(since, writes, 'kwik').map((one) => one.slot)).toEqual([0]);
  await client.ask('access_codes/delete', { access_code_id: id });
  await client.event('access_code.deleted', { access_code_id: id, device_id: device });
  expect(await world.sim.codes('kwik')).toEqual({ 1: '36925' });
});

test('a programming event with the bytes of its slot exchanged is taken for the right slot (FIELD-BUGS 19)', async () => {
  const after = client.lastSeq;
  await world.sim.keypad('irevo', { action: 'add', slot: 3, code: '505050' });
  await client.event(
    'access_code.unmanaged.created',
    { x_slot: 3, device_id: await client.device(world.at('irevo')) },
    after,
  );
});
