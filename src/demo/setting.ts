import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config, DeviceConfig } from '../config/config.ts';
import { packageDir } from '../platform/package.ts';
import { StartError } from '../ports/errors.ts';
import type { SimulatedRadio } from './simulated-radios.ts';
import { startSimulatedZigbee, startSimulatedZwave } from './simulated-radios.ts';

export interface DemoSetting {
  readonly config: Config;
  readonly radios: readonly SimulatedRadio[];
  stop(): Promise<void>;
}

/** Reads the demo's settings (`config/demo.yaml`, or the file given), with no drivers yet. */
export const demoConfig = (path: string | undefined, cwd: string): Config =>
  loadConfig({
    path: path ?? join(packageDir(), 'config', 'demo.yaml'),
    env: {},
    cwd,
    read: (file) => readFileSync(file, 'utf8'),
  });

/** A lock that can't be read gets codes only in slots that are named as ours: whoever has the demo's lock knows them. */
const slotsOf: Readonly<Record<string, DeviceConfig['slots']>> = { Shed: { first: 1, last: 5 } };

/** Both networks side by side; where one doesn't come up, the other is ended too. */
const startRadios = async (hardware: string): Promise<readonly SimulatedRadio[]> => {
  const all = await Promise.allSettled([startSimulatedZwave(hardware), startSimulatedZigbee(hardware)]);
  const radios = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = all.find((one) => one.status === 'rejected');
  if (failed === undefined) return radios;
  await stopAll(radios);
  throw failed.reason;
};

const stopAll = async (radios: readonly SimulatedRadio[]): Promise<void> => {
  await Promise.all(radios.map((radio) => radio.stop()));
};

/**
 * Starts the demo's simulated networks; the config then leads to them. What they remember (keys, and codes in
 * clear, as a lock has them) stands beside the bridge's data directory: it is hardware, not ours. Throws `StartError`
 * when they don't come up.
 */
export const prepareDemo = async (config: Config): Promise<DemoSetting> => {
  const hardware = `${config.dataDir}-locks`;
  // What the bridge remembers would be believed of other locks until each has been looked at again.
  if (!existsSync(hardware) && existsSync(join(config.dataDir, 'lockstep.db')))
    throw new StartError(
      `${hardware} is gone, and with it the simulated locks that ${config.dataDir} remembers. Delete ${config.dataDir} too, to start afresh.`,
    );
  mkdirSync(hardware, { recursive: true, mode: 0o700 });
  const radios = await startRadios(hardware);
  try {
    for (const radio of radios) await radio.prepare(config.dataDir);
  } catch (error) {
    await stopAll(radios);
    throw error;
  }
  const named = radios
    .flatMap(({ locks, waiting }) => [...locks, ...waiting])
    .map(({ address, name }): readonly [string, DeviceConfig] => [
      address,
      { address, name, timeZone: undefined, slots: slotsOf[name] },
    ]);
  return {
    radios,
    config: {
      ...config,
      devices: { ...Object.fromEntries(named), ...config.devices },
      drivers: radios.map((radio) => radio.driver),
    },
    stop: () => stopAll(radios),
  };
};
