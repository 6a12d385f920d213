import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zigbeeDatabase } from '../../src/demo/zigbee-database.ts';
import { Bridge, type BridgeOptions } from './bridge.ts';
import { BridgeClient } from './bridge-client.ts';
import { SimRecord } from './sim-record.ts';
import { startZigbeeNetwork } from './zigbee-network.ts';
import type { ZigbeeSim, ZigbeeSimOptions } from './zigbee-sim.ts';

export interface ZigbeeWorld extends AsyncDisposable {
  readonly sim: ZigbeeSim;
  readonly record: SimRecord;
  readonly bridge: Bridge;
  readonly client: BridgeClient;
  /** The address under which the bridge knows the lock with this id at the simulator. */
  readonly at: (id: string) => string;
}

/** Lets a bridge that was never started know the locks that are in the network, as after a move from another hub. */
export const introduce = async (bridge: Bridge, control: string): Promise<void> => {
  const folder = join(bridge.dataDir, 'zigbee');
  const file = join(folder, 'database.db');
  if (existsSync(file)) throw new Error(`${file} is there already`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${await zigbeeDatabase(control)}${lamp}\n`, { mode: 0o600 });
};

/** Other hubs have more than locks. */
const lamp = JSON.stringify({
  id: 99,
  type: 'Router',
  ieeeAddr: '0x00124b00feedbeef',
  nwkAddr: 0x7777,
  modelId: 'A lamp',
  interviewCompleted: true,
  interviewState: 'SUCCESSFUL',
  meta: {},
  epList: [1],
  endpoints: {
    1: { profId: 260, epId: 1, devId: 257, inClusterList: [0, 6, 8], outClusterList: [], clusters: {} },
  },
});

/** Looks the addresses up in the specifications: every lock here has its own. */
export const addressIn =
  (locks: readonly ZigbeeLock[]) =>
  (id: string): string => {
    const lock = locks.find((one) => one.name.toLowerCase() === id);
    if (lock === undefined) throw new Error(`no lock called ${id}`);
    return `zigbee:${lock.ieee}`;
  };

/**
 * A simulated Zigbee network, a bridge on it in a process of its own that knows its locks, started, and a client of the
 * bridge.
 */
export const startZigbeeWorld = async (
  simOptions: Omit<ZigbeeSimOptions, 'locks'> & { readonly locks: readonly ZigbeeLock[] },
  bridgeOptions: BridgeOptions = {},
): Promise<ZigbeeWorld> => {
  await using stack = new AsyncDisposableStack();
  const sim = stack.use(await startZigbeeNetwork(simOptions));
  const record = stack.use(await SimRecord.open(sim.control));
  const zigbee = { serial: sim.serial, network: sim.network };
  const bridge = stack.use(await Bridge.create({ zigbee, ...bridgeOptions }));
  await introduce(bridge, sim.control);
  // DEBUG makes libraries print whole packets, unless it is taken away in time (FIELD-BUGS 26).
  bridge.start({ DEBUG: '*' });
  const client = stack.use(await BridgeClient.connect(bridge.mqttUrl, bridge.base));
  const kept = stack.move();
  return {
    sim,
    record,
    bridge,
    client,
    at: addressIn(simOptions.locks),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};

/** A lock's specification with its address. Its id at the simulator is its name in small letters. */
export interface ZigbeeLock {
  readonly name: string;
  readonly ieee: string;
  readonly [key: string]: unknown;
}

let locks = 0;

/** Can be read, reports programming, refuses duplicates: as a Yale does. */
export const goodZigbeeLock = (name: string, slots: number, more: object = {}): ZigbeeLock => {
  locks += 1;
  return {
    name,
    ieee: `0x00124b00${locks.toString(16).padStart(8, '0')}`,
    manufacturer: 'Lockworks',
    model: 'E2E 1',
    manufacturer_code: 0x1337,
    slots,
    code_length: { min: 4, max: 8 },
    ...more,
  };
};

/** Shows asterisks in place of digits, and is silent about programming. */
export const maskedZigbeeLock = (name: string, slots: number, more: object = {}): ZigbeeLock =>
  goodZigbeeLock(name, slots, {
    model: 'E2E 2',
    behaviour: { mask: 'stars', report_programming: false },
    ...more,
  });
