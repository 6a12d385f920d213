import { type Nv, type NvKey, extendedKey, nvKey } from './nv.ts';
import { OctetReader, OctetWriter, eui64Octets, eui64Text, fromHex, toHex } from './octets.ts';

/** The items that matter here, by their ids in Z-Stack 3.x.0 (ZComDef.h). */
export const nvItem = {
  extAddress: nvKey(0x01),
  startupOption: nvKey(0x03),
  nib: nvKey(0x21),
  extendedPanId: nvKey(0x2d),
  activeKey: nvKey(0x3a),
  alternateKey: nvKey(0x3b),
  apsUseExtendedPanId: nvKey(0x47),
  linkKeyTable: nvKey(0x4c),
  /** "Has been configured", a custom item of the hubs that use this firmware. */
  configured: nvKey(0x60),
  preconfiguredKey: nvKey(0x62),
  preconfiguredKeysEnable: nvKey(0x63),
  nwkKey: nvKey(0x82),
  panId: nvKey(0x83),
  channels: nvKey(0x84),
  logicalType: nvKey(0x87),
  directCallbacks: nvKey(0x8f),
  linkKeySeed: nvKey(0x101),
} as const;

/** The tables that live in extended items of system 1, one item for each entry. */
export const nvTable = { addresses: 1, linkKeys: 4, apsKeys: 6, frameCounters: 7 } as const;
const zStack = 1;
export const tableKey = (table: number, index: number): NvKey => extendedKey(zStack, table, index);

/** What a network is to those who want to be in it. */
export interface NetworkParameters {
  readonly panId: number;
  /** EUI-64 text form. */
  readonly extendedPanId: string;
  readonly channel: number;
  /** 32 hex digits. */
  readonly key: string;
}

/** Where fields lie in the 116 octets of the network information base, aligned as the compiler does. */
const nib = {
  channel: 24,
  coordinator: 28,
  panId: 36,
  state: 38,
  channels: 40,
  extendedPanId: 57,
  keyLoaded: 65,
  updateId: 114,
};
const nibLength = 116;

const newNib = (network: NetworkParameters, ieee: string): Uint8Array => {
  const item = new Uint8Array(nibLength);
  const view = new DataView(item.buffer);
  // Sequence number, passive ack timeout, broadcast retries, children, depth, routers, …: the firmware's defaults.
  item.set([0x01, 0x05, 0x02, 0x32, 0x0f, 0x32, 0x00, 0x19, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x8f]);
  view.setUint16(16, 7, true);
  item.set([2, 0x0d, 30], 18);
  item[nib.channel] = network.channel;
  item.set(eui64Octets(ieee), nib.coordinator);
  view.setUint16(nib.panId, network.panId, true);
  item[nib.state] = 0x08;
  view.setUint32(nib.channels, 2 ** network.channel, true);
  item.set([15, 15, 4], 44);
  item.set(eui64Octets(network.extendedPanId), nib.extendedPanId);
  item[nib.keyLoaded] = 1;
  item.set([0x0f, 0x03, 0x00, 0x01, 0x78, 0x0a], 102);
  return item;
};

const keyDescriptor = (key: string): Uint8Array => Uint8Array.from([0, ...fromHex(key)]);

/** Capacities of the tables; what a stick can't remember can't be restored to it. */
export const frameCounterEntries = 5;
export const apsKeyEntries = 8;
const emptyAddress = Uint8Array.from([0, 0xff, 0xff, 0xff, ...new Uint8Array(8).fill(0xff)]);
const linkKeyLength = 20;
const counterLength = 12;
const anyNetwork = '0xffffffffffffffff';

const clearTables = (nv: Nv, capacity: number): void => {
  for (let index = 0; index < capacity; index += 1) {
    nv.put(tableKey(nvTable.addresses, index), emptyAddress);
    nv.put(tableKey(nvTable.linkKeys, index), new Uint8Array(linkKeyLength));
  }
  for (let index = 0; index < apsKeyEntries; index += 1)
    nv.put(tableKey(nvTable.apsKeys, index), new Uint8Array(24));
  for (let index = 0; index < frameCounterEntries; index += 1)
    nv.put(tableKey(nvTable.frameCounters, index), new Uint8Array(counterLength));
  nv.put(nvItem.linkKeyTable, new Uint8Array(2 + 6 * apsKeyEntries));
};

