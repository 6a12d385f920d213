import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { LocalMinute } from '../../src/core/model.ts';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { never, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { press } from '../../test/support/zwave-joining.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

const plain = {
  security: 'none',
  supervision: true,
  power: 'mains',
  user_code_version: 1,
  slots: 2,
  code_length: { min: 4, max: 8 },
  events: [5, 6],
  product_id: 0x31,
};
const time_parameters = false;
/** Three for each user; in the second of user 1 somebody has left one that never ends. */
const lefts = { year_day_slots: 3, left_behind: { 1: 2 } };
/** By what each lock is told its time. */
const [byZone, asLocal, byOffset, byWeekday, mixed] = [2, 3, 4, 5, 6] as const;
const specs = [
  { ...plain, node: byZone, name: 'Time CC', security: 's2_access_control', clock: { time_cc: true } },
  { ...plain, node: asLocal, name: 'Local time', schedules: lefts, clock: {} },
  { ...plain, node: byOffset, name: 'UTC by offset', schedules: {}, clock: { keeps_utc: true } },
  { ...plain, node: byWeekday, name: 'Weekday', clock: { time_parameters, clock_cc: true } },
  { ...plain, node: mixed, name: 'Mixed', clock: { time_parameters, clock_cc: true, time_cc: true } },
];
const all = specs.map(({ node }) => node);

const insideSchema = z.object({
  schedules: z.array(z.object({ user: z.number(), year_day: z.array(z.unknown()) })).default([]),
  clock: z.object({ local: z.string(), zone: z.record(z.string(), z.unknown()) }),
});
const minuteIn = (local: string): LocalMinute => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = local.split(/\D/).map(Number);
  return { year, month, day, hour, minute };
};
/** @param seconds after what it was told: so long may this machine have been busy */
const isJustAfter = (seconds: number): boolean => seconds >= 0 && seconds < 30;
const cleanup = new AsyncDisposableStack();
let sim: ZwaveSim;
let driver: LockDriver;
/** What the bridge knows of the time, and where its locks are. */
let told: number | undefined;
let zone = 'Europe/Berlin';
const { TZ } = process.env;

const read = async (route: string): Promise<unknown> => (await fetch(sim.control + route)).json();
const inside = async (node: number): Promise<z.infer<typeof insideSchema>> =>
  insideSchema.parse(await read(`/locks/${node}`));
/** What the lock's clock is off what it should show, seconds. */
const offBy = async (node: number, local: string): Promise<number> =>
  (Date.parse(`${(await inside(node)).clock.local}Z`) - Date.parse(`${local}Z`)) / 1_000;
let looks = 0;
/** What has befallen the locks' clocks so far. */
const befell = async (): Promise<string[]> => {
  // The record is endless: a door that is opened marks its end for today.
  await sim.bolt(byWeekday, false);
  looks += 1;
  const all: string[] = [];
  let opened = 0;
  await sim.event(({ node, type }) => {
    if (type.startsWith('clock_')) all.push(`${node} ${type}`);
    if (type === 'opened') opened += 1;
    return opened === looks;
  });
  return all;
};
const turn = (node: number, change: object): Promise<void> => press(sim, `locks/${node}/clock`, change);

beforeAll(async () => {
  // Whatever zone this process lives in: one with another date than the locks'.
  process.env['TZ'] = 'Pacific/Kiritimati';
  sim = cleanup.use(await startZwaveNetwork({ locks: specs }));
  const { host } = cleanup.use(await temporaryHost());
  const clock = { ...host.clock, now: () => told ?? host.clock.now() };
  const source = { timeToTell: () => told, timeZoneOf: () => zone };
  const open = await readyZwave(sim, { ...host, clock, ...source }, all);
  driver = cleanup.use(open.driver);
});

afterAll(async () => {
  await cleanup.disposeAsync();
  if (TZ === undefined) delete process.env['TZ'];
  else process.env['TZ'] = TZ;
});

afterEach(() => {
  told = undefined;
  zone = 'Europe/Berlin';
});

describe('while the bridge does not know the time', () => {
  test('an interview sets no clock', async () => {
    expect(await befell()).toEqual([]);
  });

  test.each(all)('a lock that asks is told nothing (node %i)', async (node) => {
    await turn(node, { local: '2020-02-03T04:05:06', ask: true });
    // Its questions came first, and so would answers.
    await driver.readSlot(zwaveLock(node), 1, never);
    expect(await befell()).toEqual([]);
    expect(Math.abs(await offBy(node, '2020-02-03T04:05:06'))).toBeLessThan(30);
  });

  test('none is set', async () => {
    const refused = { kind: 'refused', why: 'unspecified', certain: true };
    expect(await driver.clocks?.setClock?.(zwaveLock(byZone), never)).toEqual(refused);
    expect(await befell()).toEqual([]);
  });
});

