import type { ByteReader } from './zcl-bytes.ts';
import type { ZclValue } from './zcl-types.ts';

/** Cluster ids of a lock (ZCL, chapters 3, 7 and 11). */
export const clusterId = {
  basic: 0x0000,
  power: 0x0001,
  identify: 0x0003,
  alarms: 0x0009,
  time: 0x000a,
  pollControl: 0x0020,
  doorLock: 0x0101,
} as const;

/** One attribute of a cluster's server. */
export interface Attribute {
  readonly id: number;
  readonly type: number;
  /** Set for an attribute of the manufacturer's own. */
  readonly manufacturer?: number | undefined;
  readonly reportable?: boolean;
  readonly get: () => ZclValue;
  /** @returns a ZCL status. Absent: read only. */
  readonly set?: (value: ZclValue) => number;
}

/** What a cluster answers: a command of its own, a status by default response, or nothing. */
export type Reply =
  | {
      readonly kind: 'command';
      readonly command: number;
      readonly payload: Uint8Array;
      /** What the lock says of it unasked, once it has answered. */
      readonly after?: () => Promise<void>;
    }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'silence' };

/** The server side of a cluster on a lock's endpoint. */
export interface ServerCluster {
  readonly id: number;
  readonly attributes: readonly Attribute[];
  /** Commands of the cluster that it takes; others are answered UNSUP_CLUSTER_COMMAND. */
  readonly commands: ReadonlyMap<number, ClusterCommand>;
}

export type ClusterCommand = (reader: ByteReader) => Promise<Reply> | Reply;

export const reply = (command: number, payload: Uint8Array, after?: () => Promise<void>): Reply => ({
  kind: 'command',
  command,
  payload,
  ...(after === undefined ? {} : { after }),
});
export const status = (code: number): Reply => ({ kind: 'status', status: code });

export const findAttribute = (
  { attributes }: Pick<ServerCluster, 'attributes'>,
  id: number,
  manufacturer: number | undefined,
): Attribute | undefined => attributes.find((each) => each.id === id && each.manufacturer === manufacturer);
