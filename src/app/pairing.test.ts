import { afterEach, describe, expect, test } from 'vitest';
import { body, refused } from '../../test/support/answers.ts';
import { House, lockSpec } from '../../test/support/house.ts';
import { problem, ScriptedMembership } from '../../test/support/scripted-membership.ts';
import { LockAddress } from '../core/ids.ts';
import type { Answer } from './answer.ts';

let house: House;
let membership: ScriptedMembership;

const front = lockSpec();
const side = lockSpec({ address: LockAddress('simulated:2'), name: 'Side door' });

const build = async (): Promise<void> => {
  house = new House([front, side]);
  membership = new ScriptedMembership(house.driver, [house.locks[1]!]);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const pairingOf = (answer: Answer): Record<string, unknown> => ({
  ...(body(answer)['pairing'] as Record<string, unknown>),
});
const start = (params: object = {}): Promise<Answer> =>
  house.call('lockstep/pairing/start', { radio: 'simulated', ...params });
const idOf = (answer: Answer): string => String(pairingOf(answer)['pairing_id']);
const look = async (id: string): Promise<Record<string, unknown>> =>
  pairingOf(await house.call('lockstep/pairing/get', { pairing_id: id }));
const addressOfSide = side.address;
const paired = {
  kind: 'paired',
  address: addressOfSide,
  security: 'S2 Access Control',
  warning: undefined,
} as const;

describe('pairing', () => {
  test('is begun, tells each step, asks for the PIN and ends with the new lock', async () => {
    await build();
    const begun = await start();
    expect(pairingOf(begun)).toMatchObject({ kind: 'pair', state: 'running', step: 'starting', error: null });
    const id = idOf(begun);
    const { hooks, end } = membership.pairing;
    hooks.onStep({ kind: 'listening' });
    expect(await look(id)).toMatchObject({
      step: 'listening',
      message: expect.stringContaining('Start pairing') as string,
    });
    hooks.onStep({ kind: 'found', address: undefined });
    hooks.onStep({ kind: 'securing', security: 'S2 Access Control' });
    hooks.onStep({ kind: 'pin_needed', dsk: '-12345-23456' });
    const asked = hooks.askPin('-12345-23456', new AbortController().signal);
    expect(await look(id)).toMatchObject({ step: 'pin_needed', dsk: '-12345-23456' });
    expect((await house.call('lockstep/pairing/pin', { pairing_id: id, pin: '04711' })).ok).toBe(true);
    expect(await asked).toBe('04711');
    hooks.onStep({ kind: 'added', address: addressOfSide, security: 'S2 Access Control', weak: false });
    hooks.onStep({ kind: 'interviewing', address: addressOfSide, stage: 'CCs' });
    hooks.onStep({ kind: 'interviewing', address: addressOfSide, stage: 'CCs' });
    membership.join(house.locks[1]!);
    end(paired);
    await house.settle();
    const done = await look(id);
    expect(done).toMatchObject({
      state: 'done',
      step: 'done',
      message: 'Side door is paired.',
      security: 'S2 Access Control',
      warning: null,
      error: null,
      device_id: house.deviceIdOf(house.locks[1]!),
    });
    const events = house.store
      .events(0, 1000)
      .filter((event) => !event.eventType.startsWith('lockstep.lock_'));
    const told = events.slice(events.findIndex((event) => event.eventType.startsWith('lockstep.pairing')));
    expect(told.map(({ eventType, payload }) => [eventType, payload['step']])).toEqual([
      ...['starting', 'listening', 'found', 'securing', 'pin_needed', 'added', 'interviewing'].map((step) => [
        'lockstep.pairing_step',
        step,
      ]),
      ['device.added', undefined],
      ['device.connected', undefined],
      ['lockstep.pairing_done', undefined],
    ]);
    expect(told.at(-1)).toMatchObject({
      deviceId: done['device_id'],
      payload: { pairing_id: id, kind: 'pair' },
    });
    expect(JSON.stringify([done, told, house.logged])).not.toContain('04711');
  });

  test('passes QR text and PIN to the driver, and keeps neither', async () => {
    await build();
    const qr_code = '900132782003515253545541424344453132333435';
    const params = { radio: 'simulated', qr_code, dsk_pin: '04711' };
    const once = await house.call('lockstep/pairing/start', params, 'r1');
    expect(membership.pairing.request).toEqual({ qrCode: qr_code, dskPin: '04711' });
    const again = await house.call('lockstep/pairing/start', params, 'r1');
    expect(again).toEqual(once);
    expect(membership.pairings).toHaveLength(1);
    const kept = [
      once,
      house.store.answer('test/lockstep/pairing/start', 'r1'),
      house.store.events(0, 1000),
      house.logged,
    ];
    expect(JSON.stringify(kept)).not.toMatch(/04711|90013278/);
  });

  test('takes a warning for a weak link to the end', async () => {
    await build();
    const id = idOf(await start());
    membership.pairing.hooks.onStep({ kind: 'added', address: addressOfSide, security: 'S0', weak: true });
    expect((await look(id))['message']).toContain('WARNING');
    membership.join(house.locks[1]!);
    membership.pairing.end({ ...paired, security: 'S0', warning: 'S0 can be listened to.' });
    await house.settle();
    expect(await look(id)).toMatchObject({
      state: 'done',
      security: 'S0',
      warning: 'S0 can be listened to.',
    });
  });

  test('ends with the lock on record, even where the driver has not told of it yet', async () => {
    await build();
    const id = idOf(await start());
    membership.join(house.locks[1]!, false);
    membership.pairing.end(paired);
    await house.settle(0);
    expect(await look(id)).toMatchObject({ state: 'done', device_id: house.deviceIdOf(house.locks[1]!) });
  });

  test('ends well although the lock shows up on no list, after a while', async () => {
    await build();
    const id = idOf(await start());
    membership.pairing.end(paired);
    await house.settle(9_000);
    expect((await look(id))['state']).toBe('running');
    await house.settle(1_000);
    expect(await look(id)).toMatchObject({ state: 'done', device_id: null });
  });

  test('that fails says why and what is left behind, and the next one may begin', async () => {
    await build();
    const id = idOf(await start());
    membership.pairing.hooks.onStep({ kind: 'releasing', address: addressOfSide });
    membership.pairing.end(problem('wrong_pin', addressOfSide));
    await house.settle(0);
    const failed = await look(id);
    expect(failed).toMatchObject({
      state: 'failed',
      step: 'failed',
      device_id: null,
      error: { type: 'wrong_pin', left_behind: addressOfSide },
    });
    expect(house.store.events(0, 1000).at(-1)).toMatchObject({
      eventType: 'lockstep.pairing_failed',
      payload: { error: { type: 'wrong_pin' }, left_behind: addressOfSide },
    });
    expect((await start()).ok).toBe(true);
  });

  test('twice at a time on one radio is refused, naming the one under way', async () => {
    await build();
    const id = idOf(await start());
    const second = await start();
    expect(refused(second)).toMatchObject({ type: 'pairing_busy', status: 409, data: { pairing_id: id } });
    const removing = await house.call('lockstep/devices/remove', { device_id: house.deviceId });
    expect(refused(removing).type).toBe('pairing_busy');
    expect(membership.pairings).toHaveLength(1);
  });

  test.each([
    ['no such driver', { radio: 'zigbee' }, 'driver_not_found', 'no zigbee driver is configured'],
    ['no radio named', { radio: undefined }, 'invalid_input', 'radio'],
    ['a PIN that is a number', { dsk_pin: 4711 }, 'invalid_input', 'dsk_pin'],
    ['a PIN of four digits', { dsk_pin: '4711' }, 'invalid_input', 'dsk_pin'],
    ['a PIN that no label has', { dsk_pin: '65536' }, 'invalid_input', 'at most 65535'],
    ['an empty QR text', { qr_code: '' }, 'invalid_input', 'qr_code'],
    ['something unknown', { pin: '04711' }, 'invalid_input', 'pin: unknown parameter'],
  ])('with %s is refused before the radio listens', async (_what, params, type, message) => {
    await build();
    const error = refused(await start(params));
    expect(error.type).toBe(type);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('4711');
    expect(membership.pairings).toEqual([]);
  });

  test('with the radio down, or a driver that cannot, is refused', async () => {
    await build();
    house.driver.setRadio('lost');
    expect(refused(await start())).toMatchObject({ type: 'hub_disconnected', status: 503 });
    house.driver.setRadio('ready');
    Object.defineProperty(house.driver, 'membership', { value: undefined });
    expect(refused(await start())).toMatchObject({ type: 'unsupported', status: 400 });
  });

  test('takes a PIN only while it waits for one, each attempt anew', async () => {
    await build();
    const id = idOf(await start());
    const give = (pin: string): Promise<Answer> =>
      house.call('lockstep/pairing/pin', { pairing_id: id, pin });
    expect(refused(await give('11111')).type).toBe('pin_not_needed');
    const { hooks, signal } = membership.pairing;
    const first = hooks.askPin('-1', signal);
    await give('11111');
    expect(await first).toBe('11111');
    expect(refused(await give('22222')).type).toBe('pin_not_needed');
    const second = hooks.askPin('-1', signal);
    await give('33333');
    expect(await second).toBe('33333');
    const unknown = { pairing_id: '00000000-0000-4000-8000-000000000404', pin: '11111' };
    expect(refused(await house.call('lockstep/pairing/pin', unknown))).toMatchObject({
      type: 'pairing_not_found',
      status: 404,
    });
  });

  test('gives the PIN up when nobody types it, when the driver does, and when it is aborted', async () => {
    await build();
    const id = idOf(await start());
    const { hooks, signal } = membership.pairing;
    const late = hooks.askPin('-1', signal);
    await house.settle(230_000);
    expect(await late).toBeUndefined();
    const driver = new AbortController();
    const given = hooks.askPin('-1', driver.signal);
    driver.abort();
    expect(await given).toBeUndefined();
    const third = hooks.askPin('-1', signal);
    expect((await house.call('lockstep/pairing/abort', { pairing_id: id })).ok).toBe(true);
    expect(await third).toBeUndefined();
    expect(signal.aborted).toBe(true);
    await house.settle(0);
    expect(await look(id)).toMatchObject({ state: 'failed', error: { type: 'aborted' } });
    expect((await house.call('lockstep/pairing/abort', { pairing_id: id })).ok, 'twice is once').toBe(true);
  });

  test('that takes for ever is given up: first asked to end, then left', async () => {
    await build();
    const id = idOf(await start());
    membership.obeys = false;
    await house.settle(25 * 60_000);
    expect(membership.pairing.signal.aborted).toBe(true);
    expect((await look(id))['state']).toBe('running');
    await house.settle(150_000);
    expect(await look(id)).toMatchObject({ state: 'failed', error: { type: 'timeout' } });
  });

  test('ends with the daemon', async () => {
    await build();
    const id = idOf(await start());
    const stopped = house.controller.stop();
    expect(membership.pairing.signal.aborted).toBe(true);
    await stopped;
    expect(house.controller.pairings.get(id)).toMatchObject({ state: 'failed' });
    expect(
      house.controller.pairings.pair('simulated', { qrCode: undefined, dskPin: undefined }),
    ).toMatchObject({
      kind: 'refused',
    });
  });

  test('keeps the radio to itself while the lock is secured, but not while it listens or waits for a person', async () => {
    await build();
    await start();
    const { hooks, signal, end } = membership.pairing;
    const unlock = async (): Promise<boolean> => {
      let answered = false;
      const answer = house.call('locks/unlock_door', { device_id: house.deviceId }).then(() => {
        answered = true;
      });
      await house.settle(5_000);
      const early = answered;
      hooks.onStep({ kind: 'listening' });
      await house.settle(31_000);
      await answer;
      return early;
    };
    hooks.onStep({ kind: 'listening' });
    expect(await unlock(), 'listening').toBe(true);
    hooks.onStep({ kind: 'found', address: undefined });
    expect(await unlock(), 'securing').toBe(false);
    hooks.onStep({ kind: 'securing', security: 'S2' });
    hooks.onStep({ kind: 'pin_needed', dsk: '-1' });
    const asked = hooks.askPin('-1', signal);
    expect(await unlock(), 'a person types').toBe(true);
    hooks.onStep({ kind: 'pin_needed', dsk: '-1' });
    await house.call('lockstep/pairing/pin', {
      pairing_id: idOf(await start().then(busyWith)),
      pin: '12345',
    });
    await asked;
    expect(await unlock(), 'the PIN was given').toBe(false);
    hooks.onStep({ kind: 'securing', security: 'S2' });
    hooks.onStep({ kind: 'added', address: addressOfSide, security: 'S2', weak: false });
    expect(await unlock(), 'added').toBe(true);
    hooks.onStep({ kind: 'found', address: undefined });
    await house.settle(60_000);
    expect(await unlock(), 'a minute is the most').toBe(true);
    end(problem('unspecified'));
    await house.settle(0);
  });
});

/** The running pairing, as the refusal of a second one names it. */
const busyWith = (answer: Answer): Answer => {
  const error = refused(answer) as unknown as { data: { pairing_id: string } };
  return { ok: true, body: { pairing: error.data } };
};
