import * as current from '@seamapi/http';
import * as lts from 'seamapi-http-1';
import { Webhook as Svix } from 'svix';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { httpOf, urlOf } from '../support/bridge-http.ts';
import { until } from '../support/until.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';
import { goodLock, startWorld, type World } from '../support/world.ts';

/** Seam's SDK, a key made by the command line, a daemon and a lock, each a process of its own but the SDK. */

const front = 2;
const codeSchema = z.looseObject({ access_code_id: z.string(), status: z.string(), code: z.string() });

let world: World;
let device_id: string;
let http: Awaited<ReturnType<typeof httpOf>>;
beforeAll(async () => {
  world = await startWorld({ locks: [goodLock(front, 6, { codes: { 1: '258013' } })] });
  device_id = await world.client.device(front);
  http = await httpOf(world.bridge);
}, 180_000);
afterAll(() => world[Symbol.asyncDispose]());

const lines = [
  ['seam 2.x', current],
  ['seam 1.x', lts],
] as const;

describe.each(lines)('%s', (line, sdk) => {
  test('puts a code on the lock, changes it and takes it off again', async () => {
    const seam = sdk.SeamHttp.fromApiKey(http.key, { endpoint: http.url });
    const made = codeSchema.parse(await seam.accessCodes.create({ device_id, name: line, code: '004711' }));
    const { access_code_id } = made;
    const is = (status: string, code: string): Promise<unknown> =>
      until(`${code} to be ${status}`, async () => {
        const now = codeSchema.parse(await seam.accessCodes.get({ access_code_id }));
        return now.status === status && now.code === code;
      });
    await is('set', '004711');
    expect(await world.sim.codes(front)).toEqual({ 1: '258013', 2: '004711' });

    await seam.accessCodes.update({ access_code_id, code: '0815' });
    await until('the new PIN', async () => (await world.sim.codes(front))['2'] === '0815');
    await is('set', '0815');

    expect(await seam.locks.unlockDoor({ device_id })).toMatchObject({ status: 'success' });

    await seam.accessCodes.delete({ access_code_id });
    await until('the slot to be empty', async () => !('2' in (await world.sim.codes(front))));
    await until('the code to be gone', async () => {
      const found: unknown = await Promise.resolve(seam.accessCodes.get({ access_code_id })).catch(
        sdk.isSeamHttpApiError,
      );
      return found === true;
    });
    expect(await world.sim.codes(front)).toEqual({ 1: '258013' });
  });
});

test('a key and a webhook outlive the daemon; the daemon that has the key revoked refuses it; no log has it', async () => {
  const seam = current.SeamHttp.fromApiKey(http.key, { endpoint: http.url });
  await using receiver = await new WebhookReceiver().listen();
  receiver.answer = () => 'hang';
  const made: unknown = await seam.webhooks.create({ url: receiver.url, event_types: ['lock.unlocked'] });
  const { secret } = z.object({ secret: z.string() }).parse(made);
  await seam.locks.unlockDoor({ device_id });
  await until('the webhook', () => receiver.got.length === 1);
  receiver.answer = () => 204;
  await world.bridge.end('SIGKILL');
  world.bridge.start();
  const url = await urlOf(world.bridge);
  await until(
    'the webhook again, which the killed daemon could not note as taken',
    () => receiver.got.length === 2,
  );
  expect(receiver.got[1]?.headers['svix-id']).toBe(receiver.got[0]?.headers['svix-id']);
  for (const { headers, body } of receiver.got)
    new Svix(secret).verify(body, z.record(z.string(), z.string()).parse(headers));
  const after = current.SeamHttp.fromApiKey(http.key, { endpoint: url });
  expect(await after.devices.list()).toHaveLength(1);
  await expect(Promise.resolve(seam.devices.list())).rejects.toThrow();
  const { stdout } = await world.bridge.cli(['--json', 'keys', 'list']);
  const [key] = z
    .object({ api_keys: z.array(z.object({ api_key_id: z.string() })) })
    .parse(JSON.parse(stdout)).api_keys;
  await world.bridge.cli(['keys', 'revoke', key?.api_key_id ?? '']);
  await expect(Promise.resolve(after.devices.list())).rejects.toBeInstanceOf(
    current.SeamHttpUnauthorizedError,
  );
  expect(world.bridge.output).not.toContain(secret.slice(6));
  expect(world.bridge.output.replaceAll(/\{"api_key":"[^"]*"\}/g, '')).not.toContain(http.key.slice(12));
});
