import type { DeviceId, RadioId } from '../core/ids.ts';
import type { Outlook } from '../core/arrivals.ts';
import type { Deferral } from '../core/deferral.ts';
import type { AccessCode, Device, Instant } from '../core/model.ts';
import type { Action } from '../core/plan.ts';
import type { AutoLock, OperateOutcome, RadioState } from './lock-driver.ts';
import type { Certification, CertifyRequest } from './certification.ts';
import type { Pairings } from './pairings.ts';
import type { LockInspection } from './lock-inspection.ts';

export interface DriverStatus {
  readonly driver: RadioId;
  readonly state: RadioState;
  readonly detail: string | undefined;
  readonly locks: number;
  /** When `state` became what it is. */
  readonly since: Instant;
}

/** `expired`: the radio was free too late, and nothing was sent. */
export type OperationOutcome = OperateOutcome | { readonly kind: 'expired' };

/** A command that somebody waits for at the door. */
export interface OperationOrder {
  /** Not begun from this wall-clock instant on, however long the radio was waited for. */
  readonly expiresAt: number | undefined;
  /** The action attempt that it is, named by the event of the bolt's moving. */
  readonly attemptId: string;
}

/** What the use cases ask of the reconciler. Nothing here waits for a radio but `operate` and `configureAutoLock`. */
export interface Reconciler {
  /** The wishes for this lock have changed: plan again soon. */
  kick(device: DeviceId): void;
  /** Look at the lock whatever is believed of it. */
  audit(device: DeviceId): void;
  /** Ahead of everything else in the radio's queue. Settles within 30 s. */
  operate(device: DeviceId, action: 'lock' | 'unlock', order: OperationOrder): Promise<OperationOutcome>;
  /** Sets how a lock locks itself, as `operate`. `unsupported` where its driver can't. */
  configureAutoLock(device: DeviceId, wanted: AutoLock, order: OperationOrder): Promise<OperationOutcome>;
  /** What is being done at the lock at this moment. */
  inFlight(device: DeviceId): Action | undefined;
  drivers(): DriverStatus[];
  /** The radio works, and has the lock among its locks. Without the radio. */
  isListed(device: Device): boolean;
  /** What its driver knows of the lock's link and make; undefined where it knows nothing. Without the radio. */
  inspect(device: Device): LockInspection | undefined;
  /** What the driver knows of the radio itself, label by label. */
  facts(radio: RadioId): Readonly<Record<string, string>>;
  /**
   * Begins to try out on spare slots what a lock really does. Refused with a reason for people where it can't begin.
   */
  certify(request: CertifyRequest): { readonly certification: Certification } | { readonly refused: string };
  /** Trials of this run of the bridge; older ones are forgotten. */
  certification(certifyId: string): Certification | undefined;
  /** Taking locks into the networks, and out of them. */
  readonly pairings: Pairings;
  /** How the access codes of this lock that are about to begin stand, as things are now: for one answer. */
  outlooks(device: Device): (code: AccessCode) => Outlook;
  /** Why no code of this lock is loaded ahead of its time; undefined where that is for each code. */
  lockDeferral(device: Device): Deferral | undefined;
  /** The name that the config or the lock's driver gives it, whatever callers have named it since. */
  givenName(device: Device): string;
  /** Slots that the bridge may use on this lock, by its capabilities and the config; empty while unknown. */
  usableSlots(device: Device): readonly number[];
  /** So long before its `startsAt` an access code is written to its lock, milliseconds. */
  readonly leadMs: number;
}
