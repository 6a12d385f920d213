import { afterEach, describe, expect, test } from 'vitest';
import { body, digitsOf, idOf, listOf, objectOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Answer, AnswerValue } from '../answer.ts';

type Code = Readonly<Record<string, AnswerValue>>;

let house: House;
const build = async (...args: ConstructorParameters<typeof House>): Promise<void> => {
  house = new House(...args);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const hour = 60 * 60_000;
const at = (hours: number): string => new Date(house.clock.now() + hours * hour).toISOString();
const between = (from: number, until: number): { starts_at: string; ends_at: string } => ({
  starts_at: at(from),
  ends_at: at(until),
});
const made = async (params: object): Promise<Code> =>
  objectOf(await house.call('access_codes/create', { device_id: house.deviceId, ...params }), 'access_code');
const update = (code: Code, params: object): Promise<Answer> =>
  house.call('access_codes/update', { access_code_id: idOf(code), ...params });
const now = async (code: Code): Promise<Code> =>
  objectOf(await house.call('access_codes/get', { access_code_id: idOf(code) }), 'access_code');
const lastChange = (): unknown =>
  house.store
    .events(0, 10_000)
    .filter((event) => event.eventType === 'access_code.changed')
    .at(-1)?.payload['changed_properties'];

describe('the times of an access code', () => {
  test('may be changed one alone; the lock follows and the event says from what to what', async () => {
    await build();
    const times = between(1, 3);
    const code = await made({ code: '1357', ...times });
    await house.settle(1.5 * hour);
    expect(house.lock.slots.get(1)).toBe('1357');
    const later = at(9);
    expect(body(await update(code, { ends_at: later }))).toEqual({});
    expect(await now(code)).toMatchObject({ ...times, ends_at: later, type: 'time_bound' });
    expect(lastChange()).toEqual([{ property: 'ends_at', from: times.ends_at, to: later }]);
    await house.settle(8 * hour);
    expect(house.lock.slots.get(1), 'longer than it was first asked for').toBe('1357');
    await house.settle(2 * hour);
    expect(house.lock.slots.size).toBe(0);
  });

  test('moved away take the code off the lock until then, without an end of the access code', async () => {
    await build();
    const code = await made({ code: '1357', ...between(0, 3) });
    await house.settle();
    expect(house.lock.slots.get(1)).toBe('1357');
    await update(code, between(2, 4));
    await house.settle();
    expect(house.lock.slots.size).toBe(0);
    expect(await now(code)).toMatchObject({ status: 'unset' });
    await house.settle(2 * hour);
    expect(house.lock.slots.get(1)).toBe('1357');
    expect(await now(code)).toMatchObject({ status: 'set' });
  });

  test('shortened to the past end the code at once', async () => {
    await build();
    const code = await made({ code: '1357', ...between(-2, 3) });
    await house.settle();
    expect(body(await update(code, { ends_at: at(-1) }))).toEqual({});
    expect(refused(await update(code, { ends_at: at(5) }))).toMatchObject({
      type: 'access_code_being_removed',
      status: 400,
    });
    await house.settle();
    expect(house.lock.slots.size).toBe(0);
    expect(refused(await update(code, { name: 'x' })).status).toBe(404);
  });

  test('make an ongoing code time-bound, and `type` takes them away again', async () => {
    await build();
    const code = await made({ code: '1357' });
    const times = between(2, 4);
    expect(refused(await update(code, { ends_at: times.ends_at })).message).toMatch(/^starts_at: /);
    expect(refused(await update(code, { type: 'time_bound' })).message).toMatch(/^starts_at: /);
    await update(code, { ...times, type: 'time_bound' });
    expect(await now(code)).toMatchObject({ ...times, type: 'time_bound' });
    expect(lastChange()).toEqual([
      { property: 'starts_at', from: null, to: times.starts_at },
      { property: 'ends_at', from: null, to: times.ends_at },
    ]);
    expect(refused(await update(code, { type: 'ongoing', ends_at: at(9) })).message).toMatch(/^ends_at: /);
    expect(refused(await update(code, { ends_at: null })).message).toMatch(/^ends_at: .*ongoing/);
    await update(code, { type: 'ongoing' });
    expect(await now(code)).toMatchObject({ type: 'ongoing', starts_at: null, ends_at: null });
    await house.settle();
    expect(house.lock.slots.get(1)).toBe('1357');
  });

  test('keep to what is booked: no longer than there is room, nor beside the same PIN', async () => {
    await build([lockSpec({}, { slots: { first: 1, last: 1 } })]);
    const first = await made({ code: '1357', ...between(1, 2) });
    await made({ code: '1357', ...between(3, 4) });
    const before = await now(first);
    expect(refused(await update(first, { ends_at: at(3.5) })).type).toBe(
      'no_space_for_access_code_on_device',
    );
    expect(refused(await update(first, { type: 'ongoing' })).type).toBe('no_space_for_access_code_on_device');
    expect(await now(first)).toEqual(before);
    await update(first, { ends_at: at(3) });
    expect(await now(first)).toMatchObject({ ends_at: at(3) });
    await house[Symbol.asyncDispose]();
    await build();
    const one = await made({ code: '1357', ...between(1, 2) });
    const two = await made({ code: '1357', ...between(3, 4) });
    expect(refused(await update(one, { ends_at: at(3.5) }))).toMatchObject({
      type: 'duplicate_access_code',
      status: 409,
      data: { managed_access_code_id: idOf(two) },
    });
  });

  test('may be made shorter also where somebody else has taken the room since', async () => {
    await build([lockSpec({}, { slots: { first: 1, last: 1 } })]);
    const code = await made({ code: '1357', ...between(2, 4) });
    house.lock.slots.set(1, '9999');
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
    await house.settle();
    expect(refused(await update(code, { ends_at: at(5) })).type).toBe('no_space_for_access_code_on_device');
    expect((await update(code, { ends_at: at(3) })).ok).toBe(true);
  });

  test('may be made shorter also where what the lock can do is not known at the moment', async () => {
    await build();
    const code = await made({ code: '1357', ...between(0, 4) });
    const [device] = house.store.devices();
    house.store.putDevice({ ...device!, capabilities: undefined });
    expect((await update(code, { ends_at: at(3) })).ok).toBe(true);
    expect(refused(await update(code, { ends_at: at(5) })).type).toBe('device_not_ready');
    expect((await update(code, { ends_at: at(-1), starts_at: at(-2) })).ok).toBe(true);
  });

  test('given as they are change nothing, in whatever offset', async () => {
    await build();
    const code = await made({
      code: '1357',
      starts_at: '2030-01-01T10:00:00Z',
      ends_at: '2030-01-01T12:00:00Z',
    });
    const before = house.store.lastSeq();
    await update(code, { starts_at: '2030-01-01T11:00:00+01:00', type: 'time_bound' });
    expect(house.store.lastSeq()).toBe(before);
  });
});

test('a PIN or name changed and changed back is not pending from itself', async () => {
  await build([lockSpec({}, { names: { maxLength: 20 } })]);
  const code = await made({ code: '1357', name: 'Anna' });
  await house.settle();
  house.driver.setRadio('lost');
  await update(code, { code: '2468', name: 'Ben' });
  await update(code, { code: '1357', name: 'Anna' });
  const stored = house.store.accessCodes()[0];
  expect(stored?.previousPin?.reveal()).toBe('2468');
  expect(stored?.nameBefore?.from, 'it is on the lock already').not.toBe('Anna');
});

test('policies are changed with an event; what older clients still send is taken', async () => {
  await build([lockSpec({}, { reportsUse: true })]);
  const code = await made({ code: '1357' });
  await update(code, { allow_external_modification: true, is_one_time_use: true });
  expect(await now(code)).toMatchObject({ is_external_modification_allowed: true, is_one_time_use: true });
  expect(lastChange()).toEqual([
    { property: 'is_external_modification_allowed', from: 'false', to: 'true' },
    { property: 'is_one_time_use', from: 'false', to: 'true' },
  ]);
  const before = house.store.lastSeq();
  const old = {
    is_offline_access_code: false,
    use_offline_access_code: false,
    prefer_native_scheduling: false,
    preferred_code_length: 6,
    use_backup_access_code_pool: true,
    sync: true,
  };
  expect(body(await update(code, old))).toEqual({});
  expect(house.store.lastSeq()).toBe(before);
  expect(
    refused(
      await update(code, { allow_external_modification: true, is_external_modification_allowed: false }),
    ).message,
  ).toMatch(/^allow_external_modification: /);
});

test('one-time use cannot be asked for later either where the lock does not tell of uses', async () => {
  await build();
  const code = await made({ code: '1357' });
  expect(refused(await update(code, { is_one_time_use: true })).type).toBe('unsupported');
  expect((await update(code, { is_one_time_use: false })).ok).toBe(true);
});

test('an update is refused on a lock that is offline where that is asked for', async () => {
  await build();
  const code = await made({ code: '1357' });
  house.lock.faults.offline = true;
  house.driver.emit({ kind: 'locks' });
  await house.settle(10);
  expect(refused(await update(code, { name: 'x', attempt_for_offline_device: false })).type).toBe(
    'device_offline',
  );
  expect((await update(code, { name: 'x', attempt_for_offline_device: true })).ok).toBe(true);
});

test('handing a code over is asked for by itself', async () => {
  await build();
  const code = await made({ code: '1357' });
  for (const [params, parameter] of [
    [{ name: 'x' }, 'name'],
    [{ code: '2468' }, 'code'],
    [{ ends_at: at(3) }, 'ends_at'],
  ] as const)
    expect(refused(await update(code, { is_managed: false, ...params })).message).toContain(`${parameter}: `);
});

describe('codes that share a key', () => {
  const two = [1, 2].map((n) => lockSpec({ address: LockAddress(`simulated:${n}`), name: `Lock ${n}` }));
  const linked = async (params: object = {}): Promise<Code[]> => {
    const device_ids = house.locks.map((lock) => house.deviceIdOf(lock));
    const answer = await house.call('access_codes/create_multiple', { device_ids, ...params });
    return listOf(answer, 'access_codes');
  };
  const updateAll = (code: Code, params: object): Promise<Answer> =>
    house.call('access_codes/update_multiple', { common_code_key: code['common_code_key'], ...params });

  test('are changed together, each with its event', async () => {
    await build(two);
    const codes = await linked();
    const times = between(1, 2);
    const events = house.store.lastSeq();
    expect(body(await updateAll(codes[0]!, { name: 'Anna', ...times }))).toEqual({});
    for (const code of codes) {
      expect(await now(code)).toMatchObject({ name: 'Anna', type: 'time_bound', ...times });
      expect(digitsOf(await now(code))).toBe(digitsOf(code));
    }
    const changed = house.store.events(events, 100).filter((one) => one.eventType === 'access_code.changed');
    expect(changed.map((one) => one.accessCodeId)).toEqual(codes.map((code) => idOf(code)));
    await updateAll(codes[0]!, { ends_at: at(9) });
    for (const code of codes) expect(await now(code)).toMatchObject({ ...times, ends_at: at(9) });
  });

  test('are changed all or none', async () => {
    await build(two);
    const codes = await linked(between(1, 2));
    const second = house.deviceIdOf(house.locks[1]!);
    await made({ device_id: second, code: digitsOf(codes[0]!), ...between(5, 6) });
    const [before, events] = [await Promise.all(codes.map(now)), house.store.lastSeq()];
    for (const params of [{ ends_at: at(5.5), name: 'Anna' }, { ends_at: at(0.5) }])
      expect((await updateAll(codes[0]!, params)).ok).toBe(false);
    expect([await Promise.all(codes.map(now)), house.store.lastSeq()]).toEqual([before, events]);
  });

  test('on one lock at different times cannot be moved to the same time', async () => {
    await build();
    const key = { common_code_key: 'cleaners' };
    const first = await made({ ...key, code: '1357', ...between(1, 2) });
    await made({ ...key, ...between(3, 4) });
    expect(refused(await updateAll(first, between(5, 6))).type).toBe('duplicate_access_code');
    expect((await updateAll(first, { name: 'Cleaner' })).ok).toBe(true);
  });

  test('without those on their way off; a key that nobody has is 404', async () => {
    await build(two);
    const codes = await linked();
    await house.call('access_codes/delete', { access_code_id: idOf(codes[0]!) });
    expect((await updateAll(codes[0]!, { name: 'Anna' })).ok).toBe(true);
    expect(await now(codes[0]!)).toMatchObject({ name: null, status: 'removing' });
    expect(await now(codes[1]!)).toMatchObject({ name: 'Anna' });
    expect(refused(await updateAll({ common_code_key: 'nobody' }, { name: 'x' }))).toMatchObject({
      type: 'access_code_not_found',
      status: 404,
    });
  });

  test('one that gets a PIN of its own is linked no more', async () => {
    await build(two);
    const [one, other] = await linked();
    await update(one!, { code: '9753' });
    expect(await now(one!)).toMatchObject({ common_code_key: null });
    expect(await now(other!)).toMatchObject({ common_code_key: one!['common_code_key'] });
    expect(lastChange()).toEqual([
      { property: 'code', from: null, to: null },
      { property: 'common_code_key', from: one!['common_code_key'], to: null },
    ]);
    await updateAll(other!, { name: 'Anna' });
    expect(await now(one!)).toMatchObject({ name: null });
  });
});
