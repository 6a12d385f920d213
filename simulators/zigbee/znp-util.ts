import { nvItem, readAddresses, readNetwork, writeAddress } from './nv-items.ts';
import { OctetWriter } from './octets.ts';
import type { Command, Commands, Desk } from './znp-desk.ts';

const one = (status: number): OctetWriter => new OctetWriter().u8(status);
/** What the association table says of somebody whom it doesn't have. */
const noAddress = 0xfffe;
const noRelation = 0xff;
/** Child with its radio off when idle, and one with its radio on (AssocList.h). */
const relation = { sleeping: 1, listening: 2 } as const;

const children = ({ stick }: Desk): ReturnType<typeof readAddresses> =>
  readAddresses(stick.nv).filter(({ child }) => child);

const relationOf = ({ radio }: Desk, ieee: string): number =>
  radio.members.get(ieee)?.device.listensAlways === true ? relation.listening : relation.sleeping;

const deviceInfo: Command = (_request, desk) => {
  const { stick } = desk;
  const near = children(desk).slice(0, 50);
  const writer = one(0)
    .eui64(stick.ieee)
    .u16(stick.network === undefined ? noAddress : 0);
  // It can be coordinator, router and end device.
  writer.u8(7).u8(stick.state).u8(near.length);
  for (const { address } of near) writer.u16(address);
  return writer;
};

const nvInfo: Command = (_request, { stick }) => {
  const network = readNetwork(stick.nv);
  return one(0)
    .eui64(stick.ieee)
    .u32(network === undefined ? 0 : 2 ** network.channel)
    .u16(network?.panId ?? 0xffff)
    .u8(5)
    .raw(stick.nv.read(nvItem.preconfiguredKey) ?? new Uint8Array(16));
};

const associated: Command = (request, desk) => {
  const ieee = request.eui64();
  const address = request.u16();
  const byIeee = !/^0x0+$/.test(ieee);
  const found = children(desk).find((entry) => (byIeee ? entry.ieee === ieee : entry.address === address));
  if (found === undefined) return new OctetWriter().u16(noAddress).u16(0xffff).u8(noRelation);
  return new OctetWriter().u16(found.address).u16(found.index).u8(relationOf(desk, found.ieee));
};

/** UTIL commands (Monitor and Test API, MT_UTIL). */
export const utilCommands: Commands = {
  0x00: deviceInfo,
  0x01: nvInfo,
  // Callbacks of subsystems: all are on
  0x06: () => one(0),
  0x09: () => new OctetWriter().u32(Math.floor(performance.now() / 1000)),
  // LED control
  0x0a: (request) => one(request.left >= 2 ? 0 : 2),
  0x10: (request) => new OctetWriter().raw(request.rest()),
  // Source address matching is the chip's own affair
  0x20: () => one(0),
  0x21: () => one(0),
  0x22: () => one(0),
  // Address manager
  0x40: (request, { stick }) => {
    const ieee = request.eui64();
    return new OctetWriter().u16(
      readAddresses(stick.nv).find((each) => each.ieee === ieee)?.address ?? noAddress,
    );
  },
  0x41: (request, { stick }) => {
    const address = request.u16();
    const found = readAddresses(stick.nv).find((each) => each.address === address);
    return new OctetWriter().eui64(found?.ieee ?? '0x0000000000000000');
  },
  // Association table: count, look up, remove, add
  0x48: (_request, desk) => new OctetWriter().u16(children(desk).length),
  0x4a: associated,
  0x63: (request, { stick }) => {
    const ieee = request.eui64();
    const entry = readAddresses(stick.nv).find((each) => each.ieee === ieee);
    if (entry === undefined) return one(1);
    writeAddress(stick.nv, ieee, entry.address, false);
    return one(0);
  },
  0x64: (request, { stick }) => one(writeAddress(stick.nv, request.eui64(), request.u16(), true) ? 0 : 0x10),
};
