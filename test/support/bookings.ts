import { newAccessCode } from '../../src/core/access-code.ts';
import { AccessCodeId, DeviceId } from '../../src/core/ids.ts';
import type { AccessCode, TimeFrame } from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';
import { wishChanged } from '../../src/core/wishes.ts';
import type { House } from './house.ts';

/** What becomes of an access code, and its name in the events. */
export interface Booking {
  readonly id: AccessCodeId;
  readonly digits: string;
}

/** Time-bound codes put into the store of a house as the use cases put them, without their rules. */
export class BookingDesk {
  readonly #house: House;

  constructor(house: House) {
    this.#house = house;
  }

  /** @param timeFrame undefined: from now on */
  book(digits: string, timeFrame: TimeFrame | undefined, changes: Partial<AccessCode> = {}): Booking {
    const { store, random, clock, deviceId } = this.#house;
    const id = AccessCodeId(random.uuid());
    const pin = Pin.parse(digits);
    if (pin === undefined) throw new Error('not a PIN');
    const at = clock.now();
    store.putAccessCode(
      newAccessCode({ accessCodeId: id, deviceId: DeviceId(deviceId), pin, timeFrame, at, ...changes }),
    );
    this.#kick();
    return { id, digits };
  }

  code(id: AccessCodeId): AccessCode | undefined {
    return this.#house.store.accessCode(id);
  }

  reframe(id: AccessCodeId, timeFrame: TimeFrame | undefined): void {
    const at = this.#house.clock.now();
    this.#change(id, (before) => ({
      ...before,
      timeFrame,
      timeFrameBefore: { from: before.timeFrame, at },
      wishedAt: at,
    }));
  }

  delete(id: AccessCodeId): void {
    const now = this.#house.clock.now();
    this.#change(id, (before) => ({ ...before, deletingSince: now, status: 'removing' }));
  }

  #change(id: AccessCodeId, change: (before: AccessCode) => AccessCode): void {
    const { store, clock, controller } = this.#house;
    const before = store.accessCode(id);
    if (before === undefined) throw new Error('no such access code');
    const after = change(before);
    store.transaction(() => {
      const state = store.lockState(after.deviceId);
      store.putLockState(state, wishChanged(state, after, clock.now(), controller.leadMs));
      store.putAccessCode(after);
    });
    this.#kick();
  }

  #kick(): void {
    this.#house.controller.kick(DeviceId(this.#house.deviceId));
  }
}
