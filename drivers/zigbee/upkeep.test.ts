import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LockAddress } from '../../src/core/ids.ts';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { realClock, temporaryHost } from '../../test/support/driver-host.ts';
import {
  configured,
  giveNetwork,
  hinted,
  never,
  openZigbee,
  pinOf,
  readyZigbee,
  zigbeeLockOf,
  zigbeeLocksOf,
} from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';

/** For what comes soon, on a machine that has much else to do. */
const patienceMs = 20_000;

const minute = 60_000;
const ordinary = {
  manufacturer: 'Lockworks',
  model: 'Upkeep 1',
  manufacturer_code: 0x1337,
  power: 'mains',
  slots: 20,
  code_length: { min: 4, max: 8 },
  codes: { 1: '147036' },
};
const named = (name: string, more: object = {}) => ({ ...ordinary, name, ...more });

/** Whole minutes, which only upkeep waits for, pass in a fifth of a second. */
const quick = {
  ...realClock,
  after: (ms: number, fn: () => void) => realClock.after(ms % minute === 0 ? ms / 300 : ms, fn),
};

const start = async (
  locks: readonly object[],
  clock = realClock,
): Promise<{
  sim: ZigbeeSim;
  host: Awaited<ReturnType<typeof temporaryHost>>['host'];
  stack: AsyncDisposableStack;
}> => {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const sim = stack.use(await startZigbeeNetwork({ locks }));
  const { host } = stack.use(await temporaryHost(false));
  return { sim, host: { ...host, clock }, stack };
};

/** Counts the timers that are set and neither over nor cancelled. */
const counting = (): { clock: typeof realClock; armed: () => number } => {
  const armed = new Set<symbol>();
  const after = (ms: number, fn: () => void): (() => void) => {
    const timer = Symbol();
    armed.add(timer);
    const cancel = realClock.after(ms, () => {
      armed.delete(timer);
      fn();
    });
    return () => {
      armed.delete(timer);
      cancel();
    };
  };
  return { clock: { ...realClock, after }, armed: () => armed.size };
};

const online = (driver: LockDriver, address: string): boolean | undefined =>
  driver.locks().find((one) => one.address === address)?.online;

const masksIn = async (sim: ZigbeeSim, id: string): Promise<unknown> => {
  const lock = await sim.lock(id);
  const attributes: unknown = lock['attributes'];
  return typeof attributes === 'object' && attributes !== null
    ? [0x45, 0x46, 0x41].map((mask): unknown => Reflect.get(attributes, `257/${mask}`))
    : undefined;
};

test('a lock is bound and told to report once, and after a restart of the bridge it is left in peace', async () => {
  const { clock, armed } = counting();
  const { sim, host, stack } = await start([named('Plain', { power: 'battery' })], clock);
  const lock = await zigbeeLockOf(sim, 'plain');
  const { driver } = await readyZigbee(sim, host, ['plain']);
  stack.use(driver);
  const { ieee } = await sim.coordinator();
  const { bindings } = await sim.lock('plain');
  for (const cluster of [0x0101, 0x0001, 0x0009])
    expect(bindings).toContainEqual({ endpoint: 1, cluster, destination: ieee, destinationEndpoint: 1 });
  expect(await driver.capabilities(lock, never)).toMatchObject({ reportsProgramming: true });
  expect(driver.locks()[0]).toMatchObject({ name: 'Plain', online: true, locked: true });
  const known = await driver.capabilities(lock, never);
  expect(armed()).toBeGreaterThan(0);
  await driver[Symbol.asyncDispose]();
  expect(armed(), 'timers left behind').toBe(0);
  await sim.resetFrames();
  const again = await openZigbee(sim.serial, host);
  stack.use(again.driver);
  await configured(host, again.driver, [lock]);
  expect(await again.driver.capabilities(lock, never)).toEqual(known);
  expect(await again.driver.readSlot(lock, 1, never)).toMatchObject({ kind: 'read' });
  expect((await sim.frames())['plain']?.by_command).toEqual({ get_pin_code: 1, get_pin_code_response: 1 });
});

