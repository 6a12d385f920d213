import { stateChanged, zdoAnswered } from './indications.ts';
import { firstChannel, readAddresses } from './nv-items.ts';
import { OctetReader, OctetWriter } from './octets.ts';
import { deviceState } from './stick.ts';
import { type ZdoNode, answerZdo, zdoCluster } from './zdo-node.ts';
import type { Command, Commands, Desk } from './znp-desk.ts';

const one = (status: number): OctetWriter => new OctetWriter().u8(status);
const status = { success: 0, failure: 1, invalidParameter: 2, invalidRequest: 0xc2 } as const;
const answerBit = 0x80;
const broadcastFrom = 0xfff8;
const texasInstruments = 0x0007;

/** The coordinator's neighbours: what Mgmt_Lqi tells of each of its children. */
const neighbours = ({ stick, radio }: Desk): Uint8Array[] =>
  readAddresses(stick.nv)
    .filter(({ child }) => child)
    .map(({ ieee, address }) => {
      const device = radio.members.get(ieee)?.device;
      const listens = device?.listensAlways === true;
      return (
        new OctetWriter()
          .eui64(stick.network?.extendedPanId ?? '0x0000000000000000')
          .eui64(ieee)
          .u16(address)
          // End device; its radio on or off when idle; a child.
          .u8(2 | (listens ? 0x04 : 0) | 0x10)
          .u8(0)
          .u8(1)
          .u8(device?.lqi ?? 0)
          .take()
      );
    });

const ownNode = (desk: Desk): ZdoNode => ({
  ieee: desk.stick.ieee,
  address: 0,
  coordinator: true,
  manufacturerCode: texasInstruments,
  listensAlways: true,
  mains: true,
  endpoints: [...desk.stick.endpoints.values()],
  bindings: [],
  bind: () => false,
  unbind: () => false,
  neighbours: () => neighbours(desk),
  leave: undefined,
});

/**
 * A question to a node. MT puts the answering node's address before the answer, but for the two that ask for
 * addresses: those carry start index and size of a list of children behind theirs.
 */
const ask = (
  desk: Desk,
  command: number,
  cluster: number,
  address: number,
  payload: Uint8Array,
): OctetWriter => {
  const addresses = cluster === zdoCluster.nwkAddress || cluster === zdoCluster.ieeeAddress;
  const answered = (answer: Uint8Array): void => {
    if (addresses) desk.indicate(zdoAnswered(command | answerBit, Uint8Array.from([...answer, 0, 0])));
    else desk.indicate(zdoAnswered(command | answerBit, answer, address));
  };
  if (desk.stick.network === undefined) return one(status.invalidRequest);
  desk.after(() => {
    const own = address === 0 || address >= broadcastFrom;
    if (own) {
      const answer = answerZdo(ownNode(desk), cluster, new OctetReader(payload));
      if (answer !== undefined) answered(answer);
    }
    if (address >= broadcastFrom) desk.radio.askAll(cluster, payload, answered);
    else if (!own) desk.radio.ask(address, cluster, payload, answered);
  });
  return one(status.success);
};

/** Requests that say in front whom they go to, and are ZDO's own behind that. */
const addressed =
  (command: number, cluster: number): Command =>
  (request, desk) =>
    ask(desk, command, cluster, request.u16(), request.rest());

/** Mgmt_Permit_Joining: to all or to the coordinator it is the coordinator's own affair. */
const permitJoining: Command = (request, desk) => {
  const mode = request.u8();
  const destination = request.u16();
  const seconds = request.u8();
  if (desk.stick.network === undefined) return one(status.invalidRequest);
  const broadcast = mode === 0x0f || destination >= broadcastFrom;
  if (!broadcast && destination !== 0)
    return ask(desk, 0x36, zdoCluster.mgmtPermitJoining, destination, Uint8Array.of(seconds, 1));
  desk.after(() => {
    desk.radio.permitJoining(seconds);
    if (!broadcast) desk.indicate(zdoAnswered(0x36 | answerBit, Uint8Array.of(0), 0));
  });
  return one(status.success);
};

/** Scan duration 0xfe: the network changes its channel to the one of the mask. */
const changeChannel = 0xfe;
const networkUpdate: Command = (request, desk) => {
  request.u16();
  request.u8();
  const mask = request.u32();
  const duration = request.u8();
  if (desk.stick.network === undefined) return one(status.invalidRequest);
  const channel = firstChannel(mask);
  if (channel === undefined) return one(status.invalidParameter);
  if (duration === changeChannel)
    desk.after(() => {
      desk.radio.changeChannel(channel);
    });
  return one(status.success);
};

const startup: Command = (_request, desk) => {
  desk.after(() => {
    if (!desk.stick.start()) return;
    desk.tell('coordinator_started');
    desk.indicate(stateChanged(deviceState.coordinator));
  });
  // 0: with the network it has, 1: it would have to make one.
  return one(desk.stick.start() ? status.success : status.failure);
};

const networkInfo: Command = (_request, { stick }) => {
  const { network } = stick;
  return new OctetWriter()
    .u16(network === undefined ? 0xfffe : 0)
    .u8(stick.state)
    .u16(network?.panId ?? 0xffff)
    .u16(network === undefined ? 0xfffe : 0)
    .eui64(network?.extendedPanId ?? '0x0000000000000000')
    .eui64(network === undefined ? '0x0000000000000000' : stick.ieee)
    .u8(network?.channel ?? 0);
};

const groupOf = (request: OctetReader): string => `${request.u8()}/${request.u16()}`;

/** ZDO commands (Monitor and Test API, MT_ZDO). */
export const zdoCommands: Commands = {
  // Asks everybody, as only the owner of the EUI-64 answers
  0x00: (request, desk) => ask(desk, 0x00, zdoCluster.nwkAddress, 0xfffd, request.raw(8)),
  0x01: (request, desk) => {
    const address = request.u16();
    return ask(desk, 0x01, zdoCluster.ieeeAddress, address, new OctetWriter().u16(address).take());
  },
  0x02: addressed(0x02, zdoCluster.nodeDescriptor),
  0x03: addressed(0x03, zdoCluster.powerDescriptor),
  0x04: addressed(0x04, zdoCluster.simpleDescriptor),
  0x05: addressed(0x05, zdoCluster.activeEndpoints),
  0x06: addressed(0x06, zdoCluster.matchDescriptor),
  0x21: addressed(0x21, zdoCluster.bind),
  0x22: addressed(0x22, zdoCluster.unbind),
  0x31: addressed(0x31, zdoCluster.mgmtLqi),
  0x32: addressed(0x32, zdoCluster.mgmtRouting),
  0x33: addressed(0x33, zdoCluster.mgmtBind),
  0x34: addressed(0x34, zdoCluster.mgmtLeave),
  0x36: permitJoining,
  0x37: networkUpdate,
  // Messages to be handed on as they come: all that matter have their own
  0x3e: () => one(status.success),
  0x3f: () => one(status.success),
  0x40: startup,
  // Route discovery: every lock is one hop away
  0x45: () => one(status.success),
  0x46: () => one(status.success),
  0x47: (request, { stick }) => one(stick.groups.delete(groupOf(request)) ? status.success : status.failure),
  0x4a: (request, { stick }) => {
    const endpoint = request.u8();
    const group = request.u16();
    const found = stick.groups.has(`${endpoint}/${group}`);
    return one(found ? status.success : status.failure)
      .u16(group)
      .u8(0);
  },
  0x4b: (request, { stick }) => {
    stick.groups.add(groupOf(request));
    return one(status.success);
  },
  0x50: networkInfo,
};
