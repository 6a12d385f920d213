import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient } from '../support/bridge-client.ts';
import { freePort } from '../support/mosquitto.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import { goodLock, maskedLock, startWorld, type World } from '../support/world.ts';

/** From the end of one daemon to the end of the next one's start: its locks are ready and looked at. */
const readyAgain = /"state":"ready"[^}]*"locks":2/;

/** Each test goes on with the daemon and the codes of those before. */
let world: World;
beforeAll(async () => {
  world = await startWorld({
    locks: [goodLock(2, 4, { codes: { 1: '258013' } }), maskedLock(3, 4, { codes: { 2: '13579' } })],
  });
});
afterAll(() => world[Symbol.asyncDispose]());

test('a converged bridge that restarts writes nothing; nor when its Z-Wave cache was lost (FIELD-BUGS 12, 22)', async () => {
  const { bridge, client, record, sim } = world;
  for (const [node, pin] of [
    [2, '1111'],
    [3, '2222'],
  ] as const)
    await client.codeSet(await client.createCode(node, pin));
  const held = { 2: await sim.codes(2), 3: await sim.codes(3) };
  expect(held).toEqual({ 2: { 1: '258013', 2: '1111' }, 3: { 1: '2222', 2: '13579' } });
  const topic = `${bridge.base}/bridge`;
  let since = record.now;

  for (const [how, loseCache] of [
    ['SIGTERM', false],
    ['SIGKILL', false],
    ['SIGTERM', true],
  ] as const) {
    await bridge.end(how);
    if (loseCache) {
      const cache = join(bridge.dataDir, 'zwave', 'cache');
      expect(readdirSync(cache).length).toBeGreaterThan(0);
      rmSync(cache, { recursive: true });
    }
    since = record.now;
    await client.restarted(() => bridge.start());
    await client.until('the restart', () => readyAgain.test(client.latest.get(topic) ?? ''), 30_000);
    // A command that needs the radio comes after whatever a start sets off.
    for (const node of [2, 3]) {
      const locked = await client.ask('locks/lock_door', {
        device_id: await client.device(node),
        sync: true,
      });
      expect(locked['action_attempt']).toMatchObject({ status: 'success' });
    }
    await until('all codes to be set', async () =>
      (await client.codes()).every((code) => code.status === 'set'),
    );
    expect(record.after(since, writes), `after ${how}`).toEqual([]);
    expect({ 2: await sim.codes(2), 3: await sim.codes(3) }).toEqual(held);
  }

  // A new interview reads the codes it meets: had it wiped them, this would be the place.
  expect(record.after(since, ['read'], 2).length).toBeGreaterThan(0);
}, 180_000);

test('codes asked for while zwave-js gets to know its locks anew are set, not given up (FIELD-BUGS 23)', async () => {
  // The cache is lost (or was not written yet when the process was killed), the bridge's own database isn't.
  const { bridge, client } = world;
  for (const node of [2, 3]) await client.device(node);
  await bridge.end('SIGKILL');
  rmSync(join(bridge.dataDir, 'zwave', 'cache'), { recursive: true });
  await client.restarted(() => bridge.start());
  const ids = [await client.createCode(2, '3333'), await client.createCode(3, '4444')];
  for (const id of ids) expect(await client.codeSet(id)).toMatchObject({ errors: [] });
});

test('Ctrl-C in the middle of an exchange with a lock ends it before the lock has answered, exit code 0', async () => {
  const { bridge, client, record, sim } = world;
  await client.device(2);
  await sim.behaviour(2, { delay_ms: 30_000 });
  const since = record.now;
  await client.createCode(2, '4711');
  await record.next(2, 'set_received', since);
  expect(await bridge.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(record.after(since, ['set_applied'])).toEqual([]);
});

test('Ctrl-C while it waits for a stick that is not there ends it, exit code 0', async () => {
  const port = await freePort();
  await using bridge = await Bridge.create({ serial: `tcp://127.0.0.1:${port}` });
  // Without keys the very first start waits for the controller, to see whether they may be made.
  rmSync(bridge.keysFile);
  bridge.start();
  await using client = await BridgeClient.connect(bridge.mqttUrl, bridge.base);
  await client.until('online, which comes before the radio', () => client.status === 'online');
  expect(await bridge.end('SIGINT')).toEqual({ code: 0, signal: null });
});
