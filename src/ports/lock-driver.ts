import type { AutoLock, Capabilities, CodeManner, LockDescription, SlotReading } from '../core/model.ts';
import type { LockAddress, RadioId } from '../core/ids.ts';
import type { Pin } from '../core/pin.ts';
import type { Clock } from './clock.ts';
import type { LockInspection } from './lock-inspection.ts';
import type { ClockRadio, ScheduleRadio } from './lock-time.ts';
import type { Log } from './log.ts';
import type { Membership } from './membership.ts';
import type { Failure, RefusalReason, WriteOutcome } from './outcomes.ts';

export type { AutoLock, CodeManner } from '../core/model.ts';
export type { Failure, FailureReason, RefusalReason, WriteOutcome } from './outcomes.ts';

export type ReadOutcome =
  | { readonly kind: 'read'; readonly reading: SlotReading }
  /** The lock answered that it has no such slot for us. */
  | { readonly kind: 'unavailable' }
  | Failure;

/** `value` is computed as Z-Wave's User Code CC v2 does (core/checksum). */
export type ChecksumOutcome = { readonly kind: 'checksum'; readonly value: number } | Failure;

/** `confirmed`: the lock itself reported the new state of its bolt. */
export type OperateOutcome =
  | { readonly kind: 'done'; readonly confirmed: boolean }
  | { readonly kind: 'refused'; readonly why: RefusalReason }
  | Failure;

export type AccessMethod = 'keycode' | 'manual' | 'automatic' | 'remote' | 'unknown';

/**
 * What a radio says by itself. All but `access`, `keypad_lockout`, `tampered` mean "look again" and may be lost without
 * harm; those three are things that happened and are passed on as events.
 */
export type Hint =
  /** The driver's list of locks, or a description in it (name, battery, bolt, reachability), has changed. */
  | { readonly kind: 'locks' }
  /** Something happened to this slot; `undefined` when the radio doesn't say which. */
  | {
      readonly kind: 'slot';
      readonly address: LockAddress;
      readonly slot: number | undefined;
      /** With `slot` undefined: the lock said that all its codes are deleted. */
      readonly allDeleted?: true;
    }
  /** The lock was heard again after a silence: its breaker may close. */
  | { readonly kind: 'reachable'; readonly address: LockAddress }
  | {
      readonly kind: 'access';
      readonly address: LockAddress;
      readonly action: 'locked' | 'unlocked';
      readonly method: AccessMethod;
      readonly slot: number | undefined;
    }
  | { readonly kind: 'keypad_lockout'; readonly address: LockAddress }
  /** Its cover was taken off, it was moved, or the door was forced. */
  | { readonly kind: 'tampered'; readonly address: LockAddress }
  /** The radio itself came or went; see `LockDriver.state`. */
  | { readonly kind: 'radio' };

export type RadioState = 'starting' | 'ready' | 'lost' | 'closed';

/**
 * One radio. Expected failures are values; a throw or rejection is a bug. A driver doesn't retry, scan or
 * decide: pacing belongs to the reconciler. Every call honours its signal and settles within its own
 * documented deadline even without it.
 */
export interface LockDriver extends AsyncDisposable {
  readonly radio: RadioId;
  /** Actions the radio bears at a time. May change: some know only when they have met their controller. */
  readonly concurrency: number;
  readonly state: RadioState;
  /** One line for people, when `state` isn't `ready`: what is wrong and what to do. */
  readonly stateDetail: string | undefined;
  locks(): readonly LockDescription[];
  /** Undefined until the interview has told enough; never a guess. */
  capabilities(lock: LockAddress, signal: AbortSignal): Promise<Capabilities | undefined>;
  readSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<ReadOutcome>;
  /** @param manner other than `enabled` and unscheduled only where `capabilities.codeManners`. */
  writeSlot(
    lock: LockAddress,
    slot: number,
    pin: Pin,
    signal: AbortSignal,
    manner?: CodeManner,
  ): Promise<WriteOutcome>;
  clearSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome>;
  /** Only called where `capabilities.checksum`. */
  checksum(lock: LockAddress, signal: AbortSignal): Promise<ChecksumOutcome>;
  operate(lock: LockAddress, action: 'lock' | 'unlock', signal: AbortSignal): Promise<OperateOutcome>;
  /**
   * How the lock shall lock itself; with `enabled`, `delaySeconds` is 1 to 60. Only called where
   * `capabilities.autoLock`. `confirmed`: read back, or reported by the lock. `refused` with `format`: it takes no such
   * delay. Nobody reads the setting by itself: the description tells it as soon as the driver knows it (`AutoLock`
   * undefined before), and a change comes with a hint `locks`, after this call too.
   */
  configureAutoLock?(lock: LockAddress, wanted: AutoLock, signal: AbortSignal): Promise<OperateOutcome>;
  /** Writes the name beside a code that stands in the slot. Only called where `capabilities.names`. */
  nameSlot?(lock: LockAddress, slot: number, name: string, signal: AbortSignal): Promise<WriteOutcome>;
  /**
   * Absent where the radio knows no schedules. Called only where `capabilities.yearDaySchedules` or, to clear them, where
   * `repeatingSchedules`.
   */
  readonly schedules?: ScheduleRadio;
  /** Called only as `capabilities.clock` allows. */
  readonly clocks?: ClockRadio;
  /** Absent where locks don't join and leave by this driver. */
  readonly membership?: Membership;
  /** What is known of a lock's link and make, without using the radio. */
  inspect?(lock: LockAddress): LockInspection | undefined;
  /** What is known of the radio itself (library, controller, firmware …), label by label, without using it. */
  facts?(): Readonly<Record<string, string>>;
  /** Registers the one listener for hints; returns its removal. */
  onHint(listener: (hint: Hint) => void): () => void;
}

/** What a driver gets from the bridge. */
export interface DriverHost {
  /** Folder for the driver's own files, created 0700. */
  readonly dataDir: string;
  /** True where the whole data directory was empty at this start: only then may key files be made. */
  readonly firstStart: boolean;
  readonly log: Log;
  readonly clock: Clock;
  /** IANA zone that a lock's own clock lives by; for a lock that nobody has named, the bridge's. */
  timeZoneOf(lock: LockAddress): string;
  /**
   * The time that a lock may be given, milliseconds since the Unix epoch. Undefined while the bridge doesn't know it: no
   * lock is told any time then, be it by an interview or in answer to its own question.
   */
  timeToTell(): number | undefined;
  /** Digits as a secret; undefined for what isn't 1 to 32 digits. Plugins make their PINs with this. */
  pin(digits: string): Pin | undefined;
}

export interface DriverPlugin<O> {
  readonly name: string;
  readonly contract: 1;
  /** Throws a `ConfigError` naming the key, what was found and what is allowed. */
  parseOptions(raw: unknown): O;
  /** Resolves as soon as the driver exists; the radio may still be `starting`. */
  open(options: O, host: DriverHost): Promise<LockDriver>;
}
