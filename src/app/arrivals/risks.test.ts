import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec } from '../../../drivers/simulated/lock.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { AccessCodeId } from '../../core/ids.ts';
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
const build = async (
  spec: LockSpec = lockSpec(),
  options?: ConstructorParameters<typeof House>[2],
): Promise<void> => {
  house = new House([spec], 1, options);
  await house.settle();
};

type Json = Record<string, unknown>;
const call = async (route: string, params: object): Promise<Json> => {
  const answer = await house.call(route, params);
  if (!answer.ok) throw new Error(answer.error.message);
  return toJson(answer.body, false) as Json;
};
let startsAt: number;
/** A code that begins in so many hours, for a day. */
const book = async (hours: number, params: object = {}): Promise<string> => {
  startsAt = house.parts.clock.now() + hours * hour;
  const times = {
    starts_at: new Date(startsAt).toISOString(),
    ends_at: new Date(startsAt + 24 * hour).toISOString(),
  };
  const body = await call('access_codes/create', { device_id: house.deviceId, ...times, ...params });
  return (body['access_code'] as { access_code_id: string }).access_code_id;
};
/** So long before or after it begins. */
const until = (ms: number): Promise<void> => house.settle(startsAt + ms - house.parts.clock.now());
const reach = (isThere: boolean): void => {
  house.lock.faults.offline = !isThere;
  house.driver.emit({ kind: 'locks' });
};
const entryOf = async (id: string): Promise<Json> => {
  const { arrivals } = await call('lockstep/arrivals', { hours: 168 });
  return (arrivals as Json[]).find((one) => one['access_code_id'] === id) ?? {};
};
const shownReason = async (id: string): Promise<unknown> =>
  ((await entryOf(id))['risk'] as Json | null | undefined)?.['reason'];
const events = (id: string): { readonly at: number; readonly payload: Json }[] =>
  house.store
    .events(0, 10_000)
    .filter((event) => event.eventType === 'lockstep.arrival_at_risk' && event.accessCodeId === id)
    .map((event) => ({ at: event.occurredAt, payload: event.payload }));
const told = (id: string): unknown[] => events(id).map(({ payload }) => payload['reason']);

