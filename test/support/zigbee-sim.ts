import { z } from 'zod';
import { call, eventsOf, startSimulator } from './sim-process.ts';
import type { EventWait, SimOptions, SimProcess } from './sim-process.ts';

/** A simulated Zigbee network in a process of its own, and its control interface (simulators/zigbee/README.md). */

/** The network that its coordinator and locks were commissioned with, as a driver's `network_file` wants it. */
export const simNetwork = {
  pan_id: 0x5a47,
  extended_pan_id: '5e5e0a1b2c3d4e5f',
  channel: 20,
  network_key: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
};
export type SimNetworkFile = typeof simNetwork;

const lockSchema = z.looseObject({
  id: z.string(),
  ieee: z.string(),
  name: z.string(),
  locked: z.boolean(),
  online: z.boolean(),
  battery: z.number().nullable(),
  network_address: z.number().nullable(),
  /** It is in the network that the coordinator keeps up now. */
  in_network: z.boolean(),
  slots: z.array(z.looseObject({ slot: z.number(), status: z.string(), type: z.string(), code: z.string() })),
  bindings: z.array(
    z.object({
      endpoint: z.number(),
      cluster: z.number(),
      destination: z.string(),
      destinationEndpoint: z.number(),
    }),
  ),
  counters: z.record(z.string(), z.number()),
});
const summarySchema = z.looseObject({ id: z.string(), ieee: z.string(), name: z.string() });
const framesSchema = z.object({
  locks: z.record(
    z.string(),
    z.object({
      application: z.object({ to_lock: z.number(), from_lock: z.number(), total: z.number() }),
      aps_acks: z.number(),
      data_polls: z.number(),
      mac_acks: z.number(),
      /** All frames on the air, as the facts page counts them. */
      total: z.number(),
      /** Sent to the lock, and not acknowledged. */
      unanswered: z.number(),
      by_command: z.record(z.string(), z.number()),
    }),
  ),
});
const coordinatorSchema = z.object({
  ieee: z.string(),
  running: z.boolean(),
  network: z.object({ pan_id: z.number(), extended_pan_id: z.string(), channel: z.number() }).nullable(),
  frame_counter: z.number().nullable(),
  permit_join_seconds: z.number(),
  children: z.number(),
  connected: z.boolean(),
  clients: z.number(),
  accepting: z.boolean(),
  muted: z.boolean(),
  jammed: z.boolean(),
});
const eventSchema = z.object({
  seq: z.number(),
  /** The lock's id; empty for the coordinator. */
  lock: z.string(),
  type: z.string(),
  slot: z.number().optional(),
  network_address: z.number().optional(),
  seconds: z.number().optional(),
});

/** The lock's own truth; codes in clear. */
export type ZigbeeSimLock = z.infer<typeof lockSchema>;
export type ZigbeeSimFrames = z.infer<typeof framesSchema>['locks'];
export type ZigbeeSimEvent = z.infer<typeof eventSchema>;
export type ZigbeeSimCoordinator = z.infer<typeof coordinatorSchema>;

export interface CoordinatorChange {
  /** Cuts the TCP connection. */
  drop?: true;
  /** false: pulled out of its port, connections are refused; true: put back. */
  accept?: boolean;
  /** true: it hangs; the line is open and nothing is answered. */
  mute?: boolean;
  /** true: something else fills the channel, nothing gets through. */
  jam?: boolean;
  /** It has no room for so many of the next frames. */
  overload?: number;
  /** It restarts and waits to be told to start. */
  restart?: true;
  /** Another stick in its port: fresh from the factory, or with another network. */
  exchange?: 'blank' | SimNetworkFile;
  /** The first stick is put back. */
  restore?: true;
  /** It tells the hub of all its locks as if they had just joined. */
  introduce?: true;
}

export interface ZigbeeSimOptions extends SimOptions {
  /** The coordinator is fresh from the factory. */
  blank?: boolean;
  network?: SimNetworkFile;
  /** Where coordinator and locks keep what they know. */
  stateFile?: string;
}

