import type { LockAddress } from '../core/ids.ts';

export interface PairingRequest {
  /** The text of the label's QR code (SmartStart or S2): the lock's key comes from it, nothing is asked. */
  readonly qrCode: string | undefined;
  /** The five digits under which the label's DSK begins, where known beforehand. */
  readonly dskPin: string | undefined;
}

/** How far pairing or removal has come. Nothing here is a secret. */
export type MembershipStep =
  /** The radio listens: now somebody has to start the lock's own pairing (or unpairing) mode. */
  | { readonly kind: 'listening' }
  /** The lock of that QR code is known now, and is taken in as soon as it is powered up near the radio. */
  | { readonly kind: 'provisioned'; readonly dsk: string }
  | { readonly kind: 'found'; readonly address: LockAddress | undefined }
  /** The lock asks for these kinds of security, for people. */
  | { readonly kind: 'securing'; readonly security: string }
  /** `dsk`: the label's number without its first five digits, to find the right label by. */
  | { readonly kind: 'pin_needed'; readonly dsk: string }
  | {
      readonly kind: 'added';
      readonly address: LockAddress;
      readonly security: string;
      readonly weak: boolean;
    }
  /** What the lock can do is being asked. */
  | { readonly kind: 'interviewing'; readonly address: LockAddress; readonly stage: string }
  /** The lock is told by radio to leave: nobody has to do anything at it (Zigbee's leave request). */
  | { readonly kind: 'leaving'; readonly address: LockAddress }
  /** Pairing went wrong after the lock had joined: it has to leave again, by its own unpairing mode. */
  | { readonly kind: 'releasing'; readonly address: LockAddress };

export interface MembershipHooks {
  onStep(step: MembershipStep): void;
  /** Resolves with the label's five digits, or undefined to give up. Must be asked anew for each attempt. */
  askPin(dsk: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Why nothing has joined or left. `message` is for people and says what to do. */
export interface MembershipProblem {
  readonly kind: 'failed';
  readonly why:
    | 'busy'
    | 'radio_down'
    | 'bad_qr_code'
    | 'bad_pin'
    | 'wrong_pin'
    | 'insecure'
    | 'nobody'
    | 'not_a_lock'
    | 'already_paired'
    | 'interview_failed'
    | 'still_answers'
    | 'unknown_lock'
    | 'aborted'
    | 'unspecified';
  readonly message: string;
  /** A lock that joined and could not be released again: it has to be reset by hand. */
  readonly leftBehind: LockAddress | undefined;
}

export type PairingOutcome =
  | {
      readonly kind: 'paired';
      readonly address: LockAddress;
      readonly security: string;
      /** What to warn of: S0 or no encryption; undefined where nothing is. */
      readonly warning: string | undefined;
    }
  | MembershipProblem;

export type RemovalOutcome =
  /** `address` of what has really left: any device in unpairing mode leaves, not only the one that was meant. */
  { readonly kind: 'removed'; readonly address: LockAddress } | MembershipProblem;

/** Taking locks into the radio's network and out of it. One at a time: a second call answers `busy`. */
export interface Membership {
  /**
   * Devices that joined in a pairing which came to nothing and are in the network still: no locks of ours, used for
   * nothing. `remove` takes them out too. Without the radio; empty while the network isn't known.
   */
  leftBehind(): readonly LockAddress[];
  /**
   * Settles once the lock is interviewed, or nothing has joined. Aborted by its signal at any moment before the
   * lock is secured; whatever had joined by then is released again.
   */
  pair(request: PairingRequest, hooks: MembershipHooks, signal: AbortSignal): Promise<PairingOutcome>;
  /**
   * `exclude` waits for the lock's own unpairing mode, or, where the radio can, tells it to leave. `gone` strikes a
   * lock off the list that doesn't answer any more, and refuses (`still_answers`) where it does.
   */
  remove(
    lock: LockAddress,
    how: 'exclude' | 'gone',
    hooks: Pick<MembershipHooks, 'onStep'>,
    signal: AbortSignal,
  ): Promise<RemovalOutcome>;
}
