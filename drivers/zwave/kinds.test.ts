import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, pinOf, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

/** The simulator's preset `kinds`. */
const [users, hidden, schedules, codeFirst, oneLength, lateReads] = [2, 3, 4, 5, 6, 7] as const;

const cleanup = new AsyncDisposableStack();
let sim: ZwaveSim;
let driver: LockDriver;
let hints: Hint[];

const insideSchema = z.object({
  users: z
    .array(
      z.object({
        user: z.number(),
        name: z.string(),
        active: z.boolean(),
        credentials: z.array(z.object({ slot: z.number(), code: z.string() })),
      }),
    )
    .default([]),
  schedules: z
    .array(
      z.object({
        user: z.number(),
        enforced: z.boolean(),
        year_day: z.array(z.object({ slot: z.number(), start: z.string(), stop: z.string() })),
      }),
    )
    .default([]),
  clock: z.object({ local: z.string() }).optional(),
});

const call = async (route: string, body?: object): Promise<unknown> => {
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(sim.control + route, request);
  expect(response.ok, route).toBe(true);
  return response.json();
};
/** The lock's own truth. */
const inside = async (node: number): Promise<z.infer<typeof insideSchema>> =>
  insideSchema.parse(await call(`/locks/${node}`));
const userOf = async (node: number, id: number): Promise<object | undefined> =>
  (await inside(node)).users.find(({ user }) => user === id);

const empty = { kind: 'read', reading: { kind: 'empty' } };
const accepted = { kind: 'accepted' };
const occupied = (digits: string): object => ({
  kind: 'read',
  reading: { kind: 'occupied', pin: pinOf(digits), enabled: true },
});
const read = (node: number, slot: number): Promise<object> => driver.readSlot(zwaveLock(node), slot, never);
const write = (node: number, slot: number, digits: string): Promise<object> =>
  driver.writeSlot(zwaveLock(node), slot, pinOf(digits), never);
const clear = (node: number, slot: number): Promise<object> => driver.clearSlot(zwaveLock(node), slot, never);
const name = (node: number, slot: number, text: string): Promise<object> | undefined =>
  driver.nameSlot?.(zwaveLock(node), slot, text, never);
const total = async (node: number): Promise<number | undefined> =>
  (await sim.frames())[node]?.application.total;
const slotHints = (): Hint[] => hints.filter(({ kind }) => kind === 'slot');

beforeAll(async () => {
  sim = cleanup.use(await startZwaveNetwork({ locks: 'kinds' }));
  const { host } = cleanup.use(await temporaryHost());
  const open = await readyZwave(sim, host, [users, hidden, schedules, codeFirst, oneLength, lateReads]);
  driver = cleanup.use(open.driver);
  hints = open.hints;
});

afterAll(() => cleanup.disposeAsync());

afterEach(async () => {
  for (const node of [users, hidden, schedules])
    await sim.behaviour(node, { offline: false, lose_reports: false, refuse: false, full: false });
});

describe('capabilities', () => {
  test('of User Credential locks come from their users and PIN credentials', async () => {
    expect(await driver.capabilities(zwaveLock(users), never)).toEqual({
      slots: { first: 1, last: 20 },
      reservedSlots: [],
      codeLengths: [4, 5, 6, 7, 8],
      readBack: 'full',
      checksum: false,
      reportsProgramming: true,
      reportsUse: true,
      duplicateCheck: true,
      // The lock claims 32; no more fit into a frame.
      names: { maxLength: 24 },
      power: 'battery',
      remoteLock: true,
    });
    expect(await driver.capabilities(zwaveLock(hidden), never)).toMatchObject({
      slots: { first: 1, last: 10 },
      readBack: 'masked',
      names: { maxLength: 10 },
    });
  });

  test('tell year-day schedules and clocks where the lock has them', async () => {
    expect(await driver.capabilities(zwaveLock(schedules), never)).toMatchObject({
      yearDaySchedules: 1,
      clock: { set: true, read: true },
    });
    const without = await driver.capabilities(zwaveLock(oneLength), never);
    expect(without).not.toHaveProperty('yearDaySchedules');
    expect(without).not.toHaveProperty('clock');
    // Nothing is known of its make: neither is its one length.
    expect(without).not.toHaveProperty('oneCodeLength');
  });
});

