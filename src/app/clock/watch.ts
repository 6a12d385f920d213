import type { ClockReport } from '../../ports/clock-trust.ts';
import type { NewEvent } from '../../ports/store.ts';
import type { AppParts } from '../parts.ts';
import { consequence, reasonOf, remedyOf } from './words.ts';

const untrusted = 'lockstep.clock_untrusted';
const trusted = 'lockstep.clock_trusted';

/** The database has refused; it may take the event by then. */
const againMs = 60_000;

/** The reason that was told last; undefined: that the clock is trusted, or nothing ever. */
const toldReason = ({ store }: AppParts): unknown => {
  const [last] = store.findEvents({
    eventTypes: [untrusted, trusted],
    order: 'newest_first',
    offset: 0,
    limit: 1,
  });
  return last?.eventType === untrusted ? last.payload['why'] : undefined;
};

const eventOf = ({ clock, random }: AppParts, report: ClockReport): NewEvent => {
  const about =
    report.distrust === undefined
      ? { eventType: trusted, payload: { by: report.by ?? 'system' } }
      : {
          eventType: untrusted,
          payload: {
            why: report.distrust,
            message: `The bridge's clock is not trusted: ${reasonOf(report)}.`,
          },
        };
  return {
    ...about,
    eventId: random.uuid(),
    occurredAt: clock.now(),
    deviceId: undefined,
    accessCodeId: undefined,
    pin: undefined,
  };
};

/**
 * Tells, by an event, the log and the bridge's topic, whether the time is known: each change once. What was told last
 * is what the events say, so that a restart in which nothing has changed tells nothing. Returns the end.
 */
export const startClockWatch = (parts: AppParts): (() => void) => {
  const { clock, clockTrust, store, changes, log } = parts;
  let logged: ClockReport['distrust'];
  let cancel = (): void => undefined;
  const say = (report: ClockReport): void => {
    const { distrust } = report;
    if (distrust === logged) return;
    logged = distrust;
    if (distrust === undefined)
      log.info({ by: report.by }, `the clock is trusted again: ${reasonOf(report)}`);
    else
      log.warn(
        { why: distrust, what_to_do: remedyOf(report) },
        `the clock is not trusted: ${reasonOf(report)}. ${consequence}`,
      );
  };
  const look = (): void => {
    const report = clockTrust.report();
    say(report);
    try {
      const isNews = store.transaction(() => {
        if (toldReason(parts) === report.distrust) return false;
        store.appendEvent(eventOf(parts, report));
        return true;
      });
      if (isNews) changes.emit({ kind: 'events' });
    } catch (error) {
      log.error({ err: error }, "that the clock's trust has changed could not be stored");
      later(againMs);
    }
    changes.emit({ kind: 'bridge' });
  };
  // Trust may be lost in the middle of anybody's transaction, whose end isn't ours.
  const later = (ms: number): void => {
    cancel();
    cancel = clock.after(ms, look);
  };
  look();
  const unlisten = clockTrust.onChange(() => {
    later(0);
  });
  return () => {
    cancel();
    unlisten();
  };
};
