import type { AccessCode, Instant } from './model.ts';

/** `early`: its time is yet to come. `due`: it should be on the lock. `over`: its time has passed, or it was deleted. */
export type Phase = 'early' | 'due' | 'over';

/** What `scheduling.lead` is unless the config says otherwise, milliseconds. */
export const defaultLeadMs = 30_000;

type Timed = Pick<AccessCode, 'timeFrame' | 'deletingSince' | 'wishedAt'>;

/**
 * Where `now` is in the time of an access code that is written when it is due.
 * @param leadMs so long before its `startsAt` it is written (config `scheduling.lead`)
 */
export const phaseOf = ({ timeFrame, deletingSince }: Timed, now: Instant, leadMs: number): Phase => {
  if (deletingSince !== undefined) return 'over';
  if (timeFrame === undefined) return 'due';
  if (now >= timeFrame.endsAt) return 'over';
  return now >= timeFrame.startsAt - leadMs ? 'due' : 'early';
};

/** From when on it should have been on the lock: delays and failures are counted from here. */
export const dueAt = ({ timeFrame, wishedAt }: Timed, leadMs: number): Instant =>
  timeFrame === undefined ? wishedAt : Math.max(wishedAt, timeFrame.startsAt - leadMs);