export interface ZigbeeSim extends SimProcess {
  /** What the driver's `network_file` has to say. */
  readonly network: SimNetworkFile;
  /** The ids of the locks that are in the network. */
  ids(): Promise<string[]>;
  /** The ids of the locks that are in none. */
  waiting(): Promise<string[]>;
  lock(id: string): Promise<ZigbeeSimLock>;
  /** The lock's codes by slot, as it holds them. */
  codes(id: string): Promise<Record<number, string>>;
  keypad(id: string, action: object): Promise<void>;
  bolt(id: string, locked: boolean): Promise<void>;
  battery(id: string, level: number): Promise<void>;
  behaviour(id: string, change: object): Promise<void>;
  /** Any route of the control interface, for what has no method here. */
  tell(route: string, body?: object): Promise<unknown>;
  frames(): Promise<ZigbeeSimFrames>;
  resetFrames(): Promise<void>;
  coordinator(change?: CoordinatorChange): Promise<ZigbeeSimCoordinator>;
  /** Presses the pairing button of a waiting lock: it looks for a network for a while. */
  pair(id: string): Promise<void>;
  /** The lock comes back under another network address, and says so or not. */
  rejoin(id: string, announce?: boolean): Promise<void>;
  /** Somebody makes the lock leave; the coordinator hears of it or not. */
  leave(id: string, announce?: boolean): Promise<void>;
  readonly event: EventWait<ZigbeeSimEvent>;
}

/** Throws where somebody wanted to do something to a lock that it can't take part in. */
const accepted = (route: string, answer: unknown): void => {
  const parsed = z.looseObject({ accepted: z.literal(true) }).safeParse(answer);
  if (!parsed.success) throw new Error(`${route}: ${JSON.stringify(answer)}`);
};

/** What a test does to the locks and the coordinator of a simulator that runs. */
export const clientOf = (
  serial: string,
  control: string,
  network: SimNetworkFile,
): Omit<ZigbeeSim, typeof Symbol.asyncDispose> => {
  /** A lock is under one of two addresses, and may change between them. */
  const at = async (id: string): Promise<string> => {
    const response = await fetch(`${control}/locks/${id}`);
    await response.body?.cancel();
    return response.status === 404 ? `${control}/waiting/${id}` : `${control}/locks/${id}`;
  };
  const lock = async (id: string): Promise<ZigbeeSimLock> => lockSchema.parse(await call(await at(id)));
  const act = async (id: string, action: string, body: object): Promise<void> => {
    await call(`${await at(id)}/${action}`, body);
  };
  const come = async (id: string, action: string, body: object): Promise<void> => {
    accepted(`${id}/${action}`, await call(`${await at(id)}/${action}`, body));
  };
  return {
    serial,
    control,
    network,
    ids: async () => {
      const { locks } = z.object({ locks: z.array(summarySchema) }).parse(await call(`${control}/locks`));
      return locks.map(({ id }) => id);
    },
    waiting: async () =>
      z
        .array(summarySchema)
        .parse(await call(`${control}/waiting`))
        .map(({ id }) => id),
    lock,
    codes: async (id) => Object.fromEntries((await lock(id)).slots.map(({ slot, code }) => [slot, code])),
    keypad: (id, action) => act(id, 'keypad', action),
    bolt: (id, locked) => act(id, 'bolt', { locked, how: 'manual' }),
    battery: (id, level) => act(id, 'battery', { level }),
    behaviour: (id, change) => act(id, 'behaviour', change),
    tell: (route, body) => call(`${control}${route}`, body),
    frames: async () => framesSchema.parse(await call(`${control}/frames`)).locks,
    resetFrames: async () => {
      await call(`${control}/frames/reset`, {});
    },
    coordinator: async (change) => coordinatorSchema.parse(await call(`${control}/coordinator`, change)),
    pair: (id) => come(id, 'pair', {}),
    rejoin: (id, announce = true) => come(id, 'rejoin', { announce }),
    leave: (id, announce = true) => come(id, 'leave', { announce }),
    event: eventsOf(control, eventSchema),
  };
};

/** Starts the simulator on free ports; dispose it at the end. It also ends with this process. */
export const startZigbeeSim = async (options: ZigbeeSimOptions = {}): Promise<ZigbeeSim> => {
  const network = options.network ?? simNetwork;
  const flags = options.blank === true ? ['--blank'] : [];
  if (options.stateFile !== undefined) flags.push('--state', options.stateFile);
  const sim = await startSimulator('zigbee', { flag: '--network', content: network }, options, flags);
  return { ...sim, ...clientOf(sim.serial, sim.control, network) };
};
