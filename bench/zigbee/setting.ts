import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from '../../test/outside/broker.ts';
import { Bridge, foundHousehold } from '../bridge.ts';
import type { Household } from '../bridge.ts';
import { rest, say } from '../progress.ts';
import type { Workplace } from '../workplace.ts';
import { Alone } from './alone.ts';
import type { Stick } from './alone.ts';
import type { ZigbeeNetwork } from './network.ts';
import { PeerBridge } from './zigbee2mqtt.ts';
import type { Peer } from './zigbee2mqtt.ts';

/** How long locks may join. */
const pairSeconds = 120;
/** Everything that the first start with a lock does at it is over by then. */
const configureMs = 8_000;

/** zigbee2mqtt, its broker, and where it keeps its things. */
export interface PeerSetting {
  readonly peer: Peer;
  readonly broker: Broker;
  readonly dir: string;
}

/** One network, and all who may use it in turn; each knows its locks. */
export interface Setting {
  readonly place: Workplace;
  readonly network: ZigbeeNetwork;
  readonly stick: Stick;
  /** Lockstep's. */
  readonly household: Household;
  /** Of zigbee-herdsman alone, and of Lockstep's driver alone. */
  readonly dirs: { readonly bare: string; readonly driver: string };
  readonly peer: PeerSetting | undefined;
}

export const startPeer = (setting: Setting, { peer, broker, dir }: PeerSetting): Promise<PeerBridge> =>
  PeerBridge.start(
    setting.place,
    peer,
    { serial: setting.stick.serial, network: setting.network.sim.network, mqttUrl: broker.url },
    dir,
  );

/** The heads of the table. */
export const namesOf = ({ peer }: Setting): { readonly bareName: string; readonly peerName: string } => ({
  bareName: 'herdsman alone',
  peerName: peer?.peer.name ?? 'z2m: LEFT OUT',
});

/** What zigbee-herdsman remembers of its devices and its network; the same for all who have it inside. */
const memory = ['database.db', 'coordinator_backup.json'];

const pairAll = async (place: Workplace, network: ZigbeeNetwork, stick: Stick, dir: string) => {
  say(`zigbee: ${network.locks.length} locks are paired`);
  const bare = await Alone.start(place, 'zigbee-herdsman alone', stick, dir);
  bare.pair(pairSeconds);
  for (const { id, ieee } of network.locks) {
    await network.control(`/waiting/${id}/pair`, {});
    await bare.interviewed(ieee);
  }
  await bare.stop();
};

/** The locks are paired once, with zigbee-herdsman alone; the others go on from what it remembers. */
export const prepare = async (
  place: Workplace,
  network: ZigbeeNetwork,
  peerHere: { readonly peer: Peer; readonly broker: Broker } | undefined,
): Promise<Setting> => {
  const networkFile = join(place.folder('network'), 'network.json');
  writeFileSync(networkFile, JSON.stringify(network.sim.network), { mode: 0o600 });
  const stick: Stick = { serial: network.sim.serial, networkFile };
  const dirs = { bare: place.folder('bare'), driver: place.folder('driver') };
  await pairAll(place, network, stick, dirs.bare);
  const household = await foundHousehold(place, {
    driver: 'zigbee',
    path: stick.serial,
    adapter: 'zstack',
    network_file: networkFile,
  });
  const peer = peerHere === undefined ? undefined : { ...peerHere, dir: place.folder('peer') };
  const setting: Setting = { place, network, stick, household, dirs, peer };
  const own = join(household.dir, 'data', 'zigbee');
  for (const dir of [own, ...(peer === undefined ? [] : [peer.dir])])
    for (const file of memory) cpSync(join(dirs.bare, file), join(dir, file));
  return setting;
};

/** First starts: what each does once with a lock that it hasn't met is over afterwards. */
export const meet = async (setting: Setting): Promise<void> => {
  const { place, household, network, dirs, peer } = setting;
  say('zigbee: Lockstep looks at the locks for the first time');
  const bridge = await Bridge.start(place, household);
  await bridge.adopted(network.locks.length);
  await rest(configureMs);
  await bridge.stop();
  cpSync(join(household.dir, 'data', 'zigbee'), dirs.driver, { recursive: true });
  if (peer === undefined) return;
  say('zigbee: zigbee2mqtt configures the locks');
  const other = await startPeer(setting, peer);
  await rest(configureMs);
  await other.stop();
};
