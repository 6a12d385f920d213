import { alarmMask, eventMask, sendsPins } from './lock-events.ts';
import { type SimulatedLock, sendPinAttribute } from './lock.ts';
import type { LockSpec } from './spec.ts';
import { type Attribute, clusterId } from './zcl-cluster.ts';
import { zclStatus } from './zcl-frame.ts';
import { type ZclValue, dataType, textValue } from './zcl-types.ts';

type VendorAttribute = LockSpec['vendor_attributes'][number];

/** An attribute with no more behind it than what was last written, kept over a power cut. */
export const keptAttribute = (
  lock: SimulatedLock,
  cluster: number,
  { id, type, factory, allowed }: KeptAttribute,
): Attribute => {
  const key = `${cluster}/${id}`;
  return {
    id,
    type,
    reportable: true,
    get: () => {
      const held = lock.attributes.get(key) ?? factory;
      return typeof held === 'string' ? Buffer.from(held, 'hex') : held;
    },
    set: (value: ZclValue) => {
      if (typeof value === 'number' && allowed?.(value) === false) return zclStatus.invalidValue;
      lock.attributes.set(key, typeof value === 'number' ? value : Buffer.from(value).toString('hex'));
      lock.changed();
      return zclStatus.success;
    },
  };
};

interface KeptAttribute {
  readonly id: number;
  readonly type: number;
  /** A number, or octets in hex. */
  readonly factory: number | string;
  readonly allowed?: (value: number) => boolean;
}

/** The manufacturer's own of a cluster, as far as the spec has them. */
export const vendorAttributes = (lock: SimulatedLock, cluster: number): Attribute[] => {
  const { vendor_attributes, manufacturer_code } = lock.spec;
  const built = (each: VendorAttribute): Attribute => {
    const factory =
      typeof each.value === 'number' ? each.value : Buffer.from(textValue(each.value)).toString('hex');
    const { get, set } = keptAttribute(lock, cluster, { id: each.id, type: each.type, factory });
    const own = each.manufacturer_specific;
    const manufacturer = own === true ? manufacturer_code : own === false ? undefined : own;
    return {
      id: each.id,
      type: each.type,
      manufacturer,
      reportable: true,
      get,
      ...(each.writable && set !== undefined ? { set } : {}),
    };
  };
  return vendor_attributes.filter((each) => each.cluster === cluster).map(built);
};

export const lockStateAttribute = 0x0000;
const wrongCodeLimitAttribute = 0x30;
const factoryWrongCodeLimit = 5;

/** Wrong entries in a row after which the keypad goes dead. */
export const wrongCodeLimit = (lock: SimulatedLock): number => {
  const written = lock.attributes.get(`${clusterId.doorLock}/${wrongCodeLimitAttribute}`);
  return typeof written === 'number' ? written : factoryWrongCodeLimit;
};

const localProgrammingAttribute = 0x28;
/** Whether codes may be changed at the keypad. */
export const programsLocally = (lock: SimulatedLock): boolean =>
  lock.attributes.get(`${clusterId.doorLock}/${localProgrammingAttribute}`) !== 0;

const requirePinAttribute = 0x33;
/** Whether lock and unlock by radio need a PIN. */
export const needsPin = (lock: SimulatedLock): boolean =>
  lock.attributes.get(`${clusterId.doorLock}/${requirePinAttribute}`) === 1;

export const autoRelockAttribute = 0x23;
/** Seconds from unlocking until it locks itself; 0: never. */
export const relockSeconds = (lock: SimulatedLock): number => {
  const { factory, switches_s } = lock.spec.auto_relock;
  const written = lock.attributes.get(`${clusterId.doorLock}/${autoRelockAttribute}`);
  const value = typeof written === 'number' ? written : factory;
  return value > 0 && switches_s !== undefined ? switches_s : value;
};

/** Whether its AutoRelockTime can be this. */
export const takesRelock = ({ spec }: SimulatedLock, value: number): boolean => {
  const { takes, switches_s } = spec.auto_relock;
  if (value === 0) return true;
  return switches_s === undefined ? (takes?.includes(value) ?? true) : value === 1;
};

