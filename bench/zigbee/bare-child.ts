import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Controller } from 'zigbee-herdsman';
import { clockMs } from '../progress.ts';
import { networkSchema, obeyParent } from './messages.ts';
import type { Order, SlotOrder } from './messages.ts';

/** zigbee-herdsman and nothing else: `bare-child PORT FOLDER NETWORK_FILE`, then orders from the parent. */
const [port = '', folder = '', networkFile = ''] = process.argv.slice(2);
const network = networkSchema.parse(JSON.parse(readFileSync(networkFile, 'utf8')));
const bytes = (hex: string): number[] => [...Buffer.from(hex, 'hex')];

const controller = new Controller({
  network: {
    panID: network.pan_id,
    extendedPanID: bytes(network.extended_pan_id),
    channelList: [network.channel],
    networkKey: bytes(network.network_key),
  },
  transport: { path: port, adapter: 'zstack' },
  databasePath: join(folder, 'database.db'),
  databaseBackupPath: join(folder, 'database.db.backup'),
  backupPath: join(folder, 'coordinator_backup.json'),
  adapter: { disableLED: false },
  acceptJoiningDeviceHandler: () => Promise.resolve(true),
});

/** As the bridge's driver sends it: at once, and never silently a second time (facts page ZIGBEE, "Timing"). */
const manner = { sendPolicy: 'immediate', disableRecovery: true, timeout: 10_000 } as const;
const cluster = 'closuresDoorLock';
const answerSchema = z.object({
  status: z.number().optional(),
  statusCode: z.number().optional(),
  userstatus: z.number().optional(),
});

const endpointOf = (lock: string): ReturnType<Controller['getDevices']>[number]['endpoints'][number] => {
  const endpoint = controller
    .getDeviceByIeeeAddr(lock)
    ?.endpoints.find((one) => one.supportsInputCluster(cluster));
  if (endpoint === undefined) throw new Error(`${lock} is no door lock that is known`);
  return endpoint;
};

const command = (order: SlotOrder): Promise<unknown> => {
  const endpoint = endpointOf(order.lock);
  const userid = order.slot;
  if (order.kind === 'read') return endpoint.command(cluster, 'getPinCode', { userid }, manner);
  if (order.kind === 'clear') return endpoint.command(cluster, 'clearPinCode', { userid }, manner);
  const code = { userstatus: 1, usertype: 0, pincodevalue: Buffer.from(order.pin) };
  return endpoint.command(cluster, 'setPinCode', { userid, ...code }, manner);
};

const obey = async (order: Order): Promise<void> => {
  if (order.kind === 'stop') {
    await controller.stop();
    process.exit(0);
  }
  if (order.kind === 'pair') {
    await controller.permitJoin(order.seconds);
    return;
  }
  const calledMs = clockMs();
  const said = JSON.stringify(answerSchema.parse(await command(order)));
  say({ kind: 'done', id: order.id, calledMs, said });
};

const say = obeyParent(obey);
controller.on('deviceInterview', ({ device, status }) => {
  if (status === 'successful') say({ kind: 'interviewed', lock: device.ieeeAddr });
});
await controller.start();
say({ kind: 'ready', atMs: clockMs() });