describe('a lock with users', () => {
  test("keeps a code as an active user's PIN, and gives it back", async () => {
    await sim.resetFrames();
    expect(await read(users, 7)).toEqual(empty);
    expect(await total(users)).toBe(2);
    expect(await write(users, 7, '0042')).toEqual(accepted);
    expect(await total(users)).toBe(6);
    expect(await userOf(users, 7)).toMatchObject({ active: true, credentials: [{ slot: 7, code: '0042' }] });
    expect(await read(users, 7)).toEqual(occupied('0042'));
    expect(await total(users)).toBe(10);
    expect(await write(users, 7, '4200')).toEqual(accepted);
    expect(await userOf(users, 7)).toMatchObject({ credentials: [{ slot: 7, code: '4200' }] });
    expect(await clear(users, 7)).toEqual(accepted);
    expect(await userOf(users, 7)).toBeUndefined();
    expect(await read(users, 7)).toEqual(empty);
    expect(await clear(users, 7), 'nobody there').toEqual(accepted);
  });

  test("reads a person's code, and the interview has touched nothing (FIELD-BUGS 22)", async () => {
    expect(await read(users, 1)).toEqual(occupied('258013'));
    expect(await userOf(users, 1)).toMatchObject({ name: 'Ada', credentials: [{ slot: 1, code: '258013' }] });
  });

  test('refuses a duplicate for certain, and no user stays behind without a credential (FIELD-BUGS 8)', async () => {
    expect(await write(users, 8, '258013')).toEqual({ kind: 'refused', why: 'duplicate', certain: true });
    expect(await userOf(users, 8)).toBeUndefined();
  });

  test('a new PIN that is a duplicate leaves the user with the old one', async () => {
    await write(users, 8, '7878');
    expect(await write(users, 8, '258013')).toMatchObject({ kind: 'refused', why: 'duplicate' });
    expect(await userOf(users, 8)).toMatchObject({ credentials: [{ code: '7878' }] });
    await clear(users, 8);
  });

  test('a length that the lock does not take is refused without the radio', async () => {
    await sim.resetFrames();
    expect(await write(users, 8, '123456789')).toEqual({ kind: 'refused', why: 'format', certain: true });
    expect(await total(users)).toBe(0);
  });

  test('user 0, which stands for all of them, and users beyond the last are never touched', async () => {
    await sim.resetFrames();
    for (const slot of [0, 21])
      expect(await clear(users, slot)).toEqual({ kind: 'refused', why: 'unsupported', certain: true });
    expect(await total(users)).toBe(0);
  });

  test('a lost answer is a timeout: of a write that may have landed, and of a read (FIELD-BUGS 4, 17)', async () => {
    await sim.behaviour(users, { lose_reports: true });
    expect(await write(users, 9, '9999')).toEqual({ kind: 'failed', why: 'timeout', mayHaveLanded: true });
    expect(await read(users, 1)).toEqual({ kind: 'failed', why: 'timeout' });
    await sim.behaviour(users, { lose_reports: false });
    // The user is there, its PIN was never sent: that is no code.
    expect(await userOf(users, 9)).toMatchObject({ credentials: [] });
    expect(await read(users, 9)).toEqual(empty);
    expect(await write(users, 9, '9999'), 'a user without a PIN is given one').toEqual(accepted);
    expect(await read(users, 9)).toEqual(occupied('9999'));
    await clear(users, 9);
  });

  test('a lock that hides its PINs is masked, and takes and clears codes all the same (FIELD-BUGS 1)', async () => {
    const masked = { kind: 'read', reading: { kind: 'occupied', pin: 'masked', enabled: true } };
    expect(await read(hidden, 4)).toEqual(masked);
    expect(await write(hidden, 5, '5151')).toEqual(accepted);
    expect(await read(hidden, 5)).toEqual(masked);
    expect(await write(hidden, 5, '5252')).toEqual(accepted);
    expect(await userOf(hidden, 5)).toMatchObject({ credentials: [{ slot: 5, code: '5252' }] });
    expect(await clear(hidden, 5)).toEqual(accepted);
    expect(await read(hidden, 5)).toEqual(empty);
  });

  test("a PIN slot that another user's PIN is in is left alone, and the lowest free one taken", async () => {
    hints.length = 0;
    await sim.keypad(users, { action: 'add', code: '121212', slot: 12 });
    // A report that crosses a command on the air puts both sides of S2 out of step (facts page ZWAVE).
    await hinted(hints, { kind: 'slot', address: zwaveLock(users), slot: 12 });
    expect(await userOf(users, 12)).toMatchObject({ credentials: [{ slot: 2, code: '121212' }] });
    expect(await write(users, 2, '2222')).toEqual(accepted);
    expect(await userOf(users, 2)).toMatchObject({ credentials: [{ slot: 3, code: '2222' }] });
    expect(await userOf(users, 12)).toMatchObject({ credentials: [{ slot: 2, code: '121212' }] });
    expect(await read(users, 2)).toEqual(occupied('2222'));
    expect(await write(users, 2, '3333')).toEqual(accepted);
    expect(await userOf(users, 2)).toMatchObject({ credentials: [{ slot: 3, code: '3333' }] });
    await clear(users, 2);
    await clear(users, 12);
  });

  test("a PIN against the maker's rules is refused for its format, and no user stays behind", async () => {
    await sim.behaviour(users, { refuse: 1 });
    expect(await write(users, 10, '1010')).toEqual({ kind: 'refused', why: 'format', certain: true });
    expect(await userOf(users, 10)).toBeUndefined();
  });

  test('names its users, and leaves their codes alone (facts page, trap 4)', async () => {
    await write(hidden, 6, '6161');
    await sim.resetFrames();
    expect(await name(hidden, 6, 'Zoë, the cleaner')).toEqual(accepted);
    expect(await total(hidden)).toBe(4);
    expect(await userOf(hidden, 6)).toMatchObject({ name: 'Zoe, the c', active: true });
    expect(await userOf(hidden, 6)).toMatchObject({ credentials: [{ slot: 6, code: '6161' }] });
    expect(await name(hidden, 7, 'nobody')).toEqual({ kind: 'refused', why: 'unspecified', certain: true });
    expect(await userOf(hidden, 7)).toBeUndefined();
    await clear(hidden, 6);
    await write(users, 6, '6262');
    expect(await name(users, 6, 'A name as long as the lock claims')).toEqual(accepted);
    expect(await userOf(users, 6)).toMatchObject({ name: 'A name as long as the lo' });
    await clear(users, 6);
    expect(await name(schedules, 1, 'Ada')).toEqual({ kind: 'refused', why: 'unsupported', certain: true });
  });

  test('what people do at the keypad hints at the user, what we do at nothing', async () => {
    const address = zwaveLock(users);
    hints.length = 0;
    await sim.keypad(users, { action: 'add', code: '4711', slot: 12 });
    await hinted(hints, { kind: 'slot', address, slot: 12 });
    await sim.keypad(users, { action: 'delete', slot: 12 });
    await hinted(hints, { kind: 'slot', address, slot: 12 });
    await sim.keypad(users, { action: 'user', slot: 12 });
    await hinted(hints, { kind: 'slot', address, slot: 12 });
    await sim.keypad(users, { action: 'delete', slot: 12 });
    await hinted(hints, { kind: 'slot', address, slot: 12 });
    await sim.keypad(users, { action: 'enter', code: '258013' });
    await hinted(hints, { kind: 'access', address, action: 'unlocked', method: 'keycode', slot: 1 });
    await write(users, 15, '1515');
    await name(users, 15, 'Guest');
    await read(users, 15);
    await clear(users, 15);
    await read(users, 1);
    expect(slotHints()).toEqual([]);
  });
});

