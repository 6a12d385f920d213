import { afterEach, describe, expect, test } from 'vitest';
import { body, digitsOf, idOf, objectOf, refused } from '../../../test/support/answers.ts';
import { opened } from '../../../test/support/code-life.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Answer, AnswerValue } from '../answer.ts';
import { accessCodeObject } from '../objects/access-code.ts';

let house: House;
const build = async (...args: ConstructorParameters<typeof House>): Promise<void> => {
  house = new House(...args);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const hour = 60 * 60_000;
const backDoor = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });
const other = (): string => house.deviceIdOf(house.locks[1]!);
const create = (params: object): Promise<Answer> =>
  house.call('access_codes/create', { device_id: house.deviceId, ...params });
/** As Seam models it (src/app/objects/access-code.ts). */
const made = async (params: object): Promise<Readonly<Record<string, AnswerValue>>> => {
  const code = objectOf(await create(params), 'access_code');
  accessCodeObject.parse(opened(code));
  return code;
};
/** From so many hours from now until so many. */
const hours = (from: number, until: number): { starts_at: string; ends_at: string } => ({
  starts_at: new Date(house.clock.now() + from * hour).toISOString(),
  ends_at: new Date(house.clock.now() + until * hour).toISOString(),
});
const codes = (): number => house.store.accessCodes().length;

describe('times', () => {
  test('make a code time-bound: it is off the lock before its time, and there in it', async () => {
    await build();
    const times = hours(2, 4);
    const code = await made({ code: '1357', ...times });
    expect(code).toMatchObject({ type: 'time_bound', ...times, status: 'unset' });
    await house.settle(hour);
    expect(house.lock.slots.size).toBe(0);
    await house.settle(hour);
    expect(house.lock.slots.get(1)).toBe('1357');
    await house.settle(2 * hour + 60_000);
    expect(house.lock.slots.size).toBe(0);
    expect(codes()).toBe(0);
  });

  test('may be given in any offset, and mean the same instant', async () => {
    await build();
    const code = await made({
      code: '1357',
      starts_at: '2030-06-01T16:00:00+02:00',
      ends_at: '2030-06-01T09:00-0700',
    });
    expect(code).toMatchObject({
      starts_at: '2030-06-01T14:00:00.000Z',
      ends_at: '2030-06-01T16:00:00.000Z',
    });
  });

  test('that do not go together or are over are refused, and nothing is made', async () => {
    await build();
    const { starts_at, ends_at } = hours(1, 2);
    for (const [params, parameter] of [
      [{ starts_at }, 'ends_at'],
      [{ ends_at }, 'starts_at'],
      [{ starts_at: ends_at, ends_at: starts_at }, 'ends_at'],
      [{ starts_at, ends_at: starts_at }, 'ends_at'],
      [hours(-2, -1), 'ends_at'],
      [hours(-2, 0), 'ends_at'],
    ] as const)
      for (const route of ['access_codes/create', 'access_codes/create_multiple']) {
        const on = route.endsWith('create')
          ? { device_id: house.deviceId }
          : { device_ids: [house.deviceId] };
        const error = refused(await house.call(route, { ...on, code: '1357', ...params }));
        expect(error).toMatchObject({ type: 'invalid_input', status: 400 });
        expect(error.validationErrors).toHaveProperty([parameter, '_errors', 0]);
      }
    expect(codes()).toBe(0);
    expect((await create({ code: '1357', ...hours(-1, 1) })).ok, 'under way already').toBe(true);
  });

  test('that do not overlap may share a PIN on one lock; ones that do may not', async () => {
    await build();
    const first = await made({ code: '1357', ...hours(1, 2) });
    expect((await create({ code: '1357', ...hours(2, 3) })).ok).toBe(true);
    for (const params of [hours(0, 1.5), hours(1.5, 1.6), hours(0, 9), {}])
      expect(refused(await create({ code: '1357', ...params }))).toMatchObject({
        type: 'duplicate_access_code',
        status: 409,
        data: { managed_access_code_id: first['access_code_id'] },
      });
    expect(codes()).toBe(2);
  });

  test('book a slot: what would not fit at some moment is refused at the request', async () => {
    await build([lockSpec({}, { slots: { first: 1, last: 2 } })]);
    await house.create('1111');
    expect((await create({ code: '2222', ...hours(10, 12) })).ok).toBe(true);
    expect((await create({ code: '3333', ...hours(12, 14) })).ok, 'after it').toBe(true);
    for (const params of [hours(11, 13), hours(9, 20), {}])
      expect(refused(await create({ code: '4444', ...params }))).toMatchObject({
        type: 'no_space_for_access_code_on_device',
        status: 400,
      });
    expect((await create({ code: '4444', ...hours(1, 10) })).ok, 'before it').toBe(true);
    expect(codes()).toBe(4);
  });

  test('let one PIN find the code that counts now, then the next', async () => {
    await build();
    const later = idOf(await made({ code: '1357', ...hours(5, 6) }));
    const next = idOf(await made({ code: '1357', ...hours(3, 4) }));
    const get = async (): Promise<string> =>
      idOf(
        objectOf(
          await house.call('access_codes/get', { device_id: house.deviceId, code: '1357' }),
          'access_code',
        ),
      );
    expect(await get()).toBe(next);
    const now = idOf(await made({ code: '1357', ...hours(0, 1) }));
    expect(await get()).toBe(now);
    await house.settle(4 * hour + 60_000);
    expect(await get()).toBe(later);
  });
});

