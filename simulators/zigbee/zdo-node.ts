import type { Binding, EndpointDescriptor } from './air.ts';
import { type OctetReader, OctetWriter } from './octets.ts';

/** What a node of the network has to say of itself when it is asked by ZDO (Zigbee specification, 2.4). */
export interface ZdoNode {
  readonly ieee: string;
  readonly address: number;
  readonly coordinator: boolean;
  readonly manufacturerCode: number;
  readonly listensAlways: boolean;
  readonly mains: boolean;
  readonly endpoints: readonly EndpointDescriptor[];
  readonly bindings: readonly Binding[];
  bind(binding: Binding): boolean;
  unbind(binding: Binding): boolean;
  /** The neighbour table, entries of 22 octets; undefined where a device keeps none. */
  neighbours(): readonly Uint8Array[] | undefined;
  /** It was told to leave; undefined where it won't. */
  leave: ((rejoin: boolean) => void) | undefined;
}

/** Cluster ids of the requests that are answered; a response's id is the request's with bit 15 set. */
export const zdoCluster = {
  nwkAddress: 0x0000,
  ieeeAddress: 0x0001,
  nodeDescriptor: 0x0002,
  powerDescriptor: 0x0003,
  simpleDescriptor: 0x0004,
  activeEndpoints: 0x0005,
  matchDescriptor: 0x0006,
  deviceAnnounce: 0x0013,
  bind: 0x0021,
  unbind: 0x0022,
  mgmtLqi: 0x0031,
  mgmtRouting: 0x0032,
  mgmtBind: 0x0033,
  mgmtLeave: 0x0034,
  mgmtPermitJoining: 0x0036,
  mgmtNwkUpdate: 0x0038,
} as const;

/** ZDP status values (Zigbee specification, table 2.139). */
export const zdoStatus = {
  success: 0x00,
  invalidRequest: 0x80,
  deviceNotFound: 0x81,
  invalidEndpoint: 0x82,
  notActive: 0x83,
  notSupported: 0x84,
  noEntry: 0x88,
  tableFull: 0x8c,
} as const;

/** Stack revision 22, in bits 9 to 15 of the server mask. */
const revision = 22 << 9;

/** MAC capability flags: full function, mains, listens when idle, takes an address that is given to it. */
export const capabilitiesOf = (node: Pick<ZdoNode, 'coordinator' | 'mains' | 'listensAlways'>): number =>
  (node.coordinator ? 0x03 : 0) | (node.mains ? 0x04 : 0) | (node.listensAlways ? 0x08 : 0) | 0x80;

const nodeDescriptor = (node: ZdoNode): Uint8Array =>
  new OctetWriter()
    .u8(node.coordinator ? 0 : 2)
    // 2.4 GHz.
    .u8(0x40)
    .u8(capabilitiesOf(node))
    .u16(node.manufacturerCode)
    .u8(82)
    .u16(128)
    .u16(revision | (node.coordinator ? 0x41 : 0))
    .u16(128)
    .u8(0)
    .take();

/** Power mode, available sources; then the source in use and how full it is (full). */
const powerDescriptor = (node: ZdoNode): Uint8Array => {
  const source = node.mains ? 1 : 4;
  return Uint8Array.of((node.listensAlways ? 0 : 1) | (source << 4), source | 0xc0);
};

const simpleDescriptor = (endpoint: EndpointDescriptor): Uint8Array => {
  const writer = new OctetWriter()
    .u8(endpoint.endpoint)
    .u16(endpoint.profile)
    .u16(endpoint.deviceId)
    .u8(endpoint.deviceVersion)
    .u8(endpoint.inputClusters.length);
  for (const cluster of endpoint.inputClusters) writer.u16(cluster);
  writer.u8(endpoint.outputClusters.length);
  for (const cluster of endpoint.outputClusters) writer.u16(cluster);
  return writer.take();
};

const readClusters = (request: OctetReader): number[] =>
  Array.from({ length: request.u8() }, () => request.u16());

const matches = (request: OctetReader, { endpoints }: ZdoNode): number[] => {
  const profile = request.u16();
  const inputs = readClusters(request);
  const outputs = readClusters(request);
  return endpoints
    .filter(
      (each) =>
        each.profile === profile &&
        (inputs.some((cluster) => each.inputClusters.includes(cluster)) ||
          outputs.some((cluster) => each.outputClusters.includes(cluster))),
    )
    .map(({ endpoint }) => endpoint);
};

const readBinding = (request: OctetReader): { source: string; binding: Binding | undefined } => {
  const source = request.eui64();
  const endpoint = request.u8();
  const cluster = request.u16();
  // 3: an EUI-64 and an endpoint follow; 1: a group, which no lock reports to.
  if (request.u8() !== 3) return { source, binding: undefined };
  return {
    source,
    binding: { endpoint, cluster, destination: request.eui64(), destinationEndpoint: request.u8() },
  };
};

