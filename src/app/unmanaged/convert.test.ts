import { afterEach, describe, expect, test } from 'vitest';
import { body, refused } from '../../../test/support/answers.ts';
import { Crash, House, lockSpec } from '../../../test/support/house.ts';
import { AccessCodeId, DeviceId } from '../../core/ids.ts';
import type { Answer } from '../answer.ts';

let house: House;
/** A house whose lock held these codes before the bridge came. */
const build = async (
  held: Readonly<Record<number, string>> = { 3: '4711' },
  spec: ReturnType<typeof lockSpec> = lockSpec(),
): Promise<void> => {
  house = new House([spec]);
  for (const [slot, digits] of Object.entries(held)) house.lock.slots.set(Number(slot), digits);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const masking = lockSpec({ masks: true }, { readBack: 'masked' });
const minute = 60_000;

const idIn = (slot: number): string => house.state().slots.get(slot)?.unmanagedId ?? '';
const convert = (id: string, params: object = {}): Promise<Answer> =>
  house.call('access_codes/unmanaged/convert_to_managed', { access_code_id: id, ...params });
const unmanaged = async (id: string): Promise<unknown> =>
  body(await house.call('access_codes/unmanaged/get', { access_code_id: id }))['access_code'];
const written = (): string[] =>
  house.lock.exchanges.filter(({ kind }) => kind !== 'read').map((one) => one.kind);
const eventsOf = (id: string): string[] =>
  house.store
    .events(0, 1_000)
    .filter((event) => event.accessCodeId === id)
    .map((event) => event.eventType.replace('access_code.', ''));
const failure = (): unknown =>
  house.store.events(0, 1_000).find(({ eventType }) => eventType.includes('failed_to_convert'))?.payload;
/** A person changes a slot at the keypad, and the lock reports it. */
const keypad = async (slot: number, digits: string | undefined): Promise<void> => {
  if (digits === undefined) house.lock.slots.delete(slot);
  else house.lock.slots.set(slot, digits);
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot });
  await house.settle(1_000);
};

describe('an unmanaged code that can be read', () => {
  test('becomes a managed one with its id, PIN and slot after a fresh look, and nothing is written', async () => {
    await build();
    const id = idIn(3);
    const looks = house.lock.exchanges.length;
    expect(body(await convert(id))).toEqual({});
    expect(await unmanaged(id), 'not before the look').toMatchObject({ is_managed: false });
    await house.settle(1_000);
    expect(house.lock.exchanges.slice(looks)).toMatchObject([{ kind: 'read', slot: 3 }]);
    expect(await house.code(id)).toMatchObject({
      access_code_id: id,
      status: 'set',
      type: 'ongoing',
      is_managed: true,
      is_external_modification_allowed: false,
      pending_mutations: [],
      x_slot: 3,
    });
    expect(house.store.accessCode(AccessCodeId(id))?.pin.reveal()).toBe('4711');
    await house.settle(60 * minute);
    expect(written()).toEqual([]);
    expect(eventsOf(id)).toEqual(['unmanaged.created', 'unmanaged.converted_to_managed']);
    expect(refused(await house.call('access_codes/unmanaged/get', { access_code_id: id })).status).toBe(404);
    expect(body(await house.call('access_codes/unmanaged/list', {}))['access_codes']).toEqual([]);
  });

  test('is put back from then on when somebody deletes it at the lock', async () => {
    await build();
    const id = idIn(3);
    await convert(id);
    await house.settle();
    await keypad(3, undefined);
    await house.settle(5 * minute);
    expect(house.lock.slots.get(3)).toBe('4711');
    expect(eventsOf(id)).toContain('deleted_external_to_seam');
  });

  test('is deleted like any other from then on, and events tell it', async () => {
    await build();
    const id = idIn(3);
    await convert(id);
    await house.settle();
    await house.call('access_codes/delete', { access_code_id: id });
    await house.settle();
    expect(house.lock.slots.has(3)).toBe(false);
    expect(eventsOf(id).slice(-2)).toEqual(['removed_from_device', 'deleted']);
  });

  test('takes external changes where that is asked for, by either name; both at odds are refused', async () => {
    await build({ 3: '4711', 4: '4712' });
    const [one, other] = [idIn(3), idIn(4)];
    const odds = { is_external_modification_allowed: true, allow_external_modification: false };
    expect(refused(await convert(one, odds))).toMatchObject({ status: 400, type: 'invalid_input' });
    await convert(one, { is_external_modification_allowed: true, force: true, sync: false });
    await convert(other, { allow_external_modification: true });
    await house.settle();
    for (const id of [one, other])
      expect(await house.code(id)).toMatchObject({ is_external_modification_allowed: true });
  });

  test('is converted by unmanaged/update with is_managed: true as well; false is refused', async () => {
    await build();
    const id = idIn(3);
    const update = (is_managed: boolean): Promise<Answer> =>
      house.call('access_codes/unmanaged/update', { access_code_id: id, is_managed });
    expect(refused(await update(false))).toMatchObject({
      type: 'invalid_input',
      validationErrors: { is_managed: { _errors: [expect.any(String)] } },
    });
    expect(body(await update(true))).toEqual({});
    await house.settle();
    expect(await house.code(id)).toMatchObject({ is_managed: true });
  });

  test('asked for twice is converted once, and a third time finds it done', async () => {
    await build();
    const id = idIn(3);
    await convert(id);
    await convert(id);
    await house.settle();
    expect(body(await convert(id))).toEqual({});
    await house.settle();
    expect(eventsOf(id).filter((type) => type.includes('converted'))).toHaveLength(1);
    expect(house.store.accessCodes()).toHaveLength(1);
  });

  test('asked for again with something else meanwhile, is converted as was asked last', async () => {
    await build();
    const id = idIn(3);
    house.lock.faults.offline = true;
    await convert(id);
    await convert(id, { x_replace: true });
    const wish = house.store.unmanagedWish(AccessCodeId(id));
    expect(wish?.pin).toBeDefined();
    await convert(id, { x_replace: true });
    await convert(id, { allow_external_modification: true });
    expect(house.store.unmanagedWish(AccessCodeId(id))).toEqual({ ...wish, externalChangesAllowed: true });
    house.lock.faults.offline = false;
    await house.settle(20 * minute);
    expect(house.lock.slots.get(3)).toBe(wish?.pin?.reveal());
    expect(await house.code(id)).toMatchObject({ is_external_modification_allowed: true });
  });

  test('is not said to be done where it was something else: another PIN, or a code on its way off', async () => {
    await build();
    const id = idIn(3);
    await convert(id, { x_code: '2468' });
    await house.settle();
    expect(body(await convert(id, { x_code: '2468' }))).toEqual({});
    expect(refused(await convert(id, { x_code: '1357' })).type).toBe('invalid_input');
    await house.call('access_codes/delete', { access_code_id: id });
    expect(refused(await convert(id)).type).toBe('access_code_being_removed');
  });

  test('gets another PIN where one is given: the old one opens until the new one is written over it', async () => {
    await build();
    const id = idIn(3);
    await convert(id, { x_code: '2468' });
    await house.settle();
    expect(house.lock.slots.get(3)).toBe('2468');
    expect(written()).toEqual(['set']);
    expect(eventsOf(id)).toEqual(['unmanaged.created', 'unmanaged.converted_to_managed', 'set_on_device']);
  });
});

