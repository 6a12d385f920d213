import { afterEach, describe, expect, test, vi } from 'vitest';
import { body, idOf, objectOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { codeId, intentFor, unmanagedId } from '../../../test/support/lock-states.ts';
import { AccessCodeId, DeviceId } from '../../core/ids.ts';
import type { Answer } from '../answer.ts';

let house: House;
const build = async (spec: ReturnType<typeof lockSpec> = lockSpec()): Promise<void> => {
  house = new House([spec]);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const handOver = (id: string): Promise<Answer> =>
  house.call('access_codes/update', { access_code_id: id, is_managed: false });

describe('access_codes/update with is_managed: false', () => {
  test('leaves the code on the lock as an unmanaged one with its id, never touched again', async () => {
    for (const spec of [lockSpec(), lockSpec({ masks: true }, { readBack: 'masked' })]) {
      await build(spec);
      const id = await house.create('1357');
      await house.settle();
      const from = house.lock.exchanges.length;
      expect(body(await handOver(id))).toEqual({});
      expect(house.store.accessCode(AccessCodeId(id))).toBeUndefined();
      expect(
        objectOf(await house.call('access_codes/unmanaged/get', { access_code_id: id }), 'access_code'),
      ).toMatchObject({ is_managed: false, status: 'set', x_slot: 1 });
      await house.call('lockstep/audit', { device_id: house.deviceId });
      await house.settle(30 * minute);
      expect(house.lock.exchanges.slice(from).every(({ kind }) => kind === 'read')).toBe(true);
      expect([...house.lock.slots]).toEqual([[1, '1357']]);
      expect(house.events().filter((type) => type.startsWith('access_code.'))).toEqual([
        'access_code.created',
        'access_code.set_on_device',
        'access_code.unmanaged.created',
      ]);
      const other = await house.create('2468');
      await house.settle();
      expect(await house.code(other), 'its slot is taken').toMatchObject({ x_slot: 2 });
      if (spec.masks) return;
      await house[Symbol.asyncDispose]();
    }
  });

  test('and back: the code can be converted again', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    await handOver(id);
    await house.call('access_codes/unmanaged/convert_to_managed', { access_code_id: id });
    await house.settle();
    expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 1 });
  });

  test('is refused while something is written for the code, or a write of its slot has no result', async () => {
    await build(lockSpec({}, { names: { maxLength: 20 } }));
    const id = await house.create('1357');
    await house.settle();
    await house.call('access_codes/update', { access_code_id: id, name: 'Anna' });
    await house.settle(5);
    expect(house.controller.inFlight(DeviceId(house.deviceId))).toMatchObject({ kind: 'name' });
    expect(refused(await handOver(id)).type).toBe('cannot_be_unmanaged');
    await house.settle();
    const [code] = house.store.accessCodes();
    const slot = house.state().slots.get(1)!;
    for (const one of [
      { accessCodeId: code!.accessCodeId, slot: 9 },
      { accessCodeId: unmanagedId(1), slot: slot.slot },
    ]) {
      const intents = vi
        .spyOn(house.store, 'intents')
        .mockReturnValue([{ ...intentFor(1, codeId(1), '1357'), ...one }]);
      expect(refused(await handOver(id)).type).toBe('cannot_be_unmanaged');
      intents.mockRestore();
    }
    expect(body(await handOver(id))).toEqual({});
  });

  test('is refused for a code that is good for one use: nobody would take it off after that', async () => {
    await build(lockSpec({}, { reportsUse: true }));
    const params = { device_id: house.deviceId, code: '1357', is_one_time_use: true };
    const id = idOf(objectOf(await house.call('access_codes/create', params), 'access_code'));
    await house.settle();
    expect(refused(await handOver(id))).toMatchObject({ type: 'cannot_be_unmanaged', status: 400 });
  });

  test('is refused where the code would be lost, unproved, or open the door for ever', async () => {
    await build();
    const hour = 60 * minute;
    const at = (ms: number): string => new Date(house.clock.now() + ms).toISOString();
    const bound = idOf(
      objectOf(
        await house.call('access_codes/create', {
          device_id: house.deviceId,
          code: '1111',
          starts_at: at(-hour),
          ends_at: at(hour),
        }),
        'access_code',
      ),
    );
    await house.settle();
    house.lock.faults.offline = true;
    const waiting = await house.create('1357');
    await house.settle(minute);
    for (const id of [bound, waiting]) {
      expect(refused(await handOver(id))).toMatchObject({ type: 'cannot_be_unmanaged', status: 400 });
      expect(house.store.accessCode(AccessCodeId(id))).toBeDefined();
    }
    house.lock.faults.offline = false;
    await house.settle(20 * minute);
    await house.call('access_codes/update', { access_code_id: waiting, code: '8642' });
    expect(refused(await handOver(waiting)).type, 'the new PIN is on its way').toBe('cannot_be_unmanaged');
  });
});
