import type { ApsFrame, EndpointDescriptor } from './air.ts';
import { dataConfirmed } from './indications.ts';
import { type OctetReader, OctetWriter, eui64Text } from './octets.ts';
import type { Command, Commands, Desk } from './znp-desk.ts';

/** ZStack status values of AF commands. */
const status = {
  success: 0,
  invalidParameter: 2,
  bufferFull: 0x11,
  invalidRequest: 0xc2,
  duplicate: 0xb8,
  tooLong: 0xe5,
} as const;
const one = (value: number): OctetWriter => new OctetWriter().u8(value);

/** Addresses from here on mean all nodes, or all that listen, or all routers. */
const broadcastFrom = 0xfff8;
/** What a frame carries at most where nobody cuts it into pieces. */
const payloadMax = 128;
const addressMode = { group: 1, short: 2, extended: 3, broadcast: 15 } as const;

const clusters = (request: OctetReader): number[] =>
  Array.from({ length: request.u8() }, () => request.u16());

const register: Command = (request, { stick }) => {
  const endpoint = request.u8();
  const descriptor: EndpointDescriptor = {
    endpoint,
    profile: request.u16(),
    deviceId: request.u16(),
    deviceVersion: request.u8(),
    // The latency request stands between; nothing here is slower for it.
    inputClusters: (request.u8(), clusters(request)),
    outputClusters: clusters(request),
  };
  if (endpoint === 0 || endpoint > 0xf2) return one(status.invalidParameter);
  if (stick.endpoints.has(endpoint)) return one(status.duplicate);
  stick.endpoints.set(endpoint, descriptor);
  return one(status.success);
};

interface Sending {
  readonly address: number | string;
  readonly frame: Omit<ApsFrame, 'profile'>;
  readonly transaction: number;
}

const send = ({ address, frame, transaction }: Sending, desk: Desk): OctetWriter => {
  const { stick, radio } = desk;
  const endpoint = stick.endpoints.get(frame.sourceEndpoint);
  if (endpoint === undefined) return one(status.invalidParameter);
  if (stick.network === undefined) return one(status.invalidRequest);
  if (stick.overloaded > 0) {
    stick.overloaded -= 1;
    return one(status.bufferFull);
  }
  if (frame.payload.length > payloadMax) return one(status.tooLong);
  const confirm = (result: number): void => {
    desk.indicate(dataConfirmed(result, frame.sourceEndpoint, transaction));
  };
  desk.after(() => {
    // To groups and to all: a lock is in no group, and what goes to all concerns none of them.
    if (typeof address === 'string' || address >= broadcastFrom) confirm(status.success);
    else radio.send(address, { ...frame, profile: endpoint.profile }, confirm);
  });
  return one(status.success);
};

/** AF_DATA_REQUEST and, with `relays`, AF_DATA_REQUEST_SRC_RTG: the relays are named, and there are none between. */
const dataRequest =
  (relays: boolean): Command =>
  (request, desk) => {
    const address = request.u16();
    const endpoint = request.u8();
    const sourceEndpoint = request.u8();
    const cluster = request.u16();
    const transaction = request.u8();
    // Options and radius: whatever they ask for, a lock is one hop away.
    request.u16();
    if (relays) request.raw(2 * request.u8());
    const payload = request.raw(request.u8());
    return send({ address, transaction, frame: { cluster, sourceEndpoint, endpoint, payload } }, desk);
  };

const dataRequestExtended: Command = (request, desk) => {
  const mode = request.u8();
  const octets = request.raw(8);
  const [low = 0, high = 0] = octets;
  const endpoint = request.u8();
  // A network number, for frames to another network than one's own.
  request.u16();
  const sourceEndpoint = request.u8();
  const cluster = request.u16();
  const transaction = request.u8();
  request.u16();
  const payload = request.raw(request.u16());
  const frame = { cluster, sourceEndpoint, endpoint, payload };
  const address = low | (high << 8);
  if (mode === addressMode.group) return send({ address: 'group', transaction, frame }, desk);
  if (mode === addressMode.short || mode === addressMode.broadcast)
    return send({ address, transaction, frame }, desk);
  const member = [...desk.radio.members.values()].find(
    ({ device }) => mode === addressMode.extended && device.ieee === eui64Text(octets),
  );
  if (member === undefined) return one(status.invalidParameter);
  return send({ address: member.place.address, transaction, frame }, desk);
};

/** AF commands (Monitor and Test API, MT_AF). */
export const afCommands: Commands = {
  0x00: register,
  0x01: dataRequest(false),
  0x02: dataRequestExtended,
  0x03: dataRequest(true),
  0x04: (request, { stick }) => one(stick.endpoints.delete(request.u8()) ? 0 : status.invalidParameter),
  // Inter-PAN: taken note of
  0x10: () => one(status.success),
  // Large messages are never stored here
  0x12: () => one(status.invalidParameter).u8(0),
  // Fragmentation settings
  0x13: () => one(status.success),
};