test('a lock that told of no slots is asked again when the bridge starts anew, and when it comes back (FIELD-BUGS 23)', async () => {
  const keypadless = { behaviour: { bogus_user_count: 0 } };
  const { sim, host, stack } = await start([named('One', keypadless), named('Two', keypadless)]);
  await giveNetwork(sim, host);
  const [one, two] = [await zigbeeLockOf(sim, 'one'), await zigbeeLockOf(sim, 'two')];
  const slots = async (driver: LockDriver, lock: LockAddress) =>
    (await driver.capabilities(lock, never))?.slots;
  const first = await openZigbee(sim.serial, host);
  stack.use(first.driver);
  await configured(host, first.driver, [one, two], false);
  expect([await slots(first.driver, one), await slots(first.driver, two)]).toEqual([undefined, undefined]);
  await first.driver[Symbol.asyncDispose]();
  await sim.behaviour('one', { bogus_user_count: false });
  const { driver } = await openZigbee(sim.serial, host);
  stack.use(driver);
  await vi.waitFor(async () => {
    expect(await slots(driver, one)).toEqual({ first: 1, last: 20 });
  }, patienceMs);
  expect(await slots(driver, two)).toBeUndefined();
  await sim.behaviour('two', { bogus_user_count: false });
  await sim.tell('/locks/two/announce', {});
  await vi.waitFor(async () => {
    expect(await slots(driver, two)).toEqual({ first: 1, last: 20 });
  }, patienceMs);
});

test('a lock that was away when the bridge met it is asked and bound once it is back', async () => {
  const { sim, host, stack } = await start([named('Late')], quick);
  await sim.behaviour('late', { offline: true });
  await giveNetwork(sim, host);
  const { driver, hints } = await openZigbee(sim.serial, host);
  stack.use(driver);
  const lock = await zigbeeLockOf(sim, 'late');
  await vi.waitFor(() => {
    expect(online(driver, lock)).toBe(false);
  }, 10_000);
  expect(await driver.capabilities(lock, never)).toBeUndefined();
  expect(await driver.writeSlot(lock, 3, pinOf('3333'), never)).toMatchObject({ mayHaveLanded: false });
  await sim.behaviour('late', { offline: false });
  // As locks do when their power comes back; else its turn comes with the next try.
  await sim.tell('/locks/late/announce', {});
  await configured(host, driver, [lock]);
  expect(hints).toContainEqual({ kind: 'reachable', address: lock });
  expect(online(driver, lock)).toBe(true);
});

test('what happens at a lock that is hidden is told to nobody', async () => {
  const { sim, host, stack } = await start([named('Plain'), named('Hidden')]);
  const [plain, hidden] = [await zigbeeLockOf(sim, 'plain'), await zigbeeLockOf(sim, 'hidden')];
  const before = await readyZigbee(sim, host, ['plain', 'hidden']);
  await before.driver[Symbol.asyncDispose]();
  const marks = JSON.stringify({ unfinished: [hidden.replace('zigbee:', '')] });
  await writeFile(join(host.dataDir, 'membership.json'), marks);
  const { driver, hints } = await openZigbee(sim.serial, host);
  stack.use(driver);
  await configured(host, driver, [plain]);
  for (const id of ['hidden', 'plain']) {
    await sim.keypad(id, { action: 'add', slot: 5, code: '5050' });
    await sim.keypad(id, { action: 'enter', code: '147036' });
  }
  await vi.waitFor(() => {
    expect(hints).toContainEqual(expect.objectContaining({ kind: 'access', address: plain }));
  }, patienceMs);
  expect(hints.filter((hint) => 'address' in hint && hint.address === hidden)).toEqual([]);
});

test('24 locks of which 3 are dead: the others answer while the dead ones are still being called', async () => {
  const all = Array.from({ length: 24 }, (_, i) => named(`Room ${i + 1}`));
  const { sim, host, stack } = await start(all);
  const ids = await sim.ids();
  const { driver } = await readyZigbee(sim, host, ids);
  stack.use(driver);
  const dead = ids.filter((_, index) => index % 8 === 3);
  for (const id of dead) await sim.behaviour(id, { offline: true, no_ack_ms: 700 });
  const ended: string[] = [];
  const read = async (id: string): Promise<string> => {
    const outcome = await driver.readSlot(await zigbeeLockOf(sim, id), 1, never);
    ended.push(id);
    return outcome.kind;
  };
  const outcomes = await Promise.all(ids.map(read));
  expect(outcomes.filter((kind) => kind === 'read')).toHaveLength(21);
  expect(ended.slice(-3).toSorted()).toEqual(dead.toSorted());
});

