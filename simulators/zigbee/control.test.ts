import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { unitIds } from '../shared/unit-ids.ts';
import { ControlServer, type Membership } from './control.ts';
import { EventLog } from './events.ts';
import { preset } from './presets.ts';
import { type Unit, buildUnit, closeUnit } from './unit.ts';

const log = new EventLog();
const outside = new Set(['terrace']);
const forgot: string[] = [];
const specs = preset('default') ?? [];
const ids = unitIds(specs);
const units = new Map(
  specs.map((spec, i): [string, Unit] => {
    const id = ids[i] ?? '';
    return [id, buildUnit(spec, id, 0, undefined, { seed: 1, log, keep: () => undefined })];
  }),
);
const membership: Membership = {
  isMember: ({ id }) => !outside.has(id),
  details: ({ id }) => ({ network_address: id.length }),
  frames: () => ({ snapshot: () => ({ total: 3 }), reset: () => undefined }),
  act: (unit, action) => Promise.resolve(action === 'pair' ? { accepted: true, id: unit.id } : undefined),
  forget: ({ id }) => void forgot.push(id),
  route: (route) => Promise.resolve(route === 'GET /coordinator' ? { running: true } : undefined),
};
const server = new ControlServer({ units, log, membership });

beforeAll(() => server.open(0));
afterAll(async () => {
  await server.close();
  for (const unit of units.values()) closeUnit(unit);
});

const call = async (route: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
  const [method = 'GET', path = '/'] = route.split(' ');
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    ...(text === undefined ? {} : { body: text }),
  });
  return { status: response.status, body: await response.json() };
};
const post = async (path: string, body: unknown): Promise<unknown> => (await call(`POST ${path}`, body)).body;

const clockSchema = z.object({ clock: z.object({ local: z.string(), ppm: z.number() }) });
const listSchema = z.object({ locks: z.array(z.looseObject({ id: z.string() })) });

describe('GET', () => {
  test('lists the locks of the network, and those that wait', async () => {
    const { locks } = listSchema.parse((await call('GET /locks')).body);
    expect(locks.map(({ id }) => id)).toEqual(['attic', 'studio', 'gate', 'flat', 'shed']);
    expect(locks[2]).toEqual({
      id: 'gate',
      ieee: units.get('gate')?.device.ieee,
      name: 'Gate',
      manufacturer: 'Lockstep',
      model: 'SMARTCODE_DEADBOLT_5',
      endpoint: 2,
      slot_count: 30,
      first_slot: 1,
      power: 'battery',
      sleepy: true,
      online: true,
      locked: true,
      occupied: 1,
      network_address: 4,
    });
    expect((await call('GET /waiting')).body).toMatchObject([{ id: 'terrace', name: 'Terrace' }]);
  });

  test('tells the whole truth about one lock, digits included', async () => {
    expect((await call('GET /locks/attic')).body).toMatchObject({
      id: 'attic',
      slots: [{ slot: 1, status: 'enabled', type: 'unrestricted', code: '147036' }],
      master_code: '9731',
      code_length: { min: 4, max: 8 },
      battery: 87,
      manufacturer_code: 0x101d,
      endpoints: [{ endpoint: 1, profile: 0x0104, device_id: 0x0a, input_clusters: [0, 3, 257, 1, 9, 32] }],
      bindings: [],
      frames: { total: 3 },
      behaviour: { offline: false },
      counters: { reads: 0 },
    });
    expect((await call('GET /waiting/terrace')).body).toMatchObject({ id: 'terrace', slots: [] });
  });

  test('gives frames by lock, and what the network has of its own', async () => {
    const { body } = await call('GET /frames');
    expect(body).toEqual({
      locks: {
        attic: { total: 3 },
        studio: { total: 3 },
        gate: { total: 3 },
        flat: { total: 3 },
        shed: { total: 3 },
      },
    });
    expect((await call('GET /coordinator')).body).toEqual({ running: true });
  });

  test('knows no lock in the other place, and no other route', async () => {
    for (const route of ['GET /locks/terrace', 'GET /waiting/attic', 'GET /locks/nobody', 'GET /nothing'])
      expect((await call(route)).status).toBe(404);
    expect((await call('POST /locks/attic/nothing', {})).body).toEqual({
      error: 'POST /locks/attic/nothing: no such route',
    });
  });
});

