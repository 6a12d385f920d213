import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient, createdId } from '../support/bridge-client.ts';
import type { Place } from '../support/bridge-client.ts';
import { certify } from '../support/certify.ts';
import { call } from '../support/sim-process.ts';
import { until } from '../support/until.ts';
import { goodLock } from '../support/world.ts';
import { addressIn, goodZigbeeLock, introduce } from '../support/zigbee-world.ts';
import { startZigbeeNetwork } from '../support/zigbee-network.ts';
import { startZwaveNetwork } from '../support/zwave-network.ts';

// Both radios with their real libraries, and locks that enforce their schedules by clocks of their own: a PIN is entered at
// the keypad before, in and after its time, which the lock's clock is put to.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const stack = new AsyncDisposableStack();
let bridge: Bridge;
let client: BridgeClient;
/** Takes its time, and nobody waits for it. */
let visit: Promise<unknown>;

/** Zones without summer time, so that these tests say the same on every day of the year. */
const zones = { west: 'Pacific/Marquesas', east: 'Pacific/Kiritimati', process: 'Asia/Kathmandu' };

interface Door {
  readonly name: string;
  readonly zone: string;
  place: Place;
  /** Its own address at the simulator. */
  control: string;
}
const doors = {
  zwave: { name: 'Door east', zone: zones.east, place: 4, control: '' },
  zigbee: { name: 'Door west', zone: zones.west, place: '', control: '' },
  parked: { name: 'Door far', zone: zones.east, place: '', control: '' },
  plain: { name: 'Door plain', zone: zones.west, place: 2, control: '' },
} satisfies Record<string, Door>;
const scheduled: readonly Door[] = [doors.zwave, doors.zigbee, doors.parked];

/** What another hub has left: at any hour, and on a day of the week (0: Sunday) that it is in no zone now, nor soon. */
const allWeek = { weekdays: [0, 1, 2, 3, 4, 5, 6], start: '00:00', duration: '23:59' };
const farDay = (new Date().getUTCDay() + 3) % 7;
const onFarDay = { week_day: { 1: { weekday: farDay, start: '00:00', stop: '23:59' } } };

beforeAll(async () => {
  const time = { schedules: {}, clock: { server: true } };
  const locks = [
    goodZigbeeLock('West', 6, time),
    goodZigbeeLock('Far', 6, { ...time, schedules: { needs_code: 'drops' } }),
  ];
  const zwave = stack.use(
    await startZwaveNetwork({
      locks: [
        goodLock(2, 6, {
          // It can't be told to have none, and its users may come on a day that isn't now.
          schedules: {
            year_day_slots: 0,
            week_day_slots: 1,
            can_disable: false,
            left_behind: { 1: onFarDay, 2: onFarDay },
          },
          clock: { time_cc: true },
        }),
        goodLock(4, 6, {
          // It goes on shutting a user out whose schedule was erased, and would let each in at all hours.
          schedules: {
            erase_restores_full_access: false,
            daily_repeating_slots: 1,
            kinds_at_once: 'all',
            left_behind: { 1: { daily_repeating: { 1: allWeek } } },
          },
          clock: { time_cc: true, ppm: 20 },
        }),
      ],
    }),
  );
  const zigbee = stack.use(await startZigbeeNetwork({ locks }));
  for (const [door, id] of [
    [doors.zigbee, 'west'],
    [doors.parked, 'far'],
  ] as const) {
    door.place = addressIn(locks)(id);
    door.control = `${zigbee.control}/locks/${id}`;
  }
  for (const door of [doors.zwave, doors.plain]) door.control = `${zwave.control}/locks/${door.place}`;
  bridge = stack.use(
    await Bridge.create({
      serial: zwave.serial,
      zigbee: { serial: zigbee.serial, network: zigbee.network },
      settings: {
        scheduling: { lead: '1s' },
        devices: Object.fromEntries(
          Object.entries(doors).map(([key, { name, zone, place }]) => [
            key,
            { address: typeof place === 'number' ? `zwave:${place}` : place, name, time_zone: zone },
          ]),
        ),
      },
    }),
  );
  await introduce(bridge, zigbee.control);
  bridge.start({ TZ: zones.process });
  client = stack.use(await BridgeClient.connect(bridge.mqttUrl, bridge.base));
  for (const { place } of Object.values(doors)) await client.device(place);
  visit = visitPlain();
  visit.catch(() => undefined);
}, 120_000);
afterAll(() => stack.disposeAsync());

const insideSchema = z.looseObject({
  locked: z.boolean(),
  clock: z.looseObject({ local: z.string() }),
  slots: z.array(z.looseObject({ code: z.string() })),
  schedules: z.unknown(),
});
type Inside = z.infer<typeof insideSchema>;
const inside = async ({ control }: Door): Promise<Inside> => insideSchema.parse(await call(control));
const clockOf = async (door: Door): Promise<number> => Date.parse(`${(await inside(door)).clock.local}Z`);

