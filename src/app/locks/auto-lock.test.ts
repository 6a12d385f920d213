import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Answer } from '../answer.ts';
import { isRecord } from '../json.ts';
import { actionAttemptObject } from '../objects/action-attempt.ts';

const able = lockSpec({}, { autoLock: true });
const unable = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });

let house: House;
beforeEach(async () => {
  house = new House([able, unable]);
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const configure = async (params: object, lock = house.lock): Promise<Answer> => {
  const answer = house.call('locks/configure_auto_lock', { device_id: house.deviceIdOf(lock), ...params });
  await house.clock.advance(5_000);
  return answer;
};
const attemptOf = (answer: Answer): unknown => {
  if (!answer.ok) throw new Error(answer.error.message);
  const attempt = answer.body['action_attempt'];
  actionAttemptObject.parse(attempt);
  return attempt;
};
const shown = async (): Promise<unknown> => {
  const answer = await house.call('devices/get', { device_id: house.deviceId });
  const device = answer.ok ? answer.body['device'] : undefined;
  return isRecord(device) ? device['properties'] : undefined;
};
const on = { auto_lock_enabled: true, auto_lock_delay_seconds: 45 };

test('a lock is told to lock itself, and its properties say how it does', async () => {
  expect(attemptOf(await configure(on))).toMatchObject({
    action_type: 'CONFIGURE_AUTO_LOCK',
    status: 'success',
    result: { was_confirmed_by_device: true },
  });
  expect(house.lock.autoLock).toEqual({ enabled: true, delaySeconds: 45 });
  expect(await shown()).toMatchObject({ auto_lock_enabled: true, auto_lock_delay_seconds: 45 });
  house.lock.capabilities = house.locks[1]!.capabilities;
  await house.restart();
  await house.settle();
  expect(await shown(), 'also while its driver does not know').toMatchObject({ auto_lock_delay_seconds: 45 });
});

test('and told not to, with or without a delay; the delay of before is not shown any more', async () => {
  for (const params of [{}, { auto_lock_delay_seconds: 10 }]) {
    attemptOf(await configure(on));
    attemptOf(await configure({ auto_lock_enabled: false, ...params }));
    expect(house.lock.autoLock).toEqual({ enabled: false });
    expect(await shown()).toMatchObject({ auto_lock_enabled: false });
    expect(await shown()).not.toHaveProperty('auto_lock_delay_seconds');
  }
});

test('a lock that refuses the delay, or is away, is an error that says so', async () => {
  house.lock.faults.refuses = 1;
  expect(attemptOf(await configure(on))).toMatchObject({
    status: 'error',
    error: { type: 'refused_by_device' },
  });
  house.lock.faults.offline = true;
  expect(attemptOf(await configure(on))).toMatchObject({
    status: 'error',
    error: { type: 'device_disconnected' },
  });
  expect(house.lock.autoLock).toEqual({ enabled: false });
  expect(
    house.events().filter((type) => type.startsWith('action_attempt.')),
    'Seam has no event for it',
  ).toEqual([]);
});

test('a lock that cannot be told is refused before anything is sent', async () => {
  const send = vi.spyOn(house.driver, 'configureAutoLock');
  expect(await configure(on, house.locks[1])).toMatchObject({
    ok: false,
    error: { type: 'unsupported', status: 400 },
  });
  expect(send).not.toHaveBeenCalled();
});

test('enabling without a delay names what is missing', async () => {
  const answer = await configure({ auto_lock_enabled: true });
  expect(answer).toMatchObject({
    ok: false,
    error: {
      type: 'invalid_input',
      message: expect.stringMatching(/^auto_lock_delay_seconds: must be given/) as string,
    },
  });
});