describe('a code whose PIN the lock withholds', () => {
  test('is refused without a PIN, and nothing changes', async () => {
    await build({ 3: '4711' }, masking);
    const before = house.store.lastSeq();
    const error = refused(await convert(idIn(3)));
    expect(error).toMatchObject({ status: 400, type: 'invalid_input' });
    expect(error.message).toMatch(/x_code.*x_replace/);
    expect(house.store.lastSeq()).toBe(before);
    expect(house.store.unmanagedWishes(DeviceId(house.deviceId))).toEqual([]);
  });

  test('is emptied and set to the PIN that is given, proved as usual', async () => {
    await build({ 3: '4711' }, masking);
    const id = idIn(3);
    await convert(id, { x_code: '4711' });
    await house.settle();
    expect(written()).toEqual(['clear', 'set']);
    expect(house.lock.slots.get(3)).toBe('4711');
    expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 3 });
    expect(eventsOf(id)).toEqual(['unmanaged.created', 'unmanaged.converted_to_managed', 'set_on_device']);
  });

  test('gets a generated PIN with x_replace; both at once are refused', async () => {
    await build({ 3: '4711' }, masking);
    const id = idIn(3);
    expect(refused(await convert(id, { x_code: '4711', x_replace: true })).status).toBe(400);
    await convert(id, { x_replace: true });
    await house.settle();
    expect(house.lock.slots.get(3)).toMatch(/^\d{4}$/);
    expect(house.lock.slots.get(3)).toBe(house.store.accessCode(AccessCodeId(id))?.pin.reveal());
  });
});

