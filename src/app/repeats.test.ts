import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aBridge } from '../../test/support/bridge-info.ts';
import { House } from '../../test/support/house.ts';
import { createChanges } from '../ports/changes.ts';
import { delay } from '../ports/clock.ts';
import type { OperateOutcome } from '../ports/lock-driver.ts';
import type { Answer, App } from './answer.ts';
import { createApp } from './index.ts';

let house: House;
let app: App;
/** Commands that reached the lock's radio. */
let moves: string[];
const operationMs = 8_000;

/** The door as after a restart: what is only in memory is gone, what is in the store is not. */
const newApp = (): App => {
  const { store, clock, random, log } = house;
  return createApp({
    store,
    clock,
    clockTrust: house.parts.clockTrust,
    random,
    log,
    changes: createChanges(),
    reconciler: {
      kick: (device) => {
        house.controller.kick(device);
      },
      audit: () => undefined,
      operate: async (_device, action): Promise<OperateOutcome> => {
        moves.push(action);
        await delay(clock, operationMs);
        return { kind: 'done', confirmed: true };
      },
      inFlight: () => undefined,
      configureAutoLock: () => Promise.resolve({ kind: 'done', confirmed: true }),
      givenName: ({ name }) => name,
      outlooks: (device) => house.controller.outlooks(device),
      lockDeferral: (device) => house.controller.lockDeferral(device),
      isListed: () => true,
      inspect: () => undefined,
      facts: () => ({}),
      drivers: () => [],
      certify: (request) => house.controller.certify(request),
      certification: (id) => house.controller.certification(id),
      pairings: house.controller.pairings,
      usableSlots: (device) => house.controller.usableSlots(device),
      leadMs: house.controller.leadMs,
    },
    bridge: {
      bridgeId: 'test',
      version: '0',
      startedAt: clock.now(),
      ...aBridge(clock),
      timeZoneOf: () => 'Europe/Berlin',
    },
  });
};

