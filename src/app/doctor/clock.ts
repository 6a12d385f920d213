import { clockWarningMs } from '../../core/clock-care.ts';
import type { Instant, LockState } from '../../core/model.ts';
import type { ClockReport } from '../../ports/clock-trust.ts';
import { fine, problem, warning } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import { consequence, reasonOf, remedyOf } from '../clock/words.ts';
import { span } from './words.ts';

/** The system's clock, by the daemon that goes by it. */
export const judgeTrust = (report: ClockReport, timeZone: string): Diagnosis => {
  const shown = new Date(report.wall).toISOString();
  const remedy = remedyOf(report);
  if (remedy !== undefined)
    return problem(
      'clock',
      'system',
      `the clock says ${shown} and is not trusted: ${reasonOf(report)}. ${consequence}`,
      remedy,
    );
  const trusted = `${shown}, trusted: ${reasonOf(report)}`;
  if (report.synchronised === false)
    return warning(
      'clock',
      'system',
      `${trusted}; but it is not synchronised with a time server now`,
      'See what keeps systemd-timesyncd from its server: timedatectl timesync-status',
    );
  return fine('clock', 'system', `${trusted}; time zone ${timeZone}`);
};

/** A lock that didn't take the time so often, some hours apart, won't by itself. */
const failuresMost = 3;

/** A lock's own clock, by which it keeps the codes that it was given ahead of their time. */
export const judgeLockClock = (
  name: string,
  { clockSeen, clockCare }: Pick<LockState, 'clockSeen' | 'clockCare'>,
  now: Instant,
): Diagnosis[] => {
  const offsetMs = clockSeen?.offsetMs;
  if (clockSeen !== undefined && offsetMs !== undefined && Math.abs(offsetMs) > clockWarningMs)
    return [
      warning(
        'lock',
        name,
        `its own clock was ${span(Math.abs(offsetMs))} ${offsetMs > 0 ? 'fast' : 'slow'} when it was asked ${span(now - clockSeen.at)} ago`,
        'It is set by itself where the lock lets it; if it stays so, set it at the lock, or change its batteries, and have it looked at: lockstep audit',
      ),
    ];
  const failures = clockCare?.failures ?? 0;
  if (failures < failuresMost) return [];
  return [
    warning(
      'lock',
      name,
      `its own clock could not be set or read, ${failures} times in a row`,
      'It is tried on and on; see that its batteries are fresh and that it is well in reach.',
    ),
  ];
};
