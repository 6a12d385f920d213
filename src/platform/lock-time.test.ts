import { describe, expect, test } from 'vitest';
import type { LocalMinute, LocalWindow } from '../core/model.ts';
import { lockTime } from './lock-time.ts';

const at = (text: string): number => Date.parse(text);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const berlin = 'Europe/Berlin';

/** What a clock on the wall of a place shows, by another way than the one under test. */
const wall = (timeZone: string): ((instant: number) => string) => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (instant) => format.format(instant);
};

const two = (value: number): string => String(value).padStart(2, '0');
const text = ({ year, month, day, hour, minute }: LocalMinute): string =>
  `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;

/** The minutes in which a lock opens that compares the minute of its wall clock with a window, and knows nothing else. */
const openMinutes = (shown: ReadonlyMap<number, string>, { start, stop }: LocalWindow): Set<number> => {
  const [first, last] = [text(start), text(stop)];
  return new Set([...shown].filter(([, minute]) => first <= minute && minute < last).map(([at]) => at));
};

/** Places with each way of putting clocks forward and back, by the instant, and the overlap's length in minutes. */
const changes = [
  ['Europe/Berlin', '2026-10-25T01:00Z', 60],
  ['Europe/Berlin', '2027-03-28T01:00Z', 0],
  ['America/New_York', '2026-11-01T06:00Z', 60],
  ['America/New_York', '2027-03-14T07:00Z', 0],
  ['Australia/Lord_Howe', '2027-04-03T15:00Z', 30],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z', 0],
  ['Pacific/Chatham', '2027-04-03T14:00Z', 60],
  ['Pacific/Chatham', '2026-09-26T14:00Z', 0],
  ['America/St_Johns', '2026-11-01T04:30Z', 60],
  ['America/Santiago', '2027-04-04T03:00Z', 60],
  ['America/Santiago', '2026-09-06T04:00Z', 0],
  ['Pacific/Auckland', '2027-04-03T14:00Z', 60],
  // Summer time is its standard: the clocks go back for Ramadan.
  ['Africa/Casablanca', '2025-02-23T02:00Z', 60],
  ['Africa/Casablanca', '2025-04-06T02:00Z', 0],
  ['Antarctica/Troll', '2026-10-25T01:00Z', 120],
  // Never changed.
  ['Pacific/Kiritimati', '2026-10-25T01:00Z', 0],
  ['Asia/Kathmandu', '2026-10-25T01:00Z', 0],
  ['Pacific/Marquesas', '2026-10-25T01:00Z', 0],
  // The whole of 30 December was left out.
  ['Pacific/Apia', '2011-12-30T10:00Z', 0],
] as const;

describe.each(changes)('%s at %s', (timeZone, when, overlapMinutes) => {
  const change = at(when);
  const show = wall(timeZone);
  const from = change - 5 * hourMs;
  const until = change + 5 * hourMs;
  const steps = [
    -140, -120, -119, -61, -60, -45, -31, -30, -15, -1, 0, 1, 15, 29, 30, 45, 59, 60, 90, 120, 130,
  ];

  test('a window never keeps a guest out, and opens elsewhere only by what is announced', () => {
    let ambiguous = 0;
    const shown = new Map<number, string>();
    for (let minute = from; minute < until; minute += minuteMs) shown.set(minute, show(minute));
    for (const [index, begins] of steps.entries())
      for (const ends of steps.slice(index + 1)) {
        const frame = { startsAt: change + begins * minuteMs, endsAt: change + ends * minuteMs };
        const { window, isAmbiguous } = lockTime.windowIn(frame, timeZone);
        const open = openMinutes(shown, window);
        const slackMs = isAmbiguous ? overlapMinutes * minuteMs : 0;
        if (isAmbiguous) ambiguous += 1;
        for (let minute = from; minute < until; minute += minuteMs) {
          const isIn = minute >= frame.startsAt && minute < frame.endsAt;
          const isNear = minute >= frame.startsAt - slackMs && minute < frame.endsAt + slackMs;
          if ((isIn && !open.has(minute)) || (open.has(minute) && !isNear))
            expect.fail(
              `${new Date(minute).toISOString()} for ${begins} to ${ends}: ${text(window.start)} to ${text(window.stop)}`,
            );
        }
      }
    expect(ambiguous > 0).toBe(overlapMinutes > 0);
  });

  test('its rules are told anew once the clocks were changed, and foreseen before', () => {
    const shift = (instant: number): number => {
      const [date = '', time = ''] = show(instant).split(' ');
      return at(`${date}T${time}Z`) - Math.floor(instant / minuteMs) * minuteMs;
    };
    const [before, after] = [change - minuteMs, change].map((instant) => lockTime.rulesAt(instant, timeZone));
    expect(before?.offsetMs).toBe(shift(change - minuteMs));
    expect(after?.offsetMs).toBe(shift(change));
    const isChange = shift(change) !== shift(change - minuteMs);
    expect(before?.changesAt === change).toBe(isChange);
    expect(before?.signature !== after?.signature).toBe(isChange);
    expect(lockTime.rulesAt(change - 7 * hourMs, timeZone).signature).toBe(before?.signature);
  });
});

test('a time frame is told in minutes of the wall clock, widened to whole ones', () => {
  const frame = { startsAt: at('2026-07-01T10:00:59.999Z'), endsAt: at('2026-12-31T23:30:00.001Z') };
  expect(lockTime.windowIn(frame, berlin)).toEqual({
    window: {
      start: { year: 2026, month: 7, day: 1, hour: 12, minute: 0 },
      stop: { year: 2027, month: 1, day: 1, hour: 0, minute: 31 },
    },
    isAmbiguous: false,
  });
});

test('a window takes in the hour that the clock shows twice only where it would shut its guest out of a part of it', () => {
  const edges = (from: string, until: string): unknown => {
    const { window, isAmbiguous } = lockTime.windowIn({ startsAt: at(from), endsAt: at(until) }, berlin);
    return [text(window.start).slice(11), text(window.stop).slice(11), isAmbiguous];
  };
  // The clock goes back from 3:00 to 2:00 at 1:00 UTC. In the first pass:
  expect(edges('2026-10-25T00:30Z', '2026-10-25T12:00Z')).toEqual(['02:00', '13:00', true]);
  expect(edges('2026-10-24T12:00Z', '2026-10-25T00:30Z')).toEqual(['14:00', '02:30', true]);
  // In the second:
  expect(edges('2026-10-25T01:30Z', '2026-10-25T12:00Z')).toEqual(['02:30', '13:00', true]);
  expect(edges('2026-10-24T12:00Z', '2026-10-25T01:30Z')).toEqual(['14:00', '03:00', true]);
  expect(edges('2026-10-24T12:00Z', '2026-10-25T02:00Z')).toEqual(['14:00', '03:00', false]);
  // Put forward, from 2:00 to 3:00:
  expect(edges('2026-03-29T00:59Z', '2026-03-29T01:00Z')).toEqual(['01:59', '03:00', false]);
});

test("a zone's next change is foreseen for two years, and looked for anew each day", () => {
  // Almaty: the last change before was in 2004.
  const change = at('2024-02-29T18:00:00Z');
  const sight = change - 2 * 365 * 24 * hourMs;
  const rules = (instant: number): number | undefined => lockTime.rulesAt(instant, 'Asia/Almaty').changesAt;
  expect(rules(sight - 12 * hourMs)).toBeUndefined();
  expect(rules(sight + 11 * hourMs), 'not looked for again before a day is over').toBeUndefined();
  expect(rules(sight + 12 * hourMs)).toBe(change);
  expect(rules(change - 300 * 24 * hourMs)).toBe(change);
  const now = at('2026-07-01T10:00Z');
  const known = lockTime.rulesAt(now, berlin);
  expect(lockTime.rulesAt(now + 24 * hourMs - 1, berlin)).toBe(known);
  expect(lockTime.rulesAt(now + 24 * hourMs, berlin)).not.toBe(known);
});

test('a day that was left out by the calendar of a place is no trouble', () => {
  const frame = { startsAt: at('2011-12-29T12:00Z'), endsAt: at('2011-12-31T12:00Z') };
  const { window } = lockTime.windowIn(frame, 'Pacific/Apia');
  expect([text(window.start), text(window.stop)]).toEqual(['2011-12-29 02:00', '2012-01-01 02:00']);
});

test('what was converted once is remembered, for each look at a lock asks again', () => {
  const frame = { startsAt: at('2026-07-01T10:00Z'), endsAt: at('2026-07-02T10:00Z') };
  const [first, again] = [lockTime.windowIn(frame, berlin), lockTime.windowIn(frame, berlin)];
  expect(again.window.start).toBe(first.window.start);
  expect(lockTime.windowIn(frame, 'UTC').window).toMatchObject({ start: { hour: 10 } });
  const now = at('2026-07-01T10:00Z');
  const rules = lockTime.rulesAt(now, berlin);
  expect(lockTime.rulesAt(now + 1, berlin)).toBe(rules);
});
