import { UserIDStatus } from '@zwave-js/cc';
import { SupervisionStatus, ZWaveErrorCodes, isZWaveError } from '@zwave-js/core';
import type { SlotReading } from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';
import type { FailureReason, ReadOutcome, RefusalReason, WriteOutcome } from '../../src/ports/lock-driver.ts';

/** What zwave-js answers, in the bridge's terms. Pure. */

export interface UserCodeAnswer {
  readonly userIdStatus: UserIDStatus;
  readonly userCode?: string | Uint8Array;
}

const digitsOf = (code: string | Uint8Array | undefined): Pin | 'masked' => {
  const text = typeof code === 'string' ? code : Buffer.from(code ?? []).toString('latin1');
  return Pin.parse(text) ?? 'masked';
};

/**
 * The status decides whether a slot is occupied, never the code: some locks show "0000" for an empty slot,
 * others withhold the code of a full one (FIELD-BUGS 4, 5). Anything but digits is a mask. Only the status
 * Enabled counts as `enabled`: a code for messages or passage mode isn't one that simply opens.
 */
const readingOf = (answer: UserCodeAnswer): SlotReading =>
  answer.userIdStatus === UserIDStatus.Available
    ? { kind: 'empty' }
    : {
        kind: 'occupied',
        pin: digitsOf(answer.userCode),
        enabled: answer.userIdStatus === UserIDStatus.Enabled,
      };

/**
 * The outcome of a User Code Get. No report is a timeout. So is Status Not Available (0xFE): the lock was
 * heard, but said nothing about the slot, and "no answer" must not become "empty".
 */
export const readOutcomeOf = (answer: UserCodeAnswer | undefined): ReadOutcome =>
  answer === undefined || answer.userIdStatus === UserIDStatus.StatusNotAvailable
    ? { kind: 'failed', why: 'timeout' }
    : { kind: 'read', reading: readingOf(answer) };

/**
 * The outcome of a User Code Set.
 * @param status of the Supervision Report; undefined where there was none.
 * @param supervised whether the node was expected to send one: then its absence means that the report was
 * lost, perhaps after the lock applied the change (facts page, trap 3).
 * @param duplicateHeard whether the lock raised notification event 15 meanwhile.
 *
 * No refusal is certain: "duplicate" may speak of our own earlier write to this slot (FIELD-BUGS 8), and a
 * bare Fail says nothing at all.
 */
export const writeOutcomeOf = (
  status: SupervisionStatus | undefined,
  supervised: boolean,
  duplicateHeard: boolean,
): WriteOutcome => {
  if (status === SupervisionStatus.NoSupport) return { kind: 'refused', why: 'unsupported', certain: true };
  if (duplicateHeard && status !== SupervisionStatus.Success) {
    return { kind: 'refused', why: 'duplicate', certain: false };
  }
  if (status === SupervisionStatus.Fail) return { kind: 'refused', why: 'unspecified', certain: false };
  if (status === undefined && supervised) return { kind: 'failed', why: 'timeout', mayHaveLanded: true };
  // Success may be a lie, Working isn't finished, an unsupervised frame was merely acknowledged.
  return { kind: 'accepted' };
};

/** What an error of zwave-js says of an exchange. */
export type Mishap =
  | { readonly kind: 'failed'; readonly why: FailureReason; readonly mayHaveLanded: boolean }
  | { readonly kind: 'refused'; readonly why: RefusalReason };

const failed = (why: FailureReason, mayHaveLanded: boolean): Mishap => ({
  kind: 'failed',
  why,
  mayHaveLanded,
});

const refusals: ReadonlyMap<ZWaveErrorCodes, RefusalReason> = new Map<ZWaveErrorCodes, RefusalReason>([
  [ZWaveErrorCodes.Argument_Invalid, 'format'],
  [ZWaveErrorCodes.Controller_MessageTooLarge, 'format'],
  [ZWaveErrorCodes.CC_NotSupported, 'unsupported'],
  [ZWaveErrorCodes.CC_NotImplemented, 'unsupported'],
  [ZWaveErrorCodes.CC_NoAPI, 'unsupported'],
]);

const neverSent: ReadonlyMap<ZWaveErrorCodes, FailureReason> = new Map<ZWaveErrorCodes, FailureReason>([
  [ZWaveErrorCodes.Driver_NotReady, 'radio_down'],
  [ZWaveErrorCodes.Controller_Jammed, 'unreachable'],
  [ZWaveErrorCodes.Controller_NodeNotFound, 'unreachable'],
  [ZWaveErrorCodes.Controller_NodeRemoved, 'unreachable'],
  [ZWaveErrorCodes.Driver_NoSecurity, 'unreachable'],
  [ZWaveErrorCodes.Security2CC_NotInitialized, 'unreachable'],
  [ZWaveErrorCodes.Security2CC_NotSecure, 'unreachable'],
  [ZWaveErrorCodes.SecurityCC_NoNonce, 'unreachable'],
]);

const perhapsSent: ReadonlyMap<ZWaveErrorCodes, FailureReason> = new Map<ZWaveErrorCodes, FailureReason>([
  // No acknowledgement: the frame or only its acknowledgement was lost.
  [ZWaveErrorCodes.Controller_CallbackNOK, 'unreachable'],
  [ZWaveErrorCodes.Security2CC_NoSPAN, 'unreachable'],
  [ZWaveErrorCodes.Controller_NodeTimeout, 'timeout'],
  // zwave-js lets go of an expired message also when its frame is on the air already.
  [ZWaveErrorCodes.Controller_MessageExpired, 'timeout'],
  [ZWaveErrorCodes.Driver_Failed, 'radio_down'],
  [ZWaveErrorCodes.Driver_Destroyed, 'radio_down'],
  [ZWaveErrorCodes.Driver_TaskRemoved, 'radio_down'],
  [ZWaveErrorCodes.Driver_SerialPortClosed, 'radio_down'],
  [ZWaveErrorCodes.Controller_Timeout, 'radio_down'],
  [ZWaveErrorCodes.Controller_ResponseNOK, 'radio_down'],
  [ZWaveErrorCodes.Controller_Reset, 'radio_down'],
]);

/**
 * Classifies a zwave-js error code (facts page, "Errors, queue, recovery").
 * @param code undefined for an error that isn't zwave-js's own: nothing is known then.
 * @param nodeDead whether zwave-js counts the node as dead while the radio itself is well: a dropped message (202)
 * is then the lock's silence, else the line broke. In both cases the frame may have been on its way.
 */
export const mishapOf = (code: ZWaveErrorCodes | undefined, nodeDead: boolean): Mishap => {
  if (code === undefined) return failed('timeout', true);
  if (code === ZWaveErrorCodes.Controller_MessageDropped) {
    return nodeDead ? failed('unreachable', true) : failed('radio_down', true);
  }
  const refusal = refusals.get(code);
  if (refusal !== undefined) return { kind: 'refused', why: refusal };
  const unsent = neverSent.get(code);
  return unsent === undefined ? failed(perhapsSent.get(code) ?? 'timeout', true) : failed(unsent, false);
};

/** The code of an error of zwave-js, undefined for any other. */
export const codeOf = (error: unknown): ZWaveErrorCodes | undefined =>
  isZWaveError(error) ? error.code : undefined;
