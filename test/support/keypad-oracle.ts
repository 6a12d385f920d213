import type { SimulatedLock } from '../../drivers/simulated/lock.ts';
import type { AccessCode, TimeFrame } from '../../src/core/model.ts';

// What a guest may find at the keypad, judged from nothing but what was asked for and when the bridge could do something
// about it. It knows of no plan, slot or schedule.

const second = 1_000;
const minute = 60 * second;

/** The promise of the issue, and the resolution of the lock's schedules: whole minutes. */
export const toleranceMs = 2 * minute;
/** So long after a request, or a code's beginning, the lock may not have followed yet. */
export const processingMs = minute;
/** After an outage everything is as it should be within this time: back-offs of a quarter of an hour, and the work. */
export const recoveryMs = 20 * minute;
/** What a warning has announced: an edge that the lock's clock shows twice. */
const announcedMs = 60 * minute;
const warningCode = 'schlage_access_code_ambiguous_timezone_dst_risk';

/** From `at` on this was wanted: a time frame, `always`, or that it is nowhere. */
interface Asked {
  readonly at: number;
  readonly what: TimeFrame | 'always' | 'deleted';
}

/** One access code as its host knows it. */
export interface Guest {
  readonly id: string;
  readonly digits: string;
  readonly asked: Asked[];
  /** What the bridge last said of it while all was well. */
  claim: Claim | undefined;
}

interface Claim {
  /** Which of the requests it was for. */
  readonly request: number;
  /** It opens the door. */
  readonly isSet: boolean;
  /** The lock itself keeps its time. */
  readonly isNative: boolean;
}

/** How long a condition has held, and until when it last held for `recoveryMs`. */
class Spell {
  #since: number | undefined;
  #calmUntil: number;

  constructor(at: number) {
    this.#since = at;
    this.#calmUntil = at;
  }

  set(holds: boolean, at: number): void {
    if (holds === (this.#since !== undefined)) return;
    this.#calmUntil = this.calmAt(at);
    this.#since = holds ? at : undefined;
  }

  get holds(): boolean {
    return this.#since !== undefined;
  }

  /** The last time, up to `at`, at which it had held for long enough. */
  calmAt(at: number): number {
    return this.#since !== undefined && at - this.#since >= recoveryMs ? at : this.#calmUntil;
  }
}

/** One lock, its guests, and whether the bridge can reach it. */
export class Door {
  readonly lock: SimulatedLock;
  readonly guests: Guest[] = [];
  /** The bridge is up and the lock answers: what is over can be removed. */
  readonly #reach: Spell;
  /** And the bridge knows the time: it can do everything. */
  readonly #well: Spell;
  /** How often a PIN opened the door, how often of that out of the bridge's reach, and how often it didn't. */
  opened = 0;
  unattended = 0;
  shut = 0;

  constructor(lock: SimulatedLock, at: number) {
    this.lock = lock;
    this.#reach = new Spell(at);
    this.#well = new Spell(at);
  }

  now(is: { readonly reachable: boolean; readonly trusted: boolean }, at: number): void {
    this.#reach.set(is.reachable, at);
    this.#well.set(is.reachable && is.trusted, at);
  }

  /** What the bridge says now; counts only while all is well, and until the code's time is over. */
  hear(guest: Guest, record: AccessCode | undefined, at: number): void {
    const last = guest.asked.at(-1)?.what;
    const isOver = last === undefined || last === 'deleted' || (last !== 'always' && at >= last.endsAt);
    if (!this.#well.holds || isOver) return;
    guest.claim = record && {
      request: guest.asked.length,
      isSet: record.status === 'set',
      isNative: record.isScheduledOnDevice && record.timeFrameBefore === undefined,
    };
  }

  /**
   * Enters the guest's PIN.
   * @returns what is wrong with what happened; undefined: nothing
   */
  enter(guest: Guest, record: AccessCode | undefined, at: number): string | undefined {
    const opens = this.lock.enter(guest.digits) !== undefined;
    if (opens) this.opened += 1;
    else this.shut += 1;
    if (opens && !this.#reach.holds) this.unattended += 1;
    const isWarned = record?.warnings.some(({ code }) => code === warningCode) === true;
    if (opens && !this.#anyMayOpen(guest.digits, at, toleranceMs + (isWarned ? announcedMs : 0)))
      return 'opens outside its time';
    return !opens && this.#mustOpen(guest, at) ? 'does not open in its time' : undefined;
  }

  /** The same at any moment, of what must not be: the bridge may be in the middle of its work. */
  glance(at: number): string | undefined {
    const wrong = this.guests.find(
      ({ digits }) =>
        this.lock.enter(digits) !== undefined && !this.#anyMayOpen(digits, at, toleranceMs + announcedMs),
    );
    return wrong && `${wrong.digits} opens outside its time for a moment`;
  }

  /** Guests after one another may have the same PIN. */
  #anyMayOpen(digits: string, at: number, tolerance: number): boolean {
    return this.guests.some((guest) => guest.digits === digits && this.#mayOpen(guest, at, tolerance));
  }

  #mayOpen(guest: Guest, at: number, tolerance: number): boolean {
    const { asked } = guest;
    // While the bridge couldn't do its work, the lock may live by what was wanted before.
    const from = this.#well.calmAt(at) - processingMs;
    return asked.some(({ what }, n) => {
      const until = asked[n + 1]?.at ?? Infinity;
      if (until < from || what === 'deleted') return false;
      if (what === 'always') return true;
      if (at < what.startsAt - tolerance) return false;
      if (at <= what.endsAt + tolerance) return true;
      // Only the bridge can take it off; where the lock itself keeps the time, it needs no bridge for that.
      return guest.claim?.isNative !== true && this.#reach.calmAt(at) < what.endsAt + processingMs;
    });
  }

  #mustOpen({ asked, claim }: Guest, at: number): boolean {
    const last = asked.at(-1);
    if (last === undefined || last.what === 'deleted') return false;
    const { what } = last;
    const from = Math.max(last.at, what === 'always' ? 0 : what.startsAt) + processingMs;
    const until = what === 'always' ? Infinity : what.endsAt - minute;
    if (at < from || at > until) return false;
    if (this.#well.calmAt(at) === at) return true;
    return claim?.request === asked.length && (claim.isSet || claim.isNative);
  }
}