describe('POST', () => {
  test('plays a person: keypad, bolt, battery', async () => {
    expect(await post('/locks/gate/keypad', { action: 'add', code: '0456' })).toEqual({
      accepted: true,
      slot: 1,
    });
    expect(await post('/locks/gate/keypad', { action: 'enter', code: '0456' })).toEqual({
      accepted: true,
      slot: 1,
    });
    expect(await post('/locks/gate/bolt', { locked: true })).toEqual({ accepted: true });
    expect(await post('/locks/gate/battery', { level: 15 })).toEqual({ accepted: true });
    expect(await post('/locks/studio/battery', { level: 15 })).toEqual({ accepted: false, reason: 'mains' });
    expect((await call('GET /locks/gate')).body).toMatchObject({ locked: true, battery: 15, occupied: 2 });
  });

  test('changes some behaviours and leaves the others as they are', async () => {
    await post('/locks/gate/behaviour', { delay_ms: { set: 3 }, hop_ms: 2 });
    expect(await post('/locks/gate/behaviour', { offline: true })).toMatchObject({
      behaviour: { offline: true, hop_ms: 2, delay_ms: { set: 3, clear: 0 } },
    });
    expect((await call('GET /locks/gate')).body).toMatchObject({ online: false });
    await post('/locks/gate/behaviour', { offline: false, delay_ms: 0, hop_ms: 0 });
  });

  test('sets a clock where there is one', async () => {
    expect(await post('/locks/flat/clock', { local: '2030-05-06T07:08:09' })).toEqual({ accepted: true });
    const shown = async (): Promise<z.infer<typeof clockSchema>['clock']> =>
      clockSchema.parse((await call('GET /locks/flat')).body).clock;
    expect((await shown()).local).toMatch(/^2030-05-06T07:08/);
    expect(await post('/locks/flat/clock', { add_s: 60, ppm: 0 })).toEqual({ accepted: true });
    const { local, ppm } = await shown();
    expect([local.slice(0, 16), ppm]).toEqual(['2030-05-06T07:09', 0]);
    expect(await post('/locks/gate/clock', { add_s: 1 })).toEqual({ accepted: false, reason: 'no_clock' });
  });

  test('resets a lock to its factory state, and out of its network only if asked to', async () => {
    await post('/locks/shed/factory_reset', {});
    expect((await call('GET /locks/shed')).body).toMatchObject({ occupied: 0 });
    expect(forgot).toEqual([]);
    await post('/locks/shed/factory_reset', { network: true });
    expect(forgot).toEqual(['shed']);
  });

  test('leaves joining and leaving to the network', async () => {
    expect(await post('/waiting/terrace/pair', {})).toEqual({ accepted: true, id: 'terrace' });
  });

  test.each([
    ['/locks/gate/keypad', { action: 'add', code: 'abcd' }, /^code: found "abcd"; .*digits/],
    ['/locks/gate/keypad', { action: 'fly' }, /^action: found "fly"/],
    ['/locks/gate/behaviour', { offline: 'yes' }, /^offline: found "yes"/],
    ['/locks/gate/behaviour', { unknown: 1 }, /Unrecognized key/],
    ['/locks/gate/clock', { local: '2026-13-01T00:00' }, /^local: found "2026-13-01T00:00"; .*exist/],
    ['/locks/gate/battery', { level: 101 }, /^level: found 101/],
    ['/locks/gate/battery', '{', /^body: not JSON/],
    ['/locks/gate/battery', 'x'.repeat(70_000), /^body: more than 65536 bytes/],
  ])('%s says what is wrong with %s', async (path, body, message) => {
    const answer = await call(`POST ${path}`, body);
    expect(answer.status).toBe(400);
    expect(z.object({ error: z.string() }).parse(answer.body).error).toMatch(message);
  });
});

test('events carry the lock, what happened and the slot, and never digits', async () => {
  const stream = await fetch(`http://127.0.0.1:${server.port}/events?since=0`, {
    signal: AbortSignal.timeout(5_000),
  });
  await post('/locks/studio/keypad', { action: 'add', slot: 7, code: '908070' });
  let text = '';
  if (stream.body !== null)
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('"studio"')) break;
    }
  const last = z.looseObject({}).parse(JSON.parse(text.trim().split('\n').at(-1) ?? ''));
  expect(last).toMatchObject({
    lock: 'studio',
    ieee: units.get('studio')?.device.ieee,
    type: 'keypad',
    action: 'add',
    slot: 7,
  });
  expect(text).not.toContain('908070');
  expect((await call('GET /events?since=x')).status).toBe(400);
});

test('somebody can ask for the end', async () => {
  await post('/stop', {});
  await expect(server.stopRequested).resolves.toBeUndefined();
});
