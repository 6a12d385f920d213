import { afterEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/app/answer.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { AccessCodeId } from '../../src/core/ids.ts';
import { Guesthouse } from '../support/guesthouse.ts';
import { field } from '../support/house.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

let house: Guesthouse;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

describe('while the time is not known', () => {
  const lose = async (): Promise<void> => {
    house.clock.step(-day);
    await house.settle(minute);
    expect(house.trust).toBe('behind_floor');
  };
  test('what was deleted goes, and what was shortened to what is surely over', async () => {
    house = await Guesthouse.open();
    const { leaving, staying } = await house.guests();
    await lose();
    await house.call('access_codes/delete', { access_code_id: leaving });
    await house.update(staying, { ends_at: house.iso(-0.1) });
    expect(house.opening('1111', '2222', '9999')).toEqual(['9999']);
  });

  test('a guest who was moved to later is off until then, and back when the time is known', async () => {
    house = await Guesthouse.open();
    const { staying } = await house.guests();
    await lose();
    await house.update(staying, { starts_at: house.iso(5) });
    expect([house.opening('2222'), await house.status(staying)]).toEqual([[], 'unset']);
    await house.until(6);
    expect([house.opening('2222'), await house.status(staying)]).toEqual([[], 'setting']);
    house.clock.step(day);
    await house.settle(2 * minute);
    expect(house.opening('2222')).toEqual(['2222']);
  });

  test('the backup of a guest who was moved to later opens nothing until then either', async () => {
    house = await Guesthouse.open();
    const { staying } = await house.guests();
    await house.call('devices/update', { device_id: house.deviceId, backup_access_code_pool_enabled: true });
    await house.settle(10 * minute);
    const pulled = await house.call('access_codes/pull_backup_access_code', { access_code_id: staying });
    if (!pulled.ok) throw new Error(pulled.error.message);
    const id = field(pulled.body['access_code'], 'access_code_id');
    const pin = house.store.accessCode(AccessCodeId(id))?.pin.reveal() ?? '';
    expect(house.opening('2222', pin)).toEqual(['2222', pin]);
    await lose();
    await house.update(staying, { starts_at: house.iso(5) });
    expect(house.opening('2222', pin)).toEqual([]);
    house.clock.step(day);
    await house.until(5, 2 * minute);
    expect(house.opening('2222', pin)).toEqual(['2222', pin]);
  });

  test('a guest’s new PIN takes the place of the old one', async () => {
    house = await Guesthouse.open();
    const { staying } = await house.guests();
    await lose();
    await house.update(staying, { code: '7777' });
    expect([house.opening('2222', '7777'), await house.status(staying)]).toEqual([['7777'], 'set']);
  });

  test('a door is unlocked by no request that expires, but by others', async () => {
    house = await Guesthouse.open();
    await lose();
    const params = { device_id: house.deviceId, sync: true };
    const operate = (route: string, expiresAt?: number): Promise<Answer> =>
      house.app.call(route, params, { caller: 'test', requestId: 'once', expiresAt });
    const answer = await operate('locks/unlock_door', house.at(24));
    expect(answer).toMatchObject({ ok: false, error: { type: 'clock_untrusted', status: 503 } });
    expect(house.lock.locked).not.toBe(false);
    for (const [route, expires] of [
      ['locks/lock_door', house.at(24)],
      ['locks/unlock_door', undefined],
    ] as const) {
      const done = operate(route, expires);
      await house.settle(minute);
      expect((await done).ok).toBe(true);
    }
  });
});

describe('on a lock with schedules of its own', () => {
  const capabilities: Partial<Capabilities> = {
    yearDaySchedules: 1,
    scheduleOrder: 'schedule_first',
    clock: { set: true, read: true },
  };

  test('a code that was loaded ahead stays, and its lock lets its guest in and out in time', async () => {
    house = await Guesthouse.open({}, capabilities);
    const guest = await house.book('1111', 5, 8);
    await house.settle(10 * minute);
    expect(house.lock.schedules.size, 'loaded').toBe(1);
    expect(house.opening('1111')).toEqual([]);
    house.system.synchronised = undefined;
    await house.reboot(0, 0);
    await house.settle(minute);
    expect(await house.code(guest)).toMatchObject({ status: 'unset', is_scheduled_on_device: true });
    const { sets, reads } = house.lock.clock;
    for (const [at, opens] of [
      [4.9, []],
      [5.1, ['1111']],
      [7.9, ['1111']],
      [8.1, []],
    ] as const) {
      await house.until(at);
      expect([at, house.opening('1111')]).toEqual([at, opens]);
    }
    expect(house.told(guest)).toContain('removed_from_device');
    expect([house.lock.clock.sets, house.lock.clock.reads], 'no lock is told the time, or asked').toEqual([
      sets,
      reads,
    ]);
  });

  test('none is loaded, and no schedule is written', async () => {
    house = await Guesthouse.open({}, capabilities);
    house.clock.step(-day);
    await house.settle(minute);
    await house.book('1111', 5, 8);
    await house.until(4);
    expect([house.lock.schedules.size, house.opening('1111')]).toEqual([0, []]);
    house.clock.step(day);
    await house.settle(5 * minute);
    expect(house.lock.schedules.size).toBe(1);
    await house.until(6);
    expect(house.opening('1111')).toEqual(['1111']);
  });
});