describe('policies', () => {
  test('are kept and shown; the older name of external modification counts the same', async () => {
    await build([lockSpec({}, { reportsUse: true })]);
    expect(await made({ code: '1357' })).toMatchObject({
      is_external_modification_allowed: false,
      is_one_time_use: false,
      is_offline_access_code: false,
    });
    for (const params of [
      { is_external_modification_allowed: true },
      { allow_external_modification: true },
      { allow_external_modification: true, is_external_modification_allowed: true },
    ])
      expect(await made(params)).toMatchObject({ is_external_modification_allowed: true });
    const error = refused(
      await create({ allow_external_modification: false, is_external_modification_allowed: true }),
    );
    expect(error).toMatchObject({ type: 'invalid_input', status: 400 });
    expect(error.message).toMatch(/^allow_external_modification: /);
    const oneTime = await made({ is_one_time_use: true, prefer_native_scheduling: false, sync: true });
    expect(oneTime).toMatchObject({ is_one_time_use: true });
    expect(house.store.accessCodes().at(-1)).toMatchObject({
      preferNativeScheduling: false,
      isOneTimeUse: true,
    });
  });

  test('one-time use is refused with the reason on a lock that does not tell which code was used', async () => {
    await build([lockSpec(), lockSpec({ ...backDoor }, { reportsUse: true })]);
    const error = refused(await create({ code: '1357', is_one_time_use: true }));
    expect(error).toMatchObject({ type: 'unsupported', status: 400 });
    expect(error.message).toMatch(/^is_one_time_use: this lock does not report/);
    const several = await house.call('access_codes/create_multiple', {
      device_ids: [other(), house.deviceId],
      is_one_time_use: true,
    });
    expect(refused(several)).toMatchObject({ type: 'unsupported', data: { device_id: house.deviceId } });
    expect(codes()).toBe(0);
  });

  test('the backup pool is for time-bound codes, and is turned on for the lock', async () => {
    await build();
    const error = refused(await create({ code: '1357', use_backup_access_code_pool: true }));
    expect(error.message).toMatch(/^use_backup_access_code_pool: /);
    expect(house.store.devices()[0]?.wishes?.backupPool).toBeUndefined();
    expect((await create({ code: '1357', use_backup_access_code_pool: true, ...hours(1, 2) })).ok).toBe(true);
    expect(house.store.devices()[0]?.wishes?.backupPool).toBe(true);
  });

  test('an unmanaged lock takes no access codes', async () => {
    await build();
    const [device] = house.store.devices();
    house.store.putDevice({ ...device!, wishes: { isManaged: false } });
    for (const [route, params] of [
      ['create', { device_id: house.deviceId }],
      ['create_multiple', { device_ids: [house.deviceId] }],
      ['generate_code', { device_id: house.deviceId }],
    ] as const)
      expect(refused(await house.call(`access_codes/${route}`, params))).toMatchObject({
        type: 'device_unmanaged',
        status: 400,
      });
    expect(codes()).toBe(0);
  });
});

