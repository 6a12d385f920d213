import { afterEach, expect, test } from 'vitest';
import type { LockSpec } from '../../../drivers/simulated/lock.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import type { Capabilities } from '../../core/model.ts';
import { droppedRestMs } from '../../core/native.ts';
import { toJson } from '../json.ts';

const minute = 60_000;
const hour = 60 * minute;
const scheduled: Partial<Capabilities> = {
  yearDaySchedules: 1,
  clock: { set: true, read: true, dst: true },
};

let house: House;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});
/** With a code that begins in so many hours. */
const build = async (
  traits: LockSpec['traits'],
  can: Partial<Capabilities>,
  begins = 48,
): Promise<string> => {
  house = new House([lockSpec(traits === undefined ? {} : { traits }, { ...scheduled, ...can })]);
  await house.settle();
  return book(begins);
};
const book = async (begins: number): Promise<string> => {
  const at = (hours: number): string => new Date(house.clock.now() + hours * hour).toISOString();
  return (
    (await call('access_codes/create', {
      device_id: house.deviceId,
      starts_at: at(begins),
      ends_at: at(begins + 24),
    })) as { access_code: { access_code_id: string } }
  ).access_code.access_code_id;
};

type Json = Record<string, unknown>;
const call = async (route: string, params: object): Promise<Json> => {
  const answer = await house.call(route, params);
  if (!answer.ok) throw new Error(answer.error.message);
  return toJson(answer.body, false) as Json;
};
/** The guest's code among the arrivals. */
const arrival = async (): Promise<Json | undefined> =>
  ((await call('lockstep/arrivals', {}))['arrivals'] as Json[])[0];
/** What the doctor says of the lock. */
const doctor = async (): Promise<unknown[]> =>
  ((await call('lockstep/doctor', {}))['doctor'] as { findings: Json[] }).findings
    .filter((one) => one['area'] === 'lock' && one['level'] !== 'ok')
    .map((one) => one['message']);

test('on a lock that was not tried out its codes are deferred for that, and loaded once it was', async () => {
  await build({ schedules: 'kept' }, {});
  await house.settle(5 * minute);
  expect(await arrival()).toMatchObject({
    how: 'deferred',
    deferred_because: {
      reason: 'schedule_order_unknown',
      message: expect.stringContaining('lockstep certify LOCK') as string,
      until: null,
    },
  });
  expect(await doctor()).toEqual([expect.stringContaining('is not known')]);
  await call('lockstep/certify', { device_id: house.deviceId, quick: true });
  await house.settle(10 * minute);
  expect(await arrival()).toMatchObject({ how: 'native', deferred_because: null, proof: 'proved' });
  expect(await doctor()).toEqual([]);
});

test("a lock at which no code is to come soon is none of the doctor's", async () => {
  await build({ schedules: 'kept' }, {}, 73);
  expect(await doctor()).toEqual([]);
  await house.settle(2 * hour);
  expect(await doctor()).toHaveLength(1);
});

test('where it was tried out in vain, nobody is sent to try it out again', async () => {
  await build({ schedules: 'dropped_by_code' }, {});
  await call('lockstep/certify', { device_id: house.deviceId, quick: true });
  await house.settle(10 * minute);
  expect(await arrival()).toMatchObject({ deferred_because: { reason: 'schedules_do_not_bind' } });
  expect(await doctor()).toEqual([]);
});

test("a lock whose next codes are loaded already is none of the doctor's, until another comes", async () => {
  await build({ schedules: 'kept' }, { scheduleOrder: 'schedule_first' });
  await house.settle(5 * minute);
  expect(await arrival()).toMatchObject({ how: 'native', proof: 'proved' });
  const before = house.state();
  house.store.putLockState(before, { ...before, preloadAfter: house.clock.now() + 2 * hour });
  expect(await doctor()).toEqual([]);
  await book(50);
  expect(await doctor()).toEqual([expect.stringContaining('for another 2 h')]);
});

test('where the config has nothing loaded ahead, nobody is sent to try a lock out for it', async () => {
  await build({ schedules: 'kept' }, {});
  house.preloadMs = 30_000;
  await house.restart();
  expect(await arrival()).toMatchObject({ how: 'deferred', deferred_because: { reason: 'loading_off' } });
  expect(await doctor()).toEqual([]);
  house.preloadMs = 30_001;
  await house.restart();
  expect(await doctor()).toHaveLength(1);
});

test('on a lock that dropped a schedule they rest for a week, or until it is repaired, and the faces hear of it', async () => {
  const id = await build({ schedules: 'dropped_by_code' }, { scheduleOrder: 'schedule_first' });
  const heard: unknown[] = [];
  const end = house.parts.changes.on((change) => {
    if (change.kind === 'device') heard.push(house.state().preloadAfter);
  });
  await house.settle(5 * minute);
  end();
  const { preloadAfter = 0 } = house.state();
  expect(heard).toContain(preloadAfter);
  expect(preloadAfter - house.clock.now()).toBeGreaterThan(droppedRestMs - 6 * minute);
  expect(await arrival()).toMatchObject({
    access_code_id: id,
    how: 'deferred',
    deferred_because: { reason: 'loading_rests', until: new Date(preloadAfter).toISOString() },
  });
  expect(await doctor()).toEqual([expect.stringContaining('for another 7 days')]);
  // New firmware, and somebody who says so.
  Object.assign(house.lock.spec, { traits: { schedules: 'kept' } });
  await call('lockstep/repair', { device_id: house.deviceId });
  await house.settle(5 * minute);
  expect(await arrival()).toMatchObject({ how: 'native', deferred_because: null, proof: 'proved' });
});
