import { afterEach, beforeEach, expect, test } from 'vitest';
import { House } from '../../../test/support/house.ts';

let house: House;
beforeEach(async () => {
  house = new House();
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

/** Before the frame leaves, while it is on its way, while its answer is, and while the proof is read. */
const moments = [0, 10, 20, 30, 41, 59];
const ask = async (route: string, params: object): Promise<void> => {
  const answer = await house.call(`access_codes/${route}`, params);
  if (!answer.ok) throw new Error(answer.error.message);
};
const onLock = (): string[] => [...house.lock.slots.values()];
const toldOf = (id: string): string[] =>
  house.store
    .events(0, 10_000)
    .filter((event) => event.accessCodeId === id)
    .map((event) => event.eventType.replace('access_code.', ''));

test('a PIN changed while the first is being set ends as the new one', async () => {
  for (const ms of moments) {
    const id = await house.create('1357');
    await house.settle(ms);
    await ask('update', { access_code_id: id, code: '2468' });
    await house.settle();
    expect(onLock(), `after ${ms} ms`).toEqual(['2468']);
    expect(await house.code(id)).toMatchObject({ status: 'set', pending_mutations: [] });
    expect(toldOf(id).at(-1)).toBe('set_on_device');
    await ask('delete', { access_code_id: id });
    await house.settle();
    expect(onLock()).toEqual([]);
  }
});

test('a code deleted while it is being set is off the lock in the end, and its record gone', async () => {
  for (const ms of moments) {
    const id = await house.create('1357');
    await house.settle(ms);
    await ask('delete', { access_code_id: id });
    await house.settle();
    expect(onLock(), `after ${ms} ms`).toEqual([]);
    expect(toldOf(id).at(-1)).toBe('deleted');
    expect(house.store.accessCodes()).toEqual([]);
  }
});

test('deleted and asked for again at once, the same PIN stands for the new access code', async () => {
  for (const ms of moments) {
    const first = await house.create('1357');
    await house.settle(ms);
    await ask('delete', { access_code_id: first });
    const second = await house.create('1357');
    await house.settle();
    expect(onLock(), `after ${ms} ms`).toEqual(['1357']);
    expect(await house.code(second)).toMatchObject({ status: 'set', errors: [] });
    expect(toldOf(first).at(-1)).toBe('deleted');
    await ask('delete', { access_code_id: second });
    await house.settle();
  }
});

test('cut short in the moment in which it is written, a time-bound code is off the lock in the end', async () => {
  const hour = 60 * 60_000;
  const iso = (fromNow: number): string => new Date(house.clock.now() + fromNow).toISOString();
  for (const ms of moments) {
    const times = { starts_at: iso(hour), ends_at: iso(2 * hour) };
    await ask('create', { device_id: house.deviceId, code: '1357', ...times });
    const id = house.store.accessCodes()[0]?.accessCodeId;
    await house.settle(hour - house.controller.leadMs + ms);
    await ask('update', { access_code_id: id, starts_at: iso(-2), ends_at: iso(-1) });
    await house.settle();
    expect(onLock(), `after ${ms} ms`).toEqual([]);
    expect(house.store.accessCodes()).toEqual([]);
  }
});