test.each([
  ['America/New_York', 'Pacific/Kiritimati', '2027-12-31T10:15:00Z', '2028-01-01T00:15:00'],
  ['Asia/Kathmandu', 'America/St_Johns', '2027-07-01T01:29:00Z', '2027-06-30T22:59:00'],
  ['Asia/Kathmandu', 'America/Santiago', '2027-01-05T03:00:00Z', '2027-01-05T00:00:00'],
  // An hour that New York skips in spring.
  ['America/New_York', 'Pacific/Pago_Pago', '2027-03-14T13:30:00Z', '2027-03-14T02:30:00'],
])(
  'with this process in %s, each kind of lock in %s is set right, read as it shows, and told so when it asks',
  async (...row) => {
    const [processZone, lockZone, now, local] = row;
    process.env['TZ'] = processZone;
    expect(new Date(0).getTimezoneOffset(), 'the zone of this process').not.toBe(0);
    zone = lockZone;
    told = Date.parse(now);
    await Promise.all(
      all.map(async (node) => {
        await turn(node, { local: `${local.slice(0, 10)}T18:05:06`, ppm: 0 });
        const lock = zwaveLock(node);
        expect(await driver.clocks?.setClock?.(lock, never), `${node}`).toEqual({ kind: 'accepted' });
        expect(await offBy(node, local), `set, ${node}`).toSatisfy(isJustAfter);
        expect(await driver.clocks?.readClock(lock, never), `read, ${node}`).toMatchObject({
          kind: 'clock',
          local: minuteIn(local),
        });
        await turn(node, { local: '2020-02-03T04:05:06', ask: true });
        await vi.waitFor(
          async () => {
            expect(await offBy(node, local), `told, ${node}`).toSatisfy(isJustAfter);
          },
          { timeout: 10_000, interval: 10 },
        );
      }),
    );
  },
);

test('a lock is told its summer time with both dates, or the offset of the day', async () => {
  told = Date.parse('2027-07-01T12:00:00Z');
  for (const node of [byZone, asLocal, byOffset]) await driver.clocks?.setClock?.(zwaveLock(node), never);
  expect((await inside(byZone)).clock.zone).toEqual({
    standard_minutes: 60,
    dst_minutes: 120,
    dst_start: { month: 3, day: 28, hour: 2 },
    dst_end: { month: 10, day: 31, hour: 3 },
  });
  for (const node of [asLocal, byOffset])
    expect((await inside(node)).clock.zone, `${node}`).toMatchObject({ standard_minutes: 0, dst_minutes: 0 });
});

test('setting a clock is two commands, or one where no zone can be told', async () => {
  told = Date.parse('2027-07-01T12:00:00Z');
  for (const [node, frames] of [
    [byZone, 4],
    [byWeekday, 2],
  ] as const) {
    await sim.resetFrames();
    await driver.clocks?.setClock?.(zwaveLock(node), never);
    expect((await sim.frames())[node]?.application.total).toBe(frames);
  }
});

test('only a lock that was told both dates keeps its summer time itself', async () => {
  const clockOf = async (node: number): Promise<object | undefined> =>
    (await driver.capabilities(zwaveLock(node), never))?.clock;
  expect(await clockOf(byZone)).toEqual({ set: true, read: true, dst: true });
  for (const node of [asLocal, byOffset, byWeekday])
    expect(await clockOf(node), `${node}`).toEqual({ set: true, read: true });
});

test('a lost answer to a set clock is a timeout', async () => {
  told = Date.parse('2027-07-01T12:00:00Z');
  await sim.behaviour(asLocal, { lose_reports: 1 });
  const lost = { kind: 'failed', why: 'timeout', mayHaveLanded: true };
  expect(await driver.clocks?.setClock?.(zwaveLock(asLocal), never)).toEqual(lost);
});

describe("schedules that somebody has left beside a user's first", () => {
  const window = { start: minuteIn('2027-03-28T02:30'), stop: minuteIn('2099-12-31T23:59') };
  const held = async (): Promise<unknown[]> =>
    (await inside(asLocal)).schedules.find(({ user }) => user === 1)?.year_day ?? [];
  const first = { slot: 1, start: '2027-03-28T02:30', stop: '2099-12-31T23:59' };

  test('are gone once ours is set, and ours is gone once it is cleared', async () => {
    expect(await held()).toMatchObject([{ slot: 2 }]);
    expect(await driver.schedules?.setSchedule(zwaveLock(asLocal), 1, window, never)).toEqual({
      kind: 'accepted',
    });
    expect(await held()).toEqual([first]);
    await driver.schedules?.clearSchedule(zwaveLock(asLocal), 1, never);
    expect(await held()).toEqual([]);
  });

  test('cost a question each, and no command where there are none', async () => {
    await sim.resetFrames();
    await driver.schedules?.clearSchedule(zwaveLock(asLocal), 2, never);
    // Ours is erased, two are asked for, and the user is no longer bound.
    expect((await sim.frames())[asLocal]?.application.total).toBe(8);
  });

  test('a window beyond 2099 is refused: the year has two digits (facts page, trap 2)', async () => {
    const stop = minuteIn('2100-01-01T00:00');
    expect(await driver.schedules?.setSchedule(zwaveLock(asLocal), 1, { ...window, stop }, never)).toEqual({
      kind: 'refused',
      why: 'format',
      certain: true,
    });
  });
});
