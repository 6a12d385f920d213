import { mtSubsystem, mtType, type MtFrame } from './mt-frame.ts';
import { type NvKey, extendedKey, nvKey, nvStatus } from './nv.ts';
import { nvItem } from './nv-items.ts';
import { type OctetReader, OctetWriter } from './octets.ts';
import type { Command, Commands, Desk } from './znp-desk.ts';

/** SYS, AF, ZDO, SAPI, UTIL, debugging and application interface are there. */
const capabilities = 0x01f9;
/** As SYS_VERSION and SYS_RESET_IND tell it: transport 2, product 1 (Z-Stack 3.x.0), release 2.7.1. */
const release = [2, 1, 2, 7] as const;
const maintenance = 1;
/** The date of the firmware's build, as sticks in use have it. */
export const firmware = 20_230_507;
/** No item is longer. */
const itemMax = 1_024;
/** What an answer holds of an item at most. */
const partMax = 240;

const one = (status: number): OctetWriter => new OctetWriter().u8(status);

/** Why the chip started: somebody asked for it, or it had hung. */
export const resetReason = { asked: 1, watchdog: 2 } as const;

/** SYS_RESET_IND: the chip has started. */
export const resetDone = (reason: number): MtFrame => ({
  type: mtType.areq,
  subsystem: mtSubsystem.sys,
  command: 0x80,
  data: new OctetWriter().u8(reason).raw(release).u8(maintenance).take(),
});

const part = (desk: Desk, key: NvKey, offset: number, length: number): OctetWriter => {
  const item = desk.stick.nv.read(key);
  if (item === undefined || offset > item.length) return one(nvStatus.invalidParameter).u8(0);
  const value = item.subarray(offset, offset + Math.min(length, partMax));
  return one(nvStatus.success).u8(value.length).raw(value);
};

const create = (desk: Desk, key: NvKey, length: number, value: Uint8Array): void => {
  const item = new Uint8Array(length);
  item.set(value.subarray(0, length));
  desk.stick.nv.put(key, item);
};

const write = (desk: Desk, key: NvKey, offset: number, value: Uint8Array): OctetWriter => {
  if (desk.stick.nv.length(key) === 0) return one(nvStatus.invalidParameter);
  return one(desk.stick.nv.overwrite(key, offset, value) ? nvStatus.success : nvStatus.badLength);
};

const initItem: Command = (request, desk) => {
  const key = nvKey(request.u16());
  const length = request.u16();
  const value = request.raw(request.u8());
  if (length > itemMax) return one(nvStatus.badLength);
  if (desk.stick.nv.length(key) > 0) return one(nvStatus.success);
  create(desk, key, length, value);
  return one(nvStatus.itemCreated);
};

const deleteItem: Command = (request, desk) => {
  const key = nvKey(request.u16());
  const length = request.u16();
  const held = desk.stick.nv.length(key);
  if (held === 0) return one(nvStatus.itemCreated);
  if (held !== length) return one(nvStatus.badLength);
  return one(desk.stick.nv.delete(key) ? nvStatus.success : nvStatus.failed);
};

const extended = (request: OctetReader): NvKey => extendedKey(request.u8(), request.u16(), request.u16());

const createExtended: Command = (request, desk) => {
  const key = extended(request);
  const length = request.u32();
  if (length > itemMax) return one(nvStatus.badLength);
  if (desk.stick.nv.length(key) > 0) return one(nvStatus.failed);
  create(desk, key, length, new Uint8Array());
  return one(nvStatus.success);
};

/** SYS commands (Monitor and Test API, MT_SYS). */
export const sysCommands: Commands = {
  // Ping
  0x01: () => new OctetWriter().u16(capabilities),
  // Version
  0x02: () => new OctetWriter().raw(release).u8(maintenance).u32(firmware),
  // Set and get the EUI-64
  0x03: (request, desk) => {
    desk.stick.nv.put(nvItem.extAddress, request.raw(8));
    return one(0);
  },
  0x04: (_request, { stick }) => new OctetWriter().eui64(stick.ieee),
  // NV items of the operating system layer
  0x07: initItem,
  0x08: (request, desk) => part(desk, nvKey(request.u16()), request.u8(), partMax),
  0x09: (request, desk) => write(desk, nvKey(request.u16()), request.u8(), request.raw(request.u8())),
  0x12: deleteItem,
  0x13: (request, { stick }) => new OctetWriter().u16(stick.nv.length(nvKey(request.u16()))),
  0x1c: (request, desk) => part(desk, nvKey(request.u16()), request.u16(), partMax),
  0x1d: (request, desk) => write(desk, nvKey(request.u16()), request.u16(), request.raw(request.u16())),
  // Random number
  0x0c: (_request, { stick }) => new OctetWriter().u16(Math.floor(stick.random() * 0x10000)),
  // Stack tune (transmission power): gives back the value in use
  0x0f: (request) => new OctetWriter().u8(request.u8() === 0 ? request.u8() : 0),
  0x14: (request) => new OctetWriter().u8(request.u8()),
  // Extended NV items of SimpleLink
  0x30: createExtended,
  0x31: (request, { stick }) => one(stick.nv.delete(extended(request)) ? nvStatus.success : nvStatus.failed),
  0x32: (request, { stick }) => new OctetWriter().u32(stick.nv.length(extended(request))),
  0x33: (request, desk) => part(desk, extended(request), request.u16(), request.u8()),
  0x34: (request, desk) => write(desk, extended(request), request.u16(), request.raw(request.u8())),
  0x35: (request, desk) => {
    const key = extended(request);
    const value = request.raw(request.u8());
    create(desk, key, value.length, value);
    return one(nvStatus.success);
  },
  0x36: () => one(nvStatus.success),
};
