import { UserIDStatus } from 'zwave-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { preset } from './presets.ts';
import { type Hub, startHub } from './testing/hub.ts';

let network: SimulatedNetwork;
let hub: Hub;
beforeAll(async () => {
  network = await startNetwork({ locks: preset('one')! });
  hub = await startHub(network.serialUrl);
});
afterAll(async () => {
  await hub.stop();
  await network.stop();
});

const call = async (
  method: string,
  route: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${network.controlUrl}${route}`, init);
  return { status: response.status, body: await response.json() };
};

test('a lock shows the truth: slots with digits, bolt, battery, counters', async () => {
  expect(await call('GET', '/locks')).toMatchObject({
    status: 200,
    body: { locks: [{ node: 2, name: 'Front door', slot_count: 30, occupied: 1, online: true }] },
  });
  expect(await call('GET', '/locks/2')).toMatchObject({
    body: { slots: [{ slot: 1, status: 'enabled', code: '258013' }], battery: 87, locked: true },
  });
});

test('a person and a fault are one request each', async () => {
  expect(await call('POST', '/locks/2/keypad', { action: 'add', code: '454545' })).toEqual({
    status: 200,
    body: { accepted: true, slot: 2 },
  });
  expect(await call('POST', '/locks/2/keypad', { action: 'add', code: '454545' })).toEqual({
    status: 200,
    body: { accepted: false, reason: 'duplicate' },
  });
  expect(await call('POST', '/locks/2/bolt', { locked: false })).toMatchObject({ body: { accepted: true } });
  expect(await call('POST', '/locks/2/battery', { level: 20 })).toMatchObject({ body: { accepted: true } });
  expect(await call('POST', '/locks/2/behaviour', { refuse: 1, full: true })).toMatchObject({
    body: { behaviour: { refuse: 1, full: true, mask: false } },
  });
  await call('POST', '/locks/2/behaviour', { refuse: false, full: false });
});

test.each([
  ['/locks/2/keypad', { action: 'add', code: 1234 }, 'code: found 1234'],
  ['/locks/2/keypad', { action: 'add', code: '12' }, 'code: found "12"'],
  ['/locks/2/keypad', { action: 'dance' }, 'action: found "dance"'],
  ['/locks/2/behaviour', { lie: { one_in: 0 } }, 'lie'],
  ['/locks/2/behaviour', { ofline: true }, 'ofline'],
  ['/locks/2/battery', { level: 101 }, 'level: found 101'],
  ['/locks/2/battery', [], 'body: found []'],
  ['/serial', { drop: false }, 'drop: found false'],
])('bad input to %s is refused and the field is named', async (route, body, message) => {
  const answer = await call('POST', route, body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ error: expect.stringContaining(message) as unknown });
});

test('malformed and oversized bodies are refused, unknown locks and routes are not found', async () => {
  const post = (body: string): Promise<Response> =>
    fetch(`${network.controlUrl}/locks/2/keypad`, { method: 'POST', body });
  expect((await post('{')).status).toBe(400);
  expect((await post('"'.repeat(70_000))).status).toBe(400);
  expect((await call('POST', '/locks/9/keypad', { action: 'delete_all' })).status).toBe(404);
  expect((await call('GET', '/locks/9')).status).toBe(404);
  expect((await call('POST', '/locks/2/paint', {})).status).toBe(404);
  expect((await call('GET', '//')).status).toBe(404);
  expect((await call('GET', '/locks')).status).toBe(200);
});

test('the stream tells of a set before its answer goes to the hub, and never any digits', async () => {
  await call('POST', '/locks/2/behaviour', { answer_hold: true });
  const abort = new AbortController();
  const stream = await fetch(`${network.controlUrl}/events`, { signal: abort.signal });
  const answered = hub.node(2).commandClasses['User Code'].set(11, UserIDStatus.Enabled, '606060');
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('answer_held')) break;
  }
  abort.abort();
  expect(text).toMatch(/"type":"set_received","slot":11.*\n.*"type":"set_applied","slot":11/);
  expect(text).not.toContain('606060');
  await call('POST', '/locks/2/behaviour', { answer_hold: false });
  await answered;
  const kept = await fetch(`${network.controlUrl}/events?since=abc`);
  expect(kept.status).toBe(400);
});

test('frames are counted for each lock and start again from zero', async () => {
  await call('POST', '/frames/reset');
  await hub.node(2).commandClasses['User Code'].set(12, UserIDStatus.Enabled, '121312');
  expect(await call('GET', '/frames')).toMatchObject({
    body: {
      nodes: {
        2: {
          application: { to_lock: 1, from_lock: 1, total: 2 },
          by_command: { UserCodeCCExtendedUserCodeSet: 1, SupervisionCCReport: 1 },
        },
      },
    },
  });
  await call('POST', '/frames/reset');
  expect(await call('GET', '/frames')).toMatchObject({
    body: { nodes: { 2: { application: { total: 0 } } } },
  });
});
