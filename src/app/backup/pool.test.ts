import { afterEach, describe, expect, test, vi } from 'vitest';
import { body, idOf, objectOf, refused } from '../../../test/support/answers.ts';
import { Crash, House, lockSpec } from '../../../test/support/house.ts';
import { AccessCodeId, DeviceId } from '../../core/ids.ts';
import type { AccessCode } from '../../core/model.ts';
import { isSpare, poolSize } from '../../core/pool.ts';
import type { Answer } from '../answer.ts';
import { startPool, stopPool } from './pool.ts';

let house: House;
const build = async (slots = 10): Promise<void> => {
  house = new House([lockSpec({}, { slots: { first: 1, last: slots } })]);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = (ms: number): string => new Date(house.clock.now() + ms).toISOString();

/** A booking from `from` until `until`, both counted from now. */
const book = async (from: number, until: number, params: object = {}): Promise<string> =>
  idOf(
    objectOf(
      await house.call('access_codes/create', {
        device_id: house.deviceId,
        starts_at: at(from),
        ends_at: at(until),
        ...params,
      }),
      'access_code',
    ),
  );
const withPool = { use_backup_access_code_pool: true };
const pull = (id: string): Promise<Answer> =>
  house.call('access_codes/pull_backup_access_code', { access_code_id: id });
const pulled = async (id: string): Promise<AccessCode> => {
  const backup = idOf(objectOf(await pull(id), 'access_code'));
  return house.store.accessCode(AccessCodeId(backup))!;
};
const codes = (): AccessCode[] => house.store.accessCodes();
const spares = (): AccessCode[] => codes().filter(isSpare);
const device = (): ReturnType<typeof house.store.device> => house.store.device(DeviceId(house.deviceId));
const standing = (code: AccessCode | undefined): boolean =>
  code !== undefined && [...house.lock.slots.values()].includes(code.pin.reveal());
const turn = (which: 'on' | 'off'): void => {
  (which === 'on' ? startPool : stopPool)(house.parts, device()!);
};

describe('a backup pool', () => {
  test('keeps three random ongoing codes on the lock, from a create that asks for it on', async () => {
    await build();
    await book(-hour, hour, withPool);
    await house.settle(5 * minute);
    expect(spares()).toHaveLength(poolSize);
    for (const spare of spares()) {
      expect(await house.code(spare.accessCodeId)).toMatchObject({
        status: 'set',
        is_backup: true,
        type: 'ongoing',
        is_managed: true,
      });
      expect(standing(spare)).toBe(true);
    }
    expect(new Set(spares().map(({ pin }) => pin.reveal())).size).toBe(poolSize);
    expect(device()?.poolLack).toBeUndefined();
    const listed = body(await house.call('access_codes/list', {}))['access_codes'];
    expect(listed).toHaveLength(1 + poolSize);
  });

  test('comes back to three after a spare is deleted by a person at the lock or here', async () => {
    await build();
    turn('on');
    await house.settle(5 * minute);
    await house.call('access_codes/delete', { access_code_id: spares()[0]?.accessCodeId });
    await house.settle(5 * minute);
    expect(spares().filter(standing)).toHaveLength(poolSize);
    expect(house.lock.slots.size).toBe(poolSize);
  });

  test('stopped, loses its spares and keeps what was pulled', async () => {
    await build();
    const booking = await book(-hour, hour, withPool);
    await house.settle(5 * minute);
    const backup = await pulled(booking);
    turn('off');
    await house.settle(5 * minute);
    expect(spares()).toEqual([]);
    expect(standing(backup)).toBe(true);
    expect(house.lock.slots.size).toBe(2);
    expect(device()?.poolLack).toBeUndefined();
    turn('off');
    await house.settle(5 * minute);
    expect(house.lock.slots.size).toBe(2);
  });

  test('never takes a slot from a booking: it stays smaller, which is said, and gives way to a new one', async () => {
    await build(4);
    const [first, second] = [await book(-hour, day, withPool), await book(-hour, day)];
    await house.settle(10 * minute);
    expect(spares()).toHaveLength(2);
    expect(device()?.poolLack).toMatchObject({ kind: 'partial' });
    const third = await book(minute, day);
    const fourth = await book(minute, day);
    await house.settle(10 * minute);
    expect(spares()).toEqual([]);
    expect(device()?.poolLack).toMatchObject({ kind: 'empty' });
    for (const id of [first, second, third, fourth])
      expect(await house.code(id)).toMatchObject({
        status: 'set',
        errors: [{ error_code: 'empty_backup_access_code_pool', is_device_error: true }],
      });
    house.clock.step(day + hour);
    await house.settle(10 * minute);
    expect(spares().filter(standing)).toHaveLength(poolSize);
  });

  test('takes the room that a code leaves as soon as that is gone', async () => {
    await build(1);
    turn('on');
    const id = await house.create('1357');
    await house.settle(5 * minute);
    expect(spares()).toEqual([]);
    await house.call('access_codes/delete', { access_code_id: id });
    for (let n = 0; n < 100 && codes().some(({ accessCodeId }) => accessCodeId === id); n += 1)
      await house.settle(10);
    expect(codes().map(isSpare)).toEqual([true]);
  });

  test('takes the room of a booking that is deleted before it ever stood, in the same look', async () => {
    await build(2);
    await book(-hour, 30 * day, withPool);
    const second = await book(2 * hour, 30 * day);
    await house.settle();
    expect(spares()).toHaveLength(0);
    await house.call('access_codes/delete', { access_code_id: second });
    await house.clock.advance(0);
    expect(house.store.accessCode(AccessCodeId(second))).toBeUndefined();
    expect(spares()).toHaveLength(1);
  });

  test('has PINs of a length that callers reported, and none that is in use at any time', async () => {
    await build();
    const lengths = { device_id: house.deviceId, supported_code_lengths: [5] };
    body(await house.call('access_codes/report_device_constraints', lengths));
    await book(day, 2 * day, { code: '13579' });
    const digits = [1, 3, 5, 7, 9];
    const { random } = house;
    const integer = random.integer.bind(random);
    const drawn = vi.spyOn(random, 'integer').mockImplementation((below) => digits.shift() ?? integer(below));
    turn('on');
    await house.settle(5 * minute);
    drawn.mockRestore();
    expect(digits).toEqual([]);
    expect(spares().map(({ pin }) => pin.reveal())).toEqual(Array(3).fill(expect.stringMatching(/^\d{5}$/)));
    expect(spares().map(({ pin }) => pin.reveal())).not.toContain('13579');
  });

  test('makes room a day before a booking begins, and has its codes until then', async () => {
    await build(3);
    turn('on');
    await book(10 * day, 11 * day);
    await house.settle(10 * minute);
    expect(spares()).toHaveLength(3);
    house.clock.step(9 * day);
    await house.settle(10 * minute);
    expect(spares()).toHaveLength(2);
  });
});

describe('pull_backup_access_code', () => {
  test('gives a code that stands on the lock to the original until that ends, and fills up', async () => {
    await build();
    const booking = await book(-hour, 3 * hour, withPool);
    await house.settle(5 * minute);
    const original = house.store.accessCode(AccessCodeId(booking));
    const answer = body(await pull(booking));
    expect(answer['backup_access_code']).toEqual(answer['access_code']);
    const backup = await pulled(booking);
    expect(await house.code(backup.accessCodeId)).toMatchObject({
      status: 'set',
      is_backup: true,
      type: 'time_bound',
      starts_at: at(0),
      ends_at: new Date(original?.timeFrame?.endsAt ?? 0).toISOString(),
    });
    const told = house.store.events(0, 1_000).filter(({ eventType }) => eventType.endsWith('code_pulled'));
    expect(told).toMatchObject([
      { accessCodeId: booking, payload: { backup_access_code_id: backup.accessCodeId } },
    ]);
    expect(standing(backup)).toBe(true);
    await house.settle(5 * minute);
    expect(await house.code(booking)).toMatchObject({
      pulled_backup_access_code_id: backup.accessCodeId,
      warnings: [{ warning_code: 'using_backup_access_code' }],
    });
    expect(spares().filter(standing)).toHaveLength(poolSize);
    house.clock.step(4 * hour);
    await house.settle(5 * minute);
    expect(standing(backup)).toBe(false);
    expect(house.store.accessCode(backup.accessCodeId)).toBeUndefined();
  });

  test('asked again is the same one; after that was deleted, another', async () => {
    await build();
    const booking = await book(-hour, day, withPool);
    await house.settle(5 * minute);
    const backup = await pulled(booking);
    expect((await pulled(booking)).accessCodeId).toBe(backup.accessCodeId);
    expect(house.events().filter((type) => type.endsWith('code_pulled'))).toHaveLength(1);
    await house.call('access_codes/delete', { access_code_id: backup.accessCodeId });
    const next = await pulled(booking);
    expect(next.accessCodeId, 'at once').not.toBe(backup.accessCodeId);
    await house.call('access_codes/delete', { access_code_id: next.accessCodeId });
    await house.settle(5 * minute);
    expect(await house.code(booking)).toMatchObject({ pulled_backup_access_code_id: null, warnings: [] });
    expect((await pulled(booking)).accessCodeId).not.toBe(next.accessCodeId);
  });

  test('follows its original: times moved move it, and it goes when the original goes', async () => {
    await build();
    const booking = await book(-hour, day, withPool);
    await house.settle(5 * minute);
    const backup = await pulled(booking);
    const update = (params: object): Promise<Answer> =>
      house.call('access_codes/update', { access_code_id: booking, ...params });
    await update({ ends_at: at(2 * day) });
    await house.settle(minute);
    expect(await house.code(backup.accessCodeId)).toMatchObject({ ends_at: at(2 * day - minute) });
    const [from, until] = [at(5 * day), at(6 * day)];
    await update({ starts_at: from, ends_at: until });
    await house.settle(5 * minute);
    expect(await house.code(backup.accessCodeId)).toMatchObject({ starts_at: from, ends_at: until });
    expect(standing(backup), 'not before the booking').toBe(false);
    await house.call('access_codes/delete', { access_code_id: booking });
    await house.settle(5 * minute);
    expect(house.store.accessCode(backup.accessCodeId)).toBeUndefined();
  });

  test('is wanted off the lock from when its original is deleted, which gets no other then', async () => {
    await build();
    const booking = await book(-hour, day, withPool);
    await house.settle(5 * minute);
    const backup = await pulled(booking);
    await house.settle(minute);
    house.lock.faults.offline = true;
    await house.call('access_codes/delete', { access_code_id: booking });
    await house.settle(minute);
    expect(house.store.accessCode(backup.accessCodeId)).toMatchObject({ status: 'removing' });
    expect(refused(await pull(booking)).type).toBe('access_code_being_removed');
  });

  test('for a booking that is yet to come opens no door before it', async () => {
    await build();
    const booking = await book(day, 2 * day, withPool);
    await house.settle(5 * minute);
    const backup = await pulled(booking);
    expect(backup.status).not.toBe('set');
    await house.settle(5 * minute);
    expect(standing(backup)).toBe(false);
    house.clock.step(day);
    await house.settle(5 * minute);
    expect(standing(backup)).toBe(true);
  });

  test('is refused for ongoing codes, backups, without a pool, and while none is proved to stand', async () => {
    await build();
    const ongoing = await house.create('1357');
    const booking = await book(-hour, day);
    await house.settle(5 * minute);
    expect(refused(await pull(ongoing))).toMatchObject({ status: 400, type: 'invalid_input' });
    const none = refused(await pull(booking));
    expect(none).toMatchObject({ status: 400, type: 'empty_backup_access_code_pool' });
    expect(none.message).toContain('use_backup_access_code_pool');
    house.lock.faults.offline = true;
    turn('on');
    await house.settle(minute);
    expect(spares()).toHaveLength(poolSize);
    expect(refused(await pull(booking)).type).toBe('empty_backup_access_code_pool');
    house.lock.faults.offline = false;
    await house.settle(20 * minute);
    const backup = await pulled(booking);
    expect(refused(await pull(backup.accessCodeId))).toMatchObject({ status: 400, type: 'invalid_input' });
    expect(refused(await pull('00000000-0000-4000-8000-000000000404')).status).toBe(404);
  });

  test('takes no slot that is promised to a booking, at once or when its original is made longer', async () => {
    await build(3);
    const booking = await book(-hour, day, withPool);
    await book(2 * day, 3 * day);
    await book(2 * day, 3 * day);
    await house.settle(10 * minute);
    const lengthen = (until: number): Promise<Answer> =>
      house.call('access_codes/update', { access_code_id: booking, ends_at: at(until) });
    expect(body(await lengthen(3 * day))).toEqual({});
    const before = codes();
    expect(spares().filter(standing)).not.toEqual([]);
    expect(refused(await pull(booking))).toMatchObject({
      type: 'no_space_for_access_code_on_device',
      status: 400,
    });
    expect(codes()).toEqual(before);
    await lengthen(2 * day - 2 * hour);
    await pulled(booking);
    expect(refused(await lengthen(3 * day)).type).toBe('no_space_for_access_code_on_device');
    expect(body(await lengthen(2 * day - hour))).toEqual({});
  });

  test('is not made to last into the time of another code with its PIN', async () => {
    await build();
    const booking = await book(-hour, day, withPool);
    await house.settle(5 * minute);
    const backup = await pulled(booking);
    await book(2 * day, 3 * day, { code: backup.pin.reveal() });
    const update = { access_code_id: booking, ends_at: at(3 * day) };
    expect(refused(await house.call('access_codes/update', update))).toMatchObject({ status: 409 });
  });

  test('is good for one use where the original is', async () => {
    house = new House([lockSpec({}, { reportsUse: true })]);
    await house.settle();
    const booking = await book(-hour, day, { ...withPool, is_one_time_use: true });
    await house.settle(5 * minute);
    expect(await pulled(booking)).toMatchObject({ isOneTimeUse: true });
  });

  test('of two bookings at once gives each its own', async () => {
    await build();
    const [a, b] = [await book(-hour, day, withPool), await book(-hour, day)];
    await house.settle(5 * minute);
    const both = await Promise.all([pulled(a), pulled(b)]);
    expect(new Set(both.map(({ accessCodeId }) => accessCodeId)).size).toBe(2);
  });
});

test('killed at any moment while it fills, the pool ends with three codes and no more', async () => {
  const moments = ['intent_committed', 'answer_unread', 'belief_committed', 'event_unpublished'] as const;
  for (const [index, moment] of moments.entries()) {
    await build();
    house.onMoment = (now): void => {
      if (now === moment) throw new Crash(moment);
    };
    turn('on');
    await house.settle(200);
    house.onMoment = () => undefined;
    await house.restart();
    await house.settle(20 * minute);
    expect(spares().filter(standing), moment).toHaveLength(poolSize);
    expect(house.lock.slots.size, moment).toBe(poolSize);
    if (index < moments.length - 1) await house[Symbol.asyncDispose]();
  }
});
