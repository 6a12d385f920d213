import { Temporal } from 'temporal-polyfill';
import type { ClockReading, Zones } from '../ports/zones.ts';

/** Without an overflow rule 31 February would become the 28th. */
const parse = (local: string): Temporal.PlainDateTime | undefined => {
  try {
    const { year, month, day, hour, minute, second, millisecond } = Temporal.PlainDateTime.from(local);
    // `from` takes a leap second for the second before it.
    if (/:60/.test(local)) return undefined;
    return new Temporal.PlainDateTime(year, month, day, hour, minute, second, millisecond);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const reading = (local: string, timeZone: string): ClockReading | undefined => {
  const time = parse(local);
  if (time === undefined) return undefined;
  const by = (disambiguation: 'earlier' | 'later'): number =>
    time.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds;
  const [earlier, later] = [by('earlier'), by('later')];
  if (earlier === later) return { kind: 'once', at: earlier };
  const shown = time.toZonedDateTime(timeZone, { disambiguation: 'earlier' }).toPlainDateTime();
  return { kind: shown.equals(time) ? 'twice' : 'never', earlier, later };
};

const text = (at: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toString({ timeZoneName: 'never', smallestUnit: at % 1000 === 0 ? 'second' : 'millisecond' });

/** Zones as the machine's time zone database has them. */
export const systemZones: Zones = { reading, text };