describe('schedules', () => {
  const at = (year: number, month: number, day: number, hour: number, minute: number) => ({
    year,
    month,
    day,
    hour,
    minute,
  });
  const window = { start: at(2027, 3, 28, 2, 30), stop: at(2027, 4, 1, 11, 0) };
  const radio = () => driver.schedules!;

  test('are written, read back and erased, in the year that was meant (facts page, trap 2)', async () => {
    const lock = zwaveLock(schedules);
    expect(await radio().readSchedule(lock, 3, never)).toEqual({ kind: 'schedule', window: undefined });
    expect(await radio().setSchedule(lock, 3, window, never)).toEqual(accepted);
    expect((await inside(schedules)).schedules).toEqual([
      {
        user: 3,
        enforced: true,
        year_day: [{ slot: 1, start: '2027-03-28T02:30', stop: '2027-04-01T11:00' }],
      },
    ]);
    expect(await radio().readSchedule(lock, 3, never)).toEqual({ kind: 'schedule', window });
    expect(await radio().clearSchedule(lock, 3, never)).toEqual(accepted);
    expect(await radio().readSchedule(lock, 3, never)).toEqual({ kind: 'schedule', window: undefined });
  });

  test('that a lock drops are accepted, and the read tells (FIELD-BUGS 29)', async () => {
    const lock = zwaveLock(codeFirst);
    expect(await radio().setSchedule(lock, 3, window, never)).toEqual(accepted);
    expect(await radio().readSchedule(lock, 3, never)).toEqual({ kind: 'schedule', window: undefined });
  });

  test('cost two application frames each', async () => {
    await sim.resetFrames();
    await radio().setSchedule(zwaveLock(schedules), 3, window, never);
    await radio().readSchedule(zwaveLock(schedules), 3, never);
    expect(await total(schedules)).toBe(4);
    await radio().clearSchedule(zwaveLock(schedules), 3, never);
  });

  test('no answer is a failure, never "no schedule"', async () => {
    await sim.behaviour(schedules, { lose_reports: true });
    const timeout = { kind: 'failed', why: 'timeout' };
    expect(await radio().readSchedule(zwaveLock(schedules), 3, never)).toEqual(timeout);
    expect(await radio().setSchedule(zwaveLock(schedules), 3, window, never)).toEqual({
      ...timeout,
      mayHaveLanded: true,
    });
    await sim.behaviour(schedules, { lose_reports: false });
    await radio().clearSchedule(zwaveLock(schedules), 3, never);
  });

  test('an impossible window, or a lock without schedules, is refused without the radio', async () => {
    await sim.resetFrames();
    const backwards = { start: window.stop, stop: window.start };
    expect(await radio().setSchedule(zwaveLock(schedules), 3, backwards, never)).toEqual({
      kind: 'refused',
      why: 'format',
      certain: true,
    });
    const unsupported = { kind: 'refused', why: 'unsupported' };
    expect(await radio().setSchedule(zwaveLock(users), 3, window, never)).toMatchObject(unsupported);
    expect(await radio().clearSchedule(zwaveLock(users), 3, never)).toMatchObject(unsupported);
    expect(await radio().readSchedule(zwaveLock(users), 3, never)).toEqual(unsupported);
    expect([await total(schedules), await total(users)]).toEqual([0, 0]);
  });
});