beforeEach(async () => {
  house = new House();
  await house.settle();
  moves = [];
  app = newApp();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

interface Repeat {
  readonly id?: string;
  readonly caller?: string;
  readonly expiresAt?: number;
  readonly on?: App;
}
const call = (
  route: string,
  params: object,
  { id = 'r1', caller = 'test', expiresAt, on = app }: Repeat = {},
): Promise<Answer> =>
  on.call(route, { device_id: house.deviceId, ...params }, { caller, requestId: id, expiresAt });
const create = (params: object = { code: '1357' }, repeat?: Repeat): Promise<Answer> =>
  call('access_codes/create', params, repeat);
const unlock = (repeat?: Repeat): Promise<Answer> => call('locks/unlock_door', {}, repeat);
const codes = (): number => house.store.accessCodes().length;
const errorType = (answer: Answer): string | undefined => (answer.ok ? undefined : answer.error.type);
const conflict = { ok: false, error: { type: 'idempotency_conflict', status: 409 } };

describe('the same request again', () => {
  test('has the same answer, its PIN included, and no second effect', async () => {
    const first = await create();
    const seq = house.store.lastSeq();
    expect(await create()).toEqual(first);
    expect(await create({ code: '1357', device_id: house.deviceId })).toEqual(first);
    expect(codes()).toBe(1);
    expect(house.store.lastSeq()).toBe(seq);
  });

  test('has the same answer when the PIN was generated, after a restart, and after what it made is gone', async () => {
    const first = await create({});
    expect(await create({}, { on: newApp() })).toEqual(first);
    const [made] = house.store.accessCodes();
    await house.call('access_codes/delete', { access_code_id: made?.accessCodeId ?? '' });
    await house.settle();
    expect(await create({})).toEqual(first);
    expect(codes()).toBe(0);
  });

  test('has the same refusal, even if it would be fine by now', async () => {
    const taken = await house.create('1357');
    const first = await create();
    expect(errorType(first)).toBe('duplicate_access_code');
    await house.call('access_codes/delete', { access_code_id: taken });
    await house.settle();
    expect(await create()).toEqual(first);
    expect(codes()).toBe(0);
  });

  test('in another order of its keys is the same request', async () => {
    const first = await create({ code: '1357', name: 'x' });
    expect(await create({ name: 'x', code: '1357' })).toEqual(first);
    expect(codes()).toBe(1);
  });

  test('with other parameters is a conflict and does nothing', async () => {
    const first = await create();
    for (const params of [{ code: '2468' }, { code: '1357', name: 'x' }, {}])
      expect(await create(params)).toMatchObject(conflict);
    expect(codes()).toBe(1);
    expect(await create(), 'the first answer still stands').toEqual(first);
  });

  test('is one for each route, caller and id', async () => {
    await create();
    expect(errorType(await create({ code: '2468' }, { id: 'r2' }))).toBeUndefined();
    expect(errorType(await create({ code: '3691' }, { caller: 'other' }))).toBeUndefined();
    expect(errorType(await unlockNow())).toBeUndefined();
    expect(codes()).toBe(3);
  });

  test('that was malformed before may be put right under the same id', async () => {
    expect(errorType(await create({ code: 1357 }))).toBe('invalid_input');
    expect(errorType(await create())).toBeUndefined();
  });

  test('without an id is a new request', async () => {
    const again = (): Promise<Answer> =>
      app.call(
        'access_codes/create',
        { device_id: house.deviceId },
        { caller: 'test', requestId: undefined, expiresAt: undefined },
      );
    await again();
    await again();
    expect(codes()).toBe(2);
  });
});

const unlockNow = async (repeat?: Repeat): Promise<Answer> => {
  const answer = unlock(repeat);
  await house.clock.advance(operationMs);
  return answer;
};

describe('an unlock', () => {
  test('asked again while it is under way waits for the same answer, and moves the lock once', async () => {
    const first = unlock();
    await house.clock.advance(operationMs / 2);
    const second = unlock();
    let early = false;
    void second.then(() => (early = true));
    await house.clock.advance(operationMs / 2 - 1);
    expect(early).toBe(false);
    await house.clock.advance(1);
    expect(await second).toEqual(await first);
    expect(await first).toMatchObject({ ok: true, body: { action_attempt: { status: 'success' } } });
    expect(moves).toEqual(['unlock']);
  });

  test('asked again when it is over has the same answer and leaves the lock alone', async () => {
    const first = await unlockNow();
    expect(await unlock()).toEqual(first);
    expect(await unlock({ on: newApp() })).toEqual(first);
    expect(moves).toEqual(['unlock']);
  });

  test('asked again with other parameters while it is under way is a conflict', async () => {
    const first = unlock();
    await house.clock.advance(1);
    expect(await call('locks/unlock_door', { sync: true })).toMatchObject(conflict);
    await house.clock.advance(operationMs);
    expect((await first).ok).toBe(true);
    expect(moves).toEqual(['unlock']);
  });

  test('cut off by a restart is never done twice: asked again, its outcome is unknown (FIELD-BUGS 32)', async () => {
    void unlock();
    await house.clock.advance(operationMs / 2);
    const afterRestart = newApp();
    for (let n = 0; n < 2; n += 1)
      expect(await unlock({ on: afterRestart })).toMatchObject({
        ok: false,
        error: { type: 'outcome_unknown', status: 409 },
      });
    expect(moves).toEqual(['unlock']);
    expect(errorType(await unlockNow({ id: 'r2', on: afterRestart }))).toBeUndefined();
    expect(moves).toEqual(['unlock', 'unlock']);
  });

  test('that the lock refuses is remembered as refused', async () => {
    const device = house.store.devices()[0]!;
    const able = { ...device.capabilities!, remoteLock: false };
    house.store.putDevice({ ...device, capabilities: able });
    const first = await unlock();
    expect(errorType(first)).toBe('unsupported');
    house.store.putDevice(device);
    expect(await unlock()).toEqual(first);
    expect(moves).toEqual([]);
  });
});

describe('a request that has expired', () => {
  const expired = { ok: false, error: { type: 'request_expired', status: 400 } };

  test('does nothing, from the very millisecond', async () => {
    const now = house.clock.now();
    for (const route of ['access_codes/create', 'locks/unlock_door', 'access_codes/list'])
      expect(await call(route, {}, { expiresAt: now })).toMatchObject(expired);
    expect(codes()).toBe(0);
    expect(moves).toEqual([]);
    expect(errorType(await create(undefined, { id: 'r2', expiresAt: now + 1 }))).toBeUndefined();
  });

  test('is not remembered: the same id may be used for a new try', async () => {
    expect(await create(undefined, { expiresAt: house.clock.now() })).toMatchObject(expired);
    expect(errorType(await create())).toBeUndefined();
  });

  test('but was answered before has the same answer again', async () => {
    const expiresAt = house.clock.now() + 1_000;
    const first = await create(undefined, { expiresAt });
    await house.clock.advance(60_000);
    expect(await create(undefined, { expiresAt })).toEqual(first);
    expect(await create({ code: '2468' }, { expiresAt })).toMatchObject(conflict);
    expect(codes()).toBe(1);
  });

  test('while its first sending is still under way waits for the same answer', async () => {
    const expiresAt = house.clock.now() + 1_000;
    const first = unlock({ expiresAt });
    await house.clock.advance(2_000);
    const second = unlock({ expiresAt });
    await house.clock.advance(operationMs);
    expect(await second).toEqual(await first);
    expect((await second).ok).toBe(true);
    expect(moves).toEqual(['unlock']);
  });

  test('and is malformed is told what is wrong with it', async () => {
    expect(errorType(await create({ code: 7 }, { expiresAt: 0 }))).toBe('invalid_input');
  });
});

test('what is remembered holds no PIN in clear outside the vault, and stays for 24 h', async () => {
  const first = await create({ code: '73059164' });
  house.store.prune(house.clock.now() + 24 * 60 * 60_000 - 1, { eventsMs: 1e12, journalMs: 1e12 });
  expect(await create({ code: '73059164' })).toEqual(first);
  expect(house.store.answer('test/access_codes/create', 'r1')?.digest).not.toContain('73059164');
});
