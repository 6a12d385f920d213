import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { LockAddress } from '../../src/core/ids.ts';
import type { LocalWindow } from '../../src/core/model.ts';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import { realClock, temporaryHost } from '../../test/support/driver-host.ts';
import { never, pinOf, readyZigbee, zigbeeLocksOf } from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';

/** For what comes soon, on a machine that has much else to do. */
const patienceMs = 20_000;

const ordinary = {
  manufacturer: 'Lockworks',
  model: 'Time 1',
  manufacturer_code: 0x1337,
  power: 'mains',
  slots: 10,
  code_length: { min: 4, max: 8 },
};
const locks = [
  { ...ordinary, name: 'Local', schedules: {}, clock: { asks: 'local_time', server: true } },
  { ...ordinary, name: 'Far', schedules: {}, clock: { asks: 'utc', server: true } },
  { ...ordinary, name: 'Shut', schedules: {}, clock: { asks: 'local_time' } },
  { ...ordinary, name: 'Timeless' },
];
const ids = locks.map(({ name }) => name.toLowerCase());
/** Nine hours and more from where the tests run, and from each other. */
const zones: Record<string, string> = { local: 'Asia/Tokyo', far: 'America/Los_Angeles', shut: 'Asia/Tokyo' };

const cleanup = new AsyncDisposableStack();
let sim: ZigbeeSim;
let driver: LockDriver;
let lock: (id: string) => LockAddress;

beforeAll(async () => {
  sim = cleanup.use(await startZigbeeNetwork({ locks }));
  const { host } = cleanup.use(await temporaryHost(false));
  lock = await zigbeeLocksOf(sim, ids);
  const timeZoneOf = (address: LockAddress): string =>
    Object.entries(zones).find(([id]) => lock(id) === address)?.[1] ?? 'Europe/Berlin';
  ({ driver } = await readyZigbee(sim, { ...host, timeZoneOf }, ids));
  cleanup.use(driver);
});
afterAll(() => cleanup.disposeAsync());

const window: LocalWindow = {
  start: { year: 2031, month: 7, day: 1, hour: 15, minute: 0 },
  stop: { year: 2031, month: 7, day: 4, hour: 11, minute: 30 },
};
const insideSchema = z.looseObject({
  schedules: z.array(
    z.looseObject({
      user: z.number(),
      enforced: z.boolean(),
      year_day: z.array(z.looseObject({ start: z.string(), stop: z.string() })),
    }),
  ),
});
const schedulesIn = async (id: string) => insideSchema.parse(await sim.lock(id)).schedules;

test('a schedule is set, read and erased; the lock holds it in its own local time', async () => {
  const radio = driver.schedules!;
  expect(await radio.readSchedule(lock('local'), 3, never)).toEqual({ kind: 'schedule', window: undefined });
  expect(await radio.setSchedule(lock('local'), 3, window, never)).toEqual({ kind: 'accepted' });
  expect(await schedulesIn('local')).toMatchObject([
    { user: 3, enforced: false, year_day: [{ start: '2031-07-01T15:00', stop: '2031-07-04T11:30' }] },
  ]);
  expect(await radio.readSchedule(lock('local'), 3, never)).toEqual({ kind: 'schedule', window });
  const manner = { scheduled: true, enabled: true };
  expect(await driver.writeSlot(lock('local'), 3, pinOf('3030'), never, manner)).toEqual({
    kind: 'accepted',
  });
  expect((await schedulesIn('local'))[0]?.enforced).toBe(true);
  expect(await radio.clearSchedule(lock('local'), 3, never)).toEqual({ kind: 'accepted' });
  expect(await radio.readSchedule(lock('local'), 3, never)).toEqual({ kind: 'schedule', window: undefined });
});

test('a window that cannot be said, and a slot that is not ours, are refused before the radio', async () => {
  const radio = driver.schedules!;
  await sim.resetFrames();
  const backwards = { start: window.stop, stop: window.start };
  expect(await radio.setSchedule(lock('local'), 3, backwards, never)).toMatchObject({ why: 'format' });
  expect(await radio.setSchedule(lock('local'), 11, window, never)).toMatchObject({ why: 'unsupported' });
  expect(await radio.setSchedule(lock('timeless'), 3, window, never)).toMatchObject({ why: 'unsupported' });
  expect(await radio.readSchedule(lock('timeless'), 3, never)).toEqual({
    kind: 'refused',
    why: 'unsupported',
  });
  const frames = await sim.frames();
  for (const id of ['local', 'timeless']) expect(frames[id]?.application.to_lock).toBe(0);
});

const clockSchema = z.looseObject({ clock: z.looseObject({ local: z.string() }) });
const shownAt = async (id: string): Promise<number> =>
  Date.parse(`${clockSchema.parse(await sim.lock(id)).clock.local}Z`);
/** What a clock on the wall shows there, as UTC counts it. */
const wallIn = (zone: string): number => {
  const text = new Date(realClock.now()).toLocaleString('sv-SE', { timeZone: zone });
  return Date.parse(`${text.replace(' ', 'T')}Z`);
};

test.each(['local', 'far', 'shut'])(
  '%s: a lock that asks for the time gets that of its own zone, not of this process (FIELD-BUGS 25)',
  async (id) => {
    await sim.tell(`/locks/${id}/clock`, { local: '2000-01-01T00:00:00' });
    await sim.tell(`/locks/${id}/clock`, { ask: true });
    await vi.waitFor(async () => {
      expect(Math.abs((await shownAt(id)) - wallIn(zones[id]!))).toBeLessThan(5_000);
    }, patienceMs);
  },
);

test.each(['local', 'far'])('%s: its clock is read as it shows it', async (id) => {
  await sim.tell(`/locks/${id}/clock`, { local: '2031-12-31T23:58:30' });
  const shown = await driver.clocks!.readClock(lock(id), never);
  expect(shown).toMatchObject({
    kind: 'clock',
    local: { year: 2031, month: 12, day: 31, hour: 23, minute: 58 },
  });
});

test('capabilities say whose clock can be set and read; one that cannot be read says so', async () => {
  const clockOf = async (id: string) => (await driver.capabilities(lock(id), never))?.clock;
  expect(await clockOf('local')).toEqual({ set: true, read: true });
  expect(await clockOf('shut')).toEqual({ set: true, read: false });
  expect(await clockOf('timeless')).toBeUndefined();
  expect(await driver.clocks!.readClock(lock('shut'), never)).toEqual({
    kind: 'refused',
    why: 'unsupported',
  });
});
