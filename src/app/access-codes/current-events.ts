import type { AccessCode } from '../../core/model.ts';
import { pendingMutations } from '../../core/mutations.ts';
import type { NewEvent } from '../../ports/store.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';

type Payload = Readonly<Record<string, unknown>>;

/** One property as it was and is; of a PIN neither is told here. */
interface Change {
  readonly property: string;
  readonly from: string | null;
  readonly to: string | null;
}

const event = (
  { random, clock }: AppParts,
  { accessCodeId, deviceId }: AccessCode,
  eventType: string,
  payload: Payload,
): NewEvent => ({
  eventId: random.uuid(),
  eventType,
  occurredAt: clock.now(),
  deviceId,
  accessCodeId,
  payload,
  pin: undefined,
});

/** From the change of one of the two times alone, both of both frames. */
const framesOf = (code: AccessCode, changes: readonly Change[]): { from: Payload; to: Payload } => {
  const now = { starts_at: code.timeFrame?.startsAt, ends_at: code.timeFrame?.endsAt };
  const side = (which: 'from' | 'to', property: 'starts_at' | 'ends_at'): string | null => {
    const changed = changes.find((one) => one.property === property);
    const at = now[property];
    return changed === undefined ? (at === undefined ? null : iso(at)) : changed[which];
  };
  const frame = (which: 'from' | 'to'): Payload => ({
    starts_at: side(which, 'starts_at'),
    ends_at: side(which, 'ends_at'),
  });
  return { from: frame('from'), to: frame('to') };
};

/**
 * The events of 2026's vocabulary that changing an access code gives beside `access_code.changed`; none in the seeds'.
 * The PINs of `code_changed` are null: an event's payload isn't sealed, and the new one comes with `set_on_device`.
 */
export const currentChangeEvents = (
  parts: AppParts,
  code: AccessCode,
  changes: readonly Change[],
): NewEvent[] => {
  if (parts.bridge.vocabulary !== 'current') return [];
  const changed = (property: string): Change | undefined => changes.find((one) => one.property === property);
  const name = changed('name');
  const isTime = changed('starts_at') !== undefined || changed('ends_at') !== undefined;
  return [
    ...(name === undefined
      ? []
      : [
          event(parts, code, 'access_code.name_changed', {
            description: 'The name was changed.',
            from: { name: name.from },
            to: { name: name.to },
          }),
        ]),
    ...(changed('code') === undefined
      ? []
      : [
          event(parts, code, 'access_code.code_changed', {
            description: 'The PIN was changed.',
            from: { code: null },
            to: { code: null },
          }),
        ]),
    ...(isTime
      ? [
          event(parts, code, 'access_code.time_frame_changed', {
            description: 'The time frame was changed.',
            ...framesOf(code, changes),
          }),
        ]
      : []),
    ...mutationsRequested(parts, code),
  ];
};

/** What is now on its way to the lock for this code, where that is anything. */
export const mutationsRequested = (parts: AppParts, code: AccessCode): NewEvent[] => {
  if (parts.bridge.vocabulary !== 'current') return [];
  const requested = pendingMutations(code, parts.reconciler.leadMs).map((one): Payload => {
    const mutation_code = one.kind;
    switch (one.kind) {
      case 'updating_name':
        return { mutation_code, from: { name: one.from }, to: { name: one.to } };
      case 'updating_code':
        return { mutation_code, from: { code: null }, to: { code: null } };
      case 'updating_time_frame':
        return { mutation_code, from: timesOf(one.from), to: timesOf(one.to) };
      case 'creating':
      case 'deleting':
      case 'deferring_creation':
        return { mutation_code };
      default:
        return one satisfies never;
    }
  });
  return requested.length === 0
    ? []
    : [event(parts, code, 'access_code.mutations_requested', { requested_mutations: requested })];
};

const timesOf = (frame: AccessCode['timeFrame']): Payload => ({
  starts_at: frame === undefined ? null : iso(frame.startsAt),
  ends_at: frame === undefined ? null : iso(frame.endsAt),
});
