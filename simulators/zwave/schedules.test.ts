import { Weekday } from '@zwave-js/cc';
import {
  ScheduleEntryLockCCYearDayScheduleGet,
  ScheduleEntryLockCCYearDayScheduleReport,
} from '@zwave-js/cc/ScheduleEntryLockCC';
import { SupervisionStatus } from '@zwave-js/core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { UserIDStatus, type ZWaveNode } from 'zwave-js';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import type { Place } from './person.ts';
import { preset } from './presets.ts';
import { ScheduleBook } from './schedule-book.ts';
import { defaultBehaviour } from './spec.ts';
import { type Hub, listen, startHub } from './testing/hub.ts';

/** Any order; UTC and a zone. */
const free = 4;
/** Drops a schedule that comes before its code; erasing doesn't give access back; a clock with local time. */
const strict = 5;
const success = { status: SupervisionStatus.Success };
const fail = { status: SupervisionStatus.Fail };
const july = {
  startYear: 26,
  startMonth: 7,
  startDay: 1,
  startHour: 15,
  startMinute: 0,
  stopYear: 26,
  stopMonth: 7,
  stopDay: 3,
  stopHour: 11,
  stopMinute: 30,
};

let network: SimulatedNetwork;
let hub: Hub;
const place = (node: number): Place => network.places.get(node)!;
const schedules = (node: number): ZWaveNode['commandClasses']['Schedule Entry Lock'] =>
  hub.node(node).commandClasses['Schedule Entry Lock'];
const setYearDay = (node: number, userId: number, schedule = july): Promise<unknown> =>
  schedules(node).setYearDaySchedule({ userId, slotId: 1 }, schedule);
const userCode = (node: number): ZWaveNode['commandClasses']['User Code'] =>
  hub.node(node).commandClasses['User Code'];
const post = async (node: number, route: string, body: unknown): Promise<unknown> => {
  const init = { method: 'POST', body: JSON.stringify(body) };
  return (await fetch(`${network.controlUrl}/locks/${node}/${route}`, init)).json();
};
const inside = async (node: number): Promise<unknown> =>
  (await fetch(`${network.controlUrl}/locks/${node}`)).json();
const heard = new Map<number, unknown[]>();
/** Enters digits and, where they open, waits until the hub knows: a command that crosses the report would fail. */
const enter = async (node: number, code: string): Promise<unknown> => {
  const before = heard.get(node)!.length;
  const reaction = await place(node).person.keypad({ action: 'enter', code });
  if (reaction.accepted)
    await vi.waitFor(
      () => {
        expect(heard.get(node)!.length).toBeGreaterThan(before);
      },
      { timeout: 30_000 },
    );
  return reaction;
};
/** What the keypad says to these digits when the lock's own clock shows `local`. */
const enterAt = async (node: number, local: string, code: string): Promise<unknown> => {
  expect(await post(node, 'clock', { local })).toEqual({ accepted: true });
  return enter(node, code);
};
const opened = (slot: number): unknown => ({ accepted: true, slot });
const closed = { accepted: false, reason: 'schedule' };

beforeAll(async () => {
  network = await startNetwork({
    locks: preset('kinds')!.filter(({ node }) => [free, strict].includes(node)),
  });
  hub = await startHub(network.serialUrl);
  for (const node of [free, strict]) heard.set(node, listen(hub.node(node)));
});
afterAll(async () => {
  await hub.stop();
  await network.stop();
});
afterEach(() => {
  for (const { lock } of network.places.values())
    lock.change({ ...defaultBehaviour, ...lock.spec.behaviour });
});

test('the interview finds one year-day schedule for each user, sets the clock and changes no schedule', async () => {
  expect(await schedules(free).getNumSlots()).toMatchObject({ numWeekDaySlots: 0, numYearDaySlots: 1 });
  expect(await inside(free)).toMatchObject({ schedules: [], clock: { ppm: 20 } });
  const types = network.log.since(0).map(({ type }) => type);
  expect(types).toContain('clock_set');
  expect(types).not.toContain('schedule_received');
});

