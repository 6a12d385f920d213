import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { goodLock, startWorld } from '../support/world.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { writes } from '../support/sim-record.ts';

/** zwave-js tries to reopen a broken line for about 12.5 s, then destroys its driver (facts page ZWAVE). */
const longerThanZwaveBearsMs = 15_000;

const driverState = (text: string | undefined): string | undefined =>
  /"drivers":\[\{[^\]]*?"state":"(\w+)"/.exec(text ?? '')?.[1];

test('a line that drops for a moment, or for longer than zwave-js bears, is back by itself', async () => {
  await using world = await startWorld({ locks: [goodLock(2, 6, { codes: { 1: '258013' } })] });
  const { client, sim, record, bridge } = world;
  const bridgeTopic = `${bridge.base}/bridge`;
  const state = (wanted: string) => () => driverState(client.latest.get(bridgeTopic)) === wanted;
  await client.device(2);

  let since = record.now;
  await sim.line({ drop: true });
  const first = await client.createCode(2, '1111');
  await client.codeSet(first);
  expect(record.after(since, ['client_disconnected', 'client_connected']).length).toBeGreaterThanOrEqual(2);

  since = record.now;
  await sim.line({ drop: true, accept: false });
  await client.until('the lost line on MQTT', state('lost'));
  // Asked meanwhile: taken, told to be under way, done later.
  const second = await client.createCode(2, '2222');
  const operated = await client.ask('locks/unlock_door', {
    device_id: await client.device(2),
  });
  expect(operated['action_attempt']).toMatchObject({ status: 'error', error: { type: 'hub_disconnected' } });
  await wait(longerThanZwaveBearsMs);
  expect(client.code(second)?.status).toBe('setting');
  expect(await sim.codes(2)).toEqual({ 1: '258013', 2: '1111' });
  expect(driverState(client.latest.get(bridgeTopic))).toBe('lost');

  await sim.line({ accept: true });
  await client.until('the line on MQTT', state('ready'));
  await client.codeSet(second);
  expect(await sim.codes(2)).toEqual({ 1: '258013', 2: '1111', 3: '2222' });
  // Nothing but the one set: no code was written anew, none wiped.
  expect(record.after(since, writes).map(({ type, slot }) => [type, slot])).toEqual([['set_received', 3]]);
  await until('an unlock by radio', async () => {
    await client.ask('locks/unlock_door', { device_id: await client.device(2) });
    return !(await sim.lock(2)).locked;
  });
}, 180_000);
