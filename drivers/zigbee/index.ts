import { join } from 'node:path';
import type { DriverHost, DriverPlugin, LockDriver } from '../../src/ports/lock-driver.ts';
import { firstContact, markUndecided } from '../shared/first-start.ts';
import { decideNetwork } from './network-file.ts';
import { parseOptions } from './options.ts';
import type { ZigbeeOptions } from './options.ts';
import { filesIn, prepareFolder, tracesIn } from './storage.ts';

const firstStartWords = 'No Zigbee coordinator has had the network yet: it may still be formed.';

/**
 * Resolves as soon as the driver exists. Only where a network would have to be made it waits for the coordinator,
 * up to 10 s, because a network that is already there must not be overwritten.
 * Throws a `ConfigError` naming the network file to restore or to repair.
 */
const open = async (options: ZigbeeOptions, host: DriverHost): Promise<LockDriver> => {
  const files = filesIn(host.dataDir);
  const place = {
    file: options.networkFile ?? join(host.dataDir, 'network.json'),
    marker: join(host.dataDir, 'no-coordinator-yet'),
  };
  const network = await decideNetwork(place, host.firstStart, await tracesIn(files));
  await prepareFolder(files);
  if (network.kind === 'make_if_alone') await markUndecided(place, firstStartWords);
  // Only here does zigbee-herdsman get loaded (37 MB): a bridge without Zigbee never pays for it.
  const { ZigbeeLockDriver } = await import('./lock-driver.ts');
  const driver = new ZigbeeLockDriver({ ...options, place, network, files }, host);
  const session = driver.start();
  if (network.kind === 'make_if_alone')
    await firstContact(host.clock, driver, session, session.coordinatorKnown);
  return driver;
};

/** The Zigbee driver: locks with the Door Lock cluster (ZCL 7.3), through zigbee-herdsman. */
export const plugin: DriverPlugin<ZigbeeOptions> = { name: 'zigbee', contract: 1, parseOptions, open };
