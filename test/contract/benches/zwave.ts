import { z } from 'zod';
import { LockAddress } from '../../../src/core/ids.ts';
import type { LocalMinute } from '../../../src/core/model.ts';
import { temporaryHost } from '../../support/driver-host.ts';
import { readyZwave, zwaveLock } from '../../support/zwave-driver.ts';
import { newLock, press, waiting } from '../../support/zwave-joining.ts';
import { startZwaveNetwork } from '../../support/zwave-network.ts';
import type { SimBehaviour, ZwaveSim } from '../../support/zwave-sim.ts';
import { ToldTime } from './told-time.ts';
import type { BenchKind, BenchLock, Character, Fault, Newcomer } from '../bench.ts';

const plain = {
  product_id: 1,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 1,
  slots: 12,
  // User Code CC doesn't tell: so many digits at most are taken for granted.
  code_length: { min: 4, max: 10 },
  events: [1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 16],
  codes: { 1: '258013' },
};

/** The nodes, and what each is. */
const specs: readonly (object & { readonly node: number })[] = [
  { ...plain, node: 2, name: 'Plain' },
  {
    ...plain,
    node: 3,
    name: 'Masking',
    product_id: 2,
    security: 'none',
    supervision: false,
    behaviour: { mask: true },
  },
  { model: 'ultraloq-ubolt-pro', node: 4, slots: 12 },
  { ...plain, node: 5, name: 'Checksum', product_id: 3, user_code_version: 2, checksum: true },
  {
    ...plain,
    node: 6,
    name: 'Users',
    product_id: 4,
    user_code_version: undefined,
    user_credential: { credential_slots: 12 },
  },
  {
    ...plain,
    node: 7,
    name: 'Schedules',
    product_id: 5,
    // What a lock tells of its keypad would cross our commands, and put both sides of S2 out of step for a while.
    security: 'none',
    schedules: {},
    clock: { time_cc: true },
    auto_relock: { by: 'door_lock' },
  },
].map((spec) => JSON.parse(JSON.stringify(spec)) as { node: number });

const nodes: Readonly<Record<Exclude<Character, 'manners'>, number>> = {
  plain: 2,
  masking: 3,
  unreadable: 4,
  checksum: 5,
  names: 6,
  schedules: 7,
  clock: 7,
  auto_lock: 7,
};

const healthy: SimBehaviour = {
  offline: false,
  lose_reports: false,
  answer_hold: false,
  refuse: false,
  lie: false,
  full: false,
};

/** A command that gets lost isn't acknowledged, which is `offline`. */
const behaviours: Partial<Readonly<Record<Fault, SimBehaviour>>> = {
  offline: { offline: true },
  answer_lost: { lose_reports: true },
  answer_held: { answer_hold: true },
  refuses: { refuse: true },
  lies: { lie: true },
  full: { full: true },
};

const insideSchema = z.object({
  clock: z.object({ local: z.string() }).optional(),
  relock_seconds: z.number().default(0),
  users: z.array(z.object({ user: z.number(), name: z.string() })).default([]),
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

const lockOf = (sim: ZwaveSim, node: number): BenchLock => {
  const inside = async (): Promise<z.infer<typeof insideSchema>> =>
    insideSchema.parse(await (await fetch(`${sim.control}/locks/${node}`)).json());
  return {
    address: zwaveLock(node),
    codes: () => sim.codes(node),
    locked: async () => (await sim.lock(node)).locked,
    keypad: (action) => sim.keypad(node, action),
    turn: (locked) => sim.bolt(node, locked),
    drain: (percent) => sim.battery(node, percent),
    fault: (fault) => sim.behaviour(node, behaviours[fault] ?? {}),
    heal: () => sim.behaviour(node, healthy),
    scheduleAt: async (slot) => {
      const held = (await inside()).schedules.find(({ user }) => user === slot)?.year_day[0];
      return held && { start: minuteOf(held.start), stop: minuteOf(held.stop) };
    },
    clock: {
      shown: async () => Date.parse(`${(await inside()).clock?.local ?? ''}Z`),
      put: (wall) => press(sim, `locks/${node}/clock`, { local: new Date(wall).toISOString().slice(0, 19) }),
      ask: () => press(sim, `locks/${node}/clock`, { ask: true }),
    },
    autoLock: async () => {
      const { relock_seconds: seconds } = await inside();
      return seconds === 0 ? { enabled: false } : { enabled: true, delaySeconds: seconds };
    },
    nameAt: async (slot) => (await inside()).users.find(({ user }) => user === slot)?.name,
  };
};

/** Somebody who has read the label of the lock that waits, and presses its buttons. */
const newcomerOf = async (sim: ZwaveSim): Promise<Newcomer> => {
  const [lock] = await waiting(sim);
  if (lock === undefined) throw new Error('no lock waits');
  let joined: LockAddress | undefined;
  return {
    labelPin: lock.pin,
    onStep: (step) => {
      if (step.kind === 'added') joined = step.address;
      if (step.kind !== 'listening') return;
      void press(
        sim,
        joined === undefined ? `waiting/${lock.id}/pair` : `locks/${joined.replace('zwave:', '')}/unpair`,
      );
    },
  };
};

export const zwaveBench: BenchKind = {
  name: 'zwave',
  characters: ['masking', 'unreadable', 'checksum', 'names', 'schedules', 'clock', 'auto_lock'],
  faults: ['offline', 'answer_lost', 'answer_held', 'refuses', 'lies', 'full'],
  news: ['programming', 'all_deleted', 'keycode', 'manual', 'lockout', 'battery'],
  refusesDuplicates: true,
  // Over S2, an answer that was held back leaves simulated stick and lock out of step for good.
  answersLate: ['schedules', 'masking'],
  losesRadio: true,
  rejoins: false,
  takesNewcomers: true,
  open: async () => {
    await using stack = new AsyncDisposableStack();
    const sim = stack.use(await startZwaveNetwork({ locks: [...specs, newLock] }));
    const { host, lines } = stack.use(await temporaryHost());
    const all = specs.map(({ node }) => node);
    const time = new ToldTime();
    const { driver, hints } = await readyZwave(sim, { ...host, ...time.host }, all);
    stack.use(driver);
    const locks = new Map(all.map((node) => [node, lockOf(sim, node)]));
    const kept = stack.move();
    return {
      driver,
      hints,
      logged: lines,
      lock: (character) => {
        const lock = character === 'manners' ? undefined : locks.get(nodes[character]);
        if (lock === undefined) throw new Error(`no ${character} lock`);
        return lock;
      },
      time,
      settle: (work) => work,
      radio: {
        lose: () => sim.line({ accept: false }),
        giveBack: () => sim.line({ accept: true }),
      },
      newcomer: await newcomerOf(sim),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
