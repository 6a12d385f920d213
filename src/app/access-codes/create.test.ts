import { afterEach, describe, expect, test } from 'vitest';
import { body, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { pin } from '../../../test/support/lock-states.ts';
import { DeviceId, LockAddress } from '../../core/ids.ts';
import { Pin } from '../../core/pin.ts';
import { createChanges } from '../../ports/changes.ts';
import { aBridge } from '../../../test/support/bridge-info.ts';
import type { Answer } from '../answer.ts';
import { createApp } from '../index.ts';
import { isRecord } from '../json.ts';

let house: House;
const build = async (...args: ConstructorParameters<typeof House>): Promise<void> => {
  house = new House(...args);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const create = (params: object): Promise<Answer> =>
  house.call('access_codes/create', { device_id: house.deviceId, ...params });
const update = (id: string, params: object): Promise<Answer> =>
  house.call('access_codes/update', { access_code_id: id, ...params });
const remove = (id: string, params: object = {}): Promise<Answer> =>
  house.call('access_codes/delete', { access_code_id: id, ...params });
const missing = '00000000-0000-4000-8000-000000000404';
/** A person sets a code at the keypad, and the lock reports it. */
const keypad = async (slot: number, digits: string): Promise<void> => {
  house.lock.slots.set(slot, digits);
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot });
  await house.settle();
};

describe('create', () => {
  test('answers the code with its PIN closed and its wish under way', async () => {
    await build();
    const answer = body(await create({ code: '0042', name: '  Guest ' }));
    expect(answer['access_code']).toMatchObject({
      device_id: house.deviceId,
      name: 'Guest',
      code: pin('0042'),
      status: 'setting',
      x_slot: null,
      pending_mutations: [{ mutation_code: 'creating' }],
    });
    expect(house.events().at(-1)).toBe('access_code.created');
  });

  test('on a lock that nobody knows is 404, and on one whose interview is not complete 400', async () => {
    await build();
    expect(refused(await create({ device_id: missing }))).toMatchObject({
      type: 'device_not_found',
      status: 404,
    });
    const device = house.store.device(DeviceId(house.deviceId))!;
    house.store.putDevice({ ...device, capabilities: undefined });
    for (const params of [{ code: '1357' }, {}])
      expect(refused(await create(params))).toMatchObject({ type: 'device_not_ready', status: 400 });
    expect(refused(await house.call('lockstep/audit', { device_id: house.deviceId }))).toMatchObject({
      type: 'device_not_ready',
      status: 400,
    });
  });

  test('of a length that the lock does not take is refused, naming the lengths (FIELD-BUGS 6)', async () => {
    await build([lockSpec({}, { codeLengths: [4, 6] })]);
    const error = refused(await create({ code: '12357' }));
    expect(error).toMatchObject({ type: 'code_constraints_violated', status: 400 });
    expect(error.message).toBe('code: this lock takes 4 or 6 digits, not 5');
    expect(error.validationErrors).toHaveProperty(['code', '_errors', 0]);
    expect(house.store.accessCodes()).toEqual([]);
    expect((await create({ code: '123579' })).ok).toBe(true);
  });

  test('names a run of lengths by its ends', async () => {
    await build();
    expect(refused(await create({ code: '135791357' })).message).toContain('4 to 8 digits, not 9');
  });

  test('of a PIN that a managed code has is 409 and names that code', async () => {
    await build();
    const id = await house.create('1357');
    for (let round = 0; round < 2; round += 1) {
      expect(refused(await create({ code: '1357' }))).toMatchObject({
        type: 'duplicate_access_code',
        status: 409,
        data: { managed_access_code_id: id },
      });
      await house.settle();
    }
    expect(house.store.accessCodes()).toHaveLength(1);
    expect((await create({ code: '01357' })).ok, 'another PIN with the same end').toBe(true);
  });

  test('of a PIN that stands unmanaged on the lock is 409 and names that code', async () => {
    await build();
    await keypad(7, '9999');
    const [unmanaged] = house.store.unmanagedCodes();
    expect(refused(await create({ code: '9999' }))).toMatchObject({
      type: 'duplicate_access_code',
      status: 409,
      data: { unmanaged_access_code_id: unmanaged?.accessCodeId },
    });
  });

  test('of a PIN that another code is only now giving up is 409 until it has', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    house.driver.setRadio('lost');
    await update(id, { code: '2468' });
    expect(refused(await create({ code: '1357' })).type).toBe('duplicate_access_code');
    house.driver.setRadio('ready');
    await house.settle();
    expect((await create({ code: '1357' })).ok).toBe(true);
  });

  test('of the same PIN on another lock, or of one on its way off, is fine', async () => {
    const other = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });
    await build([lockSpec(), other]);
    const id = await house.create('1357');
    expect((await create({ device_id: house.deviceIdOf(house.locks[1]!), code: '1357' })).ok).toBe(true);
    await remove(id);
    expect((await create({ code: '1357' })).ok).toBe(true);
  });

  test('where no slot is left is 400 at the request, counting codes that wait for one (FIELD-BUGS 10)', async () => {
    await build([lockSpec({}, { slots: { first: 1, last: 3 } })]);
    await keypad(2, '9999');
    house.driver.setRadio('lost');
    await house.create('1357');
    const second = await house.create('2468');
    for (const params of [{ code: '3579' }, {}])
      expect(refused(await create(params))).toMatchObject({
        type: 'no_space_for_access_code_on_device',
        status: 400,
      });
    await remove(second);
    await house.settle();
    expect((await create({ code: '3579' })).ok, 'one that never got a slot gives its place back').toBe(true);
  });

  test('with attempt_for_offline_device false is refused while the lock is offline, and only then', async () => {
    await build();
    expect((await create({ attempt_for_offline_device: false })).ok).toBe(true);
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await house.settle(10);
    const error = refused(await create({ attempt_for_offline_device: false }));
    expect(error).toMatchObject({ type: 'device_offline', status: 400 });
    expect((await create({ attempt_for_offline_device: true })).ok).toBe(true);
  });

  test('without a code makes one of the length preferred, if the lock takes it, else its shortest', async () => {
    await build([lockSpec({}, { codeLengths: [5, 6, 8] })]);
    const lengthOf = async (params: object): Promise<number> => {
      const { access_code: made } = body(await create(params));
      const code = isRecord(made) ? made['code'] : undefined;
      return code instanceof Pin ? code.length : 0;
    };
    expect(await lengthOf({})).toBe(5);
    expect(await lengthOf({ preferred_code_length: 8 })).toBe(8);
    expect(await lengthOf({ preferred_code_length: 7 })).toBe(5);
  });

  test('without a code never makes one that is managed, unmanaged, or on its way off the lock', async () => {
    await build();
    await keypad(7, '2468');
    await house.create('1357');
    const leaving = await house.create('9753');
    await house.settle();
    house.driver.setRadio('lost');
    await remove(leaving);
    const dice = Array.from('13572468975312348642', Number);
    const { store, clock, log, controller: reconciler } = house;
    const random = { uuid: () => house.random.uuid(), integer: () => dice.shift() ?? 0 };
    const bridge = {
      bridgeId: 'b',
      version: '0',
      startedAt: 0,
      ...aBridge(clock),
      timeZoneOf: () => 'UTC',
    };
    const app = createApp({
      store,
      clock,
      clockTrust: house.parts.clockTrust,
      log,
      random,
      reconciler,
      bridge,
      changes: createChanges(),
    });
    const context = { caller: 'test', requestId: undefined, expiresAt: undefined };
    const answer = await app.call('access_codes/create', { device_id: house.deviceId }, context);
    expect(body(answer)['access_code']).toMatchObject({ code: pin('8642') });
  });
});

