import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { body, digitsOf, idOf, listOf, refused } from '../../../test/support/answers.ts';
import { opened } from '../../../test/support/code-life.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Answer, AnswerValue } from '../answer.ts';
import { accessCodeObject } from '../objects/access-code.ts';
import { Refusal } from '../problems.ts';

type Code = Readonly<Record<string, AnswerValue>>;

const lock = (n: number, codeLengths: readonly number[], slots = 3) =>
  lockSpec(
    { address: LockAddress(`simulated:${n}`), name: `Lock ${n}` },
    { codeLengths, slots: { first: 1, last: slots } },
  );

let house: House;
beforeEach(async () => {
  // The fourth takes none of the lengths that the others do.
  house = new House([lock(1, [4, 5, 6]), lock(2, [5, 6, 7]), lock(3, [6, 5], 1), lock(4, [8])]);
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const on = (...locks: number[]): string[] => locks.map((n) => house.deviceIdOf(house.locks[n - 1]!));
const ask = (params: object, requestId?: string): Promise<Answer> =>
  house.call('access_codes/create_multiple', params, requestId);
/** Each as Seam models it (src/app/objects/access-code.ts). */
const made = async (params: object): Promise<Code[]> => {
  const codes = listOf(await ask(params), 'access_codes');
  for (const code of codes) accessCodeObject.parse(opened(code));
  return codes;
};
const stored = (): number => house.store.accessCodes().length;
const key = /^auto_set_by_create_multiple_[0-9a-f-]{36}$/;

test('without a code one new PIN is on all locks, in their order, linked by a key of its own', async () => {
  const codes = await made({ device_ids: on(3, 1, 2), name: 'Anna' });
  expect(codes.map((code) => code['device_id'])).toEqual(on(3, 1, 2));
  expect(new Set(codes.map(digitsOf)).size).toBe(1);
  expect(digitsOf(codes[0]!)).toHaveLength(5);
  expect(new Set(codes.map((code) => code['common_code_key'])).size).toBe(1);
  expect(codes[0]!['common_code_key']).toMatch(key);
  expect(new Set(codes.map((code) => idOf(code))).size).toBe(3);
  expect(codes.every((code) => code['name'] === 'Anna')).toBe(true);
  const [other] = await made({ device_ids: on(1, 2), preferred_code_length: 6 });
  expect(other!['common_code_key']).not.toBe(codes[0]!['common_code_key']);
  expect(digitsOf(other!)).toHaveLength(6);
  await house.settle();
  for (const n of [0, 1, 2]) expect(house.locks[n]!.slots.get(1)).toBe(digitsOf(codes[0]!));
});

test('refused half-way by a rule that comes late, it leaves nothing', async () => {
  const before = house.store.lastSeq();
  const put = house.store.putAccessCode.bind(house.store);
  let puts = 0;
  const late = vi.spyOn(house.store, 'putAccessCode').mockImplementation((code) => {
    puts += 1;
    if (puts > 1) throw new Refusal({ type: 'late', message: 'Late.', status: 400 });
    put(code);
  });
  for (const requestId of [undefined, 'r1'])
    expect(refused(await ask({ device_ids: on(1, 2) }, requestId)).type).toBe('late');
  late.mockRestore();
  expect(stored()).toBe(0);
  expect(house.store.lastSeq()).toBe(before);
});

test('with a code each lock gets it, and nothing links them', async () => {
  const codes = await made({ device_ids: on(1, 2), code: '04711' });
  expect(codes.map(digitsOf)).toEqual(['04711', '04711']);
  expect(codes.map((code) => code['common_code_key'])).toEqual([null, null]);
});

test('none is made where one lock cannot share the PIN, and the refusal names the lock', async () => {
  await house.create('47110', house.locks[1]);
  const before = house.store.lastSeq();
  for (const behavior of [{}, { behavior_when_code_cannot_be_shared: 'throw' }]) {
    expect(refused(await ask({ device_ids: on(1, 4), ...behavior }))).toMatchObject({
      type: 'code_cannot_be_shared',
      status: 400,
    });
    expect(refused(await ask({ device_ids: on(1, 4), code: '12357', ...behavior }))).toMatchObject({
      type: 'code_constraints_violated',
      data: { device_id: on(4)[0] },
    });
    expect(refused(await ask({ device_ids: on(1, 2), code: '47110', ...behavior }))).toMatchObject({
      type: 'duplicate_access_code',
      status: 409,
      data: { device_id: on(2)[0], managed_access_code_id: expect.any(String) as string },
    });
  }
  expect([stored(), house.store.lastSeq()]).toEqual([1, before]);
});

test('with create_random_code the locks that cannot share it get PINs of their own, without a key', async () => {
  const behavior_when_code_cannot_be_shared = 'create_random_code';
  const shared = await made({ device_ids: on(1, 4, 2), behavior_when_code_cannot_be_shared });
  const [one, odd, two] = shared;
  expect(digitsOf(one!)).toBe(digitsOf(two!));
  expect(one!['common_code_key']).toMatch(key);
  expect(two!['common_code_key']).toBe(one!['common_code_key']);
  expect(digitsOf(odd!)).toMatch(/^\d{8}$/);
  expect(odd!['common_code_key']).toBeNull();
  await house.create('47110', house.locks[1]);
  const given = await made({ device_ids: on(1, 2, 4), code: '47110', behavior_when_code_cannot_be_shared });
  expect(digitsOf(given[0]!)).toBe('47110');
  expect(digitsOf(given[1]!)).not.toBe('47110');
  expect(digitsOf(given[2]!)).toHaveLength(8);
  expect(given.map((code) => code['common_code_key'])).toEqual([null, null, null]);
});

test('none is made where one lock has no room, is unknown, or is offline and that is not wanted', async () => {
  await house.create('47110', house.locks[2]);
  house.locks[1]!.faults.offline = true;
  house.driver.emit({ kind: 'locks' });
  await house.settle(10);
  const before = house.store.lastSeq();
  for (const behavior_when_code_cannot_be_shared of ['throw', 'create_random_code']) {
    expect(refused(await ask({ device_ids: on(1, 3), behavior_when_code_cannot_be_shared }))).toMatchObject({
      type: 'no_space_for_access_code_on_device',
      status: 400,
      data: { device_id: on(3)[0] },
    });
    const unknown = [...on(1), '00000000-0000-4000-8000-000000000404'];
    expect(refused(await ask({ device_ids: unknown, behavior_when_code_cannot_be_shared }))).toMatchObject({
      type: 'device_not_found',
      status: 404,
    });
  }
  const offline = refused(await ask({ device_ids: on(1, 2), attempt_for_offline_device: false }));
  expect(offline).toMatchObject({ type: 'device_offline', data: { device_id: on(2)[0] } });
  expect([stored(), house.store.lastSeq()]).toEqual([1, before]);
});

test('a lock named twice is refused, in capitals too', async () => {
  const [id] = on(1);
  const error = refused(await ask({ device_ids: [id!, id!.toUpperCase()] }));
  expect(error).toMatchObject({ type: 'invalid_input', message: 'device_ids: must not name a lock twice' });
  expect(stored()).toBe(0);
});

test('what fails half-way leaves nothing on any lock', async () => {
  const { store } = house;
  const put = store.appendEvent.bind(store);
  let calls = 0;
  store.appendEvent = (event) => {
    calls += 1;
    if (calls === 2) throw new Error('disk full');
    return put(event);
  };
  const before = store.lastSeq();
  expect(refused(await ask({ device_ids: on(1, 2) })).status).toBeGreaterThanOrEqual(500);
  store.appendEvent = put;
  expect([stored(), store.lastSeq()]).toEqual([0, before]);
});

test('asked again with the same request id, it is the same set', async () => {
  const params = { device_ids: on(1, 2) };
  const first = body(await ask(params, 'r1'));
  expect(body(await ask(params, 'r1'))).toEqual(first);
  expect(stored()).toBe(2);
  await made(params);
  expect(stored()).toBe(4);
});

test('all of them are time-bound alike, and share the room of their times only', async () => {
  const times = { starts_at: '2030-01-01T10:00:00.000Z', ends_at: '2030-01-02T10:00:00.000Z' };
  const codes = await made({ device_ids: on(1, 3), code: '47110', ...times });
  for (const code of codes) expect(code).toMatchObject({ type: 'time_bound', status: 'unset', ...times });
  const next = { starts_at: times.ends_at, ends_at: '2030-01-03T10:00:00Z' };
  expect(await made({ device_ids: on(1, 3), code: '47110', ...next })).toHaveLength(2);
  expect(refused(await ask({ device_ids: on(1, 3), ...times }))).toMatchObject({
    type: 'no_space_for_access_code_on_device',
    data: { device_id: on(3)[0] },
  });
});
