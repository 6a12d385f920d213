import type { AccessCodeId } from './ids.ts';
import type { LifecycleInput, Loading } from './lifecycle-input.ts';
import type { Instant } from './model.ts';
import { lackOf, loadAttempts, reserveOf } from './native.ts';
import type { Lack, Reserve } from './native.ts';
import { Waits } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { loadQueue, lockHindrance } from './plan-loads.ts';
import type { CodeHindrance, LockHindrance } from './plan-loads.ts';

/** What is about to pass by itself: nobody has to hear of it. */
type Passing = 'being_looked_at' | 'clock_to_be_seen' | 'stands' | 'in_doubt' | 'waits';

/** Why a code isn't loaded ahead of its time, but written when it begins; docs/arrivals.md says what each means. */
export type DeferralReason =
  | Reserve
  | 'loading_off'
  | Lack
  | Exclude<LockHindrance | CodeHindrance, Passing>
  | 'capabilities_unknown'
  | 'schedules_do_not_bind'
  | 'ambiguous_hour'
  | 'clocks_change'
  | 'due';

/** For people: what is the matter, and what to do where something can be done. Without PINs. */
const words: Readonly<Record<DeferralReason, string>> = {
  not_preferred: 'It is not to be loaded ahead of its time: prefer_native_scheduling is false.',
  one_time_use: 'It is a one-time code: after its first use only the bridge takes it off.',
  backup_code: 'It is a backup code: written once it is pulled and its time has come.',
  changed_at_lock: 'Somebody deleted or changed it at the lock, and it is left so.',
  loading_off: 'Nothing is loaded ahead: in the config, scheduling.native_preload is no longer than lead.',
  capabilities_unknown: 'The lock has not told yet what it can do. Wake it at its keypad.',
  no_schedules: 'The lock has no year-day schedules that it keeps codes to.',
  no_read_back: 'The codes of the lock cannot be read: nobody could see whether it keeps one shut.',
  no_clock: 'The clock of the lock cannot be read, and its schedules go by it.',
  schedule_order_unknown:
    'The lock has schedules, but it is not known whether they bind a code from the start. Find it out on a free slot: lockstep certify LOCK',
  schedules_do_not_bind:
    'The lock has schedules, but was tried out (lockstep certify), and they do not bind a code from the start.',
  ambiguous_hour:
    'It begins or ends in an hour that the clocks show twice as they are put back: the lock could not tell which is meant.',
  clocks_change:
    'The clocks are put forward or back before it ends, and that of the lock does not follow by itself.',
  due: 'Its time has come before it was loaded: its status tells whether it is on the lock.',
  clock_untrusted: 'The bridge does not know the time, and writes no schedule before it does: lockstep clock',
  lock_reset:
    'The lock was reset, and nothing is written to it until you say so: lockstep repair LOCK --restore',
  loading_rests:
    'The lock did not keep a schedule that it was given, or did not show it: until it is trusted with one again, codes are written when they begin. Sooner: lockstep repair LOCK; lockstep certify LOCK tries out what it does.',
  clock_wrong:
    'The clock of the lock is off by more than a minute, and could not be put right. Set it at the lock, or change its batteries; then lockstep audit LOCK',
  clock_silent:
    'The lock did not answer when it was asked what time it has. It is asked again by itself; at once: lockstep audit LOCK',
  code_refused: 'The lock does not take PINs of this length, or refused this one. Give it another PIN.',
  loading_failed: `Loading it has failed ${loadAttempts} times. To try again: lockstep repair LOCK`,
  no_free_slot: 'No slot is free for it yet: other codes have them, or need them before it does.',
  same_pin: 'Another code with the same PIN is on the lock, or comes before it.',
};

const isReason = (word: string): word is DeferralReason => Object.hasOwn(words, word);

export const deferralReasons: readonly DeferralReason[] = Object.keys(words).filter(isReason);

export interface Deferral {
  readonly reason: DeferralReason;
  readonly message: string;
  /** When it ends by itself. Undefined: not, or that isn't known. */
  readonly until: Instant | undefined;
}

