import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { body } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Answer, AnswerBody, AnswerValue } from '../answer.ts';
import { isList, isRecord } from '../json.ts';
import { actionAttemptObject } from '../objects/action-attempt.ts';

const back = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });

let house: House;
beforeEach(async () => {
  house = new House([lockSpec(), back]);
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const attemptOf = (answer: Answer): Readonly<Record<string, AnswerValue>> => {
  const attempt = body(answer)['action_attempt'];
  actionAttemptObject.parse(attempt);
  if (!isRecord(attempt)) throw new Error('no attempt');
  return attempt;
};
const get = async (id: AnswerValue | undefined): Promise<Readonly<Record<string, AnswerValue>>> =>
  attemptOf(await house.call('action_attempts/get', { action_attempt_id: id }));
/** Locks answer this much later. */
const slowly = (ms: number): void => {
  const operate = house.driver.operate.bind(house.driver);
  vi.spyOn(house.driver, 'operate').mockImplementation(async (...given) => {
    const outcome = operate(...given);
    await new Promise<void>((resolve) => {
      house.clock.after(ms, resolve);
    });
    return outcome;
  });
};
const unlock = async (
  waitMs: number,
  params: object = {},
): Promise<Readonly<Record<string, AnswerValue>>> => {
  const answer = house.call('locks/unlock_door', { device_id: house.deviceId, ...params });
  await house.clock.advance(waitMs);
  return attemptOf(await answer);
};
const events = (): (readonly [string, unknown])[] =>
  house.store
    .events(0, 1_000)
    .filter(({ eventType }) => /^(lock|action_attempt)\./.test(eventType))
    .map(({ eventType, payload }) => [eventType, payload['action_attempt_id']]);

describe('a door that is opened', () => {
  test('at once is answered so, can be asked for, and its events name the attempt', async () => {
    const attempt = await unlock(1_000);
    expect(attempt).toMatchObject({
      action_type: 'UNLOCK_DOOR',
      status: 'success',
      result: { was_confirmed_by_device: true },
      error: null,
      x_device_id: house.deviceId,
    });
    const id = attempt['action_attempt_id'];
    expect(await get(id)).toEqual(attempt);
    expect(events()).toEqual([
      ['lock.unlocked', id],
      ['action_attempt.unlock_door.succeeded', id],
    ]);
  });

  test('slowly is pending after 8 s, and gets its end when it comes', async () => {
    slowly(12_000);
    const answer = house.call('locks/lock_door', { device_id: house.deviceId });
    let isAnswered = false;
    void answer.then(() => (isAnswered = true));
    await house.clock.advance(7_999);
    expect(isAnswered).toBe(false);
    expect(body(await house.call('action_attempts/list', {}))['action_attempts']).toMatchObject([
      { status: 'pending', action_type: 'LOCK_DOOR' },
    ]);
    await house.clock.advance(1);
    const attempt = attemptOf(await answer);
    expect(attempt).toMatchObject({ status: 'pending', result: null, error: null });
    expect(events()).toEqual([]);
    await house.clock.advance(5_000);
    const id = attempt['action_attempt_id'];
    expect(await get(id)).toMatchObject({ status: 'success' });
    expect(events()).toEqual([
      ['lock.locked', id],
      ['action_attempt.lock_door.succeeded', id],
    ]);
  });

  test('slowly is waited for where the caller asks for it (sync)', async () => {
    slowly(12_000);
    expect(await unlock(13_000, { sync: true })).toMatchObject({ status: 'success' });
  });

  test('or not, because the lock is away, is an error with an event, and the door stays shut', async () => {
    house.lock.faults.offline = true;
    const attempt = await unlock(5_000);
    expect(attempt).toMatchObject({ status: 'error', result: null, error: { type: 'device_disconnected' } });
    expect(events()).toEqual([['action_attempt.unlock_door.failed', attempt['action_attempt_id']]]);
    expect(house.lock.locked).toBe(true);
  });

  test('and says so only after its answer was given up for lost, is an event that names the attempt', async () => {
    house.lock.faults.loseAnswers = 1;
    const attempt = await unlock(2_000);
    expect(attempt).toMatchObject({ status: 'error', error: { type: 'timeout' } });
    const report = { kind: 'access', action: 'unlocked', method: 'remote', slot: undefined } as const;
    for (let twice = 0; twice < 2; twice += 1)
      house.driver.emit({ ...report, address: house.lock.spec.address });
    const id = attempt['action_attempt_id'];
    expect(events()).toEqual([
      ['action_attempt.unlock_door.failed', id],
      ['lock.unlocked', id],
    ]);
  });

  test('when the bridge ended meanwhile, has an end that says that nobody knows', async () => {
    slowly(20_000);
    const answer = house.call('locks/unlock_door', { device_id: house.deviceId });
    await house.clock.advance(9_000);
    const id = attemptOf(await answer)['action_attempt_id'];
    vi.spyOn(house.store, 'putActionAttempt').mockImplementation(() => {
      throw new Error('too late');
    });
    await house.restart();
    const after = await get(id);
    expect(after).toMatchObject({ status: 'error', error: { type: 'outcome_unknown' } });
    expect(events()).toEqual([['action_attempt.unlock_door.failed', id]]);
    await house.restart();
    expect(await get(id), 'once').toEqual(after);
  });

  test('on a full disk is opened, waited for and answered, though nobody can ask for it later', async () => {
    slowly(12_000);
    vi.spyOn(house.store, 'putActionAttempt').mockImplementation(() => {
      throw new Error('disk full');
    });
    const attempt = await unlock(13_000);
    expect(attempt).toMatchObject({ status: 'success' });
    expect(house.lock.locked).toBe(false);
    expect(
      await house.call('action_attempts/get', { action_attempt_id: attempt['action_attempt_id'] }),
    ).toMatchObject({ ok: false, error: { type: 'action_attempt_not_found', status: 404 } });
  });
});

test('attempts are listed newest first, by lock, by ids, in pages, and kept as long as events', async () => {
  const ids: (AnswerValue | undefined)[] = [];
  for (let n = 0; n < 3; n += 1) ids.unshift((await unlock(1_000))['action_attempt_id']);
  const other = house.call('locks/lock_door', { device_id: house.deviceIdOf(house.locks[1]!) });
  await house.clock.advance(1_000);
  const elsewhere = attemptOf(await other)['action_attempt_id'];
  const list = async (params: object): Promise<AnswerBody> =>
    body(await house.call('action_attempts/list', params));
  const idsOf = ({ action_attempts: found }: AnswerBody): (AnswerValue | undefined)[] => {
    if (!isList(found)) throw new Error('no list');
    return found.map((one) => (isRecord(one) ? one['action_attempt_id'] : undefined));
  };
  expect(idsOf(await list({}))).toEqual([elsewhere, ...ids]);
  expect(idsOf(await list({ device_id: house.deviceId }))).toEqual(ids);
  expect(idsOf(await list({ action_attempt_ids: [ids[2], elsewhere] }))).toEqual([elsewhere, ids[2]]);
  expect(idsOf(await list({ action_attempt_ids: [] }))).toEqual([]);
  const first = await list({ limit: 2 });
  expect(idsOf(first)).toEqual([elsewhere, ids[0]]);
  await unlock(1_000);
  const { pagination } = first;
  const cursor = isRecord(pagination) ? pagination['next_page_cursor'] : undefined;
  const second = await list({ limit: 2, page_cursor: cursor });
  expect(idsOf(second), 'what came meanwhile moves nothing').toEqual([ids[1], ids[2]]);
  expect(second['pagination']).toMatchObject({ has_next_page: false });
  house.store.prune(house.clock.now() + 1, { eventsMs: 0, journalMs: 0 });
  expect(idsOf(await list({}))).toEqual([]);
});
