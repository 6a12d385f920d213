import { z } from 'zod';

/**
 * What zigbee-herdsman's two files say. Its own reader skips lines that it can't parse, and believes any other.
 */

const ieee = z.string().regex(/^0x[0-9a-f]{16}$/);
const deviceTypes = ['Coordinator', 'Router', 'EndDevice', 'Unknown', 'GreenPower'] as const;
const rowSchema = z.union([
  z.looseObject({
    id: z.int(),
    type: z.enum(deviceTypes),
    ieeeAddr: ieee,
    nwkAddr: z.int().optional(),
    epList: z.array(z.int()),
    endpoints: z.record(z.string(), z.looseObject({ epId: z.int() })),
  }),
  z.looseObject({ id: z.int(), type: z.literal('Group'), groupID: z.int() }),
]);

export type Row = z.output<typeof rowSchema>;

const rowOf = (line: string): Row | undefined => {
  try {
    return rowSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

/** `whole`: nothing in it was unreadable, and no device or number is there twice. */
export const readDevices = (content: string): { readonly whole: boolean; readonly rows: readonly Row[] } => {
  const lines = content.split('\n').filter((line) => line !== '');
  const rows = lines.map(rowOf).filter((row) => row !== undefined);
  const unique =
    mergeRows([], rows).length === rows.length && new Set(rows.map((row) => row.id)).size === rows.length;
  return { whole: unique && rows.length === lines.length, rows };
};

const nameOf = (row: Row): string => (row.type === 'Group' ? `group ${row.groupID}` : row.ieeeAddr);

/** The first, and of the second what the first doesn't have, under numbers that are free. */
export const mergeRows = (first: readonly Row[], second: readonly Row[]): readonly Row[] => {
  const merged = new Map<string, Row>();
  const taken = new Set<number>();
  for (const row of [...first, ...second]) {
    if (merged.has(nameOf(row))) continue;
    const id = taken.has(row.id) ? Math.max(...taken) + 1 : row.id;
    taken.add(id);
    merged.set(nameOf(row), { ...row, id });
  }
  return [...merged.values()];
};

/** Devices besides the coordinator itself. */
export const deviceCount = (rows: readonly Row[]): number =>
  rows.filter((row) => row.type !== 'Coordinator' && row.type !== 'Group').length;

/** What a backup tells of the network it was made of. */
export interface StoredBackup {
  readonly panId: number;
  readonly extendedPanId: string;
  readonly channel: number;
  /** Secret. */
  readonly networkKey: string;
  readonly coordinator: string;
}

const hex = (digits: number): z.ZodType<string> => z.string().regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`));

/** The fields that herdsman needs of zigpy's open-coordinator-backup, version 1. */
const backupSchema = z.looseObject({
  metadata: z.looseObject({ format: z.literal('zigpy/open-coordinator-backup'), version: z.literal(1) }),
  coordinator_ieee: hex(16),
  pan_id: z.string().regex(/^[0-9a-fA-F]{1,4}$/),
  extended_pan_id: hex(16),
  nwk_update_id: z.int(),
  security_level: z.int(),
  channel: z.int(),
  channel_mask: z.array(z.int()),
  network_key: z.looseObject({ key: hex(32), sequence_number: z.int(), frame_counter: z.int() }),
  devices: z.array(z.looseObject({ ieee_address: hex(16) })),
});

/** Undefined where it can't be used. */
export const readBackup = (content: string): StoredBackup | undefined => {
  let raw: unknown;
  try {
    raw = JSON.parse(content);
  } catch {
    return undefined;
  }
  const { data } = backupSchema.safeParse(raw);
  return (
    data && {
      panId: Number.parseInt(data.pan_id, 16),
      extendedPanId: data.extended_pan_id.toLowerCase(),
      channel: data.channel,
      networkKey: data.network_key.key.toLowerCase(),
      coordinator: `0x${data.coordinator_ieee.toLowerCase()}`,
    }
  );
};
