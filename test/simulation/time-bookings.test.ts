import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pinConflict, roomFor } from '../../src/core/allocate.ts';
import type { Bookings } from '../../src/core/allocate.ts';
import type { AccessCodeId } from '../../src/core/ids.ts';
import { DeviceId } from '../../src/core/ids.ts';
import type { TimeFrame } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { Pin } from '../../src/core/pin.ts';
import { BookingDesk } from '../support/bookings.ts';
import { House, lockSpec } from '../support/house.ts';

const unitMs = 5 * 60_000;
/** From a window's edge until the lock follows: some exchanges of 40 ms, and nobody in the way. */
const processingMs = 3_000;

const pins = ['1357', '2468', '9753'];

interface Request {
  /** Milliseconds since the request before: often shortly before or after somebody's time begins. */
  readonly after: number;
  /** Units from now on; negative: it has begun already. */
  readonly from: number;
  readonly units: number;
  readonly pin: string;
  /** Instead of a new one, an earlier code is moved to this time, or deleted. */
  readonly instead: string;
  readonly which: number;
}

const request: fc.Arbitrary<Request> = fc.record({
  after: fc.constantFrom(0, 0, 0, unitMs, unitMs - 15_000, 2 * unitMs + 17_000),
  from: fc.integer({ min: -1, max: 12 }),
  units: fc.integer({ min: 1, max: 6 }),
  pin: fc.constantFrom(...pins),
  instead: fc.constantFrom('book', 'book', 'book', 'book', 'move', 'delete'),
  which: fc.nat(20),
});

const scenario = fc.record({
  slots: fc.integer({ min: 1, max: 3 }),
  kind: fc.constantFrom('plain', 'masks', 'checksum', 'blind', 'careless'),
  requests: fc.array(request, { minLength: 4, maxLength: 16 }),
});

interface Stay {
  readonly digits: string;
  readonly from: number;
  until: number;
}

/** Notes when each PIN stood on the lock; fails as soon as one stands twice. */
const watch = (house: House): Stay[] => {
  const { slots } = house.lock;
  const stays: Stay[] = [];
  const open = new Map<number, Stay>();
  const close = (slot: number): void => {
    const stay = open.get(slot);
    if (stay !== undefined) stay.until = house.clock.now();
    open.delete(slot);
  };
  const set = slots.set.bind(slots);
  slots.set = (slot, digits) => {
    for (const [other, held] of slots)
      if (other !== slot && held === digits) throw new Error(`a PIN stands in slots ${other} and ${slot}`);
    close(slot);
    const stay = { digits, from: house.clock.now(), until: Infinity };
    open.set(slot, stay);
    stays.push(stay);
    return set(slot, digits);
  };
  const remove = slots.delete.bind(slots);
  slots.delete = (slot) => {
    close(slot);
    return remove(slot);
  };
  return stays;
};

/** One code as its guest was promised it. */
interface Promised {
  readonly id: AccessCodeId;
  readonly digits: string;
  frame: TimeFrame;
  /** When it was last asked for so, and since when it is what it is. */
  since: number;
  deletedAt: number | undefined;
}

/** When it may come to stand on the lock, and by when it has gone. */
const firstOf = ({ frame, since }: Promised): number => Math.max(frame.startsAt - defaultLeadMs, since);
const lastOf = ({ frame, deletedAt }: Promised): number =>
  Math.min(frame.endsAt, deletedAt ?? Infinity) + processingMs;

/** Makes the requests that the rules allow. */
const play = async (house: House, requests: readonly Request[]): Promise<Promised[]> => {
  const desk = new BookingDesk(house);
  const promises: Promised[] = [];
  const { store, clock, controller } = house;
  for (const { after, from, units, pin, instead, which } of requests) {
    await clock.advance(after);
    const now = clock.now();
    const startsAt = now + from * unitMs;
    const frame = { startsAt, endsAt: startsAt + Math.max(units, 1 - from) * unitMs };
    const device = store.device(DeviceId(house.deviceId));
    if (device === undefined) throw new Error('no device');
    const bookings: Bookings = {
      codes: store.accessCodes({ deviceId: device.deviceId }),
      state: store.lockState(device.deviceId),
      usable: controller.usableSlots(device),
      now,
      leadMs: defaultLeadMs,
    };
    const earlier = promises.filter((one) => one.deletedAt === undefined && one.frame.endsAt > now);
    const chosen = earlier[which % Math.max(1, earlier.length)];
    if (instead === 'delete' && chosen !== undefined) {
      desk.delete(chosen.id);
      chosen.deletedAt = now;
    } else if (instead === 'move' && chosen !== undefined) {
      const own = Pin.parse(chosen.digits)!;
      if (!roomFor(bookings, frame, chosen.id) || pinConflict(bookings, own, frame, chosen.id)) continue;
      desk.reframe(chosen.id, frame);
      // What it was promised before is over; what stood by then was right.
      promises.push({ ...chosen, deletedAt: now });
      chosen.frame = frame;
      chosen.since = now;
    } else {
      if (!roomFor(bookings, frame) || pinConflict(bookings, Pin.parse(pin)!, frame)) continue;
      const { id } = desk.book(pin, frame);
      promises.push({ id, digits: pin, frame, since: now, deletedAt: undefined });
    }
  }
  return promises;
};

test('whatever bookings are accepted, each guest gets in, at no other time, and never two of them by one PIN', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ slots, kind, requests }) => {
      await using house = new House([
        lockSpec(
          { masks: kind === 'masks', duplicateCheck: kind !== 'careless' },
          {
            slots: { first: 1, last: slots },
            checksum: kind === 'checksum',
            ...(kind === 'blind' ? { readBack: 'none', reportsProgramming: false } : {}),
          },
        ),
      ]);
      house.usable = { first: 1, last: slots };
      await house.settle(30_000);
      const stays = watch(house);
      const promises = await play(house, requests);
      await house.settle(20 * unitMs);
      expect([...house.lock.slots.values()]).toEqual([]);
      expect(house.store.accessCodes()).toEqual([]);
      for (const { digits, frame, since, deletedAt } of promises) {
        const from = Math.max(frame.startsAt, since) + processingMs;
        const until = Math.min(frame.endsAt, deletedAt ?? Infinity);
        if (until <= from) continue;
        const isThere = stays.some(
          (stay) => stay.digits === digits && stay.from <= from && stay.until >= until,
        );
        expect(isThere, 'the guest gets in').toBe(true);
      }
      for (const stay of stays)
        for (const at of [stay.from, stay.until, ...promises.map((one) => lastOf(one) + 1)])
          if (stay.from <= at && at <= stay.until)
            expect(
              promises.some((one) => one.digits === stay.digits && firstOf(one) <= at && at <= lastOf(one)),
              'nobody gets in at another time',
            ).toBe(true);
    }),
    { numRuns: 15 },
  );
});
