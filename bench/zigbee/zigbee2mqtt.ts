import type { ChildProcess } from 'node:child_process';
import { Zigbee2mqttClient } from '../../test/outside/zigbee2mqtt-client.ts';
import { furnish, installZigbee2mqtt } from '../../test/outside/zigbee2mqtt-process.ts';
import type { Home } from '../../test/outside/zigbee2mqtt-process.ts';
import { clockMs } from '../progress.ts';
import { ended, residentMb } from '../workplace.ts';
import type { Workplace } from '../workplace.ts';

const startLimitMs = 60_000;
const stopLimitMs = 8_000;

/** The real zigbee2mqtt, as npm has it. */
export interface Peer {
  readonly program: string;
  /** `z2m 2.14.1`; zigbee-herdsman within it is another than ours. */
  readonly name: string;
}

/** Installs it, or says aloud why it is left out. */
export const findPeer = async (place: Workplace, say: (text: string) => void): Promise<Peer | undefined> => {
  try {
    const { program, version } = await installZigbee2mqtt(place.folder('zigbee2mqtt'));
    return { program, name: `z2m ${version}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(`ZIGBEE2MQTT IS LEFT OUT: it can't be installed here:\n${why}`);
    return undefined;
  }
};

/** One process of it and an MQTT client like anybody's, at a broker that runs already. */
export class PeerBridge {
  readonly client: Zigbee2mqttClient;
  /** From the start of the process to `Zigbee2MQTT started!`, milliseconds. */
  readonly readyMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, client: Zigbee2mqttClient, readyMs: number) {
    this.#child = child;
    this.client = client;
    this.readyMs = readyMs;
  }

  /** Resolves once it takes commands. `dir` is its own, with the locks that it knows. */
  static async start(place: Workplace, peer: Peer, home: Home, dir: string): Promise<PeerBridge> {
    const env = furnish(dir, home);
    const client = await Zigbee2mqttClient.connect(home.mqttUrl);
    const spawnedMs = clockMs();
    // Started within a repository it would take that for its own, and compile itself.
    const child = place.spawn([peer.program], ['ignore', 'ignore', 'inherit'], { env, cwd: dir });
    const { atMs } = await client.started(startLimitMs);
    return new PeerBridge(child, client, atMs - spawnedMs);
  }

  get residentMb(): number {
    return residentMb(this.#child);
  }

  async stop(): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    this.#child.kill('SIGTERM');
    await ended(this.#child, stopLimitMs);
  }
}
