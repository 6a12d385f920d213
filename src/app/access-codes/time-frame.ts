import type { AccessCode, Instant, TimeFrame } from '../../core/model.ts';
import { invalid } from '../problems.ts';

interface Times {
  readonly starts_at?: Instant | null | undefined;
  readonly ends_at?: Instant | null | undefined;
}

const requireOrder = (frame: TimeFrame): TimeFrame => {
  if (frame.endsAt <= frame.startsAt) throw invalid('ends_at', 'must be after starts_at');
  return frame;
};

const missing = (parameter: 'starts_at' | 'ends_at', other: string) =>
  invalid(parameter, `must be given together with ${other}: an access code has both times or none`);

/**
 * When a new access code may open the door; undefined: always.
 * @throws Refusal for one time alone, times that are reversed, or an end that is past
 */
export const newTimeFrame = (times: Times, now: Instant): TimeFrame | undefined => {
  const startsAt = times.starts_at ?? undefined;
  const endsAt = times.ends_at ?? undefined;
  if (startsAt === undefined && endsAt === undefined) return undefined;
  if (startsAt === undefined) throw missing('starts_at', 'ends_at');
  if (endsAt === undefined) throw missing('ends_at', 'starts_at');
  const frame = requireOrder({ startsAt, endsAt });
  if (endsAt <= now) throw invalid('ends_at', 'must be in the future');
  return frame;
};

/**
 * The time frame after a change. One of the times alone may be given where the code has the other. An end that is past
 * is allowed here, and ends the code at once.
 * @throws Refusal where the times don't go together, with each other or with `type`
 */
export const changedTimeFrame = (
  { timeFrame: before }: Pick<AccessCode, 'timeFrame'>,
  { starts_at: starts, ends_at: ends, type }: Times & { readonly type?: AccessCodeType | undefined },
): TimeFrame | undefined => {
  if (type === 'ongoing') {
    for (const [parameter, value] of Object.entries({ starts_at: starts, ends_at: ends }))
      if (value !== undefined && value !== null)
        throw invalid(parameter, 'cannot be given with type "ongoing", which has no times');
    return undefined;
  }
  if (before !== undefined)
    for (const [parameter, value] of Object.entries({ starts_at: starts, ends_at: ends }))
      if (value === null) throw invalid(parameter, 'give type "ongoing" to take both times away');
  const startsAt = starts ?? before?.startsAt;
  const endsAt = ends ?? before?.endsAt;
  if (startsAt === undefined && endsAt === undefined) {
    if (type === 'time_bound') throw missing('starts_at', 'ends_at');
    return undefined;
  }
  if (startsAt === undefined) throw missing('starts_at', 'ends_at');
  if (endsAt === undefined) throw missing('ends_at', 'starts_at');
  // Times that stay as they are have been judged before.
  return startsAt === before?.startsAt && endsAt === before.endsAt
    ? before
    : requireOrder({ startsAt, endsAt });
};

type AccessCodeType = 'ongoing' | 'time_bound';

export const sameFrame = (a: TimeFrame | undefined, b: TimeFrame | undefined): boolean =>
  a?.startsAt === b?.startsAt && a?.endsAt === b?.endsAt;

/** All of the one is within the other; undefined: always. */
export const isWithin = (inner: TimeFrame | undefined, outer: TimeFrame | undefined): boolean =>
  outer === undefined ||
  (inner !== undefined && inner.startsAt >= outer.startsAt && inner.endsAt <= outer.endsAt);