describe('clocks', () => {
  const clock = (node: number): Promise<object> => driver.clocks!.readClock(zwaveLock(node), never);

  test('with Time CC are read as the lock shows them, to the second', async () => {
    await call(`/locks/${schedules}/clock`, { local: '2027-03-04T05:06:07', ppm: 0 });
    await sim.resetFrames();
    const read = await clock(schedules);
    expect(await total(schedules), 'date and time by Time CC').toBe(4);
    expect(read).toMatchObject({ local: { year: 2027, month: 3, day: 4, hour: 5, minute: 6 } });
    expect(read).toHaveProperty(
      'second',
      expect.toSatisfy((s: number) => s >= 7 && s < 40),
    );
  });

  test('with Time Parameters alone are read as local time', async () => {
    await call(`/locks/${codeFirst}/clock`, { local: '2027-07-04T15:06:07', ppm: 0 });
    expect(await clock(codeFirst)).toMatchObject({
      kind: 'clock',
      local: { year: 2027, month: 7, day: 4, hour: 15, minute: 6 },
    });
  });

  test('no answer, and no clock', async () => {
    await sim.behaviour(schedules, { lose_reports: true });
    expect(await clock(schedules)).toEqual({ kind: 'failed', why: 'timeout' });
    expect(await clock(users)).toEqual({ kind: 'refused', why: 'unsupported' });
  });
});

test('a lock is inspected without the radio', async () => {
  await sim.resetFrames();
  await read(lateReads, 3);
  const before = await total(lateReads);
  expect(driver.inspect?.(zwaveLock(lateReads))).toMatchObject({
    security: 'S2 Access Control',
    weakSecurity: false,
    product: '7e57:0001:0016',
    quirk: undefined,
    reach: 'alive',
    undelivered: 0,
  });
  expect(driver.inspect?.(zwaveLock(99))).toBeUndefined();
  expect(driver.facts?.()).toMatchObject({ 'home id': '7e570001', 'dead nodes': 'none' });
  expect(await total(lateReads)).toBe(before);
});

test('a clock that knows no date is read as of the nearest such day', async () => {
  await using stack = new AsyncDisposableStack();
  const lock = {
    node: 2,
    name: 'Weekdays',
    product_id: 0x21,
    security: 'none',
    supervision: false,
    power: 'mains',
    user_code_version: 1,
    slots: 2,
    code_length: { min: 4, max: 8 },
    events: [5, 6],
    clock: { time_parameters: false, clock_cc: true },
    schedules: {},
  };
  const weekdays = stack.use(await startZwaveNetwork({ locks: [lock] }));
  const { host } = stack.use(await temporaryHost());
  const open = stack.use((await readyZwave(weekdays, host, [2])).driver);
  const able = await open.capabilities(zwaveLock(2), never);
  expect(able).toMatchObject({ clock: { set: true, read: true } });
  expect(able).not.toHaveProperty('yearDaySchedules');
  const tomorrow = new Date(host.clock.now() + 86_400_000);
  const [year, month, day] = [tomorrow.getFullYear(), tomorrow.getMonth() + 1, tomorrow.getDate()];
  const date = [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
  const body = JSON.stringify({ local: `${date}T13:14:00`, ppm: 0 });
  expect((await fetch(`${weekdays.control}/locks/2/clock`, { method: 'POST', body })).ok).toBe(true);
  expect(await open.clocks?.readClock(zwaveLock(2), never)).toEqual({
    kind: 'clock',
    local: { year, month, day, hour: 13, minute: 14 },
    second: undefined,
  });
});
