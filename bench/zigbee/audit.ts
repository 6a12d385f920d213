import { Bridge } from '../bridge.ts';
import { nextPin } from '../latency.ts';
import { clockMs, rest, say } from '../progress.ts';
import type { Row, Section } from '../table.ts';
import { Alone } from './alone.ts';
import type { BenchLock } from './network.ts';
import { namesOf, startPeer } from './setting.ts';
import type { Setting } from './setting.ts';
import { Tally } from './tally.ts';

/** Time for a message that comes late. */
const afterglowMs = 2_000;
const scanLimitMs = 180_000;
/** Codes of our own when the audit is asked for. */
const ownCodes = 5;

/** What a look at the slots took. */
interface Cost {
  readonly seconds: number;
  readonly reads: number;
  /** MQTT messages, and their topics and payloads together. */
  readonly messages?: number;
  readonly bytes?: number;
}

const nothing: Cost = { seconds: Number.NaN, reads: 0 };

const lockOf = ({ network }: Setting): BenchLock => {
  const [lock] = network.locks;
  if (lock === undefined) throw new Error('no locks');
  return lock;
};

/** What has happened at the lock and at the broker since, up to its last read. */
const costSince = async (setting: Setting, beganMs: number, tally?: Tally): Promise<Cost> => {
  await rest(afterglowMs);
  const { network } = setting;
  const reads = network.count(lockOf(setting), 'read', beganMs, clockMs());
  const lastMs = await network.times(lockOf(setting), 'read', reads, beganMs);
  const seconds = (lastMs - beganMs) / 1_000;
  return { seconds, reads, ...(tally && { messages: tally.messages, bytes: tally.bytes }) };
};

const byBare = async (setting: Setting): Promise<Cost> => {
  const { ieee, slots } = lockOf(setting);
  const alone = await Alone.start(setting.place, 'zigbee-herdsman alone', setting.stick, setting.dirs.bare);
  const beganMs = clockMs();
  for (let slot = 1; slot <= slots; slot += 1) await alone.change({ kind: 'read', lock: ieee, slot });
  const cost = await costSince(setting, beganMs);
  await alone.stop();
  return cost;
};

/** Its only way to look: it reads all PINs that its definition of the model has, slot by slot. */
const byPeer = async (setting: Setting): Promise<Cost> => {
  if (setting.peer === undefined) return nothing;
  const lock = lockOf(setting);
  const other = await startPeer(setting, setting.peer);
  const tally = await Tally.start(setting.peer.broker.url);
  tally.reset();
  const beganMs = clockMs();
  await other.client.tell(`${lock.ieee}/get`, { pin_code: '' });
  // It numbers the slots from 0 on: the lock refuses that one.
  await setting.network.times(lock, 'read', lock.slots - 1, beganMs, scanLimitMs);
  const cost = await costSince(setting, beganMs, tally);
  await tally.stop();
  await other.stop();
  return cost;
};

const byBridge = async (setting: Setting): Promise<{ readonly first: Cost; readonly later: Cost }> => {
  const { place, household, network } = setting;
  const lock = lockOf(setting);
  const address = `zigbee:${lock.ieee}`;
  const beganMs = clockMs();
  const bridge = await Bridge.start(place, household);
  const tally = await Tally.start(household.mqttUrl);
  await bridge.adopted(network.locks.length);
  const first = await costSince(setting, beganMs, tally);
  for (let code = 0; code < ownCodes; code += 1)
    await bridge.told('access_code.set_on_device', await bridge.create(address, nextPin()).id);
  await rest(afterglowMs);
  tally.reset();
  const auditMs = await bridge.audit(address);
  await network.times(lock, 'read', ownCodes, auditMs);
  const later = await costSince(setting, auditMs, tally);
  await tally.stop();
  await bridge.stop();
  return { first, later };
};

/** What it costs to see what is on a lock. */
export const measureAudit = async (setting: Setting): Promise<Section> => {
  const { slots } = lockOf(setting);
  say(`zigbee: ${slots} slots are looked at`);
  const bare = await byBare(setting);
  const { first, later } = await byBridge(setting);
  const theirs = await byPeer(setting);
  const row = (what: string, part: (cost: Cost) => string | undefined): Row[] => {
    const peer = setting.peer === undefined ? undefined : part(theirs);
    const bareCell = part(bare);
    return [
      {
        what: `first look: ${what}`,
        lockstep: part(first) ?? '',
        ...(bareCell === undefined ? {} : { bare: bareCell }),
        ...(peer === undefined ? {} : { peer }),
      },
      { what: `audit later: ${what}`, lockstep: part(later) ?? '', ...(peer === undefined ? {} : { peer }) },
    ];
  };
  return {
    title: `Zigbee: a look at ${slots} slots, MQTT messages (Lockstep: the first one paced, later its own and 3 others)`,
    ...namesOf(setting),
    rows: [
      ...row('seconds', ({ seconds }) => seconds.toFixed(1)),
      ...row('slots read', ({ reads }) => String(reads)),
      ...row('messages', ({ messages }) => messages?.toString()),
      ...row('kB of MQTT', ({ bytes }) => (bytes === undefined ? undefined : (bytes / 1_000).toFixed(1))),
    ],
  };
};
