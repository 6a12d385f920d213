import { refused } from '../../test/support/answers.ts';
import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import { Crash, House, lockSpec } from '../../test/support/house.ts';
import { ScriptedMembership } from '../../test/support/scripted-membership.ts';
import { AccessCodeId, DeviceId, LockAddress } from '../core/ids.ts';
import type { Capabilities } from '../core/model.ts';
import { StoreError } from '../ports/errors.ts';
import type { Answer } from './answer.ts';

let house: House;
let old: string;
let successor: string;

const spec = (capabilities: Partial<Capabilities> = {}): LockSpec =>
  lockSpec({ address: LockAddress('simulated:2'), name: 'New door' }, capabilities);
const build = async (newCapabilities: Partial<Capabilities> = {}): Promise<void> => {
  house = new House([lockSpec(), spec(newCapabilities)]);
  await house.settle();
  [old, successor] = [house.deviceIdOf(house.locks[0]!), house.deviceIdOf(house.locks[1]!)];
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const replace = (params: object = {}): Promise<Answer> =>
  house.call('lockstep/devices/replace', { old_device_id: old, new_device_id: successor, ...params });
const replacement = (answer: Answer): { moved: unknown[]; left_behind: { access_code_id: string }[] } => {
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return answer.body['replacement'] as never;
};
const [held, heldByNew] = [
  () => [...house.locks[0]!.slots.values()].sort(),
  () => [...house.locks[1]!.slots.values()].sort(),
];
const codes = () =>
  house.store.accessCodes().map(({ accessCodeId, deviceId, status }) => [accessCodeId, deviceId, status]);
/** Nothing was done: the same codes, on the same lock, with no event. */
const unchanged = async (act: () => Promise<void>): Promise<void> => {
  const before = [codes(), house.events().length];
  await act();
  expect([codes(), house.events().length]).toEqual(before);
};

describe('replacing a lock that still answers', () => {
  test('moves its codes with their ids, sets them on the successor and takes them off the old one', async () => {
    await build();
    const [anna, ben] = [await house.create('1357'), await house.create('0246')];
    await house.settle();
    const answer = replacement(await replace());
    expect(answer.moved).toEqual([
      { access_code_id: anna, name: null },
      { access_code_id: ben, name: null },
    ]);
    expect(answer.left_behind).toHaveLength(2);
    expect(JSON.stringify(answer)).not.toContain('1357');
    expect(await house.code(anna)).toMatchObject({ device_id: successor, status: 'setting', x_slot: null });
    await house.settle(120_000);
    expect([held(), heldByNew()]).toEqual([[], ['0246', '1357']]);
    expect(codes()).toEqual([
      [anna, successor, 'set'],
      [ben, successor, 'set'],
    ]);
    const told = house.store.events(0, 1000).map((event) => event.eventType);
    expect(told.filter((type) => type === 'lockstep.lock_replaced')).toHaveLength(1);
    expect(told.filter((type) => type === 'access_code.deleted')).toHaveLength(2);
    expect(told.filter((type) => type === 'access_code.changed')).toHaveLength(2);
  });

  test('leaves codes that are being removed where they are', async () => {
    await build();
    const [going, staying] = [await house.create('1357'), await house.create('0246')];
    await house.settle();
    house.lock.faults.offline = true;
    await house.call('access_codes/delete', { access_code_id: going });
    expect(replacement(await replace()).moved).toMatchObject([{ access_code_id: staying }]);
    expect(await house.code(going)).toMatchObject({ device_id: old, status: 'removing' });
    house.lock.faults.offline = false;
    await house.settle(600_000);
    expect([held(), heldByNew()]).toEqual([[], ['0246']]);
    expect(codes()).toEqual([[staying, successor, 'set']]);
  });

  test('that never got a code onto it leaves nothing of it behind', async () => {
    await build();
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    // No slot is known to be empty any more: it would be looked at before anything is written.
    await house.settle(11 * 60_000);
    const id = await house.create('1357');
    await house.settle(300_000);
    expect(house.state(house.lock).slots.get(1)?.owner).toBeUndefined();
    expect(replacement(await replace()).left_behind).toEqual([]);
    await house.settle();
    expect(heldByNew()).toEqual(['1357']);
    expect(codes()).toEqual([[id, successor, 'set']]);
  });
});

test('a slot that is proved to have lost its code leaves nothing behind', async () => {
  await build();
  const id = await house.create('1357');
  await house.settle();
  const before = house.state();
  const belief = { ...before.slots.get(1)!, state: { kind: 'empty' }, confirmed: false } as const;
  house.store.putLockState(before, { ...before, slots: new Map(before.slots).set(1, belief) });
  expect(replacement(await replace()).left_behind).toEqual([]);
  expect(house.state().slots.get(1)?.owner, 'anybody may use the slot').toBeUndefined();
  expect(codes()).toEqual([[id, successor, 'setting']]);
});

test('what an unreachable old lock holds stays visible as being removed, loudly, and is taken off when it is back', async () => {
  await build();
  const anna = await house.create('1357');
  await house.settle();
  house.lock.faults.offline = true;
  house.driver.emit({ kind: 'locks' });
  await house.settle();
  const [left] = replacement(await replace()).left_behind;
  await house.settle(31 * 60_000);
  expect(heldByNew()).toEqual(['1357']);
  expect(await house.code(left!.access_code_id)).toMatchObject({
    device_id: old,
    status: 'removing',
    errors: [{ error_code: 'device_disconnected' }, { error_code: 'failed_to_remove_from_device' }],
  });
  expect(held()).toEqual(['1357']);
  house.lock.faults.offline = false;
  house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
  await house.settle(600_000);
  expect(held()).toEqual([]);
  expect(codes()).toEqual([[anna, successor, 'set']]);
});

test('the record of a removed lock goes with its codes', async () => {
  await build();
  const membership = new ScriptedMembership(house.driver);
  const anna = await house.create('1357');
  await house.settle();
  await house.call('lockstep/devices/remove', { device_id: old, keep_codes: true });
  membership.leave(house.lock);
  membership.removal.end({ kind: 'removed', address: house.lock.spec.address });
  await house.settle();
  expect(replacement(await replace()).left_behind).toEqual([]);
  await house.settle();
  expect(house.store.devices().map((one) => one.deviceId)).toEqual([successor]);
  expect(codes()).toEqual([[anna, successor, 'set']]);
  expect(await house.code(anna)).toMatchObject({ errors: [] });
});

describe('is refused, with nothing done,', () => {
  test('for a lock by itself, an unknown lock, one without codes', async () => {
    await build();
    expect(refused(await replace()).type).toBe('access_code_not_found');
    await house.create('1357');
    await unchanged(async () => {
      expect(refused(await replace({ new_device_id: old })).message).toContain('another lock');
      const nobody = '00000000-0000-4000-8000-000000000404';
      expect(refused(await replace({ new_device_id: nobody })).type).toBe('device_not_found');
    });
  });

  test('where the new lock has too few slots, counting the codes that wait for theirs', async () => {
    await build({ slots: { first: 1, last: 3 } });
    for (const digits of ['1357', '2468']) await house.create(digits);
    await house.settle();
    house.locks[1]!.faults.offline = true;
    for (const digits of ['5555', '6666']) await house.create(digits, house.locks[1]);
    await unchanged(async () => {
      expect(refused(await replace())).toMatchObject({
        type: 'no_space_for_access_code_on_device',
        message: '2 access codes would move, but New door has room for 1. Delete 1 first.',
      });
    });
  });

  test('where the new lock takes other PIN lengths, naming the codes and never a PIN (FIELD-BUGS 6)', async () => {
    await build({ codeLengths: [6] });
    await house.create('135791');
    const short = await house.call('access_codes/create', { device_id: old, code: '1357', name: 'Anna' });
    expect(short.ok).toBe(true);
    await unchanged(async () => {
      const { type, message, data } = refused(await replace());
      expect(type).toBe('code_constraints_violated');
      expect(message).toMatch(/^1 of 2 .*\(it takes 6 digits\): "Anna"\./);
      expect(data).toMatchObject({ access_code_ids: [expect.any(String)] });
      expect(message).not.toContain('1357');
    });
  });

  test('where the new lock holds one of the PINs already, managed or not (FIELD-BUGS 9)', async () => {
    await build();
    await house.create('1357');
    const there = await house.create('1357', house.locks[1]);
    await unchanged(async () => {
      expect(refused(await replace())).toMatchObject({ type: 'duplicate_access_code' });
    });
    await house.call('access_codes/delete', { access_code_id: there });
    await house.settle();
    house.locks[1]!.slots.set(5, '1357');
    house.driver.emit({ kind: 'slot', address: house.locks[1]!.spec.address, slot: 5 });
    await house.settle();
    await unchanged(async () => {
      expect(refused(await replace())).toMatchObject({ type: 'duplicate_access_code' });
    });
  });

  test('while the new lock is being learned', async () => {
    house = new House([lockSpec(), spec()]);
    house.locks[1]!.faults.loseAnswers = 5;
    await house.settle(5_000);
    [old, successor] = [house.deviceIdOf(house.locks[0]!), house.deviceIdOf(house.locks[1]!)];
    await house.create('1357');
    await unchanged(async () => {
      expect(refused(await replace()).type).toBe('device_not_ready');
    });
  });

  test('where the new lock is frozen or out of reach: the codes would be taken off the old one for nothing', async () => {
    await build();
    await house.create('1357');
    for (const digits of ['5555', '6666']) await house.create(digits, house.locks[1]);
    await house.settle();
    house.locks[1]!.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await house.settle();
    await unchanged(async () => {
      expect(refused(await replace())).toMatchObject({ type: 'device_disconnected' });
    });
    house.locks[1]!.faults.offline = false;
    house.driver.emit({ kind: 'reachable', address: house.locks[1]!.spec.address });
    house.driver.emit({ kind: 'locks' });
    house.locks[1]!.factoryReset();
    house.driver.emit({ kind: 'slot', address: house.locks[1]!.spec.address, slot: 1 });
    await house.settle();
    await unchanged(async () => {
      const { type, message } = refused(await replace());
      expect([type, message]).toEqual(['lockstep_lock_reset', expect.stringContaining('--restore')]);
    });
    expect(held()).toEqual(['1357']);
  });

  test('while a code is just being written: nobody knows yet whose its slot will be', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    house.lock.faults.offline = true;
    await house.call('access_codes/update', { access_code_id: id, code: '9753' });
    await house.settle(100);
    await unchanged(async () => {
      expect(refused(await replace()).type).toBe('device_busy');
    });
    await house.settle(10_000);
    const [left] = replacement(await replace()).left_behind;
    expect(left).toBeDefined();
    house.lock.faults.offline = false;
    house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
    await house.settle(600_000);
    expect([held(), heldByNew()]).toEqual([[], ['9753']]);
    expect(codes()).toEqual([[id, successor, 'set']]);
  });
});

