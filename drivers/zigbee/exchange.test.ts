import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LockAddress } from '../../src/core/ids.ts';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import { realClock, temporaryHost } from '../../test/support/driver-host.ts';
import { never, pinOf, readyZigbee, zigbeeLockOf, zigbeeLocksOf } from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';

/** For what comes soon, on a machine that has much else to do. */
const patienceMs = 20_000;

const ordinary = {
  manufacturer: 'Lockworks',
  model: 'Exchange 1',
  manufacturer_code: 0x1337,
  power: 'mains',
  slots: 20,
  code_length: { min: 4, max: 8 },
  codes: { 1: '147036', 2: '0042' },
};

const locks = [
  { ...ordinary, name: 'Plain' },
  { ...ordinary, name: 'Stars', behaviour: { mask: 'stars' } },
  { ...ordinary, name: 'Octets', behaviour: { mask: 'ff' } },
  { ...ordinary, name: 'Nothing', behaviour: { mask: 'empty' } },
  { ...ordinary, name: 'Status', behaviour: { unreadable: 'pins' } },
  { ...ordinary, name: 'Mute', behaviour: { unreadable: 'all' } },
  { ...ordinary, name: 'Asked', pin_over_air: false },
  { ...ordinary, name: 'Strict', schedules: {}, clock: {}, behaviour: { duplicate_own_slot: true } },
  { ...ordinary, name: 'Flat', schedules: {}, clock: {} },
  { ...ordinary, name: 'Dozer', power: 'battery', poll_control: true },
  { ...ordinary, name: 'Wary', radio_needs_pin: true },
  { ...ordinary, name: 'Master', first_slot: 0, master_slot: 0, reserved_slots: [5] },
];
const ids = locks.map(({ name }) => name.toLowerCase());

