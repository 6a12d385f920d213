import type { AutoLock, Instant } from './capabilities-model.ts';
import type { AccessCodeId, DeviceId, LockAddress, RadioId } from './ids.ts';
import type { Pin } from './pin.ts';
import type {
  ClockCare,
  ClockSeen,
  CodeManner,
  LocalWindow,
  SlotSchedule,
  UserType,
} from './schedule-model.ts';

export type { AutoLock, Capabilities, Instant } from './capabilities-model.ts';
export type { Calibration, DeviceWishes, ForeignChanges, Device } from './device-model.ts';
export type {
  ClockCare,
  ClockSeen,
  CodeManner,
  LocalMinute,
  LocalWindow,
  ScheduleOrder,
  SlotSchedule,
  UserType,
  ZoneRules,
} from './schedule-model.ts';

/** What a lock said of one slot. `masked`: occupied, but the lock withholds the digits (FIELD-BUGS 1, 4). */
export type SlotReading =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'occupied';
      readonly pin: Pin | 'masked';
      readonly enabled: boolean;
      /** Where the lock tells it with the code. */
      readonly userType?: UserType;
    };

/** "No answer" is `unknown`, never `empty`. */
export type SlotState = { readonly kind: 'unknown' } | SlotReading;

/**
 * How good the evidence for a state is. `proved`: the lock was asked and said so (or a checksum over it
 * agreed). `accepted`: the lock said yes to our write. `assumed`: neither.
 */
export type Grade = 'proved' | 'accepted' | 'assumed';

/** Why a slot must be looked at again although there is evidence for it. */
export type Suspicion = 'hint' | 'checksum' | 'audit' | 'repair' | 'uncertain';

/** What we have evidence for in one slot of one lock. */
export interface SlotBelief {
  readonly slot: number;
  readonly state: SlotState;
  readonly grade: Grade;
  readonly evidenceAt: Instant | undefined;
  readonly source: 'none' | 'read' | 'checksum' | 'write';
  /** The managed access code that this slot belongs to, from the moment its intent is durable. */
  readonly owner: AccessCodeId | undefined;
  /** Id of the unmanaged access code found here: one for each occupancy. */
  readonly unmanagedId: AccessCodeId | undefined;
  /** When that was found. */
  readonly unmanagedSince: Instant | undefined;
  /** The PIN of our last write that landed or may have landed here. What a masked slot is compared with. */
  readonly written: Pin | undefined;
  readonly writtenAt: Instant | undefined;
  /**
   * What the write of `written` is known to have done. `if_occupied`: it went into a slot proved empty, so an
   * occupied slot means it landed. `if_soon`: the same, but the lock never acknowledged it, so only an occupied
   * slot soon after means that. `accepted`: into a slot proved empty, and the lock said yes. A masked reading
   * proves nothing while this is `no`.
   */
  readonly landed: 'no' | 'if_soon' | 'if_occupied' | 'accepted' | 'yes';
  /** The written PIN has been proved to stand in the slot since it was written. */
  readonly confirmed: boolean;
  readonly suspicion: Suspicion | undefined;
  /** Reads of this slot in a row that the lock took and didn't answer. */
  readonly misses: number;
  /** Because of those, not asked again before. One mute slot must not hold up the others (FIELD-BUGS 15). */
  readonly lookAfter: Instant | undefined;
  /** The name that the lock was last given beside our code; empty for none. Undefined: never given one. */
  readonly writtenName: string | undefined;
  /**
   * Writes in a row that failed of what goes beside a code (its name; erasing a schedule), and when the next is due.
   * They say nothing about the code.
   */
  readonly sideFailures: number;
  readonly sideAfter: Instant | undefined;
  /** A schedule of ours may stand at this slot, and would bind whatever code comes next. */
  readonly mayBeScheduled: boolean;
  /** Schedules were erased here, and nobody is known to have written any since. Absent: some may stand unseen. */
  readonly isScheduleFree?: true | undefined;
  /** The schedule that the lock showed at this slot. Absent: not known. */
  readonly schedule?: SlotSchedule | undefined;
}