/** What a stick holds that has just left the factory, the tables with room for so many devices. */
export const factoryNv = (nv: Nv, ieee: string, linkKeySeed: string, capacity: number): void => {
  nv.put(nvItem.extAddress, eui64Octets(ieee));
  nv.put(nvItem.startupOption, Uint8Array.of(0));
  nv.put(nvItem.logicalType, Uint8Array.of(0));
  // 24 octets where a compiler aligns: hubs tell by this length how all the other items are laid out.
  nv.put(nvItem.nwkKey, new Uint8Array(24));
  nv.put(nvItem.preconfiguredKey, new Uint8Array(16));
  nv.put(nvItem.preconfiguredKeysEnable, Uint8Array.of(0));
  nv.put(nvItem.activeKey, new Uint8Array(17));
  nv.put(nvItem.alternateKey, new Uint8Array(17));
  nv.put(nvItem.panId, Uint8Array.of(0xff, 0xff));
  nv.put(nvItem.channels, new OctetWriter().u32(0x00000800).take());
  nv.put(nvItem.extendedPanId, new Uint8Array(8));
  nv.put(nvItem.apsUseExtendedPanId, new Uint8Array(8));
  nv.put(nvItem.linkKeySeed, fromHex(linkKeySeed));
  clearTables(nv, capacity);
};

/** Forgets the network, its keys and its devices: what start-up option 2 asks for at the next reset. */
export const clearNetwork = (nv: Nv): void => {
  nv.delete(nvItem.nib);
  nv.put(nvItem.activeKey, new Uint8Array(17));
  nv.put(nvItem.alternateKey, new Uint8Array(17));
  clearTables(nv, addressCapacity(nv));
};

/** How many devices the address table has room for. */
export const addressCapacity = (nv: Nv): number => {
  let capacity = 0;
  while (nv.length(tableKey(nvTable.addresses, capacity)) > 0) capacity += 1;
  return capacity;
};

/** Writes a network that has been formed, and has sent so many frames since. */
export const writeNetwork = (nv: Nv, network: NetworkParameters, ieee: string, sent = 0): void => {
  nv.put(nvItem.nib, newNib(network, ieee));
  nv.put(nvItem.activeKey, keyDescriptor(network.key));
  nv.put(nvItem.alternateKey, keyDescriptor(network.key));
  const counter = (extendedPanId: string): Uint8Array =>
    new OctetWriter().u32(sent).eui64(extendedPanId).take();
  nv.put(tableKey(nvTable.frameCounters, 0), counter(network.extendedPanId));
  nv.put(tableKey(nvTable.frameCounters, frameCounterEntries - 1), counter(anyNetwork));
};

/** The network that a stick would start with, or undefined for one that has none. */
export const readNetwork = (nv: Nv): NetworkParameters | undefined => {
  const item = nv.read(nvItem.nib);
  const key = nv.read(nvItem.activeKey);
  if (item?.length !== nibLength || key?.length !== 17) return undefined;
  const panId = new OctetReader(item.subarray(nib.panId)).u16();
  const channel = item[nib.channel] ?? 0;
  if (panId === 0xffff || channel === 0) return undefined;
  const extendedPanId = eui64Text(item.subarray(nib.extendedPanId, nib.extendedPanId + 8));
  return { panId, extendedPanId, channel, key: toHex(key.subarray(1)) };
};

/** The whole network moves to another channel (ZDO Mgmt_NWK_Update). */
export const writeChannel = (nv: Nv, channel: number): void => {
  nv.overwrite(nvItem.nib, nib.channel, Uint8Array.of(channel));
  nv.overwrite(nvItem.nib, nib.channels, new OctetWriter().u32(2 ** channel).take());
  const updateId = nv.read(nvItem.nib)?.[nib.updateId] ?? 0;
  nv.overwrite(nvItem.nib, nib.updateId, Uint8Array.of(updateId + 1));
};

/** The lowest channel of a mask; undefined where it has none of the 2.4 GHz band, 11 to 26. */
export const firstChannel = (mask: number): number | undefined =>
  Array.from({ length: 16 }, (_, index) => 11 + index).find((channel) => (mask & (1 << channel)) !== 0);