describe('on a network whose locks are known', () => {
  const locks = [
    named('Plain', { sw_build: '2.4.1' }),
    named('Maskless', { event_masks: 'none' }),
    named('Lacking', { missing_attributes: [0x0033, 0x0044, 0x0015], code_length: { min: 5, max: 7 } }),
    named('Confused', { code_length_told: { min: 9, max: 3 }, missing_attributes: [0x0012] }),
    named('Roamer'),
    named('Blank', { behaviour: { mask: 'stars' } }),
  ];
  const ids = locks.map(({ name }) => name.toLowerCase());
  const cleanup = new AsyncDisposableStack();
  let sim: ZigbeeSim;
  let driver: LockDriver;
  let hints: Hint[];
  let at: (id: string) => LockAddress;

  beforeAll(async () => {
    sim = cleanup.use(await startZigbeeNetwork({ locks }));
    const { host } = cleanup.use(await temporaryHost(false));
    at = await zigbeeLocksOf(sim, ids);
    ({ driver, hints } = await readyZigbee(sim, { ...host, clock: quick }, ids));
    cleanup.use(driver);
  });
  afterAll(() => cleanup.disposeAsync());

  test('what a lock does not confirm of its event masks is not believed (FIELD-BUGS 20)', async () => {
    const reports = async (id: string) => (await driver.capabilities(at(id), never))?.reportsProgramming;
    expect(await reports('maskless')).toBe(false);
    expect(await reports('plain')).toBe(true);
  });

  test('a lock that lacks an attribute tells the others of the same question all the same', async () => {
    expect(await driver.capabilities(at('lacking'), never)).toMatchObject({
      slots: { first: 1, last: 20 },
      codeLengths: [5, 6, 7],
      reportsProgramming: true,
      remoteLock: true,
    });
  });

  test('a lock that tells nonsense of its codes is taken as locks usually are; its users may be told in total only', async () => {
    const lock = at('confused');
    expect(await driver.capabilities(lock, never)).toMatchObject({
      slots: { first: 1, last: 20 },
      codeLengths: [4, 5, 6, 7, 8],
    });
    expect(await driver.writeSlot(lock, 20, pinOf('2020'), never)).toEqual({ kind: 'accepted' });
  });

  test('what is known of a lock and of the radio is told without asking them', async () => {
    const lock = at('plain');
    await sim.resetFrames();
    expect(driver.inspect?.(lock)).toMatchObject({
      security: 'Zigbee network key',
      weakSecurity: false,
      product: 'Lockworks Upkeep 1',
      firmware: '2.4.1',
      reach: 'alive',
      undelivered: 0,
      unanswered: 0,
    });
    const { ieee } = await sim.coordinator();
    const told = driver.facts?.() ?? {};
    expect(told).toMatchObject({
      'zigbee-herdsman': '11.1.1',
      coordinator: 'ZStack3x0',
      'coordinator address': ieee,
      channel: String(sim.network.channel),
      'pan id': `0x${sim.network.pan_id.toString(16)}`,
      locks: String(locks.length),
      'silent locks': 'none',
    });
    expect(JSON.stringify(told)).not.toContain(sim.network.network_key);
    expect((await sim.frames())['plain']?.total).toBe(0);
  });

  test('a lock that was off the air is found again, nobody touching it', async () => {
    const lock = at('roamer');
    await sim.behaviour('roamer', { offline: true });
    expect(await driver.readSlot(lock, 1, never)).toEqual({ kind: 'failed', why: 'unreachable' });
    expect(online(driver, lock)).toBe(true);
    await driver.readSlot(lock, 1, never);
    expect(online(driver, lock)).toBe(false);
    expect(driver.inspect?.(lock)).toMatchObject({ reach: 'dead', undelivered: 2 });
    hints.length = 0;
    await sim.behaviour('roamer', { offline: false });
    await hinted(hints, { kind: 'reachable', address: lock });
    expect(online(driver, lock)).toBe(true);
  });

  test('a lock that joins again under another network address is the same lock, with its codes', async () => {
    const lock = at('plain');
    const known = driver.locks().map(({ address }) => address);
    const before = (await sim.lock('plain')).network_address;
    await sim.rejoin('plain');
    expect((await sim.lock('plain')).network_address).not.toBe(before);
    await vi.waitFor(async () => {
      expect(await driver.readSlot(lock, 1, never)).toMatchObject({
        kind: 'read',
        reading: { kind: 'occupied' },
      });
    }, patienceMs);
    expect(driver.locks().map(({ address }) => address)).toEqual(known);
  });

  test('one that says nothing of its new address is looked for, and found', async () => {
    const lock = at('roamer');
    await sim.rejoin('roamer', false);
    hints.length = 0;
    expect(await driver.readSlot(lock, 1, never)).toMatchObject({ kind: 'failed' });
    await hinted(hints, { kind: 'reachable', address: lock });
    expect(await driver.readSlot(lock, 1, never)).toMatchObject({ kind: 'read' });
  });

  test('a lock that was reset and joins again has its settings restored, and its slots are looked at (FIELD-BUGS 31)', async () => {
    const lock = at('blank');
    expect(await driver.capabilities(lock, never)).toMatchObject({ readBack: 'masked' });
    expect(await masksIn(sim, 'blank')).toEqual([0x1f, 0x7d, 0xff]);
    await sim.tell('/locks/blank/factory_reset', {});
    hints.length = 0;
    await sim.rejoin('blank');
    await hinted(hints, { kind: 'slot', address: lock, slot: undefined });
    await vi.waitFor(async () => {
      expect(await masksIn(sim, 'blank')).toEqual([0x1f, 0x7d, 0xff]);
    }, patienceMs);
    await vi.waitFor(async () => {
      expect(await driver.capabilities(lock, never)).toMatchObject({ reportsProgramming: true });
    }, patienceMs);
    await sim.behaviour('blank', { mask: false });
    await sim.keypad('blank', { action: 'add', slot: 4, code: '4444' });
    await hinted(hints, { kind: 'slot', address: lock, slot: 4 });
    // Another firmware, another setting: what it withheld before says nothing any more.
    expect(await driver.readSlot(lock, 4, never)).toMatchObject({ reading: { pin: pinOf('4444') } });
  });

  test('a call that is given up, before or during, settles at once, and what was not sent is never sent', async () => {
    const lock = at('plain');
    expect(await driver.writeSlot(lock, 3, pinOf('3333'), AbortSignal.abort())).toEqual({
      kind: 'failed',
      why: 'aborted',
      mayHaveLanded: false,
    });
    await sim.behaviour('plain', { answer_hold: true });
    const [first, second] = [new AbortController(), new AbortController()];
    const sent = driver.writeSlot(lock, 4, pinOf('4444'), first.signal);
    const waiting = driver.writeSlot(lock, 5, pinOf('5555'), second.signal);
    await vi.waitFor(async () => {
      expect((await sim.codes('plain'))[4]).toBe('4444');
    }, patienceMs);
    first.abort();
    second.abort();
    expect(await sent).toEqual({ kind: 'failed', why: 'aborted', mayHaveLanded: true });
    expect(await waiting).toEqual({ kind: 'failed', why: 'aborted', mayHaveLanded: false });
    await sim.behaviour('plain', { answer_hold: false });
    expect(await driver.readSlot(lock, 4, never)).toMatchObject({ kind: 'read' });
    expect(Object.keys(await sim.codes('plain'))).toEqual(['1', '4']);
  });

  test('when the line breaks, what is under way settles at once, and the lock is not to blame', async () => {
    const lock = at('plain');
    await sim.behaviour('plain', { answer_hold: true });
    const sent = driver.writeSlot(lock, 4, pinOf('4444'), never);
    await vi.waitFor(async () => {
      expect((await sim.codes('plain'))[4]).toBe('4444');
    }, patienceMs);
    await sim.coordinator({ drop: true });
    expect(await sent).toEqual({ kind: 'failed', why: 'radio_down', mayHaveLanded: true });
    await sim.behaviour('plain', { answer_hold: false });
    await vi.waitFor(() => {
      expect(driver.state).toBe('ready');
    }, 10_000);
    expect(await driver.readSlot(lock, 4, never)).toMatchObject({
      kind: 'read',
      reading: { kind: 'occupied' },
    });
    expect(online(driver, lock)).toBe(true);
  });
});
