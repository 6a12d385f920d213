import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient } from '../support/bridge-client.ts';
import { freePort } from '../support/mosquitto.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import { goodLock, maskedLock, startWorld } from '../support/world.ts';

/** From the end of one daemon to the end of the next one's start: its locks are ready and looked at. */
const readyAgain = /"state":"ready"[^}]*"locks":2/;

test('a converged bridge that restarts writes nothing; nor when its Z-Wave cache was lost (FIELD-BUGS 12, 22)', async () => {
  const theirs = { 1: '258013' };
  await using world = await startWorld({
    locks: [goodLock(2, 4, { codes: theirs }), maskedLock(3, 4, { codes: { 2: '13579' } })],
  });
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
  await using world = await startWorld({ locks: [goodLock(2, 4), maskedLock(3, 4)] });
  const { bridge, client } = world;
  for (const node of [2, 3]) await client.device(node);
  await bridge.end('SIGKILL');
  rmSync(join(bridge.dataDir, 'zwave', 'cache'), { recursive: true });
  await client.restarted(() => bridge.start());
  const ids = [await client.createCode(2, '1111'), await client.createCode(3, '2222')];
  for (const id of ids) expect(await client.codeSet(id)).toMatchObject({ errors: [] });
});

/** How long a Ctrl-C may take. */
const endWithinMs = 2_000;

test('Ctrl-C in the middle of an exchange with a lock ends it within two seconds, exit code 0', async () => {
  await using world = await startWorld({ locks: [goodLock(2, 4)] });
  const { bridge, client, sim } = world;
  await client.device(2);
  await sim.behaviour(2, { delay_ms: 10_000 });
  await client.createCode(2, '4711');
  await world.record.next(2, 'set_received', 0);
  const before = performance.now();
  expect(await bridge.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(endWithinMs);
});

test('Ctrl-C while it waits for a stick that is not there ends it within two seconds, exit code 0', async () => {
  const port = await freePort();
  await using bridge = await Bridge.create({ serial: `tcp://127.0.0.1:${port}` });
  // Without keys the very first start waits for the controller, to see whether they may be made.
  rmSync(bridge.keysFile);
  bridge.start();
  await using client = await BridgeClient.connect(bridge.mqttUrl, bridge.base);
  await client.until('online, which comes before the radio', () => client.status === 'online');
  const before = performance.now();
  expect(await bridge.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(endWithinMs);
});