/** What a new network is to be, from what a hub wrote beforehand; `channels` is a mask. */
export const plannedNetwork = (nv: Nv, channels: number, random: () => number): NetworkParameters => {
  const wanted = new OctetReader(nv.read(nvItem.panId) ?? Uint8Array.of(0xff, 0xff)).u16();
  const extended = nv.read(nvItem.extendedPanId) ?? new Uint8Array(8);
  const own = nv.read(nvItem.extAddress) ?? new Uint8Array(8);
  const key = nv.read(nvItem.preconfiguredKey) ?? new Uint8Array(16);
  const randomKey = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  return {
    panId: wanted === 0xffff ? 1 + Math.floor(random() * 0xfffd) : wanted,
    extendedPanId: eui64Text(extended.some((octet) => octet !== 0) ? extended : own),
    channel: firstChannel(channels) ?? 11,
    key: toHex(key.some((octet) => octet !== 0) ? key : randomKey),
  };
};

/** A device in the address table. */
export interface AddressEntry {
  readonly index: number;
  readonly ieee: string;
  readonly address: number;
  /** It is a child of the coordinator: bit 0 of the entry's users. */
  readonly child: boolean;
}
const child = 0x01;
const secured = 0x02;

export const readAddresses = (nv: Nv): AddressEntry[] => {
  const entries: AddressEntry[] = [];
  for (let index = 0; ; index += 1) {
    const item = nv.read(tableKey(nvTable.addresses, index));
    if (item === undefined) return entries;
    // User octet, a gap for alignment, network address, EUI-64.
    const reader = new OctetReader(item);
    const [user] = [reader.u8(), reader.u8()];
    const address = reader.u16();
    const ieee = reader.eui64();
    if (user !== 0 && ieee !== anyNetwork && !/^0x0+$/.test(ieee))
      entries.push({ index, ieee, address, child: (user & child) !== 0 });
  }
};

/** Takes a device into the address table, or gives it another address. @returns false if the table is full. */
export const writeAddress = (nv: Nv, ieee: string, address: number, isChild: boolean): boolean => {
  const entries = readAddresses(nv);
  const taken = new Set(entries.map(({ index }) => index));
  let index = entries.find((entry) => entry.ieee === ieee)?.index;
  if (index === undefined) for (index = 0; taken.has(index);) index += 1;
  if (nv.length(tableKey(nvTable.addresses, index)) === 0) return false;
  const user = (isChild ? child : 0) | secured;
  nv.put(
    tableKey(nvTable.addresses, index),
    new OctetWriter().u8(user).u8(0xff).u16(address).eui64(ieee).take(),
  );
  // Its link key: made of the seed, rotated by nothing, and its EUI-64.
  const linkKey = new OctetWriter().u32(0).u32(0).eui64(ieee).u8(2).u8(0).u8(0).u8(0).take();
  nv.put(tableKey(nvTable.linkKeys, index), linkKey);
  return true;
};

export const removeAddress = (nv: Nv, ieee: string): void => {
  const index = readAddresses(nv).find((entry) => entry.ieee === ieee)?.index;
  if (index === undefined) return;
  nv.put(tableKey(nvTable.addresses, index), emptyAddress);
  nv.put(tableKey(nvTable.linkKeys, index), new Uint8Array(linkKeyLength));
};

const counterIndex = (nv: Nv, extendedPanId: string): number | undefined => {
  const of = (wanted: string): number | undefined => {
    for (let index = 0; index < frameCounterEntries; index += 1) {
      const item = nv.read(tableKey(nvTable.frameCounters, index));
      if (item !== undefined && eui64Text(item.subarray(4, 12)) === wanted) return index;
    }
    return undefined;
  };
  return of(extendedPanId) ?? of(anyNetwork);
};

/** The number of the last frame that went out under this network's key. */
export const readFrameCounter = (nv: Nv, network: NetworkParameters): number => {
  const index = counterIndex(nv, network.extendedPanId);
  const item = index === undefined ? undefined : nv.read(tableKey(nvTable.frameCounters, index));
  return item === undefined ? 0 : new OctetReader(item).u32();
};

/** Counts a frame that goes out. @returns its number. */
export const countFrame = (nv: Nv, network: NetworkParameters): number => {
  const counter = readFrameCounter(nv, network) + 1;
  const index = counterIndex(nv, network.extendedPanId);
  if (index !== undefined)
    nv.overwriteQuietly(tableKey(nvTable.frameCounters, index), 0, new OctetWriter().u32(counter).take());
  return counter;
};
