import { Bridge, type BridgeOptions } from './bridge.ts';
import { BridgeClient } from './bridge-client.ts';
import type { SimOptions } from './sim-process.ts';
import { SimRecord } from './sim-record.ts';
import { startZwaveNetwork } from './zwave-network.ts';
import type { ZwaveSim } from './zwave-sim.ts';

export interface World extends AsyncDisposable {
  readonly sim: ZwaveSim;
  readonly record: SimRecord;
  readonly bridge: Bridge;
  readonly client: BridgeClient;
}

/** A simulated network, a bridge on it in a process of its own, started, and a client of the bridge. */
export const startWorld = async (
  simOptions: SimOptions,
  bridgeOptions: Omit<BridgeOptions, 'serial'> = {},
): Promise<World> => {
  await using stack = new AsyncDisposableStack();
  const sim = stack.use(await startZwaveNetwork(simOptions));
  const record = stack.use(await SimRecord.open(sim.control));
  const bridge = stack.use(await Bridge.create({ serial: sim.serial, ...bridgeOptions }));
  // DEBUG makes the MQTT libraries print whole packets, unless it is taken away in time (FIELD-BUGS 26).
  bridge.start({ DEBUG: '*' });
  const client = stack.use(await BridgeClient.connect(bridge.mqttUrl, bridge.base));
  const kept = stack.move();
  return { sim, record, bridge, client, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};

const bolt = [1, 2, 3, 4, 5, 6];
const programming = [12, 13, 14, 15, 16];

/** Reads back, has a checksum, reports programming: S2, supervised. */
export const goodLock = (node: number, slots: number, more: object = {}): object => ({
  node,
  name: `Good ${node}`,
  product_id: 1,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  checksum: true,
  slots,
  code_length: { min: 4, max: 8 },
  events: [...bolt, ...programming],
  ...more,
});

/** Answers `****`, is silent about programming, confirms nothing. */
export const maskedLock = (node: number, slots: number, more: object = {}): object => ({
  node,
  name: `Masked ${node}`,
  product_id: 2,
  security: 'none',
  supervision: false,
  power: 'mains',
  user_code_version: 1,
  slots,
  code_length: { min: 4, max: 8 },
  events: bolt,
  behaviour: { mask: true, report_programming: false },
  ...more,
});

/** Without checksum; says success and stores nothing, once in `oneIn` sets. */
export const lyingLock = (node: number, slots: number, oneIn: number, more: object = {}): object => ({
  node,
  name: `Liar ${node}`,
  product_id: 3,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  slots,
  code_length: { min: 4, max: 8 },
  events: [...bolt, ...programming],
  behaviour: { lie: { one_in: oneIn } },
  ...more,
});
