import { z } from 'zod';
import type { SlotReading, UserType } from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';
import type { FailureReason, RefusalReason, WriteOutcome } from '../../src/ports/lock-driver.ts';
import { userStatus, userType, zclStatus } from './zcl.ts';

/** What zigbee-herdsman answers and throws, in the bridge's terms. Pure. Its words are never passed on. */

/**
 * What a lock answered to a command: a status, a refusal of the command as such (a ZCL default response, which
 * herdsman gives back like an answer, facts page), or the fields of its response.
 */
export type Answer =
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, unknown>> };

const defaultResponse = z.object({ cmdId: z.number(), statusCode: z.number() });
const record = z.record(z.string(), z.unknown());

/** Undefined where there is no answer in what herdsman gave. */
export const answerOf = (payload: unknown): Answer | undefined => {
  const refused = defaultResponse.safeParse(payload);
  if (refused.success) return { kind: 'refused', status: refused.data.statusCode };
  const fields = record.safeParse(payload);
  return fields.success ? { kind: 'fields', fields: fields.data } : undefined;
};

const refusals: ReadonlyMap<number, RefusalReason> = new Map([
  [zclStatus.unsupportedCommand, 'unsupported'],
  [zclStatus.unsupportedGeneralCommand, 'unsupported'],
  [zclStatus.unsupportedManufacturerCommand, 'unsupported'],
  [zclStatus.unsupportedAttribute, 'unsupported'],
  [zclStatus.readOnly, 'unsupported'],
  [zclStatus.unsupportedCluster, 'unsupported'],
  [zclStatus.malformed, 'format'],
  [zclStatus.invalidField, 'format'],
  [zclStatus.invalidValue, 'format'],
  [zclStatus.invalidDataType, 'format'],
  [zclStatus.insufficientSpace, 'full'],
]);

/** Why a lock said no, by a ZCL status; `unspecified` for what has no meaning here. */
export const refusalOf = (status: number): RefusalReason => refusals.get(status) ?? 'unspecified';

const refused = (why: RefusalReason): WriteOutcome => ({
  kind: 'refused',
  why,
  // "Failure" says nothing, and "duplicate" may speak of our own frame that came twice (FIELD-BUGS 8).
  certain: why === 'unsupported' || why === 'format' || why === 'full',
});

/** Status of a Set PIN Code Response [ZCL 7.3]; other commands of the cluster have only the first two. */
const setStatus = { success: 0, failure: 1, memoryFull: 2, duplicate: 3 } as const;

const noAnswer: WriteOutcome = { kind: 'failed', why: 'timeout', mayHaveLanded: true };

/**
 * The outcome of a command that changes the lock.
 * @param isSet of a PIN: only there 2 and 3 mean "memory full" and "duplicate"
 */
export const writeOutcomeOf = (answer: Answer | undefined, isSet: boolean): WriteOutcome => {
  if (answer === undefined) return noAnswer;
  // A bare "success" in place of the response.
  if (answer.kind === 'refused')
    return answer.status === zclStatus.success ? { kind: 'accepted' } : refused(refusalOf(answer.status));
  const { status } = answer.fields;
  // 0xff, "no value", comes as NaN.
  if (typeof status !== 'number' || Number.isNaN(status)) return noAnswer;
  if (status === setStatus.success) return { kind: 'accepted' };
  if (isSet && status === setStatus.memoryFull) return refused('full');
  if (isSet && status === setStatus.duplicate) return refused('duplicate');
  return refused(refusalOf(status));
};

const pinFields = z.object({
  userid: z.number().or(z.nan()),
  userstatus: z.number().or(z.nan()),
  usertype: z.number().or(z.nan()),
  pincodevalue: z.instanceof(Uint8Array),
});
const statusFields = z.object({ userid: z.number().or(z.nan()), userstatus: z.number().or(z.nan()) });

/** What an occupied slot shows as its code. `nothing`: not even something in place of digits. */
type Shown = 'digits' | 'zeros' | 'nothing' | 'mask';

