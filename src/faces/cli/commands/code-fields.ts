import { zoneOf } from '../code-file/resolve.ts';
import type { Context } from '../context.ts';
import { givenTime } from '../given-time.ts';
import { bad, good } from '../io.ts';
import type { Result } from '../io.ts';
import type { Device } from '../shapes.ts';

/** What may be asked of a code that is made or changed. */
export interface CodeOptions {
  readonly name?: string | undefined;
  /** The PIN, or `-` for standard input. */
  readonly code?: string | undefined;
  /** When it begins and ceases to open the door, as a person writes it. */
  readonly starts?: string | undefined;
  readonly ends?: string | undefined;
  /** Takes the times away. */
  readonly ongoing?: boolean | undefined;
  readonly oneTime?: boolean | undefined;
  readonly allowExternalChanges?: boolean | undefined;
  /** Digits of a PIN that the bridge chooses. */
  readonly length?: number | undefined;
  /** Further locks that get the same PIN. */
  readonly also?: readonly string[] | undefined;
  readonly wait?: boolean | undefined;
}

/** Enough for a PIN and a newline; a file given by mistake isn't passed on. */
const stdinMaxLength = 64;

/** The options as parameters of the routes. */
export const fieldsOf = async (
  context: Context,
  options: CodeOptions,
  locks: readonly Device[],
): Promise<Result<Readonly<Record<string, unknown>>>> => {
  const starts = timeOf(context, 'starts', options.starts, locks);
  if (!starts.ok) return starts;
  const ends = timeOf(context, 'ends', options.ends, locks);
  if (!ends.ok) return ends;
  const pin = await pinOf(context, options.code);
  if (!pin.ok) return pin;
  const fields = {
    name: options.name,
    code: pin.value,
    starts_at: starts.value,
    ends_at: ends.value,
    type: options.ongoing === true ? 'ongoing' : undefined,
    is_one_time_use: options.oneTime,
    is_external_modification_allowed: options.allowExternalChanges,
    preferred_code_length: options.length,
  };
  return good(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
};

const pinOf = async (context: Context, given: string | undefined): Promise<Result<string | undefined>> => {
  if (given === undefined) return good(undefined);
  const pin = (given === '-' ? await context.io.readStdin() : given).trim();
  return pin === '' || pin.length > stdinMaxLength ? bad(2, 'There is no PIN on standard input.') : good(pin);
};

/** The instant that is meant at these locks. */
const timeOf = (
  { io }: Context,
  option: 'starts' | 'ends',
  given: string | undefined,
  locks: readonly Device[],
): Result<string | undefined> => {
  if (given === undefined) return good(undefined);
  const zones = new Set(locks.map((lock) => zoneOf(lock, io.timeZone ?? 'UTC')));
  const instants = new Set<number>();
  for (const zone of zones.size === 0 ? ['UTC'] : zones) {
    const read = givenTime(given, zone, io.zones);
    if (!read.ok) return bad(2, `--${option}: "${given.slice(0, 40)}" ${read.message}.`);
    instants.add(read.at);
  }
  const [at, ...others] = instants;
  if (at === undefined || others.length > 0)
    return bad(2, `--${option}: these locks are in different time zones: give the time with its offset.`);
  return good(new Date(at).toISOString());
};
