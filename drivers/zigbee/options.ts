import { z } from 'zod';
import { ConfigError } from '../../src/ports/errors.ts';
import { isLinePath } from '../shared/line-path.ts';

/** Kinds of coordinators that can be looked at before zigbee-herdsman changes anything on them (line-hooks.ts). */
export const adapters = ['zstack', 'ember'] as const;
export type AdapterKind = (typeof adapters)[number];

/** Others that zigbee-herdsman speaks to: it would put our network in the place of whatever they have (ADR 10). */
const unguarded: readonly unknown[] = ['deconz', 'zigate', 'zboss', 'zoh'];

/** Settings of one `drivers` entry of the config with `driver: zigbee`. */
export interface ZigbeeOptions {
  /** A serial device, best by its stable name in `/dev/serial/by-id`, or `tcp://host:port`. */
  readonly path: string;
  /** The firmware on the coordinator. Never guessed: a wrong guess would write to a stranger's memory. */
  readonly adapter: AdapterKind;
  /** Where the network's parameters and key are. Default: `network.json` in the driver's own folder. */
  readonly networkFile: string | undefined;
  /** Serial lines only; undefined: what is usual for the adapter. */
  readonly baudRate: number | undefined;
  /** Serial lines only: hardware flow control. */
  readonly rtscts: boolean | undefined;
}

const schema = z.strictObject({
  driver: z.literal('zigbee').optional(),
  path: z.string().refine(isLinePath),
  adapter: z.enum(adapters),
  network_file: z.string().min(1).optional(),
  baud_rate: z.int().min(9_600).max(4_000_000).optional(),
  rtscts: z.boolean().optional(),
});

const allowed: Readonly<Record<string, string>> = {
  driver: '"zigbee"',
  path: 'a serial device (/dev/serial/by-id/…) or tcp://host:port',
  adapter: `${adapters.join(', ')}: the firmware on the coordinator (Texas Instruments: zstack, Silicon Labs: ember)`,
  network_file: 'the path of a file',
  baud_rate: 'a whole number from 9600 to 4000000',
  rtscts: 'true or false',
};

const notGuarded =
  " zigbee-herdsman speaks to this kind too, but overwrites a network that it finds there, and can't be kept from it: " +
  'not supported. Use a coordinator of an allowed kind; the locks then have to be paired with it.';

const valueOf = (raw: unknown, key: string): unknown =>
  typeof raw === 'object' && raw !== null ? Reflect.get(raw, key) : undefined;

const shown = (raw: unknown, key: string): string => {
  const value = valueOf(raw, key);
  return value === undefined ? 'nothing' : JSON.stringify(value);
};

/** Throws a `ConfigError` naming the key, what was found and what is allowed. */
export const parseOptions = (raw: unknown): ZigbeeOptions => {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new ConfigError(explain(raw, parsed.error.issues[0]));
  const { path, adapter, network_file: networkFile, baud_rate: baudRate, rtscts } = parsed.data;
  for (const [key, value] of Object.entries({ baud_rate: baudRate, rtscts }))
    if (value !== undefined && path.startsWith('tcp:'))
      throw new ConfigError(
        `${key}: found ${JSON.stringify(value)}, allowed: only with a serial device; remove it beside ${path}.`,
      );
  return { path, adapter, networkFile, baudRate, rtscts };
};

const explain = (raw: unknown, issue: z.core.$ZodIssue | undefined): string => {
  const names = Object.keys(allowed).join(', ');
  if (issue?.code === 'unrecognized_keys')
    return `${issue.keys.join(', ')}: unknown key for the zigbee driver. Allowed: ${names}.`;
  const key = issue?.path.join('.') ?? '';
  if (key === '') return `the zigbee driver's settings must be a mapping. Allowed keys: ${names}.`;
  const words = `${key}: found ${shown(raw, key)}, allowed: ${allowed[key] ?? names}.`;
  return key === 'adapter' && unguarded.includes(valueOf(raw, key)) ? words + notGuarded : words;
};