test('a write that a crash left open is settled on the old lock before its PIN is taken off (FIELD-BUGS 32)', async () => {
  await build();
  const id = await house.create('1357');
  house.onMoment = (moment) => {
    if (moment === 'answer_unread') throw new Crash('kill -9');
  };
  await house.settle(3_000);
  house.onMoment = () => undefined;
  house.driver.setRadio('lost');
  await house.restart();
  await house.settle(0);
  expect(house.store.intents(house.store.accessCode(AccessCodeId(id))!.deviceId)).toHaveLength(1);
  expect(held()).toEqual(['1357']);
  const [left] = replacement(await replace()).left_behind;
  expect(house.store.intents(DeviceId(old))).toMatchObject([{ accessCodeId: left?.access_code_id, slot: 1 }]);
  house.driver.setRadio('ready');
  await house.settle(600_000);
  expect([held(), heldByNew()]).toEqual([[], ['1357']]);
  expect(codes()).toEqual([[id, successor, 'set']]);
});

test('a replacement that cannot be stored whole moves nothing', async () => {
  await build();
  for (const digits of ['1357', '0246']) await house.create(digits);
  await house.settle();
  const journal = house.store.journal.bind(house.store);
  let entries = 0;
  house.store.journal = (entry) => {
    if (entry.kind === 'moved' && (entries += 1) === 2) throw new StoreError('the disk is full');
    journal(entry);
  };
  await unchanged(async () => {
    expect(refused(await replace()).type).toBe('service_unavailable');
  });
  house.store.journal = journal;
  expect(replacement(await replace()).moved).toHaveLength(2);
  await house.settle(120_000);
  expect([held(), heldByNew()]).toEqual([[], ['0246', '1357']]);
});

describe('codes that a successor would keep for ever, or never get', () => {
  test('good for one use, do not move to a lock that does not tell of uses', async () => {
    house = new House([lockSpec({}, { reportsUse: true }), spec()]);
    await house.settle();
    [old, successor] = [house.deviceIdOf(house.locks[0]!), house.deviceIdOf(house.locks[1]!)];
    await house.call('access_codes/create', { device_id: old, code: '1357', is_one_time_use: true });
    await unchanged(async () => {
      expect(refused(await replace()).type).toBe('unsupported');
    });
  });

  test('do not move to a lock that is unmanaged', async () => {
    await build();
    await house.create('1357');
    await house.call('devices/update', { device_id: successor, is_managed: false });
    await unchanged(async () => {
      expect(refused(await replace()).type).toBe('device_unmanaged');
    });
  });
});
