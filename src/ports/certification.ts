import type { DeviceId } from '../core/ids.ts';
import type { Calibration, Device, Instant } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';

export interface CertifyRequest {
  readonly device: Device;
  /** Leaves out what costs most: trying other code lengths. */
  readonly quick: boolean;
  /** One PIN for each number of digits to try; none of them is known on the lock. */
  readonly pins: ReadonlyMap<number, Pin>;
  /** Slots believed to be nobody's and empty, best first; those used are looked at before. */
  readonly slots: readonly number[];
  /** Where the lock is: what its clock should show. */
  readonly timeZone: string;
}

export type CertifyStepName =
  'spare_slot' | 'read_back' | 'duplicate_check' | 'code_lengths' | 'schedule_order' | 'clock' | 'clean_up';

export interface CertifyStep {
  readonly name: CertifyStepName;
  readonly state: 'running' | 'done' | 'skipped' | 'failed';
  /** For people. */
  readonly result: string;
}

/** What was seen; what was not tried is undefined. */
export interface CertifyFindings {
  readonly readBack?: 'full' | 'masked';
  /** From the lock's yes until a read showed the code, milliseconds, rounded up to the next look. */
  readonly readBackDelayMs?: number;
  readonly duplicate?: { readonly refused: boolean; readonly answer: string };
  readonly codeLengths?: { readonly taken: readonly number[]; readonly refused: readonly number[] };
  readonly schedules?: {
    readonly withoutCode: 'kept' | 'refused' | 'not_kept';
    /** What became of it when a code was written after it. */
    readonly whenCodeCame?: 'kept' | 'dropped';
    /** A schedule for a slot that has a code already. */
    readonly withCode?: 'kept' | 'refused' | 'not_kept';
    /**
     * Where codes have manners: what became of the schedule of a code that was written disabled, and then enabled.
     * `not_disabled`: the lock doesn't write codes so.
     */
    readonly codeDisabledFirst?: 'kept' | 'dropped' | 'not_kept' | 'not_disabled';
  };
  readonly clock?: { readonly offsetMs: number; readonly resolution: 'second' | 'minute' };
}

export interface Certification {
  readonly certifyId: string;
  readonly deviceId: DeviceId;
  readonly state: 'running' | 'done' | 'failed';
  readonly startedAt: Instant;
  readonly endedAt: Instant | undefined;
  readonly steps: readonly CertifyStep[];
  readonly findings: CertifyFindings;
  readonly calibration: Calibration | undefined;
  /** Why it failed, for people. */
  readonly problem: string | undefined;
}
