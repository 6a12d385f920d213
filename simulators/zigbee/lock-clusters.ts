import { doorLockAttributes, keptAttribute, vendorAttributes } from './lock-attributes.ts';
import { boltCommands } from './lock-bolt.ts';
import { scheduleCommands } from './lock-schedules.ts';
import { userCommands } from './lock-users.ts';
import type { LockVoice } from './lock-voice.ts';
import type { SimulatedLock } from './lock.ts';
import { zigbeeEpochMs } from './schedule-book.ts';
import type { ClockZone } from './lock-clock.ts';
import { type Attribute, type ClusterCommand, type ServerCluster, clusterId, status } from './zcl-cluster.ts';
import { zclStatus } from './zcl-frame.ts';
import { type ZclValue, dataType, textValue } from './zcl-types.ts';

const told = (id: number, type: number, get: () => ZclValue): Attribute => ({ id, type, get });
const success: ClusterCommand = () => status(zclStatus.success);
const locationMax = 16;

/** What it says that it runs on: 1 single-phase mains, 3 battery (ZCL table 3-8). */
export const powerSourceOf = ({ spec }: SimulatedLock): number =>
  spec.power_source_told ?? (spec.power === 'mains' ? 1 : 3);

/** Basic (ZCL §3.2). */
const basicCluster = (lock: SimulatedLock): ServerCluster => {
  const { spec } = lock;
  const { uint8, enum8, boolean, text } = dataType;
  const label = (id: number, value: string): Attribute => told(id, text, () => textValue(value));
  const location = spec.location ?? spec.name.slice(0, locationMax);
  return {
    id: clusterId.basic,
    commands: new Map([[0x00, success]]),
    attributes: [
      told(0x00, uint8, () => 3),
      told(0x01, uint8, () => spec.app_version),
      told(0x02, uint8, () => 2),
      told(0x03, uint8, () => spec.hw_version),
      label(0x04, spec.manufacturer),
      label(0x05, spec.model),
      label(0x06, spec.date_code),
      told(0x07, enum8, () => powerSourceOf(lock)),
      keptAttribute(lock, clusterId.basic, {
        id: 0x10,
        type: text,
        factory: Buffer.from(location, 'latin1').toString('hex'),
      }),
      told(0x12, boolean, () => 1),
      label(0x4000, spec.sw_build),
      ...vendorAttributes(lock, clusterId.basic),
    ],
  };
};

export const batteryVoltageAttribute = 0x20;
export const batteryPercentageAttribute = 0x21;
const emptyCellsDecivolts = 40;

/** Power Configuration (ZCL §3.3): four cells, from 4.0 to 6.0 volts. */
const powerCluster = (lock: SimulatedLock): ServerCluster => {
  const { battery_in_percent, battery_tells } = lock.spec;
  const level = (): number => lock.battery ?? 0;
  const percentage = (): number => Math.round(level() * (battery_in_percent ? 1 : 2));
  const voltage = (): number => emptyCellsDecivolts + Math.round(level() / 5);
  const { uint8, map32 } = dataType;
  const attributes: Attribute[] = [
    { id: 0x3e, type: map32, reportable: true, get: () => 0 },
    ...vendorAttributes(lock, clusterId.power),
  ];
  if (battery_tells !== 'percentage')
    attributes.push({ id: batteryVoltageAttribute, type: uint8, reportable: true, get: voltage });
  if (battery_tells !== 'voltage')
    attributes.push({ id: batteryPercentageAttribute, type: uint8, reportable: true, get: percentage });
  return { id: clusterId.power, commands: new Map(), attributes };
};

const identifyCluster = (): ServerCluster => ({
  id: clusterId.identify,
  attributes: [{ id: 0, type: dataType.uint16, get: () => 0, set: () => zclStatus.success }],
  commands: new Map<number, ClusterCommand>([
    [
      0x00,
      (reader) => {
        reader.u16();
        return status(zclStatus.success);
      },
    ],
    [0x01, () => ({ kind: 'silence' })],
  ]),
});

const alarmsCluster = (): ServerCluster => ({
  id: clusterId.alarms,
  attributes: [told(0x00, dataType.uint16, () => 0)],
  commands: new Map([
    [0x00, success],
    [0x01, success],
  ]),
});

