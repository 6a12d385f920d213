import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startSimulator } from './simulated-network.ts';
import { zigbeeDatabase } from './zigbee-database.ts';

/** A lock of a simulated network. */
export interface SimulatedLock {
  /** Its name in the control interface: `/locks/2`, `/locks/attic`. */
  readonly id: string;
  readonly name: string;
  /** Under which the bridge knows it: `zwave:2`, `zigbee:0x…`. */
  readonly address: string;
}

/** A lock that isn't in the network. */
export interface WaitingLock {
  readonly id: string;
  readonly name: string;
  /** On its label; null where it knows none. */
  readonly pin: string | null;
  /** `stranded`: it believes to be in the network. */
  readonly state: 'waiting' | 'stranded';
  /** Its pairing button is pressed already. */
  readonly pairing: boolean;
  /** Under which the bridge will know it. */
  readonly address: string;
}

/** A simulated network in a process of its own, and how a driver reaches it. */
export interface SimulatedRadio {
  /** For people: `Z-Wave`. */
  readonly title: string;
  /** The library that talks to it. */
  readonly library: string;
  /** `tcp://127.0.0.1:port`, what a stick's serial port would be. */
  readonly serial: string;
  /** `http://127.0.0.1:port`, where one plays the person at the door. */
  readonly control: string;
  readonly locks: readonly SimulatedLock[];
  readonly waiting: readonly WaitingLock[];
  /** The driver's section in a config. */
  readonly driver: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  /** The `id` of the lock at this address, also of one that has joined meanwhile. */
  idOf(address: string): string;
  /** What a bridge with an empty data directory must know to be the one that these locks were paired with. */
  prepare(dataDir: string): Promise<void>;
  stop(): Promise<void>;
}

const waitingSchema = z.object({
  id: z.string(),
  name: z.string(),
  pin: z.string().nullable().default(null),
  state: z.enum(['waiting', 'stranded']).default('waiting'),
  pairing: z.boolean().default(false),
});

/** Secrets that the simulated locks were "paired" with: made once, for this demo alone. */
const ensureFile = (file: string, make: () => object): void => {
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(make(), undefined, 2)}\n`, { mode: 0o600 });
};

const key = (): string => randomBytes(16).toString('hex');

const zwaveReady = z.object({
  locks: z.array(z.object({ node: z.number(), name: z.string() })),
  waiting: z.array(waitingSchema),
});

/** 1 is the stick itself. */
const firstNode = 2;

/**
 * Starts a simulated Z-Wave network whose keys and locks last in `dir`. Throws `StartError` when it doesn't come up
 * in 20 s.
 */
export const startSimulatedZwave = async (dir: string): Promise<SimulatedRadio> => {
  const keysFile = join(dir, 'simulated-zwave-keys.json');
  ensureFile(keysFile, () => ({
    S0_Legacy: key(),
    S2_Unauthenticated: key(),
    S2_Authenticated: key(),
    S2_AccessControl: key(),
    LR_S2_Authenticated: key(),
    LR_S2_AccessControl: key(),
  }));
  const state = join(dir, 'simulated-zwave-locks.json');
  const { ready, stop } = await startSimulator({
    title: 'Z-Wave',
    folder: 'zwave',
    flags: ['--keys', keysFile, '--state', state],
    ready: zwaveReady,
  });
  const nodes = new Set(ready.locks.map(({ node }) => node));
  return {
    title: 'Z-Wave',
    library: 'zwave-js',
    serial: ready.serial,
    control: ready.control,
    locks: ready.locks.map(({ node, name }) => ({ id: String(node), name, address: `zwave:${node}` })),
    // The simulated stick gives the lowest free number: so a lock has its name as soon as it is paired.
    waiting: ready.waiting.map((lock) => {
      let node = firstNode;
      while (nodes.has(node)) node += 1;
      nodes.add(node);
      return { ...lock, address: `zwave:${node}` };
    }),
    driver: { driver: 'zwave', options: { path: ready.serial, keys_file: keysFile } },
    idOf: (address) => address.slice('zwave:'.length),
    // The stick itself tells who is in its network.
    prepare: () => Promise.resolve(),
    stop,
  };
};

const zigbeeReady = z.object({
  locks: z.array(z.object({ id: z.string(), name: z.string(), ieee: z.string() })),
});
const zigbeeWaiting = z.array(
  z.object({ id: z.string(), name: z.string(), ieee: z.string(), looking: z.boolean() }),
);

const requestDeadlineMs = 5_000;
/** Channels that Wi-Fi leaves mostly alone. */
const channels = [11, 15, 20, 25] as const;
/** 0xffff is nobody's. */
const panIds = 0xfffe;

/**
 * Starts a simulated Zigbee network that was formed with a network file of its own and, with its locks, lasts in `dir`.
 * Throws `StartError` when it doesn't come up in 20 s.
 */
export const startSimulatedZigbee = async (dir: string): Promise<SimulatedRadio> => {
  const networkFile = join(dir, 'simulated-zigbee-network.json');
  ensureFile(networkFile, () => ({
    pan_id: randomInt(1, panIds),
    extended_pan_id: randomBytes(8).toString('hex'),
    channel: channels[randomInt(channels.length)],
    network_key: key(),
  }));
  const state = join(dir, 'simulated-zigbee-locks.json');
  const { ready, stop } = await startSimulator({
    title: 'Zigbee',
    folder: 'zigbee',
    flags: ['--network', networkFile, '--state', state],
    ready: zigbeeReady,
  });
  const response = await fetch(`${ready.control}/waiting`, {
    signal: AbortSignal.timeout(requestDeadlineMs),
  });
  const waiting = zigbeeWaiting.parse(await response.json());
  const all = [...ready.locks, ...waiting];
  return {
    title: 'Zigbee',
    library: 'zigbee-herdsman',
    serial: ready.serial,
    control: ready.control,
    locks: ready.locks.map(({ id, name, ieee }) => ({ id, name, address: `zigbee:${ieee}` })),
    waiting: waiting.map(({ id, name, ieee, looking }) => ({
      id,
      name,
      pin: null,
      state: 'waiting',
      pairing: looking,
      address: `zigbee:${ieee}`,
    })),
    driver: {
      driver: 'zigbee',
      options: { path: ready.serial, adapter: 'zstack', network_file: networkFile },
    },
    idOf: (address) => all.find(({ ieee }) => address === `zigbee:${ieee}`)?.id ?? address,
    prepare: async (dataDir) => {
      const file = join(dataDir, 'zigbee', 'database.db');
      if (existsSync(file)) return;
      const database = await zigbeeDatabase(ready.control);
      mkdirSync(join(dataDir, 'zigbee'), { recursive: true, mode: 0o700 });
      writeFileSync(file, database, { mode: 0o600 });
    },
    stop,
  };
};