describe('what locks hold and take', () => {
  const cleanup = new AsyncDisposableStack();
  let sim: ZigbeeSim;
  let driver: LockDriver;
  let lines: string[];
  let lock: (id: string) => LockAddress;

  beforeAll(async () => {
    sim = cleanup.use(await startZigbeeNetwork({ locks }));
    const host = cleanup.use(await temporaryHost(false));
    ({ lines } = host);
    // The 2 s that a bolt may take pass in 0.05.
    const clock = {
      ...realClock,
      after: (ms: number, fn: () => void) => realClock.after(ms === 2_000 ? 50 : ms, fn),
    };
    lock = await zigbeeLocksOf(sim, ids);
    ({ driver } = await readyZigbee(sim, { ...host.host, clock }, ids));
    cleanup.use(driver);
  });
  afterAll(() => cleanup.disposeAsync());

  const occupied = (pin: string | undefined, enabled = true) => ({
    kind: 'read',
    reading: { kind: 'occupied', pin: pin === undefined ? 'masked' : pinOf(pin), enabled },
  });
  const empty = { kind: 'read', reading: { kind: 'empty' } };
  const unsure = { kind: 'failed', why: 'timeout' };

  test('a slot is read with its code, leading zeros and all (FIELD-BUGS 18); an empty one is empty', async () => {
    expect(await driver.readSlot(lock('plain'), 2, never)).toEqual(occupied('0042'));
    expect(await driver.readSlot(lock('plain'), 3, never)).toEqual(empty);
  });

  test.each(['stars', 'octets', 'nothing'])(
    '%s in place of digits are a mask, never a code (FIELD-BUGS 1)',
    async (id) => {
      expect(await driver.readSlot(lock(id), 1, never)).toEqual(occupied(undefined));
      expect(await driver.readSlot(lock(id), 3, never)).toEqual(empty);
      expect((await driver.capabilities(lock(id), never))?.readBack).toBe('masked');
    },
  );

  test('a lock known to mask is asked for the status only: no PIN on the air in order to compare (FIELD-BUGS 2)', async () => {
    await driver.readSlot(lock('stars'), 1, never);
    await sim.resetFrames();
    expect(await driver.readSlot(lock('stars'), 2, never)).toEqual(occupied(undefined));
    expect((await sim.frames())['stars']?.by_command).toEqual({
      get_user_status: 1,
      get_user_status_response: 1,
    });
  });

  test('a lock that tells no PINs is read by the status of its users', async () => {
    expect((await driver.capabilities(lock('status'), never))?.readBack).toBe('masked');
    expect(await driver.readSlot(lock('status'), 1, never)).toEqual(occupied(undefined));
    expect(await driver.readSlot(lock('status'), 3, never)).toEqual(empty);
  });

  test('one that tells nothing at all is known for it before its slots are tried (FIELD-BUGS 15)', async () => {
    expect((await driver.capabilities(lock('mute'), never))?.readBack).toBe('none');
    expect(await driver.readSlot(lock('mute'), 1, never)).toEqual(unsure);
    expect(await driver.readSlot(lock('mute'), 3, never)).toEqual(unsure);
    // What it won't tell, it takes.
    expect(await driver.writeSlot(lock('mute'), 3, pinOf('998877'), never)).toEqual({ kind: 'accepted' });
    expect((await sim.codes('mute'))[3]).toBe('998877');
  });

  test('a lock that keeps PINs to itself until it is told otherwise was told so when it was configured, and is not again', async () => {
    await sim.resetFrames();
    expect(await driver.readSlot(lock('asked'), 1, never)).toEqual(occupied('147036'));
    expect(await driver.readSlot(lock('asked'), 2, never)).toEqual(occupied('0042'));
    expect((await sim.frames())['asked']?.by_command).toEqual({ get_pin_code: 2, get_pin_code_response: 2 });
    expect((await driver.capabilities(lock('asked'), never))?.readBack).toBe('full');
  });

  test('a code is written, overwritten, written once more and cleared; the lock itself has it', async () => {
    for (const digits of ['4711', '00123456', '00123456']) {
      expect(await driver.writeSlot(lock('plain'), 7, pinOf(digits), never)).toEqual({ kind: 'accepted' });
      expect((await sim.codes('plain'))[7]).toBe(digits);
    }
    const [slot] = (await sim.lock('plain')).slots.filter((one) => one.slot === 7);
    expect(slot).toMatchObject({ status: 'enabled', type: 'unrestricted' });
    expect(await driver.clearSlot(lock('plain'), 7, never)).toEqual({ kind: 'accepted' });
    expect((await sim.codes('plain'))[7]).toBeUndefined();
    expect(await driver.readSlot(lock('plain'), 7, never)).toEqual(empty);
  });

  test('a code is written disabled, and bound to its schedule, where the lock has schedules', async () => {
    const slot = async () => (await sim.lock('flat')).slots.find((one) => one.slot === 4);
    const write = (scheduled: boolean, enabled: boolean) =>
      driver.writeSlot(lock('flat'), 4, pinOf('5566'), never, { scheduled, enabled });
    expect(await write(true, false)).toEqual({ kind: 'accepted' });
    expect(await slot()).toMatchObject({ status: 'disabled', type: 'year_day', code: '5566' });
    const read = () => driver.readSlot(lock('flat'), 4, never);
    expect(await read()).toEqual({
      kind: 'read',
      reading: { kind: 'occupied', pin: pinOf('5566'), enabled: false, userType: 'year_day' },
    });
    expect(await write(true, true)).toEqual({ kind: 'accepted' });
    expect(await slot()).toMatchObject({ status: 'enabled', type: 'year_day' });
    expect(await write(false, true)).toEqual({ kind: 'accepted' });
    expect(await slot()).toMatchObject({ status: 'enabled', type: 'unrestricted' });
    expect(await read()).toMatchObject({ reading: { enabled: true, userType: 'unrestricted' } });
  });

  test('where it has none, no code is written that would be a user for all hours', async () => {
    const manner = { scheduled: true, enabled: true };
    expect(await driver.writeSlot(lock('plain'), 8, pinOf('5566'), never, manner)).toEqual({
      kind: 'refused',
      why: 'unsupported',
      certain: true,
    });
    expect((await sim.codes('plain'))[8]).toBeUndefined();
  });

  test('a lock that calls the PIN of the slot itself a duplicate is given its manner by commands of their own', async () => {
    const write = (scheduled: boolean, enabled: boolean) =>
      driver.writeSlot(lock('strict'), 4, pinOf('5566'), never, { scheduled, enabled });
    expect(await write(true, false)).toEqual({ kind: 'accepted' });
    expect(await write(true, true)).toEqual({ kind: 'accepted' });
    expect((await sim.lock('strict')).slots.find((one) => one.slot === 4)).toMatchObject({
      status: 'enabled',
      type: 'year_day',
    });
    // Without a word of it, it is to open at all hours again.
    expect(await driver.writeSlot(lock('strict'), 4, pinOf('5566'), never)).toEqual({ kind: 'accepted' });
    expect((await sim.lock('strict')).slots.find((one) => one.slot === 4)).toMatchObject({
      status: 'enabled',
      type: 'unrestricted',
    });
    // Where its type isn't taken, its status is left alone: it may open the door.
    expect(await write(true, false)).toEqual({ kind: 'accepted' });
    await sim.behaviour('strict', { answer_hold: true });
    const cut = driver.writeSlot(lock('strict'), 4, pinOf('5566'), never);
    await sim.event(({ lock: id, type }) => id === 'strict' && type === 'answer_held');
    await sim.behaviour('strict', { refuse: 1, answer_hold: false });
    expect(await cut).toEqual({ kind: 'refused', why: 'unspecified', certain: false });
    expect((await sim.lock('strict')).slots.find((one) => one.slot === 4)).toMatchObject({
      status: 'disabled',
      type: 'year_day',
    });
    // The PIN of another slot is a duplicate all the same.
    expect(
      await driver.writeSlot(lock('strict'), 6, pinOf('0042'), never, { scheduled: true, enabled: true }),
    ).toEqual({
      kind: 'refused',
      why: 'duplicate',
      certain: false,
    });
  });

  test('slots beyond the range, and slot 0, are never written (FIELD-BUGS 19)', async () => {
    const refused = { kind: 'refused', why: 'unsupported', certain: true };
    await sim.resetFrames();
    for (const slot of [0, -1, 21, 1.5, 0xffff, Number.NaN]) {
      expect(await driver.writeSlot(lock('master'), slot, pinOf('5566'), never), `${slot}`).toEqual(refused);
      expect(await driver.clearSlot(lock('master'), slot, never), `${slot}`).toEqual(refused);
      expect(await driver.readSlot(lock('master'), slot, never), `${slot}`).toEqual(unsure);
    }
    expect((await sim.frames())['master']?.application.to_lock).toBe(0);
  });

  test('a PIN of a length that the lock does not take never reaches the air', async () => {
    await sim.resetFrames();
    for (const digits of ['123', '123456789'])
      expect(await driver.writeSlot(lock('plain'), 8, pinOf(digits), never)).toEqual({
        kind: 'refused',
        why: 'format',
        certain: true,
      });
    expect((await sim.frames())['plain']?.application.to_lock).toBe(0);
  });

  test.each([
    [{ full: true }, { kind: 'refused', why: 'full', certain: true }],
    [{ refuse: 1 }, { kind: 'refused', why: 'unspecified', certain: false }],
    [{ lie: 1 }, { kind: 'accepted' }],
  ])('a set that the lock answers so: %j', async (behaviour, outcome) => {
    await sim.behaviour('plain', behaviour);
    expect(await driver.writeSlot(lock('plain'), 9, pinOf('909090'), never)).toEqual(outcome);
    expect((await sim.codes('plain'))[9]).toBeUndefined();
    await sim.behaviour('plain', { full: false, refuse: false, lie: false });
  });

  test.each([
    ['duplicate', { kind: 'refused', why: 'duplicate', certain: false }],
    ['failure', { kind: 'refused', why: 'unspecified', certain: false }],
  ])(
    'a PIN that another slot holds, answered as %s, is no certain refusal (FIELD-BUGS 8)',
    async (answer, outcome) => {
      await sim.behaviour('plain', { duplicate_answer: answer });
      expect(await driver.writeSlot(lock('plain'), 9, pinOf('0042'), never)).toEqual(outcome);
    },
  );

  test.each([
    ['mac_no_ack', 'unreachable', true],
    ['aps_no_ack', 'unreachable', true],
    ['no_route', 'unreachable', false],
  ] as const)('a frame that fails by %s', async (fault, why, mayHaveLanded) => {
    await sim.behaviour('plain', { [fault]: 1 });
    expect(await driver.writeSlot(lock('plain'), 9, pinOf('909090'), never)).toEqual({
      kind: 'failed',
      why,
      mayHaveLanded,
    });
    expect((await sim.codes('plain'))[9]).toBeUndefined();
    await sim.behaviour('plain', { [fault]: 1 });
    expect(await driver.readSlot(lock('plain'), 9, never)).toEqual({ kind: 'failed', why });
    // Sent once: a second frame by herdsman's recovery would have come through.
    expect(await driver.readSlot(lock('plain'), 9, never)).toEqual(empty);
  });

  test('a coordinator that has no room for a frame is at fault, not the lock', async () => {
    await sim.coordinator({ overload: 3 });
    for (let i = 0; i < 3; i += 1)
      expect(await driver.writeSlot(lock('plain'), 9, pinOf('909090'), never)).toEqual({
        kind: 'failed',
        why: 'radio_down',
        mayHaveLanded: false,
      });
    expect((await sim.codes('plain'))[9]).toBeUndefined();
    expect(driver.locks().find(({ address }) => address === lock('plain'))?.online).toBe(true);
    expect(await driver.readSlot(lock('plain'), 9, never)).toEqual(empty);
  });

  test('a sleeping lock that does not fetch its frames is asleep, and none is kept for when it asks for more', async () => {
    await sim.behaviour('dozer', { offline: true, expire_ms: 100 });
    expect(await driver.writeSlot(lock('dozer'), 9, pinOf('909090'), never)).toEqual({
      kind: 'failed',
      why: 'asleep',
      mayHaveLanded: true,
    });
    expect(await driver.operate(lock('dozer'), 'lock', never)).toEqual({ kind: 'failed', why: 'asleep' });
    await sim.behaviour('dozer', { offline: false, expire_ms: 7_000, poll_interval_ms: 200 });
    await sim.tell('/locks/dozer/check_in', {});
    expect(await driver.readSlot(lock('dozer'), 2, never)).toEqual(occupied('0042'));
    expect((await sim.codes('dozer'))[9]).toBeUndefined();
  });

  test('a set whose acknowledgement was lost may have landed, and has', async () => {
    await sim.behaviour('plain', { aps_no_ack: 1, no_ack_arrives: true });
    expect(await driver.writeSlot(lock('plain'), 10, pinOf('101010'), never)).toMatchObject({
      mayHaveLanded: true,
    });
    expect((await sim.codes('plain'))[10]).toBe('101010');
    await sim.behaviour('plain', { no_ack_arrives: false });
    expect(await driver.clearSlot(lock('plain'), 10, never)).toEqual({ kind: 'accepted' });
  });

  test('the bolt moves and reports it; the door is open or shut as the lock says', async () => {
    expect(await driver.operate(lock('plain'), 'unlock', never)).toEqual({ kind: 'done', confirmed: true });
    expect((await sim.lock('plain')).locked).toBe(false);
    expect(await driver.operate(lock('plain'), 'lock', never)).toEqual({ kind: 'done', confirmed: true });
    expect(driver.locks().find(({ address }) => address === lock('plain'))?.locked).toBe(true);
  });

  test('a bolt that reports where it is need not be asked', async () => {
    await sim.resetFrames();
    await driver.operate(lock('plain'), 'unlock', never);
    await driver.operate(lock('plain'), 'lock', never);
    const sent = (await sim.frames())['plain']?.by_command;
    expect(sent).toMatchObject({ lock: 1, unlock: 1 });
    expect(sent).not.toHaveProperty('read_attributes');
  });

  test('a bolt that does not stay where it was sent is not said to', async () => {
    await sim.behaviour('plain', { answer_hold: true, lose_events: true });
    const done = driver.operate(lock('plain'), 'unlock', never);
    await vi.waitFor(async () => {
      expect((await sim.lock('plain')).locked).toBe(false);
    }, patienceMs);
    await sim.bolt('plain', true);
    await sim.behaviour('plain', { answer_hold: false });
    expect(await done).toEqual({ kind: 'done', confirmed: false });
    await sim.behaviour('plain', { lose_events: false });
  });

  test('a lock that wants a PIN for each command is sent none: whose would it be?', async () => {
    expect((await driver.capabilities(lock('wary'), never))?.remoteLock).toBe(false);
    await sim.resetFrames();
    expect(await driver.operate(lock('wary'), 'unlock', never)).toEqual({
      kind: 'refused',
      why: 'unsupported',
    });
    expect((await sim.frames())['wary']?.application.to_lock).toBe(0);
  });

  test('no PIN, and no word of herdsman, is in the log', () => {
    const log = lines.join('\n');
    for (const secret of ['147036', '0042', '4711', '123456', '5566', '909090', sim.network.network_key])
      expect(log).not.toContain(secret);
    expect(log).not.toMatch(/zh:|ZCL command/);
  });
});