/** Poll Control (ZCL §3.16). Intervals are in quarter seconds; what is set changes how the lock sleeps. */
const pollControlCluster = (lock: SimulatedLock): ServerCluster => {
  const { uint32, uint16 } = dataType;
  const kept = (id: number, type: number, factory: number): Attribute =>
    keptAttribute(lock, clusterId.pollControl, { id, type, factory });
  const quarters = (ms: number): number => Math.round(ms / 250);
  const readOnly = ({ id, type, get }: Attribute): Attribute => ({ id, type, get });
  return {
    id: clusterId.pollControl,
    attributes: [
      kept(0x00, uint32, 14_400),
      told(0x01, uint32, () => quarters(lock.behaviour.poll_interval_ms)),
      readOnly(kept(0x02, uint16, 2)),
      kept(0x03, uint16, 40),
    ],
    commands: new Map<number, ClusterCommand>([
      [0x00, success],
      [0x01, success],
      [
        0x02,
        (reader) => {
          const ms = reader.u32() * 250;
          if (ms < 250 || ms > 600_000) return status(zclStatus.invalidValue);
          lock.change({ poll_interval_ms: ms });
          return status(zclStatus.success);
        },
      ],
      [0x03, (reader) => status(reader.u16() > 0 ? zclStatus.success : zclStatus.invalidValue)],
    ]),
  };
};

/** The lock's own Time cluster (ZCL §3.12); of a lock without a zone, only the time. */
const timeCluster = (lock: SimulatedLock): ServerCluster => {
  const { clock } = lock;
  const seconds = (ms: number): number => Math.max(0, Math.floor((ms - zigbeeEpochMs) / 1000));
  const kept = (id: number, type: number, get: () => number, set: (value: number) => void): Attribute => ({
    id,
    type,
    get,
    set: (value) => {
      if (typeof value !== 'number') return zclStatus.invalidValue;
      set(value);
      lock.changed();
      return zclStatus.success;
    },
  });
  const zone = (id: number, type: number, key: keyof ClockZone): Attribute =>
    kept(
      id,
      type,
      () => clock?.zone[key] ?? 0,
      (value) => {
        if (key === 'offset_s' || clock?.traits.keeps_dst === true) clock?.setZone({ [key]: value });
      },
    );
  const { utc, map8, int32, uint32 } = dataType;
  const time = kept(
    0x00,
    utc,
    () => seconds(clock?.running() ?? 0),
    (value) => clock?.setRunning(zigbeeEpochMs + value * 1000),
  );
  const zoned = [
    zone(0x02, int32, 'offset_s'),
    zone(0x03, uint32, 'dst_start_s'),
    zone(0x04, uint32, 'dst_end_s'),
    zone(0x05, int32, 'dst_shift_s'),
    told(0x06, uint32, () => seconds(clock?.standard() ?? 0)),
    told(0x07, uint32, () => seconds(clock?.local() ?? 0)),
  ];
  return {
    id: clusterId.time,
    commands: new Map(),
    attributes: [
      time,
      { id: 0x01, type: map8, get: () => 0, set: () => zclStatus.success },
      ...(clock?.traits.zoned === true ? zoned : []),
    ],
  };
};

const doorLockCluster = (voice: LockVoice): ServerCluster => {
  const all = [...boltCommands(voice), ...userCommands(voice), ...scheduleCommands(voice)];
  const { missing_commands } = voice.lock.spec;
  return {
    id: clusterId.doorLock,
    attributes: doorLockAttributes(voice.lock),
    commands: new Map(all.filter(([id]) => !missing_commands.includes(id))),
  };
};

/** The servers of the lock. */
export const serverClusters = (voice: LockVoice): Map<number, ServerCluster> => {
  const { lock } = voice;
  const all = [basicCluster(lock), identifyCluster(), doorLockCluster(voice)];
  if (lock.spec.power === 'battery') all.push(powerCluster(lock));
  if (lock.spec.alarms) all.push(alarmsCluster());
  if (lock.spec.poll_control) all.push(pollControlCluster(lock));
  if (lock.spec.clock?.server === true) all.push(timeCluster(lock));
  return new Map(all.map((cluster) => [cluster.id, cluster]));
};
