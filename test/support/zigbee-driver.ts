import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { plugin } from '../../drivers/zigbee/index.ts';
import { LockAddress } from '../../src/core/ids.ts';
import { zigbeeDatabase } from '../../src/demo/zigbee-database.ts';
import type { DriverHost, Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { never } from './zwave-driver.ts';
import type { OpenDriver } from './zwave-driver.ts';
import type { ZigbeeSim } from './zigbee-sim.ts';

export { hinted, never, pinOf } from './zwave-driver.ts';

/** The Zigbee driver against a simulated network. One at a time in a process: herdsman's devices are global. */
export const zigbeeLock = (ieee: string): LockAddress => LockAddress(`zigbee:${ieee}`);

/** The address of the lock with this id at the simulator. */
export const zigbeeLockOf = async (sim: ZigbeeSim, id: string): Promise<LockAddress> =>
  zigbeeLock((await sim.lock(id)).ieee);

/** The addresses of several, by their ids at the simulator; throws for another. */
export const zigbeeLocksOf = async (
  sim: ZigbeeSim,
  ids: readonly string[],
): Promise<(id: string) => LockAddress> => {
  const addresses = new Map<string, LockAddress>();
  for (const id of ids) addresses.set(id, await zigbeeLockOf(sim, id));
  return (id) => {
    const address = addresses.get(id);
    if (address === undefined) throw new Error(`no lock ${id}`);
    return address;
  };
};

/** Puts the network's parameters, and the list of its devices, where the driver looks for them. */
export const giveNetwork = async (sim: ZigbeeSim, host: DriverHost): Promise<void> => {
  await mkdir(host.dataDir, { recursive: true, mode: 0o700 });
  await writeFile(join(host.dataDir, 'network.json'), JSON.stringify(sim.network), { mode: 0o600 });
  await writeFile(join(host.dataDir, 'database.db'), await zigbeeDatabase(sim.control), { mode: 0o600 });
};

/** Opens the driver; doesn't wait for anything. */
export const openZigbee = async (path: string, host: DriverHost): Promise<OpenDriver> => {
  const driver = await plugin.open(plugin.parseOptions({ driver: 'zigbee', path, adapter: 'zstack' }), host);
  const hints: Hint[] = [];
  driver.onHint((hint) => {
    hints.push(hint);
  });
  return { driver, hints };
};

/**
 * Waits until the driver has asked, bound and configured these locks: from then on it sends nothing unasked.
 * @param capable false where they may have told nothing of what they can do
 */
export const configured = (
  host: DriverHost,
  driver: LockDriver,
  locks: readonly LockAddress[],
  capable = true,
): Promise<void> =>
  vi.waitFor(
    async () => {
      for (const lock of capable ? locks : [])
        expect(await driver.capabilities(lock, never), `capabilities of ${lock}`).toBeDefined();
      const rows = (await readFile(join(host.dataDir, 'database.db'), 'utf8')).split('\n');
      for (const lock of locks) {
        const row = rows.find((one) => one.includes(`"${lock.replace('zigbee:', '')}"`));
        expect(row, `configured: ${lock}`).toContain('"configured":true');
      }
    },
    { timeout: 30_000, interval: 10 },
  );

/** Opens the driver on a network whose locks it knows, and waits until these are configured. */
export const readyZigbee = async (
  sim: ZigbeeSim,
  host: DriverHost,
  ids: readonly string[],
): Promise<OpenDriver> => {
  await giveNetwork(sim, host);
  const open = await openZigbee(sim.serial, host);
  try {
    await configured(host, open.driver, await Promise.all(ids.map((id) => zigbeeLockOf(sim, id))));
  } catch (error) {
    await open.driver[Symbol.asyncDispose]();
    throw error;
  }
  return open;
};
