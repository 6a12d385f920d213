import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BridgeClient } from '../support/bridge-client.ts';
import { writes } from '../support/sim-record.ts';
import { goodLock, startWorld, type World } from '../support/world.ts';

let world: World;
let client: BridgeClient;
let device: string;
let standing: string;

let before: { readonly codes: unknown; readonly seq: number; readonly writes: number };
const now = async (): Promise<typeof before> => ({
  codes: await client.codes(),
  seq: await client.bridgeLastSeq(),
  writes: world.record.after(0, writes).length,
});
beforeAll(async () => {
  world = await startWorld({ locks: [goodLock(2, 4, { codes: { 1: '258013' } })] });
  client = world.client;
  device = await client.device(2);
  standing = await client.createCode(2, '4711');
  await client.codeSet(standing);
  await client.until('all events', () => client.events.length > 0);
  before = await now();
});
afterAll(() => world[Symbol.asyncDispose]());

/** The bridge lives, answers the next one, and neither it nor the lock holds anything else than before. */
const nothingChanged = async (): Promise<void> => {
  expect(await now()).toEqual(before);
  expect(await world.sim.codes(2)).toEqual({ 1: '258013', 2: '4711' });
};

const create = (more: object): string =>
  JSON.stringify({ device_id: device, name: 'Anna', code: '123456', ...more });

test.each<[what: string, route: string, payload: () => string | Buffer, type: string, says: RegExp]>([
  ['a PIN of 3 digits', 'access_codes/create', () => create({ code: '123' }), 'invalid_input', /4 to 12/],
  [
    'a PIN of 13 digits',
    'access_codes/create',
    () => create({ code: '1234567890123' }),
    'invalid_input',
    /4 to 12/,
  ],
  [
    'a length that Z-Wave locks do not take',
    'access_codes/create',
    () => create({ code: '12345678901' }),
    'code_constraints_violated',
    /4 to 10 digits, not 11/,
  ],
  ['letters', 'access_codes/create', () => create({ code: '12a4' }), 'invalid_input', /4 to 12 digits/],
  [
    'digits of another script',
    'access_codes/create',
    () => create({ code: '١٢٣٤' }),
    'invalid_input',
    /digits/,
  ],
  ['an empty PIN', 'access_codes/create', () => create({ code: '' }), 'invalid_input', /4 to 12/],
  [
    'a number for a PIN (FIELD-BUGS 18)',
    'access_codes/create',
    () => create({ code: 4711 }),
    'invalid_input',
    /string/,
  ],
  ['a PIN in a list', 'access_codes/create', () => create({ code: ['4711'] }), 'invalid_input', /string/],
  [
    'the PIN of another code on this lock (FIELD-BUGS 8)',
    'access_codes/create',
    () => create({ code: '4711' }),
    'duplicate_access_code',
    /another access code/,
  ],
  [
    'the PIN of an unmanaged code on this lock',
    'access_codes/create',
    () => create({ code: '258013' }),
    'duplicate_access_code',
    /another access code/,
  ],
  [
    'an unknown device',
    'access_codes/create',
    () => create({ device_id: '00000000-0000-4000-8000-000000000000' }),
    'device_not_found',
    /lock/i,
  ],
  [
    'a device_id that is none',
    'access_codes/create',
    () => create({ device_id: 'front' }),
    'invalid_input',
    /UUID/,
  ],
  ['no device', 'access_codes/create', () => '{"code":"4711"}', 'invalid_input', /device_id/],
  ['an unknown parameter', 'access_codes/create', () => create({ colour: 'red' }), 'invalid_input', /colour/],
  [
    'a property of Seam that is not supported yet',
    'access_codes/create',
    () => create({ starts_at: '2030-01-01T00:00:00Z' }),
    'invalid_input',
    /starts_at/,
  ],
  ['malformed JSON', 'access_codes/create', () => create({}).slice(0, -1), 'malformed_json', /JSON/],
  [
    'bytes that are not UTF-8',
    'access_codes/create',
    () => Buffer.from([0xff, 0xfe, 0x7b]),
    'malformed_json',
    /UTF-8/,
  ],
  ['nothing', 'access_codes/create', () => '', 'malformed_json', /JSON/],
  ['a list', 'access_codes/create', () => '[]', 'malformed_request', /object/],
  [
    'a megabyte',
    'access_codes/create',
    () => create({ name: 'x'.repeat(1 << 20) }),
    'payload_too_large',
    /bytes/,
  ],
  [
    '__proto__',
    'access_codes/create',
    () => create({}).replace('"name"', '"__proto__":{"code":"999999"},"name"'),
    'malformed_request',
    /__proto__/,
  ],
  [
    'a depth of a thousand',
    'access_codes/create',
    () => create({}).replace('"Anna"', `${'['.repeat(1_000)}${']'.repeat(1_000)}`),
    'malformed_request',
    /nested/,
  ],
  [
    'a control character in a name',
    'access_codes/create',
    () => create({ name: 'a\u0000b' }),
    'invalid_input',
    /name/,
  ],
  [
    'an expired request',
    'access_codes/create',
    () => create({ expires_at: '2020-01-01T00:00:00Z' }),
    'request_expired',
    /expire/i,
  ],
  [
    'a time without offset',
    'access_codes/create',
    () => create({ expires_at: '2099-01-01T00:00:00' }),
    'invalid_input',
    /offset/,
  ],
  [
    'an unknown code',
    'access_codes/delete',
    () => JSON.stringify({ access_code_id: device }),
    'access_code_not_found',
    /access_code_id/,
  ],
  [
    'an update to a PIN that is none',
    'access_codes/update',
    () => JSON.stringify({ access_code_id: standing, code: 'abcd' }),
    'invalid_input',
    /digits/,
  ],
  ['an unlock of nothing', 'locks/unlock_door', () => '{}', 'invalid_input', /device_id/],
  ['a route that is not there', 'access_codes/explode', () => '{}', 'unknown_route', /route/],
])('%s is refused with words, and nothing changes', async (_what, route, payload, type, says) => {
  const answer = await client.raw(route, payload());
  expect(answer).toMatchObject({ ok: false, error: { type } });
  expect(answer.error?.message).toMatch(says);
  await nothingChanged();
});

test('a PIN that only the lock refuses stays setting, is tried with pauses, and can be deleted', async () => {
  // User Code CC tells no lengths: this lock takes 8 digits at most, and says so by refusing.
  const since = world.record.now;
  const id = await client.createCode(2, '123456789');
  await world.record.next(2, 'refused', since, 2);
  expect(client.code(id)?.status).toBe('setting');
  expect(world.record.after(since, ['set_received'], 2)).toHaveLength(2);
  await client.ask('access_codes/delete', { access_code_id: id });
  await client.event('access_code.deleted', { access_code_id: id });
  expect(Object.values(await world.sim.codes(2))).not.toContain('123456789');
});

test('after all of that the daemon runs, and has logged no error', () => {
  expect(world.bridge.output).not.toMatch(/"level":"error"|internal error/);
});
