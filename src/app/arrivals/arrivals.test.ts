import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec } from '../../../drivers/simulated/lock.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Capabilities } from '../../core/model.ts';
import { toJson } from '../json.ts';

const minute = 60_000;
const hour = 60 * minute;
const native: Partial<Capabilities> = {
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true, dst: true },
};

let house: House;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});
const build = async (...specs: LockSpec[]): Promise<void> => {
  house = new House(specs.length === 0 ? [lockSpec()] : specs);
  await house.settle();
};

type Json = Record<string, unknown>;
const at = (ms: number): string => new Date(house.clock.now() + ms).toISOString();
const call = async (route: string, params: object): Promise<Json> => {
  const answer = await house.call(route, params);
  if (!answer.ok) throw new Error(answer.error.message);
  return toJson(answer.body, false) as Json;
};
/** A code that begins in so many hours, for a day. */
const book = async (hours: number, params: object = {}, lock = house.lock): Promise<string> => {
  const times = { starts_at: at(hours * hour), ends_at: at((hours + 24) * hour) };
  const body = await call('access_codes/create', { device_id: house.deviceIdOf(lock), ...times, ...params });
  return (body['access_code'] as { access_code_id: string }).access_code_id;
};
const list = async (params: object = {}): Promise<Json[]> =>
  (await call('lockstep/arrivals', params))['arrivals'] as Json[];
const one = async (id: string): Promise<Json> =>
  (await list({ hours: 168 })).find((entry) => entry['access_code_id'] === id) ?? {};

describe('the list of arrivals', () => {
  test('has the codes that begin within the hours asked for, nearest first, with how they come and what proves it', async () => {
    await build(lockSpec(), lockSpec({ address: LockAddress('simulated:2'), name: 'Loft' }, native));
    const [front, loft] = [house.locks[0]!, house.locks[1]!];
    const late = await book(71, { name: 'Late' }, front);
    const soon = await book(5, { name: 'Soon', code: '4711' }, front);
    const loaded = await book(48, { name: 'Loaded', code: '0815' }, loft);
    await book(73, {}, front);
    await house.create('1234');
    await house.settle(5 * minute);
    const body = await call('lockstep/arrivals', {});
    expect(body['total']).toBe(3);
    const shown = body['arrivals'] as Json[];
    expect(shown.map((entry) => entry['access_code_id'])).toEqual([soon, loaded, late]);
    expect(shown[0]).toEqual({
      access_code_id: soon,
      device_id: house.deviceIdOf(front),
      device_name: 'Front door',
      name: 'Soon',
      starts_at: expect.any(String) as string,
      ends_at: expect.any(String) as string,
      time_zone: 'Europe/Berlin',
      status: 'unset',
      how: 'deferred',
      scheduled_at: new Date(Date.parse(shown[0]!['starts_at'] as string) - 30_000).toISOString(),
      deferred_because: {
        reason: 'no_schedules',
        message: 'The lock has no year-day schedules that it keeps codes to.',
        until: null,
      },
      proof: 'waiting',
      proof_at: null,
      risk: null,
      backup_access_code_id: null,
      is_backup_access_code_available: false,
    });
    expect(shown[1]).toMatchObject({
      how: 'native',
      proof: 'proved',
      proof_at: expect.any(String) as string,
      scheduled_at: null,
      deferred_because: null,
      risk: null,
    });
    expect(JSON.stringify(body)).not.toMatch(/4711|0815/);
    expect(await list({ hours: 6 })).toHaveLength(1);
    expect(await list({ device_id: house.deviceIdOf(loft) })).toMatchObject([{ name: 'Loaded' }]);
    expect(await call('lockstep/arrivals', { hours: 168, limit: 1 })).toMatchObject({
      arrivals: [{ name: 'Soon' }],
      total: 4,
    });
  });

  test('keeps a code for an hour that has begun and is not proved; not one that stands, or is deleted', async () => {
    await build();
    const stands = await book(1, { name: 'Stands' });
    await house.settle(hour + minute);
    expect(await one(stands)).toEqual({});
    // Proved before its radio was lost, it lets its guest in.
    house.driver.setRadio('lost');
    await house.settle(minute);
    expect(await house.code(stands)).toMatchObject({ status: 'unknown' });
    expect(await call('lockstep/arrivals', {})).toEqual({ arrivals: [], total: 0 });
    house.driver.setRadio('ready');
    await house.settle(minute);
    const waits = await book(1, { name: 'Waits' });
    const gone = await book(1, { name: 'Gone' });
    house.lock.faults.offline = true;
    await call('access_codes/delete', { access_code_id: gone });
    await house.settle(hour + 20 * minute);
    expect(await list()).toMatchObject([{ access_code_id: waits, status: 'setting', proof: 'waiting' }]);
    await house.settle(41 * minute);
    expect(await list()).toEqual([]);
  });

  test('says of a code that was loaded and not seen for a day that it is only assumed to be there', async () => {
    await build(lockSpec({}, native));
    const id = await book(60);
    await house.settle(5 * minute);
    expect(await one(id)).toMatchObject({ how: 'native', proof: 'proved', risk: null });
    await house.settle(25 * hour);
    expect(await one(id)).toMatchObject({ how: 'native', proof: 'assumed', risk: null });
    // A day before its time it is looked at again.
    await house.settle(12 * hour);
    expect(await one(id)).toMatchObject({ how: 'native', proof: 'proved' });
  });
});
