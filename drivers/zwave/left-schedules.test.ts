import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { LocalMinute } from '../../src/core/model.ts';
import type { LockDriver, WriteOutcome } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { never, pinOf, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { press } from '../../test/support/zwave-joining.ts';
import { until } from '../../test/support/until.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';
import { heldIn } from './left-schedules.ts';

// What other hubs have left of schedules that come again each week or day, at locks that enforce them: a PIN is entered at
// the keypad when it must open the door, and when it must not.

const plain = {
  security: 'none',
  supervision: true,
  power: 'mains',
  user_code_version: 1,
  slots: 6,
  code_length: { min: 4, max: 8 },
  events: [5, 6],
  product_id: 0x32,
  clock: {},
};
/** Mondays only, said in either way. */
const hours = { weekday: 1, start: '09:00', stop: '17:00' };
const mondays = { week_day: { 2: hours } };
const mondaysDaily = { daily_repeating: { 1: { weekdays: [1], start: '09:00', duration: '08:00' } } };
const always = {
  daily_repeating: { 3: { weekdays: [0, 1, 2, 3, 4, 5, 6], start: '00:00', duration: '23:59' } },
};
const several = { week_day_slots: 2, daily_repeating_slots: 2, can_disable: false };
const [oneKind, allKinds, weekly, liar, mute, many] = [2, 3, 4, 5, 6, 7] as const;
const locks = [
  {
    ...plain,
    node: oneKind,
    name: 'One kind',
    schedules: {
      ...several,
      left_behind: { 1: mondays, 2: mondaysDaily, 3: mondaysDaily, 4: { week_day: { 1: hours, 2: hours } } },
    },
  },
  {
    ...plain,
    node: allKinds,
    name: 'All kinds',
    supervision: false,
    schedules: { kinds_at_once: 'all', daily_repeating_slots: 3, left_behind: { 1: always, 2: always } },
  },
  {
    ...plain,
    node: weekly,
    name: 'Weekly',
    clock: { time_parameters: false, clock_cc: true },
    schedules: { year_day_slots: 0, week_day_slots: 2, can_disable: false, left_behind: { 1: mondays } },
  },
  {
    ...plain,
    node: liar,
    name: 'Liar',
    schedules: { ...several, erase_lies: true, left_behind: { 1: mondays } },
  },
  {
    ...plain,
    node: mute,
    name: 'Mute',
    schedules: {
      daily_repeating_slots: 1,
      tells_repeating: false,
      can_disable: false,
      left_behind: { 1: mondaysDaily },
    },
  },
  {
    ...plain,
    node: many,
    name: 'Many',
    schedules: { daily_repeating_slots: 20, left_behind: { 1: mondaysDaily } },
  },
];

const cleanup = new AsyncDisposableStack();
let sim: ZwaveSim;
let driver: LockDriver;

beforeAll(async () => {
  sim = cleanup.use(await startZwaveNetwork({ locks }));
  const { host } = cleanup.use(await temporaryHost());
  const nodes = locks.map(({ node }) => node);
  driver = cleanup.use((await readyZwave(sim, host, nodes)).driver);
});
afterAll(() => cleanup.disposeAsync());
afterEach(async () => {
  for (const { node } of locks) await sim.behaviour(node, { refuse: false });
});

const accepted = { kind: 'accepted' };
const clear = (node: number, slot: number): Promise<WriteOutcome> =>
  driver.schedules!.clearSchedule(zwaveLock(node), slot, never);
const minute = (day: number, hour: number): LocalMinute => ({ year: 2026, month: 7, day, hour, minute: 0 });
/** 6 July 2026 is a Monday. */
const monday = '2026-07-06T12:00:00';
const tuesday = '2026-07-07T12:00:00';
const window = { start: minute(6, 15), stop: minute(8, 11) };
const bind = (node: number, slot: number): Promise<WriteOutcome> =>
  driver.schedules!.setSchedule(zwaveLock(node), slot, window, never);
const frames = async (node: number): Promise<number> => (await sim.frames())[node]?.application.total ?? 0;

const insideSchema = z.object({
  schedules: z.array(
    z.object({ user: z.number(), week_day: z.array(z.object({ slot: z.number() })).default([]) }),
  ),
});
const weekDaysIn = async (node: number, slot: number): Promise<number[]> => {
  const told: unknown = await (await fetch(`${sim.control}/locks/${node}`)).json();
  const held = insideSchema.parse(told).schedules.find(({ user }) => user === slot);
  return (held?.week_day ?? []).map((each) => each.slot);
};

/** A guest whose PIN was written to this slot enters it, at that time on the lock's clock. */
const opensAt = async (node: number, slot: number, local: string): Promise<boolean> => {
  await press(sim, `locks/${node}/clock`, { local });
  await sim.bolt(node, true);
  await sim.keypad(node, { action: 'enter', code: `${node}${slot}00` });
  return !(await sim.lock(node)).locked;
};
const write = async (node: number, slot: number): Promise<void> => {
  const written = driver.writeSlot(zwaveLock(node), slot, pinOf(`${node}${slot}00`), never);
  expect(await written).toMatchObject(accepted);
};

describe('a code for all hours', () => {
  test.each([
    ['a week-day schedule', oneKind, 1],
    ['a daily repeating schedule', oneKind, 2],
    ['a week-day schedule, at a lock that has no other kind', weekly, 1],
  ] as const)('opens the door on a day that %s forbade, once that is cleared', async (_, node, slot) => {
    await write(node, slot);
    expect([await opensAt(node, slot, monday), await opensAt(node, slot, tuesday)]).toEqual([true, false]);
    expect(await clear(node, slot)).toEqual(accepted);
    expect([await opensAt(node, slot, monday), await opensAt(node, slot, tuesday)]).toEqual([true, true]);
  });
});

test('a code bound to its window opens at no other time, though a lock lets in by any of all kinds', async () => {
  expect(await bind(allKinds, 1)).toEqual(accepted);
  await write(allKinds, 1);
  expect([await opensAt(allKinds, 1, monday), await opensAt(allKinds, 1, tuesday)]).toEqual([false, true]);
});

test('other kinds are looked at once for a schedule of ours, and anew for whoever comes after it', async () => {
  const costs: number[] = [];
  const count = async (work: Promise<WriteOutcome>): Promise<void> => {
    expect(await work).toEqual(accepted);
    costs.push(await frames(allKinds));
    await sim.resetFrames();
  };
  await sim.resetFrames();
  // A question and its answer for each, and where one stands it is erased, with the answer to another question.
  await count(bind(allKinds, 2));
  await count(bind(allKinds, 2));
  await count(clear(allKinds, 2));
  await count(clear(allKinds, 2));
  expect(costs).toEqual([6 + 3 + 1, 1, 1 + 1, 1 + 6 + 1]);
});

test('a lock is known to have schedules that come again, also without year-day ones', async () => {
  expect(await driver.capabilities(zwaveLock(oneKind), never)).toMatchObject({
    yearDaySchedules: 1,
    repeatingSchedules: true,
  });
  const told = await driver.capabilities(zwaveLock(weekly), never);
  expect(told).toMatchObject({ repeatingSchedules: true });
  expect(told).not.toHaveProperty('yearDaySchedules');
  await sim.resetFrames();
  expect(await driver.schedules!.readSchedule(zwaveLock(weekly), 1, never)).toEqual({
    kind: 'refused',
    why: 'unsupported',
  });
  expect(await bind(weekly, 1)).toEqual({ kind: 'refused', why: 'unsupported', certain: true });
  expect(await frames(weekly)).toBe(0);
});

describe('a clearance that leaves something is none', () => {
  const refused = { kind: 'refused', why: 'unspecified', certain: false };

  test('where the lock refuses to erase it; the others go all the same', async () => {
    // Its year-day schedule, which isn't there, and the first of the two of its week.
    await sim.behaviour(oneKind, { refuse: 2 });
    expect(await clear(oneKind, 4)).toEqual(refused);
    expect(await weekDaysIn(oneKind, 4)).toEqual([1]);
    expect(await clear(oneKind, 4)).toEqual(accepted);
    expect(await weekDaysIn(oneKind, 4)).toEqual([]);
  });

  test('and no schedule of ours is set beside it', async () => {
    await sim.behaviour(oneKind, { refuse: 1 });
    expect(await bind(oneKind, 3)).toEqual(refused);
    const read = driver.schedules!.readSchedule(zwaveLock(oneKind), 3, never);
    expect(await read).toEqual({ kind: 'schedule', window: undefined });
  });

  test('where the lock says that it erased it, and still shows it', async () => {
    expect(await clear(liar, 1)).toEqual(refused);
    expect(await clear(liar, 2)).toEqual(accepted);
  });
});

describe('an exchange that runs out of time', () => {
  /** What it was sent: it answers all of it. */
  const asked = async (): Promise<number> => (await frames(many)) / 2;
  /** Nobody waits for it any more as soon as so many frames were sent. @returns how many it sent in all */
  const cutOff = async (
    after: number,
    work: (signal: AbortSignal) => Promise<WriteOutcome>,
  ): Promise<number> => {
    await sim.behaviour(many, { delay_ms: 40 });
    await sim.resetFrames();
    const caller = new AbortController();
    const outcome = work(caller.signal);
    await until('frames', async () => (await asked()) >= after);
    caller.abort();
    expect(await outcome).toMatchObject({ kind: 'failed' });
    await sim.behaviour(many, { delay_ms: 0 });
    // It is answered behind what was under way.
    await driver.readSlot(zwaveLock(many), 1, never);
    return (await asked()) - 1;
  };
  const schedules = (): NonNullable<LockDriver['schedules']> => driver.schedules!;

  test('goes on where it was when it is repeated, and begins anew once it is done', async () => {
    const cut = await cutOff(4, (signal) => schedules().clearSchedule(zwaveLock(many), 2, signal));
    await sim.resetFrames();
    expect(await clear(many, 2)).toEqual(accepted);
    // Ours and the binding again, and those that weren't looked at.
    expect(await asked()).toBe(1 + (20 - (cut - 1)) + 1);
    await sim.resetFrames();
    expect(await clear(many, 2)).toEqual(accepted);
    expect(await asked()).toBe(1 + 20 + 1);
  });

  test('does not set its schedule late, nor forget what the lock did not let go of', async () => {
    await sim.behaviour(many, { refuse: 1 });
    await cutOff(4, (signal) => schedules().setSchedule(zwaveLock(many), 1, window, signal));
    const read = (): Promise<unknown> => schedules().readSchedule(zwaveLock(many), 1, never);
    expect(await read()).toEqual({ kind: 'schedule', window: undefined });
    expect(await bind(many, 1)).toEqual({ kind: 'refused', why: 'unspecified', certain: false });
    expect(await bind(many, 1)).toEqual(accepted);
    expect(await read()).toEqual({ kind: 'schedule', window });
  });
});

test.each([
  ['with times says that there is one', { userId: 3, slotId: 2 }, 1, true],
  ['without times says that there is none', { userId: 3, slotId: 2 }, undefined, false],
  ['of another user is no answer', { userId: 4, slotId: 2 }, undefined, undefined],
  ['of another schedule is no answer', { userId: 3, slotId: 1 }, undefined, undefined],
  ['that never came is no answer, and never "none"', undefined, undefined, undefined],
] as const)('a report %s', (_, report, weekday, held) => {
  expect(heldIn(report, { nodeId: 2, userId: 3, slotId: 2 }, weekday)).toBe(held);
});

test('a lock that does not tell what it has is told to erase it; what it refuses too, it does not have', async () => {
  await sim.behaviour(mute, { refuse: true });
  expect(await clear(mute, 2)).toMatchObject(accepted);
  await sim.behaviour(mute, { refuse: false });
  await write(mute, 1);
  expect(await opensAt(mute, 1, tuesday)).toBe(false);
  expect(await clear(mute, 1)).toEqual(accepted);
  expect(await opensAt(mute, 1, tuesday)).toBe(true);
});
