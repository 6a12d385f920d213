import { withoutAttempt, withSlot } from './lesson.ts';
import type { AccessCode, Finding, Instant, LockState, SlotBelief } from './model.ts';
import { externalChangeError, replacedError } from './findings.ts';
import type { Pin } from './pin.ts';
import { slotOwnedBy } from './slots.ts';

/** What becomes of an access code that somebody has changed or deleted at its lock. */
export interface ExternalChange {
  readonly code: AccessCode;
  readonly state: LockState;
}

/** The PIN that stands in the code's slot now, where the lock shows it. */
const shownPin = (belief: SlotBelief | undefined): Pin | undefined =>
  belief?.state.kind === 'occupied' && belief.state.pin !== 'masked' ? belief.state.pin : undefined;

/** Another code of the lock, wanted or still on its way off, has this PIN: it can't be taken over. */
const isTaken = (code: AccessCode, others: readonly AccessCode[], pin: Pin): boolean =>
  others.some(
    (one) => one.accessCodeId !== code.accessCodeId && (one.pin.equals(pin) || pin.equals(one.previousPin)),
  );

/**
 * Our code was found changed or gone. Where that isn't allowed it is written again, with an error until it stands;
 * where it is, it is left so: a new PIN that the lock shows becomes the access code's own.
 * @param before as it was learned: the slot is still the code's
 * @param others all managed codes of the lock
 */
export const externallyChanged = (
  code: AccessCode,
  how: 'modified' | 'deleted',
  before: LockState,
  others: readonly AccessCode[],
  now: Instant,
): ExternalChange => {
  const lost: AccessCode = { ...code, setAt: undefined };
  if (code.deletingSince !== undefined) return { code: lost, state: before };
  const belief = slotOwnedBy(before, code.accessCodeId);
  const found = shownPin(belief);
  if (!code.externalChangesAllowed || (found !== undefined && isTaken(code, others, found)))
    return {
      code: { ...lost, wishedAt: now, errors: complaints(code, how, found !== undefined, now) },
      state: before,
    };
  const state = withoutAttempt(before, code.accessCodeId);
  if (how === 'deleted') return { code: { ...lost, externalChange: 'removed' }, state };
  if (found === undefined || belief?.state.kind !== 'occupied' || !belief.state.enabled)
    return { code: { ...code, externalChange: 'modified' }, state };
  return {
    // Sharing a PIN was what the key stood for.
    code: { ...code, pin: found, previousPin: undefined, commonCodeKey: null, externalChange: 'modified' },
    state: withSlot(state, { ...belief, written: found, landed: 'yes', confirmed: true }),
  };
};

const complaints = (
  code: AccessCode,
  how: 'modified' | 'deleted',
  isReplaced: boolean,
  now: Instant,
): Finding[] => [
  ...code.errors.filter((one) => one.code !== externalChangeError && one.code !== replacedError),
  {
    code: externalChangeError,
    message:
      how === 'deleted'
        ? 'The code was deleted at the lock. It is being set again.'
        : 'The code was changed at the lock. It is being set again.',
    created_at: now,
    extra: { change_type: how === 'deleted' ? 'removed' : 'modified' },
  },
  ...(how === 'modified' && isReplaced ? [replaced(now)] : []),
];

const replaced = (now: Instant): Finding => ({
  code: replacedError,
  message: 'Another code was written into its slot at the lock. This one is being set again.',
  created_at: now,
  extra: {},
});

/** Before ours was proved to stand there, somebody else's code was found in its slot: ours goes into another one. */
export const overtaken = (code: AccessCode, now: Instant): AccessCode => ({
  ...code,
  errors: [...code.errors.filter((one) => one.code !== replacedError), replaced(now)],
});

/** Before a reset was understood, each missing code looks as if somebody had deleted it: within this time of it. */
const mistakenMs = 10 * 60_000;

/** The lock was reset: its codes were not deleted one by one, and nobody has allowed that. */
export const notRemovedAfterAll = (
  code: AccessCode,
  state: LockState,
  now: Instant,
): AccessCode | undefined => {
  const evidenceAt = slotOwnedBy(state, code.accessCodeId)?.evidenceAt;
  const recent = evidenceAt === undefined || now - evidenceAt <= mistakenMs;
  return code.externalChange === 'removed' && recent ? { ...code, externalChange: undefined } : undefined;
};