/** What keeps codes from being loaded, by what the lock's next exchange is planned from. */
export interface Hindrances {
  readonly ofTheLock: LockHindrance | undefined;
  readonly restsUntil: Instant | undefined;
  readonly ofCodes: ReadonlyMap<AccessCodeId, CodeHindrance>;
}

/** The plan's own answer: it asks the same functions, and loads nothing that is hindered. */
export const hindrancesOf = (input: PlanInput): Hindrances => {
  const ofTheLock = lockHindrance(input, new Waits());
  const ofCodes = new Map<AccessCodeId, CodeHindrance>();
  for (const { code, hindrance } of loadQueue(input, new Waits()))
    if (hindrance !== undefined) ofCodes.set(code.accessCodeId, hindrance);
  const restsUntil = ofTheLock === 'loading_rests' ? input.state.preloadAfter : undefined;
  return { ofTheLock, restsUntil, ofCodes };
};

/** Why no code of a lock is loaded ahead of its time. Undefined: it is for each code. */
export const lockDeferral = (
  { ofTheLock, restsUntil }: Hindrances,
  isDisproved: boolean,
): Deferral | undefined => {
  if (ofTheLock === undefined || !isReason(ofTheLock)) return undefined;
  return told(known(ofTheLock, isDisproved), restsUntil);
};

/** Of what nobody knows something is known, where it was tried out. */
const known = (reason: DeferralReason, isDisproved: boolean): DeferralReason =>
  reason === 'schedule_order_unknown' && isDisproved ? 'schedules_do_not_bind' : reason;

/** What is asked for in order to say why a code isn't loaded; `undefined` answers: its lock's abilities aren't known. */
export interface LoadingSight {
  /** By the config, nothing is loaded ahead. */
  readonly isOff: boolean;
  /** `LifecycleInput.loading`, but where loading the code is yet to begin, as it will be at that moment. */
  readonly forecast: () => Loading | undefined;
  readonly hindrances: () => Hindrances | undefined;
  /** A trial has shown that neither order binds a code. */
  readonly isDisproved: boolean;
}

/**
 * Why a code isn't loaded ahead of its time, as things are. Undefined: it is, or will be.
 * @param isLoaded it is on the lock, as far as is known
 */
export const deferralOf = (
  input: LifecycleInput,
  sight: LoadingSight,
  isLoaded: boolean,
): Deferral | undefined => {
  const lasting = lastingReason(input, sight);
  if (lasting !== undefined) return told(lasting);
  if (isLoaded) return undefined;
  const { code, leadMs, loading, now } = input;
  if (code.timeFrame !== undefined && now >= code.timeFrame.startsAt - leadMs) return told('due');
  const hindrances = sight.hindrances();
  // What is in the way today says nothing of the day when it is to be loaded.
  if (hindrances === undefined || loading === undefined || now < loading.beginsAt) return undefined;
  if (hindrances.ofTheLock !== undefined) return lockDeferral(hindrances, sight.isDisproved);
  const hindrance = hindrances.ofCodes.get(code.accessCodeId);
  return hindrance === undefined || !isReason(hindrance) ? undefined : told(hindrance);
};

/**
 * What no waiting ends: the code itself, what its lock can do, the config, the hour at which it begins or ends. A change of the
 * clocks may be over before it begins: then it is loaded after that.
 */
const lastingReason = (
  { code, capabilities }: LifecycleInput,
  { isOff, forecast, isDisproved }: LoadingSight,
): DeferralReason | undefined => {
  const reserve = reserveOf(code);
  if (reserve !== undefined) return reserve;
  // Before what could be done about the lock: it would be done in vain.
  if (isOff) return 'loading_off';
  if (capabilities === undefined) return 'capabilities_unknown';
  const lack = lackOf(capabilities);
  if (lack !== undefined) return known(lack, isDisproved);
  const loading = forecast();
  if (loading?.isAmbiguous === true) return 'ambiguous_hour';
  return loading?.isOvertaken === true ? 'clocks_change' : undefined;
};

const told = (reason: DeferralReason, until?: Instant): Deferral => ({
  reason,
  message: words[reason],
  until,
});