/** What a clock on the wall of the zone shows now, milliseconds as `Date.UTC` counts them. */
const wallIn = (timeZone: string): number =>
  Date.parse(`${new Date().toLocaleString('sv-SE', { timeZone }).replace(' ', 'T')}Z`);

/** Puts the lock's own clock on or back by hand. */
const turn = async (door: Door, ms: number): Promise<void> => {
  await call(`${door.control}/clock`, { add_s: Math.round(ms / second) });
};

/** A guest enters the PIN: does the door open? */
const opens = async (door: Door, code: string): Promise<boolean> => {
  await call(`${door.control}/bolt`, { locked: true, how: 'manual' });
  await call(`${door.control}/keypad`, { action: 'enter', code });
  return !z.object({ locked: z.boolean() }).parse(await call(door.control)).locked;
};

const iso = (at: number): string => new Date(at).toISOString();
const book = async (door: Door, code: string, startsAt: number, endsAt: number): Promise<string> => {
  const device_id = await client.device(door.place);
  const times = { starts_at: iso(startsAt), ends_at: iso(endsAt) };
  return createdId(await client.ask('access_codes/create', { device_id, code, ...times }));
};
/** As the CLI shows it, by HTTP. */
const shown = async (id: string): Promise<unknown> =>
  JSON.parse((await bridge.cli(['codes', 'show', id, '--json'])).stdout);

test('certify finds in which order each lock takes a schedule and its code', async () => {
  const found = await Promise.all(
    scheduled.map(async ({ name }) => (await certify(bridge, name, '--quick')).found['schedules']),
  );
  expect(found).toMatchObject([
    { order: 'schedule_first' },
    { order: 'schedule_first' },
    { order: 'code_disabled_first' },
  ]);
});

describe.each(scheduled)('at $name', (door: Door) => {
  test("the lock's own clock shows the time of its zone, whatever zone the bridge's process lives in", async () => {
    const offMs = (await clockOf(door)) - wallIn(door.zone);
    expect(Math.abs(offMs)).toBeLessThan(5 * second);
  });

  test('a code is loaded hours ahead, and opens the door within its time by the clock of the lock alone', async () => {
    const startsAt = Math.ceil(Date.now() / minute) * minute + 3 * hour;
    const endsAt = startsAt + 2 * hour;
    const id = await book(door, '314159', startsAt, endsAt);
    await client.event('access_code.scheduled_on_device', { access_code_id: id });
    expect(await shown(id)).toMatchObject({
      access_code: { is_scheduled_on_device: true, status: 'unset', errors: [] },
    });
    const tried: boolean[] = [];
    for (const at of [startsAt - 50 * second, startsAt + 2 * second, endsAt - 50 * second, endsAt + second]) {
      await turn(door, at - Date.now() - ((await clockOf(door)) - wallIn(door.zone)));
      tried.push(await opens(door, '314159'));
    }
    expect(tried).toEqual([false, true, true, false]);
    await turn(door, Date.now() - endsAt);
    // Shortened to the past.
    await client.ask('access_codes/update', {
      access_code_id: id,
      starts_at: iso(Date.now() - hour),
      ends_at: iso(Date.now() - minute),
    });
    await client.event('access_code.removed_from_device', { access_code_id: id });
    const { slots, schedules } = await until('the schedule to be gone', async () => {
      const now = await inside(door);
      return isEmpty(now.schedules) && now;
    });
    expect([slots.filter(({ code }) => code === '314159'), isEmpty(schedules)]).toEqual([[], true]);
  });

  test('the next tenant of the slot comes and goes at all hours', async () => {
    const id = await client.createCode(door.place, '271828');
    await client.codeSet(id);
    const tried: boolean[] = [];
    for (const hours of [0, 4, 40]) {
      await turn(door, hours * hour);
      tried.push(await opens(door, '271828'));
    }
    expect(tried).toEqual([true, true, true]);
    await turn(door, -44 * hour);
  });
});

const isEmpty = (schedules: unknown): boolean => ['[]', '{}'].includes(JSON.stringify(schedules));

/** A code that begins and ends within seconds, on a lock that has no schedules of the kind that it could be bound by. */
const visitPlain = async (): Promise<unknown> => {
  const door = doors.plain;
  const startsAt = Date.now() + 5 * second;
  const endsAt = startsAt + 6 * second;
  const id = await book(door, '161803', startsAt, endsAt);
  const { access_code: booked } = await client.ask('access_codes/get', { access_code_id: id });
  const before = await opens(door, '161803');
  await client.codeSet(id);
  const within = await opens(door, '161803');
  const told = await client.event('access_code.removed_from_device', { access_code_id: id });
  const isInTime = Date.parse(z.string().parse(told['created_at'])) >= endsAt;
  return { booked, before, within, isInTime, after: await opens(door, '161803') };
};

test('on a lock without year-day schedules a code comes when its time does, whatever another hub left, and goes with it', async () => {
  expect(await visit).toMatchObject({
    booked: {
      is_scheduled_on_device: false,
      pending_mutations: [{ mutation_code: 'deferring_creation' }],
    },
    before: false,
    within: true,
    isInTime: true,
    after: false,
  });
});
