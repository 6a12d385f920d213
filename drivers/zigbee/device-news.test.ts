import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { LockAddress } from '../../src/core/ids.ts';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, pinOf, readyZigbee, zigbeeLocksOf } from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';

/** For what comes soon, on a machine that has much else to do. */
const patienceMs = 20_000;

const ordinary = {
  manufacturer: 'Lockworks',
  model: 'News 1',
  manufacturer_code: 0x1337,
  slots: 20,
  code_length: { min: 4, max: 8 },
  codes: { 1: '147036', 2: '0042' },
  behaviour: { lockout_ms: 100 },
};
const locks = [
  { ...ordinary, name: 'Plain' },
  { ...ordinary, name: 'Volts', battery_tells: 'voltage' },
  {
    ...ordinary,
    name: 'Terse',
    behaviour: {
      unparsable_operation_events: true,
      unparsable_programming_events: true,
      delete_all_user: 0xff,
    },
  },
  {
    ...ordinary,
    name: 'Gossip',
    behaviour: { typed_pin_attribute: true, event_carries_pin: true, trailing_bytes: true },
  },
];
const ids = locks.map(({ name }) => name.toLowerCase());

const cleanup = new AsyncDisposableStack();
let sim: ZigbeeSim;
let driver: LockDriver;
let hints: Hint[];
let database: string;
let lock: (id: string) => LockAddress;

beforeAll(async () => {
  sim = cleanup.use(await startZigbeeNetwork({ locks }));
  const { host } = cleanup.use(await temporaryHost(false));
  database = join(host.dataDir, 'database.db');
  lock = await zigbeeLocksOf(sim, ids);
  ({ driver, hints } = await readyZigbee(sim, host, ids));
  cleanup.use(driver);
});
afterAll(() => cleanup.disposeAsync());
beforeEach(() => {
  hints.length = 0;
});

const described = (id: string) => driver.locks().find(({ address }) => address === lock(id));
const slotHints = (): Hint[] => hints.filter(({ kind }) => kind === 'slot');

test.each(['plain', 'terse', 'gossip'])(
  '%s: what is programmed at the keypad is hinted at, slot by slot',
  async (id) => {
    await sim.keypad(id, { action: 'add', slot: 5, code: '5050' });
    await hinted(hints, { kind: 'slot', address: lock(id), slot: 5 });
    await sim.keypad(id, { action: 'change', slot: 5, code: '6060' });
    await hinted(hints, { kind: 'slot', address: lock(id), slot: 5 });
    await sim.keypad(id, { action: 'delete', slot: 5 });
    await hinted(hints, { kind: 'slot', address: lock(id), slot: 5 });
  },
);

test.each(['plain', 'terse'])('%s: all codes deleted is told as such', async (id) => {
  await sim.keypad(id, { action: 'delete_all' });
  await hinted(hints, { kind: 'slot', address: lock(id), slot: undefined, allDeleted: true });
  await sim.keypad(id, { action: 'add', slot: 1, code: '147036' });
  await hinted(hints, { kind: 'slot', address: lock(id), slot: 1 });
});

test('the echo of our own write is no news; the same slot at the keypad is (FIELD-BUGS 28)', async () => {
  expect(await driver.writeSlot(lock('plain'), 7, pinOf('7171'), never)).toEqual({ kind: 'accepted' });
  expect(await driver.clearSlot(lock('plain'), 7, never)).toEqual({ kind: 'accepted' });
  // Comes after the echoes: there are no more.
  await sim.keypad('plain', { action: 'add', slot: 8, code: '8181' });
  await vi.waitFor(() => {
    expect(slotHints()).not.toEqual([]);
  }, patienceMs);
  expect(slotHints()).toEqual([{ kind: 'slot', address: lock('plain'), slot: 8 }]);
  hints.length = 0;
  await driver.writeSlot(lock('plain'), 7, pinOf('7171'), never);
  await sim.keypad('plain', { action: 'delete', slot: 7 });
  await hinted(hints, { kind: 'slot', address: lock('plain'), slot: 7 });
});

test('what is programmed by radio, and not by us, is news too', async () => {
  // Its bytes exchanged, the event speaks of a slot that we have done nothing to.
  await sim.behaviour('plain', { swap_event_user: true });
  await driver.writeSlot(lock('plain'), 6, pinOf('7171'), never);
  await hinted(hints, { kind: 'slot', address: lock('plain'), slot: 6 << 8 });
  await sim.behaviour('plain', { swap_event_user: false });
});

test.each(['plain', 'terse'])('%s: who opened, and how', async (id) => {
  await sim.keypad(id, { action: 'enter', code: '147036' });
  await hinted(hints, { kind: 'access', address: lock(id), action: 'unlocked', method: 'keycode', slot: 1 });
  expect(described(id)?.locked).toBe(false);
  await sim.bolt(id, true);
  await hinted(hints, {
    kind: 'access',
    address: lock(id),
    action: 'locked',
    method: 'manual',
    slot: undefined,
  });
  expect(described(id)?.locked).toBe(true);
});

test('too many wrong codes lock the keypad out (FIELD-BUGS 30)', async () => {
  for (let i = 0; i < 10; i += 1) await sim.keypad('plain', { action: 'enter', code: '9999' });
  await hinted(hints, { kind: 'keypad_lockout', address: lock('plain') });
});

test('a cover taken off is told', async () => {
  await sim.keypad('plain', { action: 'tamper' });
  await hinted(hints, { kind: 'tampered', address: lock('plain') });
});

test('the battery is told by percentage; a voltage alone says nothing, where nobody knows of how many cells', async () => {
  await sim.battery('plain', 50);
  await vi.waitFor(() => {
    expect(described('plain')?.battery).toBeCloseTo(0.5, 2);
  }, patienceMs);
  expect(hints).toContainEqual({ kind: 'locks' });
  expect(described('volts')?.battery).toBeUndefined();
});

test('the PIN as it was typed is kept nowhere, though herdsman keeps what a lock reports (FIELD-BUGS 26)', async () => {
  await sim.keypad('gossip', { action: 'add', slot: 9, code: '31415926' });
  await hinted(hints, { kind: 'slot', address: lock('gossip'), slot: 9 });
  await sim.keypad('gossip', { action: 'enter', code: '31415926' });
  await hinted(hints, {
    kind: 'access',
    address: lock('gossip'),
    action: 'unlocked',
    method: 'keycode',
    slot: 9,
  });
  // Written anew with everything that herdsman knows by then.
  await driver.readSlot(lock('gossip'), 9, never);
  await driver[Symbol.asyncDispose]();
  const kept = await readFile(database, 'utf8');
  expect(kept).toContain('lockState');
  for (const trace of ['31415926', JSON.stringify([...Buffer.from('31415926')]).slice(1, -1), '"257"'])
    expect(kept).not.toContain(trace);
});