test('a command that fails half-way leaves nothing: no code, no event, no journal', async () => {
  await build();
  const { store } = house;
  const before = [store.lastSeq(), store.history({ deviceId: DeviceId(house.deviceId) }, 100).length];
  const broken = {
    ...store,
    appendEvent: (): number => {
      throw new Error('disk full');
    },
  };
  const { clock, log, random, controller: reconciler } = house;
  const bridge = {
    bridgeId: 'b',
    version: '0',
    startedAt: 0,
    ...aBridge(clock),
    timeZoneOf: () => 'UTC',
  };
  const app = createApp({
    store: broken,
    clock,
    clockTrust: house.parts.clockTrust,
    log,
    random,
    reconciler,
    bridge,
    changes: createChanges(),
  });
  for (const requestId of [undefined, 'r1']) {
    const context = { caller: 'test', requestId, expiresAt: undefined };
    const answer = await app.call(
      'access_codes/create',
      { device_id: house.deviceId, code: '1357' },
      context,
    );
    expect(refused(answer)).toMatchObject({ type: 'internal_error', status: 500 });
  }
  expect(store.accessCodes()).toEqual([]);
  expect([store.lastSeq(), store.history({ deviceId: DeviceId(house.deviceId) }, 100).length]).toEqual(
    before,
  );
  expect(store.answer('test/access_codes/create', 'r1'), 'it may be asked again').toBeUndefined();
  expect(house.logged.map((one) => one.message)).toContain('a request failed unexpectedly');
});
