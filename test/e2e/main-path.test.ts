import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeClient, createdId } from '../support/bridge-client.ts';
import { Mosquitto, mosquittoBelongs } from '../support/mosquitto.ts';
import { retainedNow } from '../support/mqtt-face.ts';
import { until } from '../support/until.ts';
import { goodLock, startWorld, type World } from '../support/world.ts';

const front = 2;

const brokers = ['the embedded broker', ...(mosquittoBelongs() ? ['a mosquitto'] : [])];

describe.each(brokers)('over %s', (which) => {
  let broker: Mosquitto | undefined;
  let world: World;
  let client: BridgeClient;
  let device: string;

  beforeAll(async () => {
    broker = which === 'a mosquitto' ? await Mosquitto.start() : undefined;
    const locks = [goodLock(front, 6, { codes: { 1: '258013' } })];
    world = await startWorld({ locks }, broker === undefined ? {} : { mqttUrl: broker.url });
    client = world.client;
    device = await client.device(front);
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await broker?.[Symbol.asyncDispose]();
  });

  test('a code asked for, its leading zeros kept, stands in the lock, and is told so (FIELD-BUGS 18)', async () => {
    const answer = await client.ask('access_codes/create', {
      device_id: device,
      name: 'Anna',
      code: '004711',
    });
    const id = createdId(answer);
    expect(await client.codeSet(id)).toMatchObject({ name: 'Anna', status: 'set', x_slot: 2, code: null });
    expect(await world.sim.codes(front)).toEqual({ 1: '258013', 2: '004711' });
    const created = await client.event('access_code.created', { access_code_id: id });
    const set = await client.event('access_code.set_on_device', { access_code_id: id });
    expect(set.seq).toBeGreaterThan(created.seq);
    const slots = await until('slot 2 to be shown as ours', async () => {
      const now = await client.slots(front);
      return now[1]?.state === 'occupied' && now[1].owner === 'lockstep' && now;
    });
    expect(slots.map(({ slot, owner, state }) => [slot, owner, state])).toEqual([
      [1, 'unmanaged', 'occupied'],
      [2, 'lockstep', 'occupied'],
      [3, null, 'empty'],
      [4, null, 'empty'],
      [5, null, 'empty'],
      [6, null, 'empty'],
    ]);
  });

  test('get and list answer with what was asked for', async () => {
    const [code] = await client.codes();
    expect(code).toMatchObject({ name: 'Anna', status: 'set', device_id: device });
    const got = await client.ask('access_codes/get', { access_code_id: code?.access_code_id });
    expect(got['access_code']).toEqual(code);
    const missing = await client.request('access_codes/get', { access_code_id: crypto.randomUUID() });
    expect(missing).toMatchObject({ ok: false, error: { type: 'access_code_not_found' } });
  });

  test('a changed PIN replaces the old one in its slot', async () => {
    const [code] = await client.codes();
    const id = code?.access_code_id ?? '';
    const after = client.lastSeq;
    await client.ask('access_codes/update', { access_code_id: id, code: '0815', name: 'Anna B.' });
    await client.event('access_code.set_on_device', { access_code_id: id }, after);
    expect(await world.sim.codes(front)).toEqual({ 1: '258013', 2: '0815' });
    expect(await client.codeSet(id)).toMatchObject({ name: 'Anna B.', x_slot: 2 });
  });

  test('a deleted code leaves the lock before its topic is emptied and its end is told (FIELD-BUGS 27)', async () => {
    const [code] = await client.codes();
    const id = code?.access_code_id ?? '';
    await client.ask('access_codes/delete', { access_code_id: id });
    await client.event('access_code.deleted', { access_code_id: id });
    expect(await world.sim.codes(front)).toEqual({ 1: '258013' });
    await client.until('the emptied topic', () => client.code(id) === undefined);
    expect(await client.codes()).toEqual([]);
  });

  test('devices are listed and got with what the lock is and can do', async () => {
    const list = await client.ask('devices/list', {});
    const got = await client.ask('devices/get', { device_id: device });
    expect(list['devices']).toEqual([got['device']]);
    expect(got['device']).toMatchObject({
      device_id: device,
      x_address: 'zwave:2',
      x_slots: { first: 1, last: 6 },
      x_checksum: true,
      can_remotely_unlock: true,
      properties: { online: true, supported_code_lengths: [4, 5, 6, 7, 8, 9, 10] },
    });
  });

  test.each([
    ['unlock', false],
    ['lock', true],
  ])('%s moves the bolt, and is told once', async (action, locked) => {
    const after = client.lastSeq;
    const answer = await client.ask(`locks/${action}_door`, { device_id: device });
    expect(answer['action_attempt']).toMatchObject({ status: 'success' });
    expect((await world.sim.lock(front)).locked).toBe(locked);
    await client.event(`lock.${action}ed`, { device_id: device, method: 'remote' }, after);
    await client.until('the lock state', () => client.deviceNow(front)?.properties.locked === locked);
    expect(
      client.events.filter(({ seq, event_type: type }) => seq > after && type.startsWith('lock.')),
    ).toHaveLength(1);
  });

  test('who comes later finds the state retained, each in its topic, and no event or answer', async () => {
    const id = await client.createCode(front, '97531');
    await client.codeSet(id);
    const unmanaged = await client.ask('access_codes/unmanaged/list', {});
    expect(unmanaged['access_codes']).toMatchObject([{ x_slot: 1, code: null }]);
    const retained = await retainedNow(world.bridge.mqttUrl, world.bridge.base);
    const topics = [...retained.keys()].map((topic) => topic.slice(world.bridge.base.length + 1)).sort();
    expect(topics.filter((topic) => !topic.startsWith('unmanaged_access_codes/'))).toEqual(
      [
        `access_codes/${id}`,
        'arrivals',
        'bridge',
        `devices/${device}`,
        `devices/${device}/slots`,
        'status',
      ].sort(),
    );
    expect(topics).toHaveLength(7);
    expect(retained.get(`${world.bridge.base}/status`)).toBe('online');
  });

  test('events came in the order of a gapless seq', () => {
    const seqs = client.events.map((event) => event.seq);
    expect(seqs.length).toBeGreaterThan(8);
    // From the first that this client was there for.
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  });

  test('SIGTERM ends it cleanly, with a goodbye', async () => {
    await world.record.next(0, 'client_connected', 0);
    const ended = world.bridge.end('SIGTERM');
    if (which === 'a mosquitto') await client.until('goodbye', () => client.status === 'offline');
    expect(await ended).toEqual({ code: 0, signal: null });
  });
});
