import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Controller, setLogger } from 'zigbee-herdsman';
import { Device, Group } from 'zigbee-herdsman/dist/controller/model/index.js';
import type { NetworkFile } from '../network-file.ts';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  error: () => undefined,
};

export interface HubOptions {
  /** Where herdsman keeps its database and backup; absent = a new folder that `stop` removes. */
  readonly folder?: string;
  readonly accept?: (ieee: string) => boolean;
}

/** A hub for the tests: the real zigbee-herdsman on the simulated coordinator. */
export interface Hub {
  readonly controller: Controller;
  /** `resumed`, `restored` or `reset`. */
  readonly start: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts herdsman as a hub with this network in its configuration does. */
export const startHub = async (url: string, network: NetworkFile, options: HubOptions = {}): Promise<Hub> => {
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'zigbee-hub-')));
  setLogger(silent);
  // herdsman's list of devices is the process's, and a Controller that was given up may have left its own in it.
  Device.resetCache();
  Group.resetCache();
  const controller = new Controller({
    network: {
      panID: network.pan_id,
      extendedPanID: [...Buffer.from(network.extended_pan_id, 'hex')],
      channelList: [network.channel],
      networkKey: [...Buffer.from(network.network_key, 'hex')],
    },
    transport: { path: url, adapter: 'zstack' },
    databasePath: path.join(folder, 'database.db'),
    databaseBackupPath: path.join(folder, 'database.db.backup'),
    backupPath: path.join(folder, 'coordinator_backup.json'),
    adapter: { disableLED: false },
    acceptJoiningDeviceHandler: (ieee) => Promise.resolve(options.accept?.(ieee) ?? true),
  });
  let stopping: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await controller.stop().catch(() => undefined);
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  // What herdsman knows of devices is the process's: a second stop would spoil the hub that has started since.
  const stop = (): Promise<void> => (stopping ??= end());
  try {
    return { controller, start: await controller.start(), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