describe('a common_code_key', () => {
  test('is shared with its PIN by whoever asks for it later', async () => {
    await build([lockSpec(), backDoor]);
    const first = await made({ common_code_key: 'cleaners', preferred_code_length: 6 });
    const second = await made({ common_code_key: 'cleaners', device_id: other() });
    expect(first).toMatchObject({ common_code_key: 'cleaners' });
    expect(digitsOf(first)).toHaveLength(6);
    expect(digitsOf(second)).toBe(digitsOf(first));
    const third = await made({ common_code_key: 'others', code: '1357', device_id: other() });
    expect(digitsOf(third)).toBe('1357');
  });

  test('is refused with another PIN, and where the shared PIN cannot stand', async () => {
    await build([lockSpec(), lockSpec({ ...backDoor }, { codeLengths: [4] })]);
    const first = await made({ common_code_key: 'cleaners', code: '135791' });
    const error = refused(await create({ common_code_key: 'cleaners', code: '2468', device_id: other() }));
    expect(error).toMatchObject({ type: 'invalid_input', status: 400 });
    expect(error.message).toMatch(/^code: .*common_code_key/);
    expect(refused(await create({ common_code_key: 'cleaners', device_id: other() })).type).toBe(
      'code_constraints_violated',
    );
    expect(refused(await create({ common_code_key: 'cleaners' }))).toMatchObject({
      type: 'duplicate_access_code',
      data: { managed_access_code_id: first['access_code_id'] },
    });
    expect(codes()).toBe(1);
  });

  test('is free again when the last of its codes is on its way off', async () => {
    await build();
    const first = await made({ common_code_key: 'cleaners', code: '1357' });
    await house.call('access_codes/delete', { access_code_id: idOf(first) });
    expect(digitsOf(await made({ common_code_key: 'cleaners', code: '2468' }))).toBe('2468');
  });
});

describe('generate_code', () => {
  test('proposes a PIN that the lock takes and nobody on it has, and keeps nothing', async () => {
    await build([lockSpec({}, { codeLengths: [5, 6] })]);
    const before = house.store.lastSeq();
    const answer = objectOf(
      await house.call('access_codes/generate_code', { device_id: house.deviceId }),
      'generated_code',
    );
    expect(Object.keys(answer).sort()).toEqual(['code', 'device_id']);
    expect(answer['device_id']).toBe(house.deviceId);
    expect(digitsOf(answer)).toMatch(/^\d{5}$/);
    expect([codes(), house.store.lastSeq()]).toEqual([0, before]);
    expect(
      refused(
        await house.call('access_codes/generate_code', { device_id: '00000000-0000-4000-8000-000000000404' }),
      ),
    ).toMatchObject({ status: 404 });
  });
});

test('two intended creates without a code stay two; the same request twice is one', async () => {
  await build();
  const ids = [await made({}), await made({})].map((code) => idOf(code));
  expect(new Set(ids).size).toBe(2);
  const ask = (): Promise<Answer> =>
    house.call('access_codes/create', { device_id: house.deviceId, name: 'Anna' }, 'r1');
  const [once, again] = [await ask(), await ask()];
  expect(body(again)).toEqual(body(once));
  expect(codes()).toBe(3);
});