describe('that a guest may stand before a closed door', () => {
  test('is told twelve hours ahead although nothing happens then, once, by an event', async () => {
    await build();
    const id = await book(30);
    reach(false);
    await until(-12 * hour - 1);
    expect(await shownReason(id), 'who asks sees it before').toBe('device_disconnected');
    expect(told(id)).toEqual([]);
    await until(-6 * hour);
    await house.restart();
    await until(0);
    expect(events(id), 'a restart is no news').toMatchObject([
      {
        at: startsAt - 12 * hour,
        payload: {
          reason: 'device_disconnected',
          message: expect.stringContaining('Check its batteries') as string,
          starts_at: new Date(startsAt).toISOString(),
        },
      },
    ]);
  });

  test('is told again only when it was over and comes back; a lock that is away for minutes is none', async () => {
    await build();
    const id = await book(10);
    const kept = (): unknown => house.store.accessCode(AccessCodeId(id))?.arrivalRisk?.reason;
    for (let n = 0; n < 3; n += 1) {
      reach(false);
      await house.settle(9 * minute);
      reach(true);
      await house.settle(5 * minute);
    }
    expect(told(id)).toEqual([]);
    reach(false);
    await house.settle(11 * minute);
    expect([told(id), kept()]).toEqual([['device_disconnected'], 'device_disconnected']);
    reach(true);
    await house.settle(minute);
    expect([await shownReason(id), kept()]).toEqual([undefined, undefined]);
    reach(false);
    await house.settle(11 * minute);
    expect(told(id)).toEqual(['device_disconnected', 'device_disconnected']);
  });

  test('of a radio that is lost, and of one that only restarts', async () => {
    await build();
    const id = await book(10);
    house.driver.setRadio('lost');
    await house.settle(9 * minute);
    house.driver.setRadio('ready');
    await house.settle(9 * minute);
    expect(told(id)).toEqual([]);
    house.driver.setRadio('lost');
    await house.settle(11 * minute);
    expect([told(id), await shownReason(id)]).toEqual([['hub_disconnected'], 'hub_disconnected']);
    house.driver.setRadio('ready');
    await until(minute);
    expect(await shownReason(id)).toBeUndefined();
    expect(told(id)).toHaveLength(1);
    expect(house.lock.slots.size).toBe(1);
  });

  test('is not told of a code that is loaded and was seen on its lock within a day, but when that was longer ago', async () => {
    await build(lockSpec({}, native));
    const id = await book(30);
    await house.settle(5 * minute);
    reach(false);
    await until(-25 * hour);
    expect(await entryOf(id)).toMatchObject({ how: 'native', proof: 'proved', risk: null });
    await until(-12 * hour + minute);
    expect(told(id), 'seen 18 hours ago').toEqual([]);
    await until(-5 * hour);
    expect(await entryOf(id)).toMatchObject({ proof: 'assumed', risk: { reason: 'proof_too_old' } });
    expect(told(id)).toEqual(['proof_too_old']);
    reach(true);
    await house.settle(30 * minute);
    expect(await entryOf(id)).toMatchObject({ proof: 'proved', risk: null });
  });

  test('names the backup code that can be pulled for it, and then the one that was', async () => {
    await build();
    const id = await book(11, { use_backup_access_code_pool: true });
    await house.settle(10 * minute);
    reach(false);
    await house.settle(11 * minute);
    const [event] = events(id);
    const spare = event?.payload['backup_access_code_id'];
    expect(spare).toEqual(expect.any(String));
    expect(await entryOf(id)).toMatchObject({
      backup_access_code_id: spare,
      is_backup_access_code_available: true,
    });
    await call('access_codes/pull_backup_access_code', { access_code_id: id });
    expect(await entryOf(id)).toMatchObject({
      backup_access_code_id: spare,
      is_backup_access_code_available: false,
    });
    reach(true);
    await house.settle(30 * minute);
    expect(house.lock.slots.size, 'three spares; the one that was pulled comes in its time').toBe(3);
    reach(false);
    await house.settle(11 * minute);
    expect(events(id).map(({ payload }) => payload['backup_access_code_id'])).toEqual([spare, spare]);
  });

  test('of a lock that was removed, with its codes kept', async () => {
    await build();
    const id = await book(20);
    const device = house.store.devices()[0]!;
    house.store.putDevice({ ...device, removedAt: house.clock.now(), online: false });
    await house.restart([]);
    await house.settle(minute);
    expect(await shownReason(id)).toBe('device_removed');
    expect(told(id)).toEqual([]);
    await until(-12 * hour + minute);
    expect(told(id)).toEqual(['device_removed']);
    await until(59 * minute);
    const kept = (): unknown => house.store.accessCode(AccessCodeId(id))?.arrivalRisk?.reason;
    expect([told(id), kept()]).toEqual([['device_removed'], 'device_removed']);
    await until(61 * minute);
    expect(kept(), 'its guest has come, or has not').toBeUndefined();
  });

  test('of a lock whose radio no driver serves any more', async () => {
    await build();
    const id = await book(20);
    await house.restart([]);
    await until(-12 * hour + minute);
    expect([await shownReason(id), told(id)]).toEqual(['account_disconnected', ['account_disconnected']]);
    await house.restart();
    await until(minute);
    expect(await shownReason(id)).toBeUndefined();
  });

  test('of a battery that is almost empty', async () => {
    await build();
    const id = await book(11);
    house.lock.battery = 0.05;
    house.driver.emit({ kind: 'locks' });
    await house.settle(minute);
    expect(told(id)).toEqual(['battery_critical']);
    house.lock.battery = 0.9;
    house.driver.emit({ kind: 'locks' });
    await house.settle(minute);
    expect(await shownReason(id)).toBeUndefined();
  });

  test('of a bridge that does not know the time, once that lasts', async () => {
    await build(lockSpec(), { system: { synchronised: false } });
    const id = await book(5);
    await house.settle(3 * minute);
    expect(await shownReason(id)).toBeUndefined();
    await house.settle(10 * minute);
    expect([await shownReason(id), told(id)]).toEqual(['clock_untrusted', ['clock_untrusted']]);
  });

  test('not at once of a lock that was last heard by a clock that was weeks slow', async () => {
    await build(lockSpec(), { system: { synchronised: false } });
    const hoursSlow = (house.clock.now() - house.parts.clock.now()) / hour;
    const id = await book(hoursSlow + 5);
    reach(false);
    await house.settle(2 * minute);
    house.system.synchronised = true;
    await house.settle(8 * minute);
    expect(house.parts.clockTrust.isTrusted).toBe(true);
    expect(told(id)).toEqual([]);
    await house.settle(12 * minute);
    expect(told(id)).toEqual(['device_disconnected']);
  });

  test('of a code that begins at once, while somebody holds its PIN at the keypad', async () => {
    await build();
    house.lock.slots.set(5, '4711');
    const id = await book(0.001, { code: '4711' });
    await house.settle(20_000);
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 5 });
    await house.settle(10 * minute);
    expect([await shownReason(id), told(id)]).toEqual(['duplicate_code', ['duplicate_code']]);
    expect(JSON.stringify(events(id))).not.toContain('4711');
  });
});