/** What a driver tells of a lock without using the radio. */
export interface LockDescription {
  readonly address: LockAddress;
  readonly radio: RadioId;
  /**
   * Stable names of the lock, strongest first (`zwave:dsk:…`, `zwave:<home id>:<node>`): the device id's roots. One that
   * equals `address` says that this address is never another lock's (`zigbee:<EUI-64>`).
   */
  readonly identities: readonly string[];
  readonly name: string;
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly online: boolean;
  /** 0–1. */
  readonly battery: number | undefined;
  readonly locked: boolean | undefined;
  /** Absent: not known. */
  readonly autoLock?: AutoLock;
}

/** Circuit breaker of one lock: how long to leave it alone. Durable. */
export interface LockHealth {
  readonly failures: number;
  readonly retryAt: Instant | undefined;
}

/** Attempts to bring one access code onto (or off) one lock. Durable. */
export interface Attempt {
  readonly accessCodeId: AccessCodeId;
  readonly count: number;
  readonly notBefore: Instant | undefined;
  /** Set when more attempts can't help until the wish changes (FIELD-BUGS 8). */
  readonly terminal: 'duplicate' | 'format' | undefined;
  readonly lastFailure: string | undefined;
}

/**
 * What says that all codes of a lock have gone at once. `codes_gone`: each that was known was found gone.
 * `all_deleted`: the lock itself said so. `code_length`: its one code length was changed (FIELD-BUGS 6).
 */
export type ResetCause = 'codes_gone' | 'all_deleted' | 'code_length';

/** Something suggests that the lock was reset: nothing is set until its other codes were looked at. */
export interface WipeDoubt {
  readonly why: ResetCause;
  /** Known codes found gone since. */
  readonly gone: number;
  /** Slots in which a code was known, not looked at since. */
  readonly open: readonly number[];
  /** Those of them that give no answer, and aren't waited for. */
  readonly silent?: readonly number[] | undefined;
  /** When each of those was last seen to stand. Undefined: the lock itself has said something, when this doubt arose. */
  readonly seen?: readonly Instant[] | undefined;
  /** Since when a code has been on the lock that was found to stand there still. */
  readonly stood?: Instant | undefined;
  /** The checksum was asked for, and didn't decide it. */
  readonly summed: boolean;
}

/** Everything known about the keypad of one lock: what `learn` folds into and `plan` reads. */
export interface LockState {
  readonly deviceId: DeviceId;
  readonly slots: ReadonlyMap<number, SlotBelief>;
  /** Every slot has been looked at once. */
  readonly adopted: boolean;
  /** A checksum the lock reported that our beliefs don't explain yet. */
  readonly checksum: { readonly value: number; readonly at: Instant } | undefined;
  /** False once a full read of the lock failed to explain its checksum: then slots are read instead. */
  readonly checksumTrusted: boolean;
  /** Requests for a checksum in a row that the lock took and didn't answer. */
  readonly checksumMisses: number;
  /** The lock has said yes to a write that a read then contradicted (FIELD-BUGS 17). */
  readonly seenToLie: boolean;
  /** An audit was asked for and hasn't begun. */
  readonly auditDue: boolean;
  /** First unowned slot of the next audit's rotation. */
  readonly auditCursor: number;
  /** When an audit was last begun (adoption counts as one): a missed one is made up for. */
  readonly lastAuditAt: Instant | undefined;
  /** The lock may have been reset: being found out. */
  readonly wipe: WipeDoubt | undefined;
  /** The lock was reset or exchanged: frozen, nothing is set before somebody says so (FIELD-BUGS 31). */
  readonly reset:
    | {
        readonly at: Instant;
        readonly why: ResetCause;
        /** Slots whose known codes were not looked at before that was decided. */
        readonly unseen?: readonly number[];
      }
    | undefined;
  readonly health: LockHealth;
  /** Absent: never asked. */
  readonly clockSeen?: ClockSeen | undefined;
  /** Absent: nothing was ever done about its clock. */
  readonly clockCare?: ClockCare | undefined;
  /** It has dropped a schedule that its code had come to: none is loaded ahead of its time before. */
  readonly preloadAfter?: Instant | undefined;
  readonly attempts: ReadonlyMap<AccessCodeId, Attempt>;
}

/** A write that was made durable before its frame left, and whose result isn't known yet (idea 3). */
export interface Intent {
  readonly id: string;
  readonly deviceId: DeviceId;
  readonly slot: number;
  readonly kind: 'set' | 'clear';
  readonly accessCodeId: AccessCodeId;
  readonly pin: Pin | undefined;
  /** How the code was to be written, on locks that are told so (`Capabilities.codeManners`). */
  readonly manner?: CodeManner | undefined;
  readonly createdAt: Instant;
}