const answerBinding = (node: ZdoNode, request: OctetReader, add: boolean): Uint8Array => {
  const { source, binding } = readBinding(request);
  if (source !== node.ieee) return Uint8Array.of(zdoStatus.deviceNotFound);
  if (binding === undefined) return Uint8Array.of(zdoStatus.notSupported);
  if (!node.endpoints.some(({ endpoint }) => endpoint === binding.endpoint))
    return Uint8Array.of(zdoStatus.invalidEndpoint);
  if (add) return Uint8Array.of(node.bind(binding) ? zdoStatus.success : zdoStatus.tableFull);
  return Uint8Array.of(node.unbind(binding) ? zdoStatus.success : zdoStatus.noEntry);
};

/** A part of a table that fits a frame: status, size of the table, where the part begins, its size, its entries. */
const tablePart = (entries: readonly Uint8Array[], start: number, atMost: number): Uint8Array => {
  const part = entries.slice(start, start + atMost);
  const writer = new OctetWriter().u8(zdoStatus.success).u8(entries.length).u8(start).u8(part.length);
  for (const entry of part) writer.raw(entry);
  return writer.take();
};

const bindingEntry = (
  { endpoint, cluster, destination, destinationEndpoint }: Binding,
  ieee: string,
): Uint8Array =>
  new OctetWriter()
    .eui64(ieee)
    .u8(endpoint)
    .u16(cluster)
    .u8(3)
    .eui64(destination)
    .u8(destinationEndpoint)
    .take();

/** Requests about one node: its network address first, which must be its own, as an end device knows no others. */
const answerAbout = (node: ZdoNode, cluster: number, request: OctetReader): Uint8Array => {
  const address = request.u16();
  const head = (status: number): OctetWriter => new OctetWriter().u8(status).u16(address);
  const ok = zdoStatus.success;
  if (cluster === zdoCluster.matchDescriptor) {
    const found = matches(request, node);
    return head(ok).u8(found.length).raw(found).take();
  }
  if (address !== node.address) return head(zdoStatus.deviceNotFound).take();
  switch (cluster) {
    case zdoCluster.nodeDescriptor:
      return head(ok).raw(nodeDescriptor(node)).take();
    case zdoCluster.powerDescriptor:
      return head(ok).raw(powerDescriptor(node)).take();
    case zdoCluster.simpleDescriptor: {
      const wanted = request.u8();
      const endpoint = node.endpoints.find((each) => each.endpoint === wanted);
      if (endpoint === undefined) return head(zdoStatus.notActive).u8(0).take();
      const descriptor = simpleDescriptor(endpoint);
      return head(ok).u8(descriptor.length).raw(descriptor).take();
    }
    default:
      return head(ok)
        .u8(node.endpoints.length)
        .raw(node.endpoints.map(({ endpoint }) => endpoint))
        .take();
  }
};

const answerAddress = (node: ZdoNode, matched: boolean): Uint8Array =>
  new OctetWriter()
    .u8(matched ? zdoStatus.success : zdoStatus.deviceNotFound)
    .eui64(node.ieee)
    .u16(node.address)
    .take();

const answerLeave = (node: ZdoNode, request: OctetReader): Uint8Array => {
  const ieee = request.eui64();
  const flags = request.u8();
  if (ieee !== node.ieee && !/^0x0+$/.test(ieee)) return Uint8Array.of(zdoStatus.deviceNotFound);
  if (node.leave === undefined) return Uint8Array.of(zdoStatus.notSupported);
  node.leave((flags & 0x80) !== 0);
  return Uint8Array.of(zdoStatus.success);
};

/**
 * A node's answer to a ZDO request, both without their sequence number.
 * @returns undefined where a node is silent: a broadcast question about another.
 * @throws TooShortError
 */
export const answerZdo = (node: ZdoNode, cluster: number, request: OctetReader): Uint8Array | undefined => {
  switch (cluster) {
    case zdoCluster.nwkAddress:
      return request.eui64() === node.ieee ? answerAddress(node, true) : undefined;
    case zdoCluster.ieeeAddress:
      return answerAddress(node, request.u16() === node.address);
    case zdoCluster.nodeDescriptor:
    case zdoCluster.powerDescriptor:
    case zdoCluster.simpleDescriptor:
    case zdoCluster.activeEndpoints:
    case zdoCluster.matchDescriptor:
      return answerAbout(node, cluster, request);
    case zdoCluster.bind:
    case zdoCluster.unbind:
      return answerBinding(node, request, cluster === zdoCluster.bind);
    case zdoCluster.mgmtLqi: {
      const neighbours = node.neighbours();
      if (neighbours === undefined) return Uint8Array.of(zdoStatus.notSupported);
      return tablePart(neighbours, request.u8(), 3);
    }
    case zdoCluster.mgmtRouting:
      return node.coordinator ? tablePart([], request.u8(), 10) : Uint8Array.of(zdoStatus.notSupported);
    case zdoCluster.mgmtBind:
      return tablePart(
        node.bindings.map((binding) => bindingEntry(binding, node.ieee)),
        request.u8(),
        4,
      );
    case zdoCluster.mgmtLeave:
      return answerLeave(node, request);
    default:
      return Uint8Array.of(zdoStatus.notSupported);
  }
};
