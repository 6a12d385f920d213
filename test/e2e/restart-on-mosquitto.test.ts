import { expect, test } from 'vitest';
import { Mosquitto } from '../support/mosquitto.ts';
import { goodLock, startWorld } from '../support/world.ts';

// With the embedded broker the topics go with the process: this needs one that stays.

test('kill -9 shows as offline by last will, and a retained request that waits is refused (FIELD-BUGS 35)', async () => {
  await using broker = await Mosquitto.start();
  await using world = await startWorld({ locks: [goodLock(2, 6)] }, { mqttUrl: broker.url });
  const { client } = world;
  const device = await client.device(2);
  expect(client.status).toBe('online');
  expect(await world.bridge.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  await client.until('offline', () => client.status === 'offline');

  const body = { device_id: device, code: '864209', request_id: 'kept' };
  await client.publish('request/access_codes/create', JSON.stringify(body), { retain: true });
  await client.restarted(() => world.bridge.start());
  const answer = await client.until('the refusal', () => client.answerTo('kept'));
  expect(answer).toMatchObject({ ok: false, error: { type: 'retained_request' } });
  await client.publish('request/access_codes/create', '', { retain: true });
  expect(await client.codes()).toHaveLength(0);
});