/** What an answer says of a slot. `unclear`: something, but nothing that can be relied upon. */
export type SlotAnswer =
  | { readonly kind: 'read'; readonly reading: SlotReading; readonly shows?: Shown }
  /** The lock won't have this question asked: now, or ever (`isLasting`). */
  | { readonly kind: 'refused'; readonly isLasting: boolean }
  /** The lock has no such slot for us. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'unclear' };

const unclear: SlotAnswer = { kind: 'unclear' };

/** What says that a lock doesn't know the question, or won't have it from us; anything else may be passing. */
const lasting: ReadonlySet<number> = new Set([
  zclStatus.notAuthorized,
  zclStatus.unsupportedCommand,
  zclStatus.unsupportedGeneralCommand,
  zclStatus.unsupportedManufacturerCommand,
  zclStatus.unsupportedCluster,
]);

const refusedSlot = (status: number): SlotAnswer => {
  switch (status) {
    case zclStatus.success:
      return unclear;
    case zclStatus.notFound:
    case zclStatus.invalidField:
    case zclStatus.invalidValue:
      return { kind: 'unavailable' };
    default:
      return { kind: 'refused', isLasting: lasting.has(status) };
  }
};

/** Only padding follows a PIN of its own accord: zero bytes, or the 0xff of erased memory. */
const unpadded = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\0\xff]+$/, '');

/**
 * The digits that a lock told; `masked` for an empty string, asterisks, 0xff, or anything else that isn't digits.
 * Leading zeros stay (FIELD-BUGS 18).
 */
export const pinOf = (bytes: Uint8Array): Pin | 'masked' => Pin.parse(unpadded(bytes)) ?? 'masked';

const shownBy = (bytes: Uint8Array, pin: Pin | 'masked'): Shown => {
  if (pin !== 'masked') return /^0+$/.test(pin.reveal()) ? 'zeros' : 'digits';
  return bytes.every((byte) => byte === 0) ? 'nothing' : 'mask';
};

/**
 * The user status decides whether a slot is occupied, never the code (FIELD-BUGS 4, 5). A status that ZCL doesn't know
 * decides nothing. A non-access user's code opens nothing, like a disabled one.
 */
const stateOf = (
  status: number,
  type: number | undefined,
): { readonly enabled: boolean } | 'empty' | undefined => {
  switch (status) {
    case userStatus.available:
      return 'empty';
    case userStatus.enabled:
      return { enabled: type !== userType.nonAccess };
    case userStatus.disabled:
      return { enabled: false };
    default:
      return undefined;
  }
};

const userTypes: ReadonlyMap<number | undefined, UserType> = new Map([
  [userType.unrestricted, 'unrestricted'],
  [userType.yearDay, 'year_day'],
  [userType.weekDay, 'week_day'],
  [userType.master, 'master'],
  [userType.nonAccess, 'non_access'],
]);

/** What a user may do, as far as ZCL knows the type: 0xff, "not supported", comes as NaN. */
const typeIn = (type: unknown): { readonly userType?: UserType } => {
  const known = typeof type === 'number' ? userTypes.get(type) : undefined;
  return known === undefined ? {} : { userType: known };
};

/**
 * The answer to Get PIN Code [ZCL 7.3].
 * @param typed whether the lock's user types mean something
 */
export const pinAnswerOf = (answer: Answer | undefined, slot: number, typed = false): SlotAnswer => {
  if (answer === undefined) return unclear;
  if (answer.kind === 'refused') return refusedSlot(answer.status);
  const parsed = pinFields.safeParse(answer.fields);
  // An answer about another user is none (FIELD-BUGS 16).
  if (!parsed.success || parsed.data.userid !== slot) return unclear;
  const state = stateOf(parsed.data.userstatus, parsed.data.usertype);
  if (state === undefined) return unclear;
  if (state === 'empty') return { kind: 'read', reading: { kind: 'empty' } };
  const { pincodevalue } = parsed.data;
  const pin = pinOf(pincodevalue);
  const type = typed ? typeIn(parsed.data.usertype) : {};
  const reading: SlotReading = { kind: 'occupied', pin, ...state, ...type };
  return { kind: 'read', reading, shows: shownBy(pincodevalue, pin) };
};

