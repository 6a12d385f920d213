import { z } from 'zod';
import { call, eventsOf, startSimulator } from './sim-process.ts';
import type { EventWait, SimOptions, SimProcess } from './sim-process.ts';

/** A simulated Z-Wave network in a process of its own, and its control interface (simulators/zwave/README.md). */

/** The keys that its locks were included with, as a driver's keys file wants them. */
export const simKeys = {
  S0_Legacy: '00112233445566778899aabbccddeeff',
  S2_Unauthenticated: '11111111111111111111111111111111',
  S2_Authenticated: '22222222222222222222222222222222',
  S2_AccessControl: '33333333333333333333333333333333',
  LR_S2_Authenticated: '44444444444444444444444444444444',
  LR_S2_AccessControl: '55555555555555555555555555555555',
};

const lockSchema = z.object({
  node: z.number(),
  name: z.string(),
  /** `s2_access_control`, `s2_authenticated`, `s0` or `none`. */
  security: z.string(),
  locked: z.boolean(),
  online: z.boolean(),
  battery: z.number().nullable(),
  slots: z.array(z.object({ slot: z.number(), status: z.string(), code: z.string() })),
});
const framesSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      application: z.object({ to_lock: z.number(), from_lock: z.number(), total: z.number() }),
      /** Sent to the lock while it was off the air. */
      unanswered: z.number(),
      by_command: z.record(z.string(), z.number()),
    }),
  ),
});
const eventSchema = z.object({
  seq: z.number(),
  node: z.number(),
  type: z.string(),
  slot: z.number().optional(),
});

/** The lock's own truth; codes in clear. */
export type SimLock = z.infer<typeof lockSchema>;
export type SimFrames = z.infer<typeof framesSchema>['nodes'];
export type SimEvent = z.infer<typeof eventSchema>;

export interface SimBehaviour {
  offline?: boolean;
  delay_ms?: number;
  no_ack_ms?: number;
  lose_reports?: boolean | number;
  refuse?: boolean | number;
  lie?: boolean | number | { one_in: number };
  full?: boolean;
  report_programming?: boolean;
  duplicate_check?: boolean;
  mask?: boolean;
  answer_hold?: boolean;
}

export interface KeypadAction {
  action:
    | 'add'
    | 'change'
    | 'delete'
    | 'delete_all'
    | 'enter'
    | 'user'
    | 'master_code'
    | 'code_length'
    | 'auto_relock'
    | 'tamper';
  slot?: number;
  code?: string;
  length?: number;
  /** Seconds of `auto_relock`. */
  value?: number;
  name?: string;
  active?: boolean;
}

export interface ZwaveSim extends SimProcess {
  lock(node: number): Promise<SimLock>;
  /** The lock's codes by slot, as it holds them. */
  codes(node: number): Promise<Record<number, string>>;
  keypad(node: number, action: KeypadAction): Promise<void>;
  bolt(node: number, locked: boolean): Promise<void>;
  battery(node: number, level: number): Promise<void>;
  behaviour(node: number, change: SimBehaviour): Promise<void>;
  frames(): Promise<SimFrames>;
  resetFrames(): Promise<void>;
  line(change: { drop?: true; accept?: boolean; mute?: boolean }): Promise<void>;
  readonly event: EventWait<SimEvent>;
}

/** What a test does to the locks of a simulator that runs. */
export const clientOf = (serial: string, control: string): Omit<ZwaveSim, typeof Symbol.asyncDispose> => {
  const lock = async (node: number): Promise<SimLock> =>
    lockSchema.parse(await call(`${control}/locks/${node}`));
  const tell = async (route: string, body: object): Promise<void> => {
    await call(`${control}${route}`, body);
  };
  return {
    serial,
    control,
    lock,
    codes: async (node) => Object.fromEntries((await lock(node)).slots.map(({ slot, code }) => [slot, code])),
    keypad: (node, action) => tell(`/locks/${node}/keypad`, action),
    bolt: (node, locked) => tell(`/locks/${node}/bolt`, { locked, how: 'manual' }),
    battery: (node, level) => tell(`/locks/${node}/battery`, { level }),
    behaviour: (node, change) => tell(`/locks/${node}/behaviour`, change),
    frames: async () => framesSchema.parse(await call(`${control}/frames`)).nodes,
    resetFrames: () => tell('/frames/reset', {}),
    line: (change) => tell('/serial', change),
    event: eventsOf(control, eventSchema),
  };
};

/** Starts the simulator on free ports; dispose it at the end. It also ends with this process. */
export const startZwaveSim = async (options: SimOptions = {}): Promise<ZwaveSim> => {
  const sim = await startSimulator('zwave', { flag: '--keys', content: simKeys }, options);
  return { ...sim, ...clientOf(sim.serial, sim.control) };
};