test('a schedule is stored, read back, and binds its code to the window by the own clock of the lock', async () => {
  expect(await userCode(free).set(7, UserIDStatus.Enabled, '7777')).toEqual(success);
  expect(await setYearDay(free, 7)).toEqual(success);
  expect(await schedules(free).getYearDaySchedule({ userId: 7, slotId: 1 })).toEqual(july);
  expect(await inside(free)).toMatchObject({
    schedules: [
      {
        user: 7,
        enforced: true,
        year_day: [{ slot: 1, start: '2026-07-01T15:00', stop: '2026-07-03T11:30' }],
      },
    ],
  });
  expect(await enterAt(free, '2026-07-01T14:59:59', '7777')).toEqual(closed);
  expect(await enterAt(free, '2026-07-01T15:00:00', '7777')).toEqual(opened(7));
  expect(await enterAt(free, '2026-07-03T11:29:59', '7777')).toEqual(opened(7));
  expect(await enterAt(free, '2026-07-03T11:30:00', '7777')).toEqual(closed);
  expect(await enterAt(free, '2027-07-02T12:00:00', '7777')).toEqual(closed);
  expect(await enterAt(free, '2026-08-01T12:00:00', '246810')).toEqual(opened(1));
  expect(place(free).lock.counters.wrong_entries).toBe(0);
});

test('a clock that goes wrong opens and closes at the wrong time', async () => {
  await userCode(free).set(8, UserIDStatus.Enabled, '8888');
  await setYearDay(free, 8);
  expect(await enterAt(free, '2026-07-01T14:30:00', '8888')).toEqual(closed);
  await post(free, 'clock', { add_s: 1_800 });
  expect(await enter(free, '8888')).toEqual(opened(8));
});

test('clearing a code leaves its schedule to the next tenant of the slot', async () => {
  await userCode(free).set(9, UserIDStatus.Enabled, '9999');
  await setYearDay(free, 9);
  await userCode(free).clear(9);
  await userCode(free).set(9, UserIDStatus.Enabled, '9000');
  expect(await enterAt(free, '2026-07-01T10:00:00', '9000')).toEqual(closed);
  expect(await enterAt(free, '2026-07-01T16:00:00', '9000')).toEqual(opened(9));
});

test('an erased schedule reads as none; then the code opens at any time, or never, by the trait', async () => {
  for (const [node, after] of [
    [free, opened(10)],
    [strict, closed],
  ] as const) {
    await userCode(node).set(10, UserIDStatus.Enabled, '101010');
    await setYearDay(node, 10);
    expect(await schedules(node).setYearDaySchedule({ userId: 10, slotId: 1 })).toEqual(success);
    expect(await schedules(node).getYearDaySchedule({ userId: 10, slotId: 1 })).toBeUndefined();
    expect(await enterAt(node, '2026-01-01T10:00:00', '101010')).toEqual(after);
  }
});

test('an empty schedule is answered by an empty report, a slot beyond the last by nothing', async () => {
  const report = await hub.driver.sendCommand(
    new ScheduleEntryLockCCYearDayScheduleGet({ nodeId: free, userId: 20, slotId: 1 }),
  );
  expect(report).toBeInstanceOf(ScheduleEntryLockCCYearDayScheduleReport);
  expect(report).toMatchObject({ userId: 20, slotId: 1, startYear: undefined });
  expect(await schedules(free).getYearDaySchedule({ userId: 31, slotId: 1 })).toBeUndefined();
  expect(network.log.since(0).filter(({ type, slot }) => type === 'schedule_read' && slot === 31)).toEqual(
    [],
  );
});

test('switching schedules off opens the code at any time, switching them on binds it again', async () => {
  await userCode(free).set(11, UserIDStatus.Enabled, '111111');
  await setYearDay(free, 11);
  expect(await schedules(free).setEnabled(false, 11)).toEqual(success);
  expect(await enterAt(free, '2026-01-01T10:00:00', '111111')).toEqual(opened(11));
  expect(await schedules(free).setEnabled(true)).toEqual(success);
  expect(await enterAt(free, '2026-01-01T10:00:00', '111111')).toEqual(closed);
  await schedules(free).setEnabled(false);
});

test('a schedule that comes before its code is accepted and dropped; a disabled code is enough', async () => {
  expect(await setYearDay(strict, 12)).toEqual(success);
  expect(await schedules(strict).getYearDaySchedule({ userId: 12, slotId: 1 })).toBeUndefined();
  await userCode(strict).set(12, UserIDStatus.Disabled, '121212');
  expect(await setYearDay(strict, 12)).toEqual(success);
  expect(await schedules(strict).getYearDaySchedule({ userId: 12, slotId: 1 })).toEqual(july);
  await userCode(strict).set(12, UserIDStatus.Enabled, '121212');
  expect(await enterAt(strict, '2026-07-02T10:00:00', '121212')).toEqual(opened(12));
  expect(await enterAt(strict, '2026-07-04T10:00:00', '121212')).toEqual(closed);
});

