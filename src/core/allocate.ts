import type { AccessCodeId } from './ids.ts';
import type { AccessCode, Instant, LockState, TimeFrame } from './model.ts';
import { phaseOf } from './phase.ts';
import type { Pin } from './pin.ts';
import { candidateSlots, slotOwnedBy } from './slots.ts';
import { unmanagedHolder } from './wishes.ts';

/**
 * A code on its way off a lock keeps its slot for so long from now, as far as later codes are concerned: the time
 * after which its removal is said to have failed. It keeps it in truth until it is proved gone.
 */
export const removalReserveMs = 30 * 60_000;

/** What is promised of one lock. */
export interface Bookings {
  /** All managed access codes of the lock. */
  readonly codes: readonly AccessCode[];
  readonly state: LockState;
  /** Slots this bridge may use. */
  readonly usable: readonly number[];
  readonly now: Instant;
  /** Config `scheduling.lead`, milliseconds. */
  readonly leadMs: number;
  /** Codes that are to make room for those now asked for, which wait on the lock for their removal. */
  readonly vacating?: ReadonlySet<AccessCodeId>;
}

/** From `from` (inclusive) until `until` (exclusive). */
interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

const ever: Span = { from: -Infinity, until: Infinity };

/** When a code with this time frame may open the door; undefined: always. */
const windowOf = (frame: TimeFrame | undefined): Span =>
  frame === undefined ? ever : { from: frame.startsAt, until: frame.endsAt };

/** The same, without what of it is over. */
const aheadOf = (frame: TimeFrame | undefined, now: Instant): Span => {
  const { from, until } = windowOf(frame);
  return { from: Math.max(from, now), until };
};

const overlap = (a: Span, b: Span): boolean => a.from < b.until && b.from < a.until;

/**
 * When a code needs a slot. One that has a slot, or is due, needs it from now on; one that is yet to come, from its
 * `startsAt`: the lead before is used where there is room, and else the code waits for its predecessor. For the same
 * reason nothing is added after `endsAt`: guests who follow each other without a gap share one slot, the second being
 * written as soon as the first is proved gone. A lock that can't be reached for the removal couldn't be given the
 * next code either, so a margin would refuse bookings and make none of them safer.
 */
const needs = (code: AccessCode, { state, usable, now, leadMs }: Bookings): Span[] => {
  const own = slotOwnedBy(state, code.accessCodeId);
  // In a slot that may not be used any more it takes none of those that may.
  const stays = own !== undefined && usable.includes(own.slot);
  const leaving: Span[] = stays ? [{ from: now, until: now + removalReserveMs }] : [];
  switch (phaseOf(code, now, leadMs)) {
    case 'over':
      return leaving;
    case 'early':
      // Loaded ahead of its time, it makes room for one whose time it is (`evicted`).
      return [...(own?.mayBeScheduled === true ? [] : leaving), windowOf(code.timeFrame)];
    case 'due':
      return own === undefined || stays ? [{ from: now, until: code.timeFrame?.endsAt ?? Infinity }] : [];
  }
};

/** How many of these overlap at most while `within` lasts. */
const mostAtOnce = (spans: readonly Span[], within: Span): number => {
  const edges = spans
    .filter((span) => overlap(span, within))
    .flatMap(({ from, until }) => [
      { at: Math.max(from, within.from), by: 1 },
      { at: until, by: -1 },
    ])
    // What ends makes room for what begins in the same moment.
    .sort((a, b) => (a.at === b.at ? a.by - b.by : a.at - b.at));
  let count = 0;
  let most = 0;
  for (const { by } of edges) {
    count += by;
    most = Math.max(most, count);
  }
  return most;
};

/** A backup code that stands in for nobody makes room for whoever needs it. */
const isSpare = ({ isBackup, backupFor }: AccessCode): boolean => isBackup && backupFor === undefined;

/**
 * How many more codes fit on the lock for as long as they are wanted there. A lock with N slots takes any set of codes
 * of which never more than N are wanted at once. Negative where it was promised more than it can hold.
 * @param frame undefined: from now on, for good
 * @param except a code that doesn't count
 */
export const roomLeft = (bookings: Bookings, frame: TimeFrame | undefined, except?: AccessCodeId): number => {
  const { codes, state, usable, now, vacating } = bookings;
  const owned = new Set(codes.map((code) => slotOwnedBy(state, code.accessCodeId)?.slot));
  const capacity = candidateSlots(state, usable).length + usable.filter((slot) => owned.has(slot)).length;
  const others = codes.filter(
    (code) => code.accessCodeId !== except && !isSpare(code) && vacating?.has(code.accessCodeId) !== true,
  );
  const spans = others.flatMap((code) => needs(code, bookings));
  return capacity - mostAtOnce(spans, aheadOf(frame, now));
};

/**
 * Whether one more code fits on the lock for as long as it is wanted there.
 * @param frame undefined: from now on, for good
 * @param except the code itself, where it is its time frame that changes
 */
export const roomFor = (bookings: Bookings, frame: TimeFrame | undefined, except?: AccessCodeId): boolean =>
  roomLeft(bookings, frame, except) > 0;

/** Who has a PIN. `accessCodeId` undefined: a code that nobody here has asked for, without an id yet. */
export interface PinHolder {
  readonly kind: 'managed' | 'unmanaged';
  readonly accessCodeId: AccessCodeId | undefined;
}

/**
 * Who else has this PIN on the lock while a code with this time frame would. Codes whose windows don't overlap may
 * share one: the later is written when the earlier is proved gone. One on its way off the lock is no conflict for the
 * same reason; a PIN that is just being replaced by another counts as its code's until it is.
 * @param except the code itself, where it is changed
 */
export const pinConflict = (
  { codes, state, now }: Pick<Bookings, 'codes' | 'state' | 'now'>,
  pin: Pin,
  frame: TimeFrame | undefined,
  except?: AccessCodeId,
): PinHolder | undefined => {
  const wanted = aheadOf(frame, now);
  const managed = codes.find(
    (code) =>
      code.accessCodeId !== except &&
      code.deletingSince === undefined &&
      (code.pin.equals(pin) || pin.equals(code.previousPin)) &&
      overlap(windowOf(code.timeFrame), wanted),
  );
  if (managed !== undefined) return { kind: 'managed', accessCodeId: managed.accessCodeId };
  const holder = unmanagedHolder(state, pin);
  return holder === undefined ? undefined : { kind: 'unmanaged', accessCodeId: holder.unmanagedId };
};
