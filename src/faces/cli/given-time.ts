import type { Instant } from '../../core/model.ts';
import type { Zones } from '../../ports/zones.ts';

export type GivenTime =
  { readonly ok: true; readonly at: Instant } | { readonly ok: false; readonly message: string };

const pattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?: ?(Z|[+-]\d\d:?\d\d))?$/i;
const allowed =
  'is no time: write a date and a time, such as "2026-12-24 15:00", or with an offset "2026-12-24T15:00:00+01:00"';

/**
 * A time as a person writes it: with an offset it is that instant, without one it is read in this zone. Refused where
 * clocks in the zone never show it, or show it twice.
 */
export const givenTime = (text: string, timeZone: string, zones: Zones): GivenTime => {
  const [, date, minute, second = ':00', offset] = pattern.exec(text.trim()) ?? [];
  if (date === undefined || minute === undefined) return { ok: false, message: allowed };
  const local = `${date}T${minute}${second}`;
  const reading = zones.reading(local, offset === undefined ? timeZone : 'UTC');
  if (reading === undefined)
    return { ok: false, message: 'is no time: there is no such day, or no such time of day' };
  if (reading.kind === 'once') {
    const shift = offset === undefined ? 0 : shiftOf(offset);
    return shift === undefined ? { ok: false, message: allowed } : { ok: true, at: reading.at - shift };
  }
  const [earlier, later] = [zones.text(reading.earlier, timeZone), zones.text(reading.later, timeZone)];
  const why =
    reading.kind === 'twice'
      ? `comes twice in ${timeZone}, where clocks are put back`
      : `never comes in ${timeZone}, where clocks are put forward past it`;
  return { ok: false, message: `${why}: write ${earlier} or ${later}` };
};

const shiftOf = (offset: string): number | undefined => {
  if (/^z$/i.test(offset)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
};
