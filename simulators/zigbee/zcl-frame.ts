import { ByteReader, ByteWriter } from './zcl-bytes.ts';

/** One ZCL frame (ZCL §2.4.1). */
export interface ZclFrame {
  /** `global`: a foundation command, for any cluster; `cluster`: one of the cluster's own. */
  readonly scope: 'global' | 'cluster';
  readonly manufacturer?: number | undefined;
  readonly direction: 'to_server' | 'to_client';
  readonly disableDefaultResponse: boolean;
  readonly sequence: number;
  readonly command: number;
  readonly payload: Uint8Array;
}

const manufacturerBit = 0x04;
const directionBit = 0x08;
const disableDefaultResponseBit = 0x10;

/** @returns undefined for bytes that are no ZCL frame, which a device drops. */
export const parseZcl = (bytes: Uint8Array): ZclFrame | undefined => {
  const control = bytes[0] ?? 0xff;
  const isOfManufacturer = (control & manufacturerBit) !== 0;
  if ((control & 0x03) > 1 || bytes.length < (isOfManufacturer ? 5 : 3)) return undefined;
  const reader = new ByteReader(bytes.subarray(1));
  return {
    scope: (control & 0x03) === 0 ? 'global' : 'cluster',
    manufacturer: isOfManufacturer ? reader.u16() : undefined,
    direction: (control & directionBit) === 0 ? 'to_server' : 'to_client',
    disableDefaultResponse: (control & disableDefaultResponseBit) !== 0,
    sequence: reader.u8(),
    command: reader.u8(),
    payload: reader.rest(),
  };
};

export const encodeZcl = (frame: ZclFrame): Buffer => {
  const control =
    (frame.scope === 'global' ? 0 : 1) |
    (frame.manufacturer === undefined ? 0 : manufacturerBit) |
    (frame.direction === 'to_server' ? 0 : directionBit) |
    (frame.disableDefaultResponse ? disableDefaultResponseBit : 0);
  const writer = new ByteWriter().u8(control);
  if (frame.manufacturer !== undefined) writer.u16(frame.manufacturer);
  return writer.u8(frame.sequence).u8(frame.command).raw(frame.payload).done();
};

/** Foundation commands (ZCL table 2-3). */
export const globalCommand = {
  readAttributes: 0x00,
  readAttributesResponse: 0x01,
  writeAttributes: 0x02,
  writeAttributesUndivided: 0x03,
  writeAttributesResponse: 0x04,
  writeAttributesNoResponse: 0x05,
  configureReporting: 0x06,
  configureReportingResponse: 0x07,
  readReportingConfiguration: 0x08,
  readReportingConfigurationResponse: 0x09,
  reportAttributes: 0x0a,
  defaultResponse: 0x0b,
  discoverAttributes: 0x0c,
  discoverAttributesResponse: 0x0d,
  discoverCommandsReceived: 0x11,
  discoverCommandsReceivedResponse: 0x12,
} as const;

/** Status codes (ZCL table 2-12). */
export const zclStatus = {
  success: 0x00,
  failure: 0x01,
  notAuthorized: 0x7e,
  malformedCommand: 0x80,
  unsupportedClusterCommand: 0x81,
  unsupportedGeneralCommand: 0x82,
  unsupportedManufacturerClusterCommand: 0x83,
  unsupportedManufacturerGeneralCommand: 0x84,
  invalidField: 0x85,
  unsupportedAttribute: 0x86,
  invalidValue: 0x87,
  readOnly: 0x88,
  insufficientSpace: 0x89,
  notFound: 0x8b,
  unreportableAttribute: 0x8c,
  invalidDataType: 0x8d,
  unsupportedCluster: 0xc3,
} as const;