describe('a conversion comes to nothing', () => {
  test('where the code was deleted or changed at the lock meanwhile: what stands there stays', async () => {
    for (const now of [undefined, '9753']) {
      await build();
      const id = idIn(3);
      house.lock.faults.offline = true;
      await convert(id);
      await keypad(3, now);
      house.lock.faults.offline = false;
      await house.settle(20 * minute);
      expect(house.lock.slots.get(3)).toBe(now);
      expect(house.store.accessCodes()).toEqual([]);
      expect(eventsOf(id).slice(-2)).toEqual(['unmanaged.removed', 'unmanaged.failed_to_convert_to_managed']);
      expect(failure()).toMatchObject({
        x_reason: 'gone',
        access_code_errors: [{ error_code: 'code_modified_external_to_seam' }],
        device_errors: [],
      });
      if (now === undefined) await house[Symbol.asyncDispose]();
    }
  });

  test('half an hour after it was asked for, also where the wall clock was ahead at that time', async () => {
    await build();
    house.lock.faults.offline = true;
    house.clock.step(24 * 60 * minute);
    await convert(idIn(3));
    house.clock.step(-24 * 60 * minute);
    await house.settle(40 * minute);
    expect(failure()).toMatchObject({ x_reason: 'unproved' });
  });

  test('where the lock gives no sign for half an hour: the code stays unmanaged, and may be tried again', async () => {
    await build();
    const id = idIn(3);
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await convert(id);
    await house.settle(29 * minute);
    expect(failure()).toBeUndefined();
    await house.settle(2 * minute);
    expect(failure()).toMatchObject({
      x_reason: 'unproved',
      device_errors: [{ error_code: 'device_disconnected' }],
      access_code_warnings: [],
      device_warnings: [],
      connected_account_errors: [],
      connected_account_warnings: [],
    });
    expect(await unmanaged(id)).toMatchObject({ is_managed: false });
    house.lock.faults.offline = false;
    house.driver.emit({ kind: 'locks' });
    await convert(id);
    await house.settle(20 * minute);
    expect(await house.code(id)).toMatchObject({ status: 'set' });
  });

  test('where its PIN is another access code’s: refused at the request, told where that one came later', async () => {
    await build();
    const id = idIn(3);
    const other = await house.create('1357');
    await house.settle();
    expect(refused(await convert(id, { x_code: '1357' }))).toMatchObject({
      type: 'duplicate_access_code',
      status: 409,
      data: { managed_access_code_id: other },
    });
    house.lock.faults.offline = true;
    await convert(id, { x_code: '2468' });
    const later = await house.create('2468');
    house.lock.faults.offline = false;
    await house.settle(20 * minute);
    expect(failure()).toMatchObject({
      x_reason: 'duplicate',
      access_code_errors: [{ error_code: 'duplicate_code_on_device', managed_access_code_id: later }],
    });
    expect(house.lock.slots.get(3)).toBe('4711');
  });

  test('where the code is disabled on the lock, which nobody is to enable unasked', async () => {
    await build({ 3: '4711' }, lockSpec({}, { codeManners: true }));
    house.lock.manners.set(3, { scheduled: false, enabled: false });
    await keypad(3, '4711');
    const id = idIn(3);
    expect(await unmanaged(id)).toMatchObject({ status: 'unset', cannot_be_managed: true });
    expect(refused(await convert(id))).toMatchObject({ status: 400, type: 'cannot_be_managed' });
    house.lock.manners.delete(3);
    await keypad(3, '4711');
    house.lock.faults.offline = true;
    await convert(id);
    house.lock.manners.set(3, { scheduled: false, enabled: false });
    house.lock.faults.offline = false;
    await house.settle(20 * minute);
    expect(failure()).toMatchObject({ x_reason: 'disabled' });
    expect(written()).toEqual([]);
  });

  test('where the config keeps the bridge out of its slot', async () => {
    await build();
    house.usable = { first: 1, last: 2 };
    const id = idIn(3);
    expect(await unmanaged(id)).toMatchObject({
      cannot_be_managed: true,
      cannot_delete_unmanaged_access_code: true,
    });
    expect(refused(await convert(id))).toMatchObject({ status: 400, type: 'cannot_be_managed' });
    expect(refused(await convert('00000000-0000-4000-8000-000000000404')).status).toBe(404);
  });
});

test('killed at any moment, a conversion ends once, and a readable code is never written', async () => {
  for (const at of ['intent_committed', 'answer_unread', 'belief_committed', 'event_unpublished'] as const) {
    await build({ 3: '4711' }, masking);
    const id = idIn(3);
    let crashes = 1;
    house.onMoment = (moment): void => {
      if (moment !== at || crashes === 0) return;
      crashes -= 1;
      throw new Crash(at);
    };
    await convert(id, { x_code: '2468' });
    await house.settle(1_000);
    house.onMoment = () => undefined;
    await house.restart();
    await house.settle(20 * minute);
    expect(house.lock.slots.get(3), at).toBe('2468');
    expect(await house.code(id), at).toMatchObject({ status: 'set' });
    expect(eventsOf(id).filter((type) => type.includes('converted'))).toHaveLength(1);
    if (at !== 'event_unpublished') await house[Symbol.asyncDispose]();
  }
});
