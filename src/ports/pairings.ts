import type { DeviceId, LockAddress, RadioId } from '../core/ids.ts';
import type { Instant } from '../core/model.ts';
import type { PairingRequest } from './membership.ts';

/** One thing that happened while a lock was taken in or out. Holds no secrets. */
export interface PairingStep {
  readonly at: Instant;
  /** `starting`, then `MembershipStep['kind']`. */
  readonly step: string;
  /** For people: what is going on, or what to do now. */
  readonly message: string;
}

/** Why a session came to nothing. */
export interface PairingError {
  /** `MembershipProblem['why']`, or `another_device_left`, `timeout`, `store_failed`, `interrupted` (the bridge ended). */
  readonly type: string;
  /** For people: what was found and what to do. */
  readonly message: string;
  /** A lock that joined and couldn't be released again. */
  readonly leftBehind: LockAddress | undefined;
}

/** A lock on its way into a radio's network, or out of it. Kept in memory: a session ends with the daemon. */
export interface PairingSession {
  readonly pairingId: string;
  readonly kind: 'pair' | 'remove';
  readonly radio: RadioId;
  readonly state: 'running' | 'done' | 'failed';
  /** All steps so far, at most the last 100. There is always one. */
  readonly steps: readonly PairingStep[];
  /** It waits for `givePin`. */
  readonly waitsForPin: boolean;
  /** The label's number without its first five digits, as soon as the lock has told it. */
  readonly dsk: string | undefined;
  /** How the lock's radio link is secured, for people. */
  readonly security: string | undefined;
  /** What to warn of although it succeeded. */
  readonly warning: string | undefined;
  /** The lock that has joined or left (not only the one that was meant), once it is known. */
  readonly deviceId: DeviceId | undefined;
  readonly error: PairingError | undefined;
  readonly startedAt: Instant;
  readonly endedAt: Instant | undefined;
}

/** What becomes of the access codes of a lock that leaves: kept for its successor, or given up. */
export type CodesOfRemoved = 'keep' | 'forget';

/** Why no session was begun. */
export interface NoSession {
  readonly kind: 'refused';
  readonly why: 'no_driver' | 'unsupported' | 'radio_down' | 'busy';
  /** The session that is under way, where `busy`. */
  readonly pairingId?: string;
}

/** A device that is in a radio's network and no lock of ours. */
export interface LeftBehind {
  readonly radio: RadioId;
  readonly address: LockAddress;
}

/** Taking locks in and out, one at a time on each radio. */
export interface Pairings {
  /** Begins; how it goes on is told by `get` and by events. Nothing of the request is kept or told. */
  pair(radio: string, request: PairingRequest): PairingSession | NoSession;
  /**
   * Begins taking this lock out. `gone` strikes a lock off that doesn't answer any more. When it has left, its
   * record goes, or stays as removed as long as it has access codes that are kept.
   */
  remove(device: DeviceId, how: 'exclude' | 'gone', codes: CodesOfRemoved): PairingSession | NoSession;
  /** Why none would be begun on this radio now. */
  refusal(radio: string): NoSession | undefined;
  /** What pairings that came to nothing have left in the networks (`Membership.leftBehind`). */
  leftBehind(): readonly LeftBehind[];
  /** Begins taking one of those out: a removal without a lock of ours. */
  removeLeftBehind(one: LeftBehind, how: 'exclude' | 'gone'): PairingSession | NoSession;
  /** Gives the label's five digits to a session that waits for them. False: it doesn't wait. */
  givePin(pairingId: string, digits: string): boolean;
  /** Asks a session to end; what has joined is released first. Twice is once. */
  abort(pairingId: string): void;
  /** A session of this run of the daemon: those under way and the last 20 that ended. */
  get(pairingId: string): PairingSession | undefined;
}