/** The answer to Get User Status [ZCL 7.3]: whether there is a code, without a PIN on the air. */
export const statusAnswerOf = (answer: Answer | undefined, slot: number): SlotAnswer => {
  if (answer === undefined) return unclear;
  if (answer.kind === 'refused') return refusedSlot(answer.status);
  const parsed = statusFields.safeParse(answer.fields);
  if (!parsed.success || parsed.data.userid !== slot) return unclear;
  const state = stateOf(parsed.data.userstatus, undefined);
  if (state === undefined) return unclear;
  if (state === 'empty') return { kind: 'read', reading: { kind: 'empty' } };
  return { kind: 'read', reading: { kind: 'occupied', pin: 'masked', ...state } };
};

/** The answer to Get User Type [ZCL 7.3], for a lock that hides its codes; undefined where it says nothing of this user. */
export const typeAnswerOf = (answer: Answer | undefined, slot: number): UserType | undefined =>
  answer?.kind === 'fields' && answer.fields['userid'] === slot
    ? typeIn(answer.fields['usertype']).userType
    : undefined;

/** Whether the lock doesn't know a question at all. */
export const isUnknownQuestion = (answer: Answer | undefined): boolean =>
  answer?.kind === 'refused' && lasting.has(answer.status);

/** Why an exchange came to nothing. */
export interface Mishap {
  readonly kind: 'failed';
  readonly why: FailureReason;
  readonly mayHaveLanded: boolean;
}

const failed = (why: FailureReason, mayHaveLanded: boolean): Mishap => ({
  kind: 'failed',
  why,
  mayHaveLanded,
});

/** The coordinator itself had no room for it. The lock isn't to blame, and has seen nothing of it. */
const notTaken = failed('radio_down', false);

/**
 * Status of an AF_DATA_CONFIRM (Z-Stack ZNP interface specification, appendix "status codes") that says more than that
 * the lock wasn't reached. After a missing acknowledgement the frame may have arrived all the same: acknowledgements
 * get lost too.
 */
const confirms: ReadonlyMap<number, Mishap> = new Map([
  // Parameter, memory, buffers, once more memory, MAC resources.
  [0x02, notTaken],
  [0x10, notTaken],
  [0x11, notTaken],
  [0x13, notTaken],
  [0x1a, notTaken],
  // No route: never on the air.
  [0xcd, failed('unreachable', false)],
  // MAC_TRANSACTION_EXPIRED: it didn't fetch the frame from its parent.
  [0xf0, failed('asleep', true)],
  // herdsman's own: no confirmation within the time limit.
  [9_999, failed('timeout', true)],
]);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** The number in herdsman's DataConfirmError, undefined for any other error. It exports no class to tell them by. */
const confirmOf = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return undefined;
  return /Data request failed/.test(error.message) ? error.code : undefined;
};

/**
 * What an error of herdsman says of an exchange (facts page, "Timing and faults").
 * @param radioDown the error speaks of the coordinator, not of the lock
 */
export const mishapOf = (error: unknown, radioDown: boolean): Mishap => {
  const text = textOf(error);
  if (/not been initialized|not open|while transport is closed/i.test(text))
    return failed('radio_down', false);
  if (radioDown) return failed('radio_down', true);
  const confirm = confirmOf(error);
  if (confirm !== undefined) return confirms.get(confirm) ?? failed('unreachable', true);
  if (/SREQ.*failed with status|Failed to send request/s.test(text)) return notTaken;
  if (/Delivery failed|failed to send/i.test(text)) return failed('unreachable', true);
  return failed('timeout', true);
};
