import { afterEach, describe, expect, test } from 'vitest';
import { body, listOf, objectOf, refused } from '../../../test/support/answers.ts';
import { Crash, House, lockSpec } from '../../../test/support/house.ts';
import { DeviceId } from '../../core/ids.ts';
import type { Answer } from '../answer.ts';

let house: House;
/** A house whose lock held these codes before the bridge came. */
const build = async (
  held: Readonly<Record<number, string>> = { 3: '4711', 7: '4712' },
  spec: ReturnType<typeof lockSpec> = lockSpec(),
): Promise<void> => {
  house = new House([spec]);
  for (const [slot, digits] of Object.entries(held)) house.lock.slots.set(Number(slot), digits);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const idIn = (slot: number): string => house.state().slots.get(slot)?.unmanagedId ?? '';
const remove = (id: string): Promise<Answer> =>
  house.call('access_codes/unmanaged/delete', { access_code_id: id });
const get = (id: string): Promise<Answer> => house.call('access_codes/unmanaged/get', { access_code_id: id });
const clears = (): unknown[] => house.lock.exchanges.filter(({ kind }) => kind === 'clear');
const eventsOf = (id: string): string[] =>
  house.store
    .events(0, 1_000)
    .filter((event) => event.accessCodeId === id)
    .map((event) => event.eventType.replace('access_code.', ''));
const wishes = (): unknown[] => house.store.unmanagedWishes(DeviceId(house.deviceId));

describe('delete', () => {
  test('looks, clears, and looks again; then the code is gone, and its neighbours are not', async () => {
    for (const spec of [lockSpec(), lockSpec({ masks: true }, { readBack: 'masked' })]) {
      await build(undefined, spec);
      const id = idIn(3);
      const from = house.lock.exchanges.length;
      expect(body(await remove(id))).toEqual({});
      expect(objectOf(await get(id), 'access_code')).toMatchObject({
        is_managed: false,
        display_status: 'Removing',
      });
      await house.settle(1_000);
      expect(house.lock.exchanges.slice(from)).toMatchObject(
        ['read', 'clear', 'read'].map((kind) => ({ kind, slot: 3 })),
      );
      expect([...house.lock.slots.keys()]).toEqual([7]);
      expect(refused(await get(id)).status).toBe(404);
      await house.settle(60 * minute);
      expect(eventsOf(id)).toEqual(['unmanaged.created', 'unmanaged.removed']);
      expect(house.store.accessCodes()).toEqual([]);
      expect(wishes()).toEqual([]);
      expect(house.state().attempts.size).toBe(0);
      expect(house.state().wipe, 'our own doing is no sign of a reset').toBeUndefined();
      if (spec.masks) return;
      await house[Symbol.asyncDispose]();
    }
  });

  test('leaves another PIN alone that a person has put into the slot meanwhile (FIELD-BUGS 28)', async () => {
    await build();
    const id = idIn(3);
    house.lock.faults.offline = true;
    await remove(id);
    await house.settle(40 * minute);
    house.lock.slots.set(3, '9753');
    house.lock.faults.offline = false;
    await house.settle(30 * minute);
    expect(house.lock.slots.get(3)).toBe('9753');
    expect(clears()).toEqual([]);
    expect(eventsOf(id)).toContain('unmanaged.removed');
    expect(idIn(3)).not.toBe(id);
    expect(wishes()).toEqual([]);
  });

  test('looks again before each try: what a person has changed without a word from the lock stays', async () => {
    await build();
    const id = idIn(3);
    house.lock.faults.lies = 3;
    await remove(id);
    for (let n = 0; n < 100 && clears().length < 3; n += 1) await house.settle(1_000);
    house.lock.slots.set(3, '9753');
    await house.settle(30 * minute);
    expect(clears()).toHaveLength(3);
    expect(house.lock.slots.get(3)).toBe('9753');
  });

  test('is never given up, and an overdue one is loud (FIELD-BUGS 27)', async () => {
    await build();
    const id = idIn(3);
    house.lock.faults.lies = 1_000;
    await remove(id);
    await house.settle(6 * minute);
    const early = objectOf(await get(id), 'access_code');
    expect(early['warnings']).toMatchObject([{ warning_code: 'being_deleted' }]);
    await house.settle(40 * minute);
    expect(objectOf(await get(id), 'access_code')['errors']).toMatchObject([
      { error_code: 'failed_to_remove_from_device', is_access_code_error: true },
    ]);
    const { findings } = objectOf(await house.call('lockstep/doctor', {}), 'doctor');
    expect(JSON.stringify(findings)).toContain(
      `1 unmanaged code (${id.slice(0, 8)}) to be deleted may still open`,
    );
    expect(clears().length, 'more rarely each time').toBeLessThan(15);
    const slots = listOf(await house.call('lockstep/slots', { device_id: house.deviceId }), 'slots');
    expect(slots[2]).toMatchObject({
      slot: 3,
      owner: 'unmanaged',
      pending: 'clear',
      work: { what: 'clear', attempts: clears().length, reason: 'not_applied' },
    });
    house.lock.faults.lies = 0;
    await house.settle(30 * minute);
    expect(house.lock.slots.has(3)).toBe(false);
    expect(refused(await get(id)).status).toBe(404);
  });

  test('says after five minutes that it takes long, and names what is in its way', async () => {
    await build();
    const id = idIn(3);
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await remove(id);
    await house.settle(5 * minute + 1_000);
    expect(objectOf(await get(id), 'access_code')).toMatchObject({
      errors: [{ error_code: 'device_disconnected', is_device_error: true }],
      warnings: [{ warning_code: 'being_deleted' }, { warning_code: 'delay_in_removing_from_device' }],
    });
  });

  test('asked twice is one removal; one that nobody knows is 404; a slot out of bounds is refused', async () => {
    await build();
    const id = idIn(3);
    const other = idIn(7);
    house.driver.setRadio('lost');
    await remove(id);
    expect(body(await remove(id))).toEqual({});
    expect(wishes()).toHaveLength(1);
    expect(refused(await remove('00000000-0000-4000-8000-000000000404'))).toMatchObject({
      type: 'access_code_not_found',
      status: 404,
    });
    house.usable = { first: 1, last: 5 };
    expect(refused(await remove(other))).toMatchObject({
      type: 'cannot_delete_unmanaged_access_code',
      status: 400,
    });
  });

  test('ends a conversion that is under way, which is told; the other way round it is refused', async () => {
    await build();
    const id = idIn(3);
    house.driver.setRadio('lost');
    const convert = (): Promise<Answer> =>
      house.call('access_codes/unmanaged/convert_to_managed', { access_code_id: id });
    await convert();
    await remove(id);
    expect(eventsOf(id)).toEqual(['unmanaged.created', 'unmanaged.failed_to_convert_to_managed']);
    expect(refused(await convert())).toMatchObject({ type: 'access_code_being_removed', status: 400 });
    house.driver.setRadio('ready');
    await house.settle();
    expect(house.lock.slots.has(3)).toBe(false);
  });
});

test('on a lock that is let go of, what was asked for is given up, and nothing is touched', async () => {
  await build();
  const [one, other] = [idIn(3), idIn(7)];
  house.lock.faults.offline = true;
  await remove(one);
  await house.call('access_codes/unmanaged/convert_to_managed', { access_code_id: other });
  body(await house.call('devices/update', { device_id: house.deviceId, is_managed: false }));
  house.lock.faults.offline = false;
  await house.settle(20 * minute);
  expect(wishes()).toEqual([]);
  expect([...house.lock.slots.keys()]).toEqual([3, 7]);
  expect(eventsOf(other)).toContain('unmanaged.failed_to_convert_to_managed');
  expect(refused(await remove(one)).type).toBe('device_unmanaged');
});

test('killed at any moment, a deletion ends, and a code that isn’t meant is never touched', async () => {
  const moments = ['intent_committed', 'answer_unread', 'belief_committed', 'event_unpublished'] as const;
  for (const [index, at] of moments.entries()) {
    await build();
    const id = idIn(3);
    let crashes = 1;
    house.onMoment = (moment): void => {
      if (moment !== at || crashes === 0) return;
      crashes -= 1;
      throw new Crash(at);
    };
    await remove(id);
    await house.settle(100);
    house.onMoment = () => undefined;
    await house.restart();
    await house.settle(20 * minute);
    expect([...house.lock.slots], at).toEqual([[7, '4712']]);
    expect(eventsOf(id), at).toEqual(['unmanaged.created', 'unmanaged.removed']);
    expect(clears().every((one) => JSON.stringify(one).includes('"slot":3'))).toBe(true);
    if (index < moments.length - 1) await house[Symbol.asyncDispose]();
  }
});

test('a slot in doubt after a crash is only emptied again once it was seen to hold the same code', async () => {
  await build();
  const id = idIn(3);
  house.onMoment = (moment): void => {
    if (moment === 'answer_unread') throw new Crash(moment);
  };
  await remove(id);
  await house.settle(100);
  house.onMoment = () => undefined;
  house.lock.slots.set(3, '8642');
  await house.restart();
  await house.settle(20 * minute);
  expect(house.lock.slots.get(3)).toBe('8642');
});
