import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  belief,
  codeId,
  emptySlot,
  lockId,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  standing,
  unmanagedId,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import { pinConflict, removalReserveMs, roomFor } from './allocate.ts';
import type { Bookings } from './allocate.ts';
import type { AccessCode, SlotBelief, TimeFrame } from './model.ts';

const leadMs = 30_000;
const hour = 60 * minuteMs;

/** From and until, hours from now. */
const frame = (from: number, until: number): TimeFrame => ({
  startsAt: now + from * hour,
  endsAt: now + until * hour,
});

const code = (n: number, timeFrame?: TimeFrame, changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({
    accessCodeId: codeId(n),
    deviceId: lockId,
    pin: pin(String(1000 + n)),
    at: now - hour,
    timeFrame,
    ...changes,
  });

const bookings = (
  codes: readonly AccessCode[],
  slots: readonly SlotBelief[],
  changes: Partial<Bookings> = {},
): Bookings => ({
  codes,
  state: lockState(slots),
  usable: slots.map((one) => one.slot),
  now,
  leadMs,
  ...changes,
});

describe('room for one more code', () => {
  const two = [emptySlot(1), emptySlot(2)];

  test('is there while fewer are wanted at once than the lock has slots', () => {
    expect(roomFor(bookings([code(1)], two), undefined)).toBe(true);
    expect(roomFor(bookings([code(1), code(2)], two), undefined)).toBe(false);
    expect(roomFor(bookings([code(1), code(2)], two), frame(5, 6))).toBe(false);
    expect(roomFor(bookings([], []), undefined)).toBe(false);
  });

  test('is a matter of time: what is over by then, or begins later, takes none', () => {
    const codes = [code(1), code(2, frame(2, 4))];
    const room = (from: number, until: number): boolean => roomFor(bookings(codes, two), frame(from, until));
    expect(room(1, 2)).toBe(true);
    expect(room(4, 9)).toBe(true);
    expect(room(1, 2.1)).toBe(false);
    expect(room(3.9, 9)).toBe(false);
    expect(room(2.5, 3)).toBe(false);
    expect(roomFor(bookings(codes, two), undefined)).toBe(false);
  });

  test('counts what overlaps at one moment, not all that a long code meets', () => {
    const codes = [code(1, frame(1, 2)), code(2, frame(2, 3)), code(3, frame(3, 4))];
    expect(roomFor(bookings(codes, two), frame(0, 9))).toBe(true);
    expect(roomFor(bookings([...codes, code(4, frame(1.5, 2.5))], two), frame(0, 9))).toBe(false);
  });

  test('is not taken by codes of others, nor found in slots that may not be used', () => {
    const foreign = belief(2, { state: occupied('5678'), grade: 'proved', unmanagedId: unmanagedId(1) });
    expect(roomFor(bookings([code(1)], [emptySlot(1), foreign]), undefined)).toBe(false);
    expect(roomFor(bookings([code(1)], two, { usable: [1] }), undefined)).toBe(false);
    // Where it stands now it may not stay for good, and takes nobody's place.
    const outside = [standing(1, codeId(1), '1001'), emptySlot(2)];
    expect(roomFor(bookings([code(1)], outside, { usable: [2] }), undefined)).toBe(true);
  });

  test('is not there yet where a code is still being removed, but is for one that comes later', () => {
    const leaving = code(1, undefined, { deletingSince: now - hour });
    const one = [standing(1, codeId(1), '1001')];
    expect(roomFor(bookings([leaving], one), undefined)).toBe(false);
    expect(roomFor(bookings([leaving], one), frame(0, 5))).toBe(false);
    const later = { startsAt: now + removalReserveMs, endsAt: now + 2 * removalReserveMs };
    expect(roomFor(bookings([leaving], one), later)).toBe(true);
    // Never on the lock, it is in nobody's way.
    expect(roomFor(bookings([leaving], [emptySlot(1)]), undefined)).toBe(true);
  });

  test('is not there for a short code that meets one which is being written ahead of its time', () => {
    const ahead = code(1, { startsAt: now + leadMs, endsAt: now + hour });
    const brief = { startsAt: now, endsAt: now + leadMs };
    expect(roomFor(bookings([ahead], [emptySlot(1)]), brief)).toBe(false);
    expect(roomFor(bookings([ahead], [emptySlot(1)], { now: now - 1 }), brief)).toBe(true);
  });

  test('is made by spare backup codes, and not by those that stand in for somebody', () => {
    const spare = code(1, undefined, { isBackup: true });
    const one = [standing(1, codeId(1), '1001')];
    expect(roomFor(bookings([spare], one), undefined)).toBe(true);
    expect(roomFor(bookings([{ ...spare, backupFor: codeId(9) }], one), undefined)).toBe(false);
  });

  test('is left by the code itself where its time frame changes', () => {
    const codes = [code(1, frame(1, 2)), code(2, frame(3, 4))];
    const one = [emptySlot(1)];
    expect(roomFor(bookings(codes, one), frame(1, 3), codeId(1))).toBe(true);
    expect(roomFor(bookings(codes, one), frame(1, 3.5), codeId(1))).toBe(false);
  });

  test('one moved to later keeps the slot it stands in until it is off, and takes one again then', () => {
    const moved = code(1, frame(5, 6));
    const one = [standing(1, codeId(1), '1001')];
    expect(roomFor(bookings([moved], one), frame(0, 1))).toBe(false);
    expect(roomFor(bookings([moved], one), frame(1, 5))).toBe(true);
    expect(roomFor(bookings([moved], one), frame(1, 5.5))).toBe(false);
    // Loaded ahead of its time, bound by a schedule, it goes at once for one whose time it is.
    const loaded = [{ ...standing(1, codeId(1), '1001'), mayBeScheduled: true }];
    expect(roomFor(bookings([moved], loaded), frame(0, 1))).toBe(true);
    expect(roomFor(bookings([moved], loaded), frame(0, 5.5))).toBe(false);
  });
});

describe('a PIN', () => {
  const state = lockState([emptySlot(1), emptySlot(2)]);
  const conflict = (codes: readonly AccessCode[], timeFrame?: TimeFrame, except?: number): unknown =>
    pinConflict(
      { codes, state, now },
      pin('1001'),
      timeFrame,
      except === undefined ? undefined : codeId(except),
    );
  const held = { kind: 'managed', accessCodeId: codeId(1) };

  test('is one code’s for as long as that may open the door, and then the next one’s', () => {
    const codes = [code(1, frame(1, 2))];
    expect(conflict(codes, frame(1.5, 3))).toEqual(held);
    expect(conflict(codes, frame(0, 1))).toBeUndefined();
    expect(conflict(codes, frame(2, 3))).toBeUndefined();
    expect(conflict(codes)).toEqual(held);
    expect(conflict([code(1)], frame(7, 8))).toEqual(held);
    expect(conflict([code(2)])).toBeUndefined();
  });

  test('of a time that is over, or of a code on its way off, is free', () => {
    expect(conflict([code(1, frame(-2, -1))])).toBeUndefined();
    expect(conflict([code(1, undefined, { deletingSince: now })])).toBeUndefined();
  });

  test('that another is to replace counts until it has', () => {
    const changing = code(2, undefined, { previousPin: pin('1001') });
    expect(conflict([changing])).toEqual({ kind: 'managed', accessCodeId: codeId(2) });
    expect(conflict([changing], undefined, 2)).toBeUndefined();
  });

  test('of a code that nobody here asked for is never free', () => {
    const foreign = belief(1, { state: occupied('1001'), grade: 'proved', unmanagedId: unmanagedId(1) });
    expect(pinConflict({ codes: [], state: lockState([foreign]), now }, pin('1001'), frame(7, 8))).toEqual({
      kind: 'unmanaged',
      accessCodeId: unmanagedId(1),
    });
  });
});

test('whatever is accepted, no moment needs more slots than there are, and what is refused would', () => {
  const booking = fc.record({
    from: fc.integer({ min: 0, max: 30 }),
    hours: fc.integer({ min: 1, max: 12 }),
    ongoing: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  });
  const atOnce = (frames: readonly (TimeFrame | undefined)[]): number =>
    Math.max(
      ...Array.from({ length: 43 }, (_, at) => now + at * hour).map(
        (at) => frames.filter((one) => one === undefined || (one.startsAt <= at && at < one.endsAt)).length,
      ),
    );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(booking, { maxLength: 14, size: 'max' }),
      (slots, asked) => {
        const free = Array.from({ length: slots }, (_, index) => emptySlot(index + 1));
        const codes: AccessCode[] = [];
        for (const { from, hours, ongoing } of asked) {
          const wanted = ongoing ? undefined : frame(from, from + hours);
          const accepted = roomFor(bookings(codes, free), wanted);
          expect(accepted).toBe(atOnce([...codes.map((one) => one.timeFrame), wanted]) <= slots);
          if (accepted) codes.push(code(codes.length + 1, wanted));
        }
      },
    ),
    { numRuns: 300 },
  );
});
