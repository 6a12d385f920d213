import { afterEach, beforeEach, expect, test } from 'vitest';
import { House, lockSpec } from '../../test/support/house.ts';
import { LockAddress } from '../core/ids.ts';
import type { Answer, AnswerError } from './answer.ts';
import { createApp } from './index.ts';
import type { RateLimits } from './rate-limits.ts';

let house: House;
let front: string;
let back: string;
beforeEach(async () => {
  house = new House([lockSpec(), lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' })]);
  await house.settle();
  [front = '', back = ''] = house.locks.map((lock) => house.deviceIdOf(lock));
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const limited = (rateLimits: RateLimits) => {
  const app = createApp({ ...house.parts, bridge: { ...house.parts.bridge, rateLimits } });
  return (route: string, params: object, requestId?: string, isLocal?: true): Promise<Answer> =>
    app.call(route, params, {
      caller: 'http:k',
      requestId,
      expiresAt: undefined,
      ...(isLocal && { isLocal }),
    });
};
const errorOf = (answer: Answer): AnswerError | undefined => (answer.ok ? undefined : answer.error);
const oks = async (answers: readonly Promise<Answer>[]): Promise<boolean[]> =>
  (await Promise.all(answers)).map(({ ok }) => ok);

test('without limits in the config there are none', async () => {
  const call = limited({});
  const answers = Array.from({ length: 8 }, () => call('access_codes/create', { device_id: front }));
  expect(await oks(answers)).not.toContain(false);
});

test('a request too many for a lock in a minute is refused with 429 and the time to wait, and has no effect', async () => {
  const call = limited({ create: 2 });
  const create = (device_id: string): Promise<Answer> => call('access_codes/create', { device_id });
  await create(front);
  await house.settle(20_000);
  await create(front);
  expect(errorOf(await create(front))).toMatchObject({
    type: 'rate_limit_exceeded',
    status: 429,
    retryAfterS: 40,
  });
  expect(house.store.accessCodes()).toHaveLength(2);
  expect((await create(back)).ok, 'another lock').toBe(true);
  expect((await call('access_codes/generate_code', { device_id: front })).ok, 'another thing').toBe(true);
  await house.settle(40_000);
  expect((await create(front)).ok, 'a minute after the first').toBe(true);
  expect((await create(front)).ok).toBe(false);
});

test('several locks at once count for each; one that is full refuses all, and the others are not charged', async () => {
  const call = limited({ create: 1 });
  await call('access_codes/create', { device_id: front });
  expect((await call('access_codes/create_multiple', { device_ids: [back, front] })).ok).toBe(false);
  expect((await call('access_codes/create', { device_id: back })).ok).toBe(true);
});

test('changes and removals count for the lock of the code', async () => {
  const call = limited({ update: 1, delete: 1 });
  const [one, two] = [await house.create('73059164'), await house.create('40826173')];
  expect((await call('access_codes/update', { access_code_id: one, name: 'a' })).ok).toBe(true);
  expect((await call('access_codes/update', { access_code_id: two, name: 'b' })).ok).toBe(false);
  expect((await call('access_codes/delete', { access_code_id: one })).ok).toBe(true);
  expect((await call('access_codes/delete', { access_code_id: two })).ok).toBe(false);
});

test('a repetition by its id is answered whatever the limit, and a refusal is not remembered', async () => {
  const call = limited({ create: 1 });
  const create = (id: string): Promise<Answer> => call('access_codes/create', { device_id: front }, id);
  const first = await create('r1');
  expect(errorOf(await create('r2'))?.status).toBe(429);
  expect(await create('r1')).toEqual(first);
  await house.settle(60_000);
  expect((await create('r2')).ok).toBe(true);
});

test('who has access to this machine is not limited', async () => {
  const call = limited({ create: 1 });
  const answers = Array.from({ length: 4 }, () =>
    call('access_codes/create', { device_id: front }, undefined, true),
  );
  expect(await oks(answers)).toEqual([true, true, true, true]);
});
