import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, pinOf, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

/** Whose a user is, and what becomes of a write that is given up; the rest is in `kinds.test.ts`. */
const node = 2;
const lock = {
  node,
  name: 'Users',
  product_id: 0x11,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_credential: { credential_slots: 10 },
  slots: 10,
  code_length: { min: 4, max: 8 },
  events: [5, 6],
};

const cleanup = new AsyncDisposableStack();
let sim: ZwaveSim;
let driver: LockDriver;
let hints: Hint[];

beforeAll(async () => {
  sim = cleanup.use(await startZwaveNetwork({ locks: [lock] }));
  const { host } = cleanup.use(await temporaryHost());
  const open = await readyZwave(sim, host, [node]);
  driver = cleanup.use(open.driver);
  hints = open.hints;
});

afterAll(() => cleanup.disposeAsync());

const usersSchema = z.object({
  users: z.array(
    z.object({
      user: z.number(),
      name: z.string(),
      active: z.boolean(),
      credentials: z.array(z.object({ code: z.string() })),
    }),
  ),
});
const userOf = async (id: number): Promise<object | undefined> => {
  const answer = await fetch(`${sim.control}/locks/${node}`);
  return usersSchema.parse(await answer.json()).users.find(({ user }) => user === id);
};
const accepted = { kind: 'accepted' };
const empty = { kind: 'read', reading: { kind: 'empty' } };
const read = (slot: number): Promise<object> => driver.readSlot(zwaveLock(node), slot, never);
const write = (slot: number, digits: string): Promise<object> =>
  driver.writeSlot(zwaveLock(node), slot, pinOf(digits), never);
const clear = (slot: number): Promise<object> => driver.clearSlot(zwaveLock(node), slot, never);

test('given up half way, no PIN is sent any more', async () => {
  await sim.behaviour(node, { delay_ms: 200 });
  const giveUp = new AbortController();
  const seen = sim.event(({ type, slot }) => type === 'user_received' && slot === 6);
  const outcome = driver.writeSlot(zwaveLock(node), 6, pinOf('6161'), giveUp.signal);
  await seen;
  giveUp.abort();
  expect(await outcome).toEqual({ kind: 'failed', why: 'aborted', mayHaveLanded: true });
  await sim.event(({ type, slot }) => type === 'user_applied' && slot === 6);
  // Whatever was still to be sent is sent before these.
  expect(await read(6)).toEqual(empty);
  expect(await read(6)).toEqual(empty);
  expect(await userOf(6)).toMatchObject({ credentials: [] });
  await sim.behaviour(node, { delay_ms: 0 });
  await clear(6);
});

test('somebody being enrolled at the lock keeps their user, though it has no credential yet', async () => {
  await sim.keypad(node, { action: 'user', slot: 7, name: 'Bob' });
  const theirs = { kind: 'occupied', pin: 'masked', enabled: false };
  expect(await read(7)).toEqual({ kind: 'read', reading: theirs });
  expect(await write(7, '1717')).toEqual({ kind: 'refused', why: 'occupied', certain: true });
  expect(await userOf(7)).toMatchObject({ name: 'Bob', credentials: [] });
  await sim.keypad(node, { action: 'delete', slot: 7 });
});

test('a user switched off at the lock is switched on with the next PIN, and keeps the name', async () => {
  await write(8, '1818');
  await driver.nameSlot?.(zwaveLock(node), 8, 'Cleaner', never);
  await sim.keypad(node, { action: 'user', slot: 8, active: false });
  expect(await read(8)).toMatchObject({ reading: { kind: 'occupied', enabled: false } });
  expect(await write(8, '1819')).toEqual(accepted);
  expect(await userOf(8)).toMatchObject({
    name: 'Cleaner',
    active: true,
    credentials: [{ code: '1819' }],
  });
  await clear(8);
});

test('all users deleted at the keypad is said to be all of them (FIELD-BUGS 31)', async () => {
  hints.length = 0;
  await sim.keypad(node, { action: 'delete_all' });
  await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot: undefined, allDeleted: true });
});
