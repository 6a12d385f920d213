import { plugin } from '../../drivers/zigbee/index.ts';
import { Pin } from '../../src/core/pin.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { LockDescription } from '../../src/core/model.ts';
import type { Log } from '../../src/ports/log.ts';
import { clockMs } from '../progress.ts';
import { obeyParent } from './messages.ts';
import type { Order, SlotOrder } from './messages.ts';

/** Lockstep's driver without the bridge: `driver-child PORT FOLDER NETWORK_FILE`, then orders from the parent. */
const [port = '', folder = '', networkFile = ''] = process.argv.slice(2);
const quiet = (): void => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };

const driver = await plugin.open(
  plugin.parseOptions({ driver: 'zigbee', path: port, adapter: 'zstack', network_file: networkFile }),
  {
    dataDir: folder,
    firstStart: false,
    log,
    clock: systemClock,
    timeZoneOf: () => 'Europe/Berlin',
    timeToTell: () => systemClock.now(),
    pin: (digits) => Pin.parse(digits),
  },
);

const addressOf = (lock: string): LockDescription['address'] => {
  const known = driver.locks().find(({ address }) => address === `zigbee:${lock}`);
  if (known === undefined) throw new Error(`${lock} is no lock that the driver knows`);
  return known.address;
};

const call = async (order: SlotOrder): Promise<string> => {
  const address = addressOf(order.lock);
  const { signal } = new AbortController();
  if (order.kind === 'read') return (await driver.readSlot(address, order.slot, signal)).kind;
  if (order.kind === 'clear') return JSON.stringify(await driver.clearSlot(address, order.slot, signal));
  const pin = Pin.parse(order.pin);
  if (pin === undefined) throw new Error('not a PIN');
  return JSON.stringify(await driver.writeSlot(address, order.slot, pin, signal));
};

const obey = async (order: Order): Promise<void> => {
  if (order.kind === 'stop') {
    await driver[Symbol.asyncDispose]();
    process.exit(0);
  }
  if (order.kind === 'pair') throw new Error('pair with the library alone');
  const calledMs = clockMs();
  const said = await call(order);
  say({ kind: 'done', id: order.id, calledMs, said });
};

const say = obeyParent(obey);
let told = false;
const look = (): void => {
  if (told || driver.state !== 'ready') return;
  told = true;
  say({ kind: 'ready', atMs: clockMs() });
};
driver.onHint(look);
look();
