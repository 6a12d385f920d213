import type { AccessCode, TimeFrame } from '../../core/model.ts';
import { phaseOf } from '../../core/phase.ts';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';
import { codeEventOf } from '../parts.ts';
import { currentChangeEvents, mutationsRequested } from './current-events.ts';
import { accessCodeView } from './view.ts';

/** Emitting before the transaction has ended would show what may yet be rolled back. */
export const afterCommit = (announce: () => void): void => {
  queueMicrotask(announce);
};

/** The access code as it is answered. */
export const shown = (parts: AppParts, code: AccessCode): AnswerBody => accessCodeView(parts, code);

/** Keeps a new access code, tells of it, and has its lock looked after. Within the request's transaction. */
export const recordCreated = (parts: AppParts, code: AccessCode): void => {
  const { store, changes, reconciler } = parts;
  store.putAccessCode(code);
  record(parts, code, 'created', {});
  store.appendEvent(codeEventOf(parts, 'access_code.created', code));
  for (const event of mutationsRequested(parts, code)) store.appendEvent(event);
  afterCommit(() => {
    changes.emit({ kind: 'access_code', id: code.accessCodeId });
    changes.emit({ kind: 'bridge' });
    changes.emit({ kind: 'events' });
    reconciler.kick(code.deviceId);
  });
};

/** One changed property of an access code. What a PIN was or is stays out of it. */
export interface ChangedProperty {
  readonly property: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Tells of a changed access code, which is stored by now. */
export const recordChanged = (
  parts: AppParts,
  code: AccessCode,
  properties: readonly ChangedProperty[],
): void => {
  const { store, changes, reconciler } = parts;
  record(parts, code, 'updated', { changed: properties.map(({ property }) => property) });
  if (properties.length > 0)
    store.appendEvent(
      codeEventOf(parts, 'access_code.changed', code, {
        changed_properties: properties.map((one) => ({ ...one })),
      }),
    );
  for (const event of currentChangeEvents(parts, code, properties)) store.appendEvent(event);
  afterCommit(() => {
    changes.emit({ kind: 'access_code', id: code.accessCodeId });
    changes.emit({ kind: 'slots', id: code.deviceId });
    changes.emit({ kind: 'events' });
    reconciler.kick(code.deviceId);
  });
};

/** A line in the history of an access code and its lock. */
export const record = (
  { store, clock }: AppParts,
  { deviceId, accessCodeId }: Pick<AccessCode, 'deviceId' | 'accessCodeId'>,
  kind: string,
  detail: Readonly<Record<string, unknown>>,
): void => {
  store.journal({ at: clock.now(), deviceId, accessCodeId, slot: undefined, kind, detail });
};

/** Time frames as they are told: both null for none. */
export const timesOf = (
  frame: TimeFrame | undefined,
): { readonly starts_at: string | null; readonly ends_at: string | null } => ({
  starts_at: frame === undefined ? null : iso(frame.startsAt),
  ends_at: frame === undefined ? null : iso(frame.endsAt),
});

/** Whether the access code's time is over or it was deleted: it can't be changed any more. */
export const isLeaving = ({ clock, reconciler }: AppParts, code: AccessCode): boolean =>
  phaseOf(code, clock.now(), reconciler.leadMs) === 'over';
