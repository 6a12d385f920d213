import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { installInto } from './scratch.ts';

/** The release that the facts page was measured with; it carries a zigbee-herdsman of its own, 10.9. */
const version = '2.14.1';
/** zigbee-herdsman asks for a release of this one that the registry doesn't have (facts page ZIGBEE, "Install"). */
const overrides = { 'zigbee-on-host': '0.3.0' };

const manifestSchema = z.object({ version: z.string() });

/** A Zigbee network's parameters, named as in a `network_file`. */
export interface NetworkParameters {
  readonly pan_id: number;
  readonly extended_pan_id: string;
  readonly channel: number;
  readonly network_key: string;
}

export interface Home {
  /** `tcp://…` of a Z-Stack coordinator. */
  readonly serial: string;
  readonly network: NetworkParameters;
  readonly mqttUrl: string;
}

const bytes = (hex: string): number[] => [...Buffer.from(hex, 'hex')];

/**
 * Installs zigbee2mqtt into a folder, from npm.
 * @returns what to run with Node, and the release of zigbee-herdsman in it
 */
export const installZigbee2mqtt = async (
  dir: string,
): Promise<{ readonly program: string; readonly version: string; readonly herdsman: string }> => {
  await installInto(dir, [`zigbee2mqtt@${version}`], overrides);
  const home = join(dir, 'node_modules', 'zigbee2mqtt');
  // Without this file it would compile itself first; the package has been compiled.
  writeFileSync(join(home, 'dist', '.hash'), 'unknown');
  const manifest = join(dir, 'node_modules', 'zigbee-herdsman', 'package.json');
  const herdsman = manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).version;
  return { program: join(home, 'cli.js'), version, herdsman };
};

/**
 * Writes the configuration of a zigbee2mqtt into a folder: everything else is its default.
 * @returns the environment that makes it use the folder
 */
export const furnish = (dir: string, { serial, network, mqttUrl }: Home): Record<string, string> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const configuration = {
    version: 5,
    mqtt: { base_topic: 'zigbee2mqtt', server: mqttUrl },
    serial: { port: serial, adapter: 'zstack' },
    advanced: {
      pan_id: network.pan_id,
      ext_pan_id: bytes(network.extended_pan_id),
      channel: network.channel,
      network_key: bytes(network.network_key),
      log_output: ['console'],
    },
    // As Lockstep's list of a lock's codes: what a lock holds is to be seen.
    device_options: { expose_pin: true },
    frontend: { enabled: false },
  };
  // JSON is YAML too.
  writeFileSync(join(dir, 'configuration.yaml'), JSON.stringify(configuration), { mode: 0o600 });
  return { ZIGBEE2MQTT_DATA: dir };
};
