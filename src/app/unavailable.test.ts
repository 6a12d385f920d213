import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { House } from '../../test/support/house.ts';
import { StoreError } from '../ports/errors.ts';
import type { CallContext } from './answer.ts';

// A database that takes nothing, because the disk is full or fails.

let house: House;
const refuse = (): never => {
  throw new StoreError('lockstep.db: database or disk is full');
};
beforeEach(async () => {
  house = new House();
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const context: CallContext = { caller: 'http:k', requestId: undefined, expiresAt: undefined };
const ways: readonly (readonly [string, CallContext])[] = [
  ['without an id', context],
  ['with an id', { ...context, requestId: 'r1' }],
  ['whose arrival is watched', { ...context, arrival: Promise.resolve('lost') }],
];

test.each(ways)(
  'a write %s is answered with 503, has no effect, and can be asked again',
  async (_way, how) => {
    const before = [house.store.lastSeq(), house.store.accessCodes()];
    const create = { device_id: house.deviceId, code: '73059164' };
    // The last thing that such a request stores.
    const full = vi.spyOn(house.store, 'appendEvent').mockImplementation(refuse);
    expect(await house.app.call('access_codes/create', create, how)).toMatchObject({
      ok: false,
      error: { type: 'service_unavailable', status: 503 },
    });
    expect([house.store.lastSeq(), house.store.accessCodes()]).toEqual(before);
    expect(JSON.stringify(house.logged)).toContain('the database refused');
    full.mockRestore();
    expect(await house.app.call('access_codes/create', create, how)).toMatchObject({ ok: true });
    expect(house.store.accessCodes()).toHaveLength(1);
  },
);

test('a door is opened all the same, also for who marks the request against repetition', async () => {
  const full = vi.spyOn(house.store, 'rememberAnswer').mockImplementation(refuse);
  const asked = house.app.call(
    'locks/unlock_door',
    { device_id: house.deviceId },
    { ...context, requestId: 'r1' },
  );
  await house.settle(2_000);
  expect(await asked).toMatchObject({ ok: true, body: { action_attempt: { status: 'success' } } });
  expect(house.lock.locked).toBe(false);
  expect(JSON.stringify(house.logged)).toContain('could not be kept for repeated requests');
  full.mockRestore();
});
