import { Temporal } from 'temporal-polyfill';
import type { Instant, LocalMinute, ZoneRules } from '../core/model.ts';
import type { LockTime } from '../ports/lock-time.ts';

const minuteMs = 60_000;

const zoned = (at: Instant, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);

/** Bounds the memory; a busy lock has some thousands of edges of time frames ahead. */
const rememberedMost = 20_000;

/** Each look at a lock asks for all its time frames anew, and a conversion takes a good part of a millisecond. */
const remembering = <T>(work: (at: Instant, timeZone: string) => T): typeof work => {
  const known = new Map<string, { readonly value: T }>();
  return (at, timeZone) => {
    const key = `${at} ${timeZone}`;
    const found = known.get(key) ?? { value: work(at, timeZone) };
    if (known.size >= rememberedMost) known.clear();
    known.set(key, found);
    return found.value;
  };
};

const minuteOf = ({ year, month, day, hour, minute }: Temporal.PlainDateTime): LocalMinute => ({
  year,
  month,
  day,
  hour,
  minute,
});

/** An edge of a time frame. `from` and `until`: what to write for it where a window starts, or stops, there. */
interface Edge {
  readonly from: LocalMinute;
  readonly until: LocalMinute;
  readonly isAmbiguous: boolean;
}

/**
 * Clocks that are put back show an hour twice, and a lock that compares minutes takes it for the same hour. From a minute
 * of the first pass on, it would shut again when the second begins, and until a minute of the second it would shut in the
 * first already: there the window takes in the whole hour. The other way round it opens or shuts an hour off by itself.
 */
const edgeAt = remembering((at, timeZone): Edge => {
  const plain = zoned(at, timeZone).toPlainDateTime();
  const [first, second] = (['earlier', 'later'] as const).map((disambiguation) =>
    plain.toZonedDateTime(timeZone, { disambiguation }),
  );
  const shown = minuteOf(plain);
  const exact = { from: shown, until: shown, isAmbiguous: false };
  if (first === undefined || second === undefined || first.equals(second)) return exact;
  const putBack = first.getTimeZoneTransition('next');
  if (putBack === null) return exact;
  const begins = putBack.toPlainDateTime();
  const ends = begins.add({ milliseconds: second.epochMilliseconds - first.epochMilliseconds });
  const isFirst = at === first.epochMilliseconds;
  return {
    from: isFirst ? minuteOf(begins) : shown,
    until: isFirst ? shown : minuteOf(ends),
    isAmbiguous: true,
  };
});

/** A zone whose next change is further away counts as one without: its rules are looked at again by then. */
const foreseenMs = 2 * 365 * 24 * 60 * minuteMs;

const readRules = (now: Instant, timeZone: string): ZoneRules => {
  const here = zoned(now, timeZone);
  const next = here.getTimeZoneTransition('next');
  const minutes = ({ offsetNanoseconds }: Temporal.ZonedDateTime): number => offsetNanoseconds / 6e10;
  const signature = `${timeZone} ${minutes(here)}`;
  const offsetMs = minutes(here) * minuteMs;
  if (next === null || next.epochMilliseconds - now > foreseenMs) return { signature, offsetMs };
  const after = `${next.toInstant().toString()} ${minutes(next)}`;
  return { signature: `${signature} ${after}`, offsetMs, changesAt: next.epochMilliseconds };
};

/** Read again after a day: where a change comes into sight, it is seen in time. */
const rulesKeptMs = 24 * 60 * minuteMs;

const rulesKnown = new Map<string, { readonly from: Instant; readonly rules: ZoneRules }>();

const rulesAt = (now: Instant, timeZone: string): ZoneRules => {
  const known = rulesKnown.get(timeZone);
  const isFresh =
    known !== undefined &&
    now >= known.from &&
    now < Math.min(known.from + rulesKeptMs, known.rules.changesAt ?? Infinity);
  if (isFresh) return known.rules;
  const rules = readRules(now, timeZone);
  rulesKnown.set(timeZone, { from: now, rules });
  return rules;
};

export const lockTime: LockTime = {
  windowIn: ({ startsAt, endsAt }, timeZone) => {
    const start = edgeAt(Math.floor(startsAt / minuteMs) * minuteMs, timeZone);
    const stop = edgeAt(Math.ceil(endsAt / minuteMs) * minuteMs, timeZone);
    return {
      window: { start: start.from, stop: stop.until },
      isAmbiguous: start.isAmbiguous || stop.isAmbiguous,
    };
  },
  rulesAt,
};
