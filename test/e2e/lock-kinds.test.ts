import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type BridgeClient, createdId } from '../support/bridge-client.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

/** Of the simulator's preset `kinds`: a lock with users, one that hides their PINs, one with one code length. */
const [users, hidden, s0] = [2, 3, 8] as const;

const insideSchema = z.object({
  users: z.array(
    z.object({ user: z.number(), name: z.string(), credentials: z.array(z.object({ code: z.string() })) }),
  ),
});

let world: World;
let client: BridgeClient;

const userOf = async (node: number, id: number): Promise<object | undefined> => {
  const response = await fetch(`${world.sim.control}/locks/${node}`);
  return insideSchema.parse(await response.json()).users.find(({ user }) => user === id);
};
const create = async (node: number, name: string, code: string): Promise<string> =>
  createdId(await client.ask('access_codes/create', { device_id: await client.device(node), name, code }));

beforeAll(async () => {
  world = await startWorld({ locks: 'kinds' });
  client = world.client;
}, 180_000);
afterAll(() => world[Symbol.asyncDispose]());

describe.each([
  ['a lock with users', users, { user: 2, name: 'Anna' }],
  ['a lock that hides the PINs of its users', hidden, { user: 1, name: 'Anna' }],
])('%s', (_, node, user) => {
  test('gets a code with its name, a new PIN, and loses both again', async () => {
    const id = await create(node, 'Anna', '004711');
    expect(await client.codeSet(id)).toMatchObject({ status: 'set', x_slot: user.user });
    const holds = (code: string): Promise<true> =>
      until('the name beside the code', async () => {
        const now = await userOf(node, user.user);
        return JSON.stringify(now) === JSON.stringify({ ...user, credentials: [{ code }] });
      });
    await holds('004711');
    const after = client.lastSeq;
    await client.ask('access_codes/update', { access_code_id: id, code: '0815' });
    await client.event('access_code.set_on_device', { access_code_id: id }, after);
    await holds('0815');
    await client.ask('access_codes/delete', { access_code_id: id });
    await until('the user to be gone', async () => (await userOf(node, user.user)) === undefined);
  });
});

test('a duplicate is told as one, and nobody is left behind (FIELD-BUGS 8)', async () => {
  // Nobody can know it beforehand: this lock hides its PINs.
  const id = await create(hidden, 'Twin', '13579');
  await until('the error', async () => {
    const code = (await client.codes()).find(({ access_code_id }) => access_code_id === id);
    return JSON.stringify(code).includes('duplicate_code_on_device');
  });
  expect(await userOf(hidden, 1)).toBeUndefined();
  await client.ask('access_codes/delete', { access_code_id: id });
});

test("a person's user and PIN are never touched", async () => {
  expect(await userOf(users, 1)).toEqual({ user: 1, name: 'Ada', credentials: [{ code: '258013' }] });
});

test('a lock with S0 security takes codes like any other', async () => {
  const id = await create(s0, 'Old', '9090');
  expect(await client.codeSet(id)).toMatchObject({ status: 'set' });
  expect(Object.values(await world.sim.codes(s0))).toContain('9090');
});
