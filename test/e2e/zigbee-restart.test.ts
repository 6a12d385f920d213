import { afterAll, beforeAll, expect, test } from 'vitest';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import {
  goodZigbeeLock,
  maskedZigbeeLock,
  startZigbeeWorld,
  type ZigbeeWorld,
} from '../support/zigbee-world.ts';

const readyAgain = /"state":"ready"[^}]*"locks":2/;

/** Each test goes on with the daemon and the codes of those before. */
let world: ZigbeeWorld;
beforeAll(async () => {
  world = await startZigbeeWorld({
    locks: [
      goodZigbeeLock('Front', 4, { codes: { 1: '258013' } }),
      maskedZigbeeLock('Masked', 4, { codes: { 2: '13579' } }),
    ],
  });
});
afterAll(() => world[Symbol.asyncDispose]());

test('a converged bridge that restarts writes nothing, and looks nothing up again (FIELD-BUGS 12, 13)', async () => {
  const { bridge, client, record, sim } = world;
  const locks = [world.at('front'), world.at('masked')];
  for (const [index, lock] of locks.entries())
    await client.codeSet(await client.createCode(lock, ['1111', '2222'][index] ?? ''));
  const held = [await sim.codes('front'), await sim.codes('masked')];
  expect(held).toEqual([
    { 1: '258013', 2: '1111' },
    { 1: '2222', 2: '13579' },
  ]);
  for (const how of ['SIGTERM', 'SIGKILL'] as const) {
    await bridge.end(how);
    const since = record.now;
    await client.restarted(() => bridge.start());
    await client.until('the restart', () =>
      readyAgain.test(client.latest.get(`${bridge.base}/bridge`) ?? ''),
    );
    // A command that needs the radio comes after whatever a start sets off.
    for (const lock of locks) {
      const locked = await client.ask('locks/lock_door', {
        device_id: await client.device(lock),
        sync: true,
      });
      expect(locked['action_attempt']).toMatchObject({ status: 'success' });
    }
    await until('all codes to be set', async () =>
      (await client.codes()).every((code) => code.status === 'set'),
    );
    expect(record.after(since, writes), `after ${how}`).toEqual([]);
    expect(record.after(since, ['read', 'status_read']), `after ${how}`).toEqual([]);
    expect([await sim.codes('front'), await sim.codes('masked')]).toEqual(held);
  }
}, 120_000);

test('killed in the middle of a set, it reads that slot first after the restart, and writes nothing twice (FIELD-BUGS 32)', async () => {
  const { bridge, client, record, sim } = world;
  const front = world.at('front');
  await client.device(front);
  // The lock has the code, and its answer is on the way when the power goes.
  await sim.behaviour('front', { answer_hold: true });
  const since = record.now;
  const id = await client.createCode(front, '3333');
  await record.next('front', 'set_applied', since);
  await bridge.end('SIGKILL');
  await sim.behaviour('front', { answer_hold: false });
  await client.restarted(() => bridge.start());
  expect(await client.codeSet(id)).toMatchObject({ errors: [], x_slot: 3 });
  expect(record.after(since, [...writes, 'read']).map((one) => [one.type, one.slot])).toEqual([
    ['set_received', 3],
    ['read', 3],
  ]);
  expect(await sim.codes('front')).toEqual({ 1: '258013', 2: '1111', 3: '3333' });
}, 60_000);

test('Ctrl-C in the middle of an exchange with a lock ends it before the lock has answered, exit code 0', async () => {
  const { bridge, client, record, sim } = world;
  await client.device(world.at('front'));
  await sim.behaviour('front', { delay_ms: 30_000 });
  const since = record.now;
  await client.createCode(world.at('front'), '4711');
  await record.next('front', 'set_received', since);
  expect(await bridge.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(record.after(since, ['set_applied'])).toEqual([]);
}, 60_000);
