import { afterEach, beforeEach, expect, test } from 'vitest';
import { field, House } from '../../test/support/house.ts';
import type { Answer, Arrival } from './answer.ts';
import { Deliveries } from './deliveries.ts';

// An equal request after one whose answer was lost: a repetition only while what that answer tells of still stands.

let house: House;
beforeEach(async () => {
  house = new House();
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const ask = async (route: string, params: object, how: Arrival = 'lost'): Promise<Answer> => {
  const context = { caller: 'http:k', requestId: undefined, expiresAt: undefined };
  const answer = house.app.call(route, params, { ...context, arrival: Promise.resolve(how) });
  await house.settle(1_000);
  return answer;
};
const idOf = (answer: Answer, key: string, id: string): string =>
  answer.ok ? field(answer.body[key], id) : answer.error.type;

test.each([false, true])('what was deleted meanwhile is made anew (restarted: %s)', async (restarts) => {
  const create = { device_id: house.deviceId, code: '4711' };
  const first = idOf(await ask('access_codes/create', create), 'access_code', 'access_code_id');
  expect(idOf(await ask('access_codes/create', create), 'access_code', 'access_code_id')).toBe(first);
  const deleted = house.call('access_codes/delete', { access_code_id: first });
  if (restarts) await house.restart();
  expect(await deleted).toMatchObject({ ok: true });
  await house.settle(5_000);
  const again = idOf(await ask('access_codes/create', create), 'access_code', 'access_code_id');
  expect(again).not.toBe(first);
  expect(house.store.accessCodes()).toMatchObject([{ accessCodeId: again }]);
});

test('of several codes none may be on its way off its lock', async () => {
  const create = { device_ids: [house.deviceId], code: '4711' };
  expect(await ask('access_codes/create_multiple', create)).toMatchObject({ ok: true });
  await house.settle(5_000);
  const [first] = house.store.accessCodes();
  const deleted = await house.call('access_codes/delete', { access_code_id: first?.accessCodeId });
  expect(deleted).toMatchObject({ ok: true });
  expect(house.store.accessCodes()).toHaveLength(1);
  expect(await ask('access_codes/create_multiple', create)).toMatchObject({ ok: true });
  await house.settle();
  const codes = house.store.accessCodes();
  expect(codes).toHaveLength(1);
  expect(codes).not.toMatchObject([{ accessCodeId: first?.accessCodeId }]);
});

test('a webhook that was deleted meanwhile is made anew', async () => {
  const create = { url: 'https://example.com/hook' };
  const first = idOf(await ask('webhooks/create', create), 'webhook', 'webhook_id');
  expect(idOf(await ask('webhooks/create', create), 'webhook', 'webhook_id')).toBe(first);
  await house.call('webhooks/delete', { webhook_id: first });
  expect(idOf(await ask('webhooks/create', create), 'webhook', 'webhook_id')).not.toBe(first);
  expect(house.store.webhooks()).toHaveLength(1);
});

test('a change is made again, so that the last one asked for holds', async () => {
  const access_code_id = await house.create('4711');
  for (const code of ['1357', '2468', '1357'])
    expect(await ask('access_codes/update', { access_code_id, code })).toMatchObject({ ok: true });
  expect(house.store.accessCodes()[0]?.pin.reveal()).toBe('1357');
});

test('a code that was handed over is not looked for again', async () => {
  const handOver = { access_code_id: await house.create('4711'), is_managed: false };
  await house.settle();
  expect(await ask('access_codes/update', handOver)).toMatchObject({ ok: true });
  expect(await ask('access_codes/update', handOver)).toMatchObject({ ok: true });
});

test('a door is not called locked that was unlocked since', async () => {
  const door = { device_id: house.deviceId };
  const operate = async (action: string): Promise<string> =>
    idOf(await ask(`locks/${action}_door`, door), 'action_attempt', 'action_attempt_id');
  const first = await operate('lock');
  expect(await operate('lock'), 'a repetition').toBe(first);
  await operate('unlock');
  expect(await operate('lock')).not.toBe(first);
  expect(house.lock.locked).toBe(true);
});

test('a command counts as repeated for 10 s only', async () => {
  const door = { device_id: house.deviceId };
  await ask('locks/unlock_door', door);
  await house.settle(10_000);
  await ask('locks/unlock_door', door);
  expect(house.store.actionAttempts({}, undefined, 9)).toHaveLength(2);
});

test('after a restart, what seems to come from the future is not taken for a minute old', async () => {
  const create = { device_id: house.deviceId, name: 'Anna' };
  await ask('access_codes/create', create);
  await house.restart();
  house.clock.step(-2 * 60_000);
  await ask('access_codes/create', create);
  expect(house.store.accessCodes()).toHaveLength(2);
});

test('a thousand are held, then the oldest counts as arrived', async () => {
  const deliveries = new Deliveries(house.store, house.clock, house.log);
  let worked = 0;
  const ask = async (n: number): Promise<void> => {
    await deliveries.act('s', { n }, Promise.resolve('lost'), () => {
      worked += 1;
      return Promise.resolve({ ok: true, body: {} });
    });
  };
  for (let n = 0; n <= 1000; n += 1) await ask(n);
  await ask(1);
  expect(worked).toBe(1001);
  await ask(0);
  expect(worked).toBe(1002);
  deliveries.close();
});
