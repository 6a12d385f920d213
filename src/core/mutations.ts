import type { AccessCode, Instant, TimeFrame } from './model.ts';
import type { Pin } from './pin.ts';

/** What is on its way to the lock, or waits for its time (facts page SEAM-ROUTES, "pending_mutations"). */
export type PendingMutation = { readonly at: Instant; readonly message: string } & (
  | { readonly kind: 'creating' | 'deleting' }
  | { readonly kind: 'deferring_creation'; readonly scheduledAt: Instant }
  | { readonly kind: 'updating_code'; readonly from: Pin; readonly to: Pin }
  | { readonly kind: 'updating_name'; readonly from: string | null; readonly to: string | null }
  | {
      readonly kind: 'updating_time_frame';
      readonly from: TimeFrame | undefined;
      readonly to: TimeFrame | undefined;
    }
);

/** What of an access code isn't on its lock yet as it is wanted. Empty where all is as it should be. */
export const pendingMutations = (code: AccessCode, leadMs: number): PendingMutation[] => {
  const { timeFrame, wishedAt } = code;
  if (code.deletingSince !== undefined)
    return [{ kind: 'deleting', at: code.deletingSince, message: 'Being taken off the lock.' }];
  const updates = updating(code);
  if (code.status === 'setting' && updates.length === 0)
    return [{ kind: 'creating', at: wishedAt, message: 'Being written to the lock.' }];
  const waits = code.status === 'unset' || code.status === 'removing';
  if (!waits || timeFrame === undefined || code.isScheduledOnDevice || code.externalChange !== undefined)
    return updates;
  return [
    ...updates,
    {
      kind: 'deferring_creation',
      at: wishedAt,
      scheduledAt: timeFrame.startsAt - leadMs,
      message: 'Waiting to be written to the lock until shortly before it starts.',
    },
  ];
};

const updating = (code: AccessCode): PendingMutation[] => {
  const { previousPin, timeFrameBefore, nameBefore } = code;
  return [
    ...(previousPin === undefined || code.status === 'set'
      ? []
      : [
          {
            kind: 'updating_code' as const,
            at: code.wishedAt,
            message: 'The new PIN is on its way to the lock.',
            from: previousPin,
            to: code.pin,
          },
        ]),
    ...(timeFrameBefore === undefined
      ? []
      : [
          {
            kind: 'updating_time_frame' as const,
            at: timeFrameBefore.at,
            message: 'The lock is brought in step with the new time frame.',
            from: timeFrameBefore.from,
            to: code.timeFrame,
          },
        ]),
    ...(nameBefore === undefined
      ? []
      : [
          {
            kind: 'updating_name' as const,
            at: nameBefore.at,
            message: 'The new name is on its way to the lock.',
            from: nameBefore.from,
            to: code.name,
          },
        ]),
  ];
};
