import type { ApsFrame } from './air.ts';
import { type MtFrame, mtSubsystem, mtType } from './mt-frame.ts';
import { OctetWriter } from './octets.ts';

/** What the coordinator says unasked (AREQ), by the Z-Stack Monitor and Test API. */
const areq = (subsystem: number, command: number, writer: OctetWriter): MtFrame => ({
  type: mtType.areq,
  subsystem,
  command,
  data: writer.take(),
});
const zdo = (command: number, writer: OctetWriter): MtFrame => areq(mtSubsystem.zdo, command, writer);

export interface Announced {
  readonly address: number;
  readonly ieee: string;
}

/** ZDO_STATE_CHANGE_IND */
export const stateChanged = (state: number): MtFrame => zdo(0xc0, new OctetWriter().u8(state));

/** ZDO_END_DEVICE_ANNCE_IND: a device says under which address it can be reached from now on. */
export const deviceAnnounced = ({ address, ieee }: Announced, capabilities: number): MtFrame =>
  zdo(0xc1, new OctetWriter().u16(address).u16(address).eui64(ieee).u8(capabilities));

/** ZDO_LEAVE_IND */
export const deviceLeft = ({ address, ieee }: Announced, rejoin: boolean): MtFrame =>
  zdo(
    0xc9,
    new OctetWriter()
      .u16(address)
      .eui64(ieee)
      .u8(0)
      .u8(0)
      .u8(rejoin ? 1 : 0),
  );

/** ZDO_TC_DEVICE_IND: the trust centre has let a device in; 0 is its parent, the coordinator. */
export const deviceJoined = ({ address, ieee }: Announced): MtFrame =>
  zdo(0xca, new OctetWriter().u16(address).eui64(ieee).u16(0));

/** ZDO_PERMIT_JOIN_IND */
export const joiningPermitted = (seconds: number): MtFrame => zdo(0xcb, new OctetWriter().u8(seconds));

/** The answer of a node to a ZDO request: its command id is the request's with bit 7 set. */
export const zdoAnswered = (command: number, payload: Uint8Array, address?: number): MtFrame => {
  const writer = new OctetWriter();
  if (address !== undefined) writer.u16(address);
  return zdo(command, writer.raw(payload));
};

/** AF_DATA_CONFIRM: how a frame fared that the hub sent from this endpoint. */
export const dataConfirmed = (status: number, endpoint: number, transaction: number): MtFrame =>
  areq(mtSubsystem.af, 0x80, new OctetWriter().u8(status).u8(endpoint).u8(transaction));

export interface Reception {
  readonly address: number;
  readonly lqi: number;
  /** Its running number of the sender. */
  readonly sequence: number;
  /** The coordinator's clock, in units of 320 µs. */
  readonly timestamp: number;
}

/** AF_INCOMING_MSG: a frame of a device for one of the hub's endpoints. */
export const dataIncoming = (frame: ApsFrame, { address, lqi, sequence, timestamp }: Reception): MtFrame =>
  areq(
    mtSubsystem.af,
    0x81,
    new OctetWriter()
      .u16(0)
      .u16(frame.cluster)
      .u16(address)
      .u8(frame.sourceEndpoint)
      .u8(frame.endpoint)
      .u8(0)
      .u8(lqi)
      .u8(0)
      .u32(timestamp)
      .u8(sequence)
      .u8(frame.payload.length)
      .raw(frame.payload)
      // Who handed it over last, and how far it might have gone.
      .u16(address)
      .u8(29),
  );
