import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { plugin } from '../../drivers/zwave/index.ts';
import '../../simulators/zwave/testing/shared-device-files.ts';
import { LockAddress } from '../../src/core/ids.ts';
import { Pin } from '../../src/core/pin.ts';
import type { DriverHost, Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { simKeys } from './zwave-sim.ts';
import type { ZwaveSim } from './zwave-sim.ts';

/** The Z-Wave driver against a simulated network. */
export interface OpenDriver {
  readonly driver: LockDriver;
  /** Every hint since the start, oldest first. */
  readonly hints: Hint[];
}

export const zwaveLock = (node: number): LockAddress => LockAddress(`zwave:${node}`);

/** A signal that nobody aborts. */
export const never = new AbortController().signal;

export const pinOf = (digits: string): Pin => {
  const pin = Pin.parse(digits);
  if (pin === undefined) throw new Error(`not a PIN: ${digits}`);
  return pin;
};

/** Puts the network's keys where the driver looks for them. */
export const giveKeys = async (host: DriverHost): Promise<void> => {
  await mkdir(host.dataDir, { recursive: true, mode: 0o700 });
  await writeFile(join(host.dataDir, 'keys.json'), JSON.stringify(simKeys), { mode: 0o600 });
};

/** Opens the driver; doesn't wait for anything. */
export const openZwave = async (path: string, host: DriverHost): Promise<OpenDriver> => {
  const driver = await plugin.open(plugin.parseOptions({ driver: 'zwave', path }), host);
  const hints: Hint[] = [];
  driver.onHint((hint) => {
    hints.push(hint);
  });
  return { driver, hints };
};

/** Waits until these nodes have been interviewed. */
export const interviewed = (driver: LockDriver, nodes: readonly number[]): Promise<void> =>
  vi.waitFor(
    async () => {
      for (const node of nodes) {
        expect(await driver.capabilities(zwaveLock(node), never), `capabilities of ${node}`).toBeDefined();
      }
    },
    { timeout: 50_000, interval: 20 },
  );

/** Opens the driver with the network's keys and waits for the interviews. */
export const readyZwave = async (
  sim: ZwaveSim,
  host: DriverHost,
  nodes: readonly number[],
): Promise<OpenDriver> => {
  await giveKeys(host);
  const open = await openZwave(sim.serial, host);
  await interviewed(open.driver, nodes);
  return open;
};

/** Waits for a hint like this one, then forgets all hints so far. */
export const hinted = async (hints: Hint[], hint: object): Promise<void> => {
  await vi.waitFor(
    () => {
      expect(hints).toContainEqual(hint);
    },
    { timeout: 30_000, interval: 10 },
  );
  hints.length = 0;
};