/** From the air it is refused and lied about like a code. */
const autoRelock = (lock: SimulatedLock): Attribute => {
  const kept = keptAttribute(lock, clusterId.doorLock, {
    id: autoRelockAttribute,
    type: dataType.uint32,
    factory: lock.spec.auto_relock.factory,
    allowed: (value) => takesRelock(lock, value),
  });
  return {
    ...kept,
    set: (value) => {
      if (!lock.spec.auto_relock.writable) return zclStatus.readOnly;
      if (lock.manners.take('refuse')) return zclStatus.failure;
      if (lock.manners.lies()) return zclStatus.success;
      return kept.set?.(value) ?? zclStatus.readOnly;
    },
  };
};

const told = (id: number, type: number, get: () => ZclValue): Attribute => ({ id, type, get });

const isBoolean = (value: number): boolean => value <= 1;

/** Attributes of the Door Lock cluster (ZCL §7.3). */
export const doorLockAttributes = (lock: SimulatedLock): Attribute[] => {
  const { spec } = lock;
  const { boolean, map16, uint8, uint16, enum8, text } = dataType;
  const users = (): number => {
    const { bogus_user_count } = lock.behaviour;
    return bogus_user_count === false ? spec.slots : bogus_user_count;
  };
  const kept = (one: KeptAttribute): Attribute => keptAttribute(lock, clusterId.doorLock, one);
  const lengths = (): { readonly min: number; readonly max: number } =>
    spec.code_length_told ?? lock.codeLength;
  const masks = Array.from({ length: 8 }, (_, i) => alarmMask + i).map((id): Attribute => ({
    ...kept({ id, type: map16, factory: 0 }),
    get: () => eventMask(lock, id),
  }));
  const all: Attribute[] = [
    { id: lockStateAttribute, type: enum8, reportable: true, get: () => (lock.bolted ? 1 : 2) },
    told(0x01, enum8, () => 0),
    told(0x02, boolean, () => 1),
    told(0x10, uint16, () => 0),
    told(0x11, uint16, users),
    told(0x12, uint16, users),
    told(0x13, uint16, () => 0),
    told(0x14, uint8, () => spec.schedules?.week_day ?? 0),
    told(0x15, uint8, () => spec.schedules?.year_day ?? 0),
    told(0x16, uint8, () => spec.schedules?.holidays ?? 0),
    told(0x17, uint8, () => lengths().max),
    told(0x18, uint8, () => lengths().min),
    kept({ id: 0x20, type: boolean, factory: 0, allowed: isBoolean }),
    kept({ id: 0x21, type: text, factory: Buffer.from('en').toString('hex') }),
    autoRelock(lock),
    kept({ id: 0x24, type: uint8, factory: 2, allowed: (value) => value <= 2 }),
    kept({ id: 0x25, type: enum8, factory: 0, allowed: (value) => value <= 4 }),
    // A bit that is set means a mode that isn't there: all but Normal, Privacy and No RF.
    told(0x26, map16, () => 0xfff2),
    kept({ id: localProgrammingAttribute, type: boolean, factory: 1, allowed: isBoolean }),
    kept({
      id: wrongCodeLimitAttribute,
      type: uint8,
      factory: factoryWrongCodeLimit,
      allowed: (value) => value > 0,
    }),
    {
      ...kept({ id: 0x31, type: uint8, factory: 0 }),
      get: () => Math.min(255, Math.round(lock.behaviour.lockout_ms / 1000)),
      set: (value) => {
        if (typeof value === 'number') lock.change({ lockout_ms: value * 1000 });
        return zclStatus.success;
      },
    },
    kept({
      id: requirePinAttribute,
      type: boolean,
      factory: spec.radio_needs_pin ? 1 : 0,
      allowed: isBoolean,
    }),
    told(0x34, enum8, () => 0),
    ...vendorAttributes(lock, clusterId.doorLock),
  ];
  if (spec.pin_over_air !== undefined)
    all.push({
      ...kept({ id: sendPinAttribute, type: boolean, factory: 0, allowed: isBoolean }),
      get: () => (sendsPins(lock) ? 1 : 0),
    });
  if (spec.event_masks !== 'none') all.push(...masks);
  return all.filter(
    ({ id, manufacturer }) => manufacturer !== undefined || !spec.missing_attributes.includes(id),
  );
};
