import { expect, test } from 'vitest';
import { goodLock, startWorld } from '../support/world.ts';

test('a lock off the air costs the others one attempt at most, and gets its work when it is back (FIELD-BUGS 11)', async () => {
  await using world = await startWorld({ locks: [goodLock(2, 6), goodLock(3, 6)] });
  const { client, sim, record } = world;
  await client.device(2);
  await client.device(3);

  await sim.behaviour(2, { offline: true });
  const since = record.now;
  await sim.resetFrames();
  const away = await client.createCode(2, '1111');
  const here = [await client.createCode(3, '2222'), await client.createCode(3, '3333')];
  for (const id of here) await client.codeSet(id);
  // By the radio's own record, not by a clock: at most one exchange with the absent lock came in between.
  // zwave-js sends a frame up to three times before it gives up.
  const frames = await sim.frames();
  expect(frames[2]?.unanswered).toBeGreaterThan(0);
  expect(frames[2]?.unanswered).toBeLessThanOrEqual(3);
  expect(Object.values(await sim.codes(3))).toEqual(['2222', '3333']);

  expect(Object.values(await sim.codes(2))).toEqual([]);
  await client.event('device.disconnected', { device_id: await client.device(2) });
  await client.until('the error on the code', () =>
    client.code(away)?.errors.some((error) => error.error_code === 'device_disconnected'),
  );
  expect(client.deviceNow(2)?.properties.online).toBe(false);
  const operated = await client.ask('locks/unlock_door', { device_id: await client.device(2), sync: true });
  expect(operated['action_attempt']).toMatchObject({
    status: 'error',
    error: { type: 'device_disconnected' },
  });

  await sim.behaviour(2, { offline: false });
  expect(await client.codeSet(away, 30_000)).toMatchObject({ errors: [] });
  expect(Object.values(await sim.codes(2))).toEqual(['1111']);
  expect(record.after(since, ['set_received'], 2)).toHaveLength(1);
  await client.event('device.connected', { device_id: await client.device(2) });
}, 180_000);
