import { afterEach, expect, test } from 'vitest';
import type { Capabilities } from '../../src/core/model.ts';
import { House, lockSpec } from '../support/house.ts';

// What another hub once wrote for a user of the lock binds whatever code comes there (facts page ZWAVE, "Schedules").

let house: House;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const old = {
  start: { year: 2024, month: 5, day: 1, hour: 15, minute: 0 },
  stop: { year: 2024, month: 5, day: 8, hour: 11, minute: 0 },
};
const build = async (changes: Partial<Capabilities> = {}): Promise<void> => {
  house = new House([
    lockSpec(
      {},
      {
        yearDaySchedules: 1,
        scheduleOrder: 'schedule_first',
        clock: { set: false, read: true },
        ...changes,
      },
    ),
  ]);
  for (const slot of [1, 2, 3]) house.lock.schedules.set(slot, old);
  await house.settle();
  house.lock.exchanges.length = 0;
};
const schedulesWritten = (): number => house.lock.exchanges.filter(({ kind }) => kind === 'schedule').length;
const statusOf = async (id: string): Promise<unknown> => (await house.code(id))['status'];

test('a code comes to a slot in which the schedule of another hub stands, and opens the door', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  expect(house.lock.enter('1234')).toBe(1);
  expect(await statusOf(id)).toBe('set');
  expect([...house.lock.schedules.keys()]).toEqual([2, 3]);
});

test('it is looked after once for each slot, over restarts too', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle();
  await house.restart();
  await house.create('5678');
  await house.settle();
  expect(house.lock.enter('5678')).toBe(1);
  expect(schedulesWritten()).toBe(1);
});

test('once more where somebody else has had the slot meanwhile', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle();
  house.lock.store(1, '9999', house.clock.monotonic());
  house.lock.schedules.set(1, old);
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle();
  house.lock.store(1, undefined, house.clock.monotonic());
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle();
  await house.create('5678');
  await house.settle();
  expect(house.lock.enter('5678')).toBe(1);
  expect(house.lock.schedules.has(1)).toBe(false);
});

test('a lock that does not answer to that gets the code all the same', async () => {
  await build();
  const { schedules } = house.driver;
  schedules.clearSchedule = () => Promise.resolve({ kind: 'refused', why: 'unspecified', certain: true });
  const id = await house.create('1234');
  await house.settle();
  expect([...house.lock.slots.values()]).toEqual(['1234']);
  expect(await statusOf(id)).toBe('set');
});

test.each([
  [
    'a lock whose slots take schedules that come again is looked after, though we use none',
    { repeatingSchedules: true },
    [1],
  ],
  ['a lock without schedules is told nothing of them', {}, []],
] as const)('%s', async (_, able, cleared) => {
  house = new House([lockSpec({}, able)]);
  const slots: number[] = [];
  house.driver.schedules.clearSchedule = (_, slot) => {
    slots.push(slot);
    return Promise.resolve({ kind: 'accepted' });
  };
  await house.settle();
  const id = await house.create('1234');
  await house.settle();
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle();
  await house.create('5678');
  await house.settle();
  expect([...house.lock.slots]).toEqual([[1, '5678']]);
  expect(slots).toEqual(cleared);
});

test('where a code says itself that no schedule binds it, nothing is erased', async () => {
  await build({ codeManners: true });
  await house.create('1234');
  await house.settle();
  expect(house.lock.enter('1234')).toBe(1);
  expect(schedulesWritten()).toBe(0);
});