/** What is wanted of one access code on its lock now: before its time and after it, that it isn't there. */
export interface WantedCode {
  readonly accessCodeId: AccessCodeId;
  readonly pin: Pin;
  /**
   * `as_is`: whatever somebody has made of it at the lock is left so. `preload`: there ahead of its time, bound by
   * `window`, or not at all.
   */
  readonly wanted: 'present' | 'absent' | 'as_is' | 'preload';
  /** Its time frame on the lock's wall clock, where the lock's own schedules may keep it. */
  readonly window?: LocalWindow | undefined;
  /** When it is (or was) due on the lock; the order of sets. */
  readonly dueAt: Instant;
  /** It may still stand in the code's slot, until the present one is proved there. */
  readonly previousPin?: Pin | undefined;
  /** Until then it is on the lock ahead of its time, and must be in nobody's way. Absent: it is needed now. */
  readonly neededAt?: Instant | undefined;
  /** When its time is over. Absent: never. */
  readonly endsAt?: Instant | undefined;
  /** For people; written beside the code where the lock stores names. */
  readonly name: string | null;
}

export type AccessCodeStatus = 'setting' | 'set' | 'unset' | 'removing' | 'unknown';

/** An error or warning on an access code or device, in the seeds' vocabulary. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly created_at: Instant;
  /** Further fields of this code, for example the conflicting access code's id. */
  readonly extra: Readonly<Record<string, string>>;
}

/** From `startsAt` (inclusive) until `endsAt` (exclusive), UTC. */
export interface TimeFrame {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** What an access code was before a change that isn't on the lock yet; for its pending mutation and its event. */
export interface Before<T> {
  readonly from: T;
  /** When the change was asked for. */
  readonly at: Instant;
}

/** A managed access code: the wish, and what was last said of it. */
export interface AccessCode {
  readonly accessCodeId: AccessCodeId;
  readonly deviceId: DeviceId;
  readonly name: string | null;
  readonly pin: Pin;
  readonly createdAt: Instant;
  /** When the present wish (this PIN) was expressed; delays are counted from here. */
  readonly wishedAt: Instant;
  /** When the PIN was last changed, the one before: for the `updating_code` mutation, until the new one is proved. */
  readonly previousPin: Pin | undefined;
  /** When it may open the door; undefined: always (`ongoing`). */
  readonly timeFrame: TimeFrame | undefined;
  /** The time frame before a change that the lock doesn't follow yet. */
  readonly timeFrameBefore: Before<TimeFrame | undefined> | undefined;
  /** The name before a change that isn't on the lock yet; only where the lock stores names. */
  readonly nameBefore: Before<string | null> | undefined;
  /** Codes with one key share one PIN. */
  readonly commonCodeKey: string | null;
  /** Of its lock's backup pool. Pulled, it stands in for `backupFor`. */
  readonly isBackup: boolean;
  readonly backupFor: AccessCodeId | undefined;
  /** The backup code that stands in for this one. */
  readonly pulledBackupId: AccessCodeId | undefined;
  /** Changed at the lock, it is left so. */
  readonly externalChangesAllowed: boolean;
  /** Removed at once after its first use. */
  readonly isOneTimeUse: boolean;
  /** False: never loaded ahead of its time with the lock's own schedules. */
  readonly preferNativeScheduling: boolean;
  /** It stands on the lock ahead of its time, bound by a schedule of the lock's own. */
  readonly isScheduledOnDevice: boolean;
  /** Somebody has done that at the lock, and it is left so (`externalChangesAllowed`) until the next wish. */
  readonly externalChange: 'modified' | 'removed' | undefined;
  /** When it was last told to be on the lock, and nothing has been told since of its being off it. */
  readonly setAt: Instant | undefined;
  /** When removal was asked for, or its time was over; undefined while the code is wanted. */
  readonly deletingSince: Instant | undefined;
  readonly status: AccessCodeStatus;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Why it may not open the door when its time comes, as it was last told. Absent: nothing speaks against it. */
  readonly arrivalRisk?: ArrivalRisk | undefined;
}

/** Why a code may not open the door at its `startsAt`, said hours ahead. */
export interface ArrivalRisk {
  readonly reason: string;
  readonly since: Instant;
}