test('a wrong slot and a refusing lock answer Fail, a liar answers Success', async () => {
  expect(await setYearDay(free, 31)).toEqual(fail);
  place(free).lock.change({ refuse: 1 });
  expect(await setYearDay(free, 13)).toEqual(fail);
  place(free).lock.change({ lie: 1 });
  expect(await setYearDay(free, 13)).toEqual(success);
  expect(place(free).lock.schedules?.get(13, 1)).toBeUndefined();
});

test('a full year is cut to a byte on the air, and the lock holds the wrong century', async () => {
  await setYearDay(free, 14, { ...july, startYear: 2026 & 0xff, stopYear: 2027 & 0xff });
  expect(await inside(free)).toMatchObject({
    schedules: expect.arrayContaining([
      expect.objectContaining({
        user: 14,
        year_day: [expect.objectContaining({ start: '2234-07-01T15:00' })],
      }),
    ]) as unknown,
  });
});

test('the clock is set by the hub as UTC with a zone, and shows local time with summer time', async () => {
  const node = hub.node(free);
  await node.commandClasses['Time Parameters'].set(new Date(Date.UTC(2026, 6, 1, 10, 0, 0)));
  const zone = {
    standardOffset: 60,
    dstOffset: 120,
    startDate: new Date(Date.UTC(2026, 2, 29, 2)),
    endDate: new Date(Date.UTC(2026, 9, 25, 3)),
  };
  expect(await node.commandClasses.Time.setTimezone(zone)).toEqual(success);
  expect(await inside(free)).toMatchObject({
    clock: {
      local: expect.stringMatching(/^2026-07-01T12:00:0/) as unknown,
      zone: { standard_minutes: 60, dst_minutes: 120, dst_start: { month: 3, day: 29, hour: 2 } },
    },
  });
  expect(await node.commandClasses.Time.getTime()).toMatchObject({ hour: 12, minute: 0 });
  expect(await node.commandClasses.Time.getDate()).toEqual({ year: 2026, month: 7, day: 1 });
  expect((await node.commandClasses['Time Parameters'].get())?.getTime()).toBeCloseTo(
    Date.UTC(2026, 6, 1, 10),
    -4,
  );
  expect(await node.commandClasses.Time.getTimezone()).toMatchObject({ standardOffset: 60, dstOffset: 120 });
});

test('a clock without Time CC keeps the local time it is given; Clock CC sets weekday, hour and minute', async () => {
  const node = hub.node(strict);
  await post(strict, 'clock', { local: '2026-07-01T08:00:30' });
  expect(await node.commandClasses.Clock.get()).toEqual({ weekday: Weekday.Wednesday, hour: 8, minute: 0 });
  await node.commandClasses.Clock.set(23, 30, Weekday.Tuesday);
  expect(await inside(strict)).toMatchObject({
    clock: { local: expect.stringMatching(/^2026-06-30T23:30:0/) as unknown },
  });
  expect(await schedules(strict).setTimezone({ standardOffset: 60, dstOffset: 120 })).toEqual(success);
  expect(await schedules(strict).getTimezone()).toEqual({ standardOffset: 60, dstOffset: 120 });
  expect(await inside(strict)).toMatchObject({
    clock: { local: expect.stringMatching(/^2026-06-30T23:30:0/) as unknown },
  });
});

test.each([
  [{ local: '2026-13-01T00:00' }, 'local'],
  [{ local: 'noon' }, 'local'],
  [{ add_s: 'x' }, 'add_s'],
  [{ hour: 3 }, 'hour'],
])('bad input for the clock is refused and the field is named: %j', async (body, field) => {
  expect(await post(free, 'clock', body)).toMatchObject({ error: expect.stringContaining(field) as unknown });
});

test('a window that ends before it begins is refused, and one that binds guests only leaves owners alone', () => {
  const book = new ScheduleBook({
    year_day_slots: 1,
    needs_code: 'refuses',
    erase_restores_full_access: true,
  });
  let guest = false;
  book.bindWith(() => guest);
  expect(book.set(3, 1, july, false)).toBe('refused');
  expect(book.set(3, 1, { ...july, stopYear: 25 }, true)).toBe('refused');
  expect(book.set(3, 1, july, true)).toBe('stored');
  expect(book.admits(3, Date.UTC(2026, 0, 1))).toBe(true);
  guest = true;
  const stop = Date.UTC(2026, 6, 3, 11, 30);
  expect([Date.UTC(2026, 6, 1, 15), stop - 1].map((ms) => book.admits(3, ms))).toEqual([true, true]);
  expect([Date.UTC(2026, 6, 1, 15) - 1, stop].map((ms) => book.admits(3, ms))).toEqual([false, false]);
  expect(book.admits(3, Date.UTC(2026, 0, 1))).toBe(false);
});
