import { Controller } from 'zigbee-herdsman';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import { isUndecided } from '../shared/first-start.ts';
import type { SecretPlace } from '../shared/first-start.ts';
import type { ZigbeeOptions } from './options.ts';
import { hasPublicKey, makeNetwork, nameOf, writeNetwork } from './network-file.ts';
import type { NetworkDecision, ZigbeeNetwork } from './network-file.ts';
import { systemCode } from './quiet-herdsman.ts';
import { ruleOfStart } from './start-rule.ts';
import type { Stored, ZigbeeFiles } from './storage.ts';
import type { StickMemory } from './start-rule.ts';

export interface SessionOptions extends ZigbeeOptions {
  readonly place: SecretPlace;
  readonly network: NetworkDecision;
  readonly files: ZigbeeFiles;
}

/** A start was stopped by our own rule. Its message is for people, and whole. */
export class Refused extends Error {
  /** No network may be made here, ever: the coordinator has one. */
  readonly isForEver: boolean;

  constructor(words: string, isForEver: boolean) {
    super(words);
    this.isForEver = isForEver;
  }
}

/** One attempt to start a Controller. */
export class ControllerStart {
  readonly network: ZigbeeNetwork;
  readonly #options: SessionOptions;
  readonly #host: DriverHost;
  readonly #stored: Stored;
  #isNew: boolean;
  /** herdsman reads it again after it has been decided how to start. */
  readonly #channels: number[];

  constructor(options: SessionOptions, decision: NetworkDecision, host: DriverHost, stored: Stored) {
    this.#options = options;
    this.#host = host;
    this.#stored = stored;
    this.#isNew = decision.kind !== 'use';
    this.network = decision.kind === 'use' ? decision.network : makeNetwork();
    this.#channels = [this.network.channel];
  }

  build(accepts: (ieee: string) => boolean): Controller {
    const { path, adapter, baudRate, rtscts, files } = this.#options;
    const { panId, extendedPanId, networkKey } = this.network;
    return new Controller({
      network: {
        panID: panId,
        extendedPanID: [...Buffer.from(extendedPanId, 'hex')],
        channelList: this.#channels,
        networkKey: [...networkKey],
      },
      transport: {
        path,
        adapter,
        ...(baudRate !== undefined && { baudRate }),
        ...(rtscts !== undefined && { rtscts }),
      },
      databasePath: files.database,
      databaseBackupPath: files.databaseBackup,
      backupPath: files.backup,
      adapter: { disableLED: false },
      acceptJoiningDeviceHandler: (ieee) => Promise.resolve(accepts(ieee)),
    });
  }

  /**
   * Before herdsman acts: the coordinator is untouched until this resolves. Throws `Refused`, also where a new network
   * can't be written down.
   */
  async allow(memory: StickMemory): Promise<void> {
    const { path, place, files } = this.#options;
    const { log } = this.#host;
    const firstStart = this.#host.firstStart || (await isUndecided(place));
    const { network } = this;
    const isNew = this.#isNew;
    const stored = this.#stored;
    const verdict = ruleOfStart({ ...memory, path, network, isNew, firstStart, stored, place, files });
    if (verdict.kind === 'refuse') throw new Refused(verdict.words, isNew);
    await this.#writeDown();
    if (verdict.kind === 'restore')
      log.warn({ path, network: nameOf(network) }, 'blank Zigbee coordinator: restoring it from its backup');
    if (verdict.kind === 'form')
      log.info({ path, network: nameOf(network) }, 'blank Zigbee coordinator: forming a network');
    if (hasPublicKey(network))
      log.warn(
        { file: place.file },
        "this Zigbee network's key is the well-known default: anybody near the radio can read its codes and open its locks",
      );
  }

  /** herdsman would move the whole network to the file's channel, and sleeping locks would be left behind. */
  keepChannel(channel: number): void {
    this.#channels.splice(0, 1, channel);
  }

  /** Should `allow` ever be gone round: herdsman has formed a network already, but not forgotten anything yet. */
  allowClearing(): void {
    const { path, files } = this.#options;
    if (this.#stored.devices === 0) return;
    throw new Refused(
      `the coordinator at ${path} was blank or had another network, but ${files.database} has devices; they are kept. ` +
        `Restore ${files.backup} from your backup, or plug in the coordinator that was used before.`,
      false,
    );
  }

  /** Durable before the network exists: a coordinator with a key that nobody knows would be refused for ever. */
  async #writeDown(): Promise<void> {
    if (!this.#isNew) return;
    const { place } = this.#options;
    try {
      await writeNetwork(place.file, this.network);
    } catch (error) {
      throw new Refused(
        `${place.file} can't be written (${systemCode(error) ?? 'no reason told'}): no Zigbee network was formed. ` +
          "Check the disk's free space and permissions.",
        false,
      );
    }
    this.#isNew = false;
    this.#host.log.info({ file: place.file }, 'made a new Zigbee network: back this file up');
  }
}