test('an answer that never comes is a timeout at the deadline, and the write may have landed (FIELD-BUGS 17)', async () => {
  const cleanup = new AsyncDisposableStack();
  onTestFinished(() => cleanup.disposeAsync());
  const sim = cleanup.use(await startZigbeeNetwork({ locks: [locks[0]!] }));
  const { host } = cleanup.use(await temporaryHost(false));
  // The 30 s that a call may take pass in 0.3.
  const clock = {
    ...realClock,
    after: (ms: number, fn: () => void) => realClock.after(ms === 30_000 ? 300 : ms, fn),
  };
  const { driver } = await readyZigbee(sim, { ...host, clock }, ['plain']);
  cleanup.use(driver);
  const lock = await zigbeeLockOf(sim, 'plain');
  await sim.behaviour('plain', { lose_answers: true });
  expect(await driver.writeSlot(lock, 5, pinOf('5555'), never)).toEqual({
    kind: 'failed',
    why: 'timeout',
    mayHaveLanded: true,
  });
  expect((await sim.codes('plain'))[5]).toBe('5555');
  // Its turn hasn't come: herdsman still waits for the answer before.
  expect(await driver.writeSlot(lock, 6, pinOf('6666'), never)).toEqual({
    kind: 'failed',
    why: 'timeout',
    mayHaveLanded: false,
  });
  expect((await sim.codes('plain'))[6]).toBeUndefined();
});
