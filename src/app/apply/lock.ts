import type { AccessCode, Device, Instant, TimeFrame } from '../../core/model.ts';
import { admissionOf, withCodes } from '../access-codes/admission.ts';
import type { Admission } from '../access-codes/admission.ts';
import { isLeaving } from '../access-codes/record.ts';
import { newTimeFrame } from '../access-codes/time-frame.ts';
import type { AnswerValue } from '../answer.ts';
import { managedDevice } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import { invalid, Refusal } from '../problems.ts';
import { matchCodes } from './match.ts';
import type { Match, Matched } from './match.ts';
import type { WantedEntry, WantedLock } from './schemas.ts';

/** An entry that is wanted on its lock, now or later. */
export interface Wanted extends Match {
  readonly timeFrame: TimeFrame | undefined;
}

/** What is superfluous, or whose time is over as the entry at `index` says. */
export interface Removal {
  readonly code: AccessCode;
  readonly index: number | undefined;
}

/** One lock of a wanted set, and what it comes to. */
export class Lock {
  readonly device: Device;
  /** What the wanted set governs: the managed access codes but those of the backup pool and on their way off. */
  readonly present: readonly AccessCode[];
  readonly wanted: readonly Wanted[];
  readonly removals: readonly Removal[];
  /** Entries whose time is over: nothing is made for them. */
  readonly over: readonly number[];
  readonly #parts: AppParts;
  #admission: Admission | undefined;

  /** @throws Refusal where the entries can't be understood */
  constructor(parts: AppParts, { device_id, access_codes: entries }: WantedLock) {
    this.#parts = parts;
    this.device = withData({ device_id }, () => managedDevice(parts, device_id));
    const { deviceId } = this.device;
    this.present = parts.store
      .accessCodes({ deviceId })
      .filter((code) => !code.isBackup && !isLeaving(parts, code));
    const { matches, superfluous } = this.#matched(entries);
    const timed = matches.map((match) => ({
      ...match,
      timeFrame: this.about(match.index, () => frameOf(match.entry)),
    }));
    const now = parts.clock.now();
    const isOver = ({ timeFrame }: Wanted): boolean => timeFrame !== undefined && timeFrame.endsAt <= now;
    this.wanted = timed.filter((one) => !isOver(one));
    this.over = timed.filter(isOver).map(({ index }) => index);
    this.removals = [
      ...superfluous.map((code) => ({ code, index: undefined })),
      ...timed.flatMap((one) =>
        isOver(one) && one.code !== undefined ? [{ code: one.code, index: one.index }] : [],
      ),
    ];
  }

  #matched(entries: readonly WantedEntry[]): Matched {
    const matching = matchCodes(entries, this.present);
    if (!('problem' in matching)) return matching;
    const { index, parameter, message } = matching.problem;
    return this.about(index, (): never => {
      throw invalid(parameter, message);
    });
  }

  /** What stands in the way of the lock once the removals are done, with what was promised since. */
  get admission(): Admission {
    this.#admission ??= {
      ...admissionOf(this.#parts, this.device),
      vacating: new Set(this.removals.map(({ code }) => code.accessCodeId)),
    };
    const gone = this.removals.map(({ code }) => ({ ...code, deletingSince: this.#admission?.now }));
    return withCodes(this.#admission, gone);
  }

  /** Has what follows judged with these in place. */
  promise(codes: readonly AccessCode[]): void {
    this.#admission = withCodes(this.admission, codes);
  }

  /** Says in a refusal which entry it is about. */
  about<T>(index: number, run: () => T): T {
    return withData({ device_id: this.device.deviceId, entry: index }, run);
  }
}

const withData = <T>(data: Readonly<Record<string, AnswerValue>>, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal({ ...error.error, data: { ...error.error.data, ...data } });
  }
};

const always: Instant = -Infinity;

/** Of an entry whose time is over too: a wanted set may be older than that. */
const frameOf = (entry: WantedEntry): TimeFrame | undefined => newTimeFrame(entry, always);
