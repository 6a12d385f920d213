import { expect, test } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { goodLock, startWorld } from '../support/world.ts';

const pins = ['1111', '2222', '3333', '4444', '5555'];

test('n sets cost 2n + 2 application frames with checksum, 4n at most without, and none when converged (FIELD-BUGS 13)', async () => {
  // Batteries are drained by frames: this is the budget of the issue, by the locks' own counters.
  const withChecksum = 2;
  const without = 3;
  const locks = [goodLock(withChecksum, 8), goodLock(without, 8, { checksum: false })];
  await using world = await startWorld({ locks });
  const { client, sim, bridge } = world;
  const cost = async (node: number): Promise<number | undefined> =>
    (await sim.frames())[node]?.application.total;
  for (const node of [withChecksum, without]) await client.device(node);

  for (const node of [withChecksum, without]) {
    await sim.resetFrames();
    // All are asked for while the first is being set.
    await sim.behaviour(node, { delay_ms: 300 });
    const ids = await Promise.all(pins.map((pin) => client.createCode(node, pin)));
    for (const id of ids) await client.codeSet(id);
    expect(Object.values(await sim.codes(node))).toHaveLength(pins.length);
    if (node === withChecksum) expect(await cost(node)).toBeLessThanOrEqual(2 * pins.length + 2);
    else expect(await cost(node)).toBeLessThanOrEqual(4 * pins.length);
  }

  await sim.resetFrames();
  // Reading what the bridge knows is no reason to ask the locks; a second in which nothing may happen.
  await client.ask('lockstep/status', {});
  const converged = world.record.now;
  expect((await bridge.cli(['slots', 'Lock 2'])).code).toBe(0);
  await wait(1_000);
  expect([await cost(withChecksum), await cost(without)]).toEqual([0, 0]);

  await client.ask('lockstep/audit', { device_id: await client.device(withChecksum) });
  await world.record.next(withChecksum, 'checksum_read', converged);
  await until('the answer to the audit', async () => (await cost(withChecksum)) === 2);
}, 180_000);
