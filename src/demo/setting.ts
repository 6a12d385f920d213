import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/config.ts';
import { packageDir } from '../platform/package.ts';
import type { SimulatedZwave } from './simulated-zwave.ts';
import { startSimulatedZwave } from './simulated-zwave.ts';

export interface DemoSetting {
  readonly config: Config;
  readonly zwave: SimulatedZwave;
}

/** Reads the demo's settings (`config/demo.yaml`, or the file given), with no drivers yet. */
export const demoConfig = (path: string | undefined, cwd: string): Config =>
  loadConfig({
    path: path ?? join(packageDir(), 'config', 'demo.yaml'),
    env: {},
    cwd,
    read: (file) => readFileSync(file, 'utf8'),
  });

/** 1 is the stick itself. */
const firstNode = 2;

/**
 * Starts the demo's simulated networks; the config then leads to them. What they remember (keys, and codes in
 * clear, as a lock has them) stands beside the bridge's data directory: it is hardware, not ours.
 */
export const prepareDemo = async (config: Config): Promise<DemoSetting> => {
  const hardware = `${config.dataDir}-locks`;
  mkdirSync(hardware, { recursive: true, mode: 0o700 });
  const zwave = await startSimulatedZwave(hardware);
  const nodes = new Set(zwave.locks.map(({ node }) => node));
  // The simulated stick gives the lowest free number: so a lock has its name as soon as it is paired.
  const joining = zwave.waiting.map(({ name }) => {
    let node = firstNode;
    while (nodes.has(node)) node += 1;
    nodes.add(node);
    return { node, name };
  });
  const named = [...zwave.locks, ...joining].map(
    ({ node, name }) =>
      [`zwave:${node}`, { address: `zwave:${node}`, name, timeZone: undefined, slots: undefined }] as const,
  );
  return {
    zwave,
    config: {
      ...config,
      devices: { ...Object.fromEntries(named), ...config.devices },
      drivers: [{ driver: 'zwave', options: { path: zwave.serial, keys_file: zwave.keysFile } }],
    },
  };
};
