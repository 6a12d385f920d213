import { z } from 'zod';
import type { LocalMinute } from '../../../src/core/model.ts';
import { temporaryHost } from '../../support/driver-host.ts';
import { readyZigbee, zigbeeLockOf } from '../../support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../support/zigbee-network.ts';
import type { ZigbeeSim } from '../../support/zigbee-sim.ts';
import { ToldTime } from './told-time.ts';
import type { BenchKind, BenchLock, Character, Fault } from '../bench.ts';

/** AutoRelockTime. */
const relockTime = 0x23;

const plain = {
  manufacturer: 'Lockstep',
  model: 'Contract',
  manufacturer_code: 0x1234,
  slots: 12,
  code_length: { min: 4, max: 8 },
  codes: { 1: '258013' },
  missing_attributes: [relockTime],
};

const specs = [
  { ...plain, name: 'Plain' },
  { ...plain, name: 'Masking', behaviour: { mask: 'stars' } },
  { ...plain, name: 'Unreadable', behaviour: { unreadable: 'all' } },
  { ...plain, name: 'Relocking', missing_attributes: [] },
  { ...plain, name: 'Schedules', schedules: {}, clock: { server: true, zone_minutes: 120 } },
  { ...plain, name: 'Waiting', waiting: true },
];

/** The simulator's ids. */
const ids: Partial<Readonly<Record<Character, string>>> = {
  plain: 'plain',
  masking: 'masking',
  unreadable: 'unreadable',
  schedules: 'schedules',
  manners: 'schedules',
  clock: 'schedules',
  auto_lock: 'relocking',
};

const healthy = {
  offline: false,
  mac_no_ack: false,
  lose_answers: false,
  answer_hold: false,
  refuse: false,
  lie: false,
  full: false,
};

const behaviours: Readonly<Record<Fault, object>> = {
  // A sleeping lock's parent keeps a frame for so long.
  offline: { offline: true, expire_ms: 100 },
  command_lost: { mac_no_ack: true },
  answer_lost: { lose_answers: true },
  answer_held: { answer_hold: true },
  refuses: { refuse: true },
  lies: { lie: true },
  full: { full: true },
};

const insideSchema = z.object({
  clock: z.object({ local: z.string() }).optional(),
  attributes: z.record(z.string(), z.unknown()),
  schedules: z
    .array(
      z.object({ user: z.number(), year_day: z.array(z.object({ start: z.string(), stop: z.string() })) }),
    )
    .default([]),
});

const minuteOf = (text: string): LocalMinute => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
  return { year, month, day, hour, minute };
};

const lockOf = async (sim: ZigbeeSim, id: string): Promise<BenchLock> => ({
  address: await zigbeeLockOf(sim, id),
  codes: () => sim.codes(id),
  locked: async () => (await sim.lock(id)).locked,
  keypad: (action) => sim.keypad(id, action),
  turn: (locked) => sim.bolt(id, locked),
  drain: (percent) => sim.battery(id, percent),
  fault: (fault) => sim.behaviour(id, behaviours[fault]),
  heal: () => sim.behaviour(id, healthy),
  rejoin: () => sim.rejoin(id),
  scheduleAt: async (slot) => {
    const { schedules } = insideSchema.parse(await sim.lock(id));
    const held = schedules.find(({ user }) => user === slot)?.year_day[0];
    return held && { start: minuteOf(held.start), stop: minuteOf(held.stop) };
  },
  clock: {
    shown: async () => Date.parse(`${insideSchema.parse(await sim.lock(id)).clock?.local ?? ''}Z`),
    put: async (wall) => {
      await sim.tell(`/locks/${id}/clock`, { local: new Date(wall).toISOString().slice(0, 19) });
    },
    ask: async () => {
      await sim.tell(`/locks/${id}/clock`, { ask: true });
    },
  },
  autoLock: async () => {
    const { attributes } = insideSchema.parse(await sim.lock(id));
    const seconds = Number(attributes[`257/${relockTime}`] ?? 0);
    return seconds === 0 ? { enabled: false } : { enabled: true, delaySeconds: seconds };
  },
  mannerAt: async (slot) => {
    const held = (await sim.lock(id)).slots.find((one) => one.slot === slot);
    return held && { enabled: held.status === 'enabled', scheduled: held.type === 'year_day' };
  },
});

export const zigbeeBench: BenchKind = {
  name: 'zigbee',
  characters: ['masking', 'unreadable', 'schedules', 'manners', 'clock', 'auto_lock'],
  faults: ['offline', 'command_lost', 'answer_lost', 'answer_held', 'refuses', 'lies', 'full'],
  news: ['programming', 'all_deleted', 'keycode', 'manual', 'lockout', 'battery'],
  refusesDuplicates: true,
  tellsUserType: true,
  answersLate: ['schedules', 'masking'],
  losesRadio: true,
  rejoins: true,
  takesNewcomers: true,
  open: async () => {
    await using stack = new AsyncDisposableStack();
    const sim = stack.use(await startZigbeeNetwork({ locks: specs }));
    const { host, lines } = stack.use(await temporaryHost(false));
    const all = [...new Set(Object.values(ids))];
    const time = new ToldTime();
    const { driver, hints } = await readyZigbee(sim, { ...host, ...time.host }, all);
    stack.use(driver);
    const locks = new Map(await Promise.all(all.map(async (id) => [id, await lockOf(sim, id)] as const)));
    const kept = stack.move();
    return {
      driver,
      hints,
      logged: lines,
      lock: (character) => {
        const lock = locks.get(ids[character] ?? '');
        if (lock === undefined) throw new Error(`no ${character} lock`);
        return lock;
      },
      time,
      settle: (work) => work,
      radio: {
        lose: async () => {
          await sim.coordinator({ accept: false });
        },
        giveBack: async () => {
          await sim.coordinator({ accept: true });
        },
      },
      newcomer: {
        labelPin: undefined,
        onStep: ({ kind }) => {
          if (kind === 'listening') void sim.pair('waiting');
        },
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
