import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedDriver } from '../../drivers/simulated/index.ts';
import type { WakeUp } from '../../drivers/simulated/index.ts';
import { SimulatedLock } from '../../drivers/simulated/lock.ts';
import { newAccessCode } from '../../src/core/access-code.ts';
import { AccessCodeId, DeviceId, LockAddress } from '../../src/core/ids.ts';
import type { AccessCode, Capabilities, LockState, TimeFrame } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { Pin } from '../../src/core/pin.ts';
import { slotsOf, unknownSlot } from '../../src/core/slots.ts';
import { createChanges } from '../../src/ports/changes.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Store, StoredEvent } from '../../src/ports/store.ts';
import { lockTime } from '../../src/platform/lock-time.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import { openStore } from '../../src/store/index.ts';
import { believed } from './believed.ts';
import { lockSpec } from './house.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface FleetOptions {
  readonly locks: number;
  /** Milliseconds that a message needs one way: an exchange keeps the radio for two. */
  readonly latencyMs: number;
  readonly capabilities?: Partial<Capabilities>;
  /** Of battery locks; left out: none sleeps. */
  readonly wakeUp?: WakeUp | undefined;
  readonly seed?: number;
}

/** A code to be put into a fleet, by the number of its lock. */
export interface Booking {
  readonly lock: number;
  readonly frame: TimeFrame;
}

/** A PIN that stood on a lock, and when; `to` undefined: it stands there still. */
export interface Stay {
  readonly lock: number;
  readonly from: number;
  to: number | undefined;
}

/**
 * Many simulated locks on one radio, all of them known slot by slot, with the real store and reconciler on a virtual
 * clock: for thousands of codes, where a whole bridge (`House`) would take too long.
 */
export class Fleet implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly locks: readonly SimulatedLock[];
  readonly driver: SimulatedDriver;
  readonly problems: string[] = [];
  readonly #dir = mkdtempSync(join(tmpdir(), 'lockstep-fleet-'));
  /** As of the next restart. */
  arrivalNoticeMs = 12 * 60 * 60_000;
  store!: Store;
  controller!: Controller;
  #made = 0;

  constructor({ locks, latencyMs, capabilities = {}, wakeUp, seed = 1 }: FleetOptions) {
    this.random = new SeededRandom(seed);
    this.locks = Array.from(
      { length: locks },
      (_, n) => new SimulatedLock(lockSpec({ address: addressOf(n) }, { power: 'mains', ...capabilities })),
    );
    this.driver = new SimulatedDriver(this.clock, this.locks, { latencyMs, concurrency: 1, wakeUp });
    this.#build();
  }

  readonly #log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields, message) => this.problems.push(message),
    error: (fields, message) => this.problems.push(`${message} ${'err' in fields ? String(fields.err) : ''}`),
    child: () => this.#log,
  };

  #build(): void {
    this.store = openStore({
      dataDir: join(this.#dir, 'data'),
      key: new Uint8Array(32).fill(9),
      random: this.random,
      log: this.#log,
      now: () => this.clock.now(),
    });
    this.controller = new Controller({
      store: this.store,
      clock: this.clock,
      random: this.random,
      log: this.#log,
      changes: createChanges(),
      deviceIdOf: (identity) => deviceIdOf(Number(identity.replace(/\D/g, '')) - 1),
      settingsOf: () => undefined,
      pace: { adoptBurst: 8, adoptRestMs: 2_000 },
      leadMs: defaultLeadMs,
      preloadMs: 72 * 60 * 60_000,
      arrivalNoticeMs: this.arrivalNoticeMs,
      lockTime,
      clockTrust: believed(this.clock),
      timeZoneOf: () => 'UTC',
      auditWakeups: 2,
      auditOverdueMs: undefined,
      moment: () => undefined,
    });
    this.controller.start([this.driver]);
  }

  /** The locks are met, and each of their slots counts as read and empty some time ago. */
  async meet(): Promise<void> {
    await this.clock.advance(0);
    await this.controller.stop();
    this.store.transaction(() => {
      for (const { deviceId, capabilities } of this.store.devices()) {
        if (capabilities === undefined) throw new Error('a lock was not met');
        const before = this.store.lockState(deviceId);
        this.store.putLockState(before, emptied(before, capabilities, this.clock.now() - 60 * 60_000));
      }
    });
    await this.restart();
  }

  /** Takes codes on as the app would; codes of one lock share no PIN. */
  book(bookings: readonly Booking[]): AccessCode[] {
    const codes = bookings.map(({ lock, frame }) =>
      newAccessCode({
        accessCodeId: AccessCodeId(this.random.uuid()),
        deviceId: deviceIdOf(lock),
        pin: pinOf((this.#made += 1)),
        at: this.clock.now(),
        timeFrame: frame,
        status: 'unset',
      }),
    );
    this.store.transaction(() => {
      for (const code of codes) this.store.putAccessCode(code);
    });
    for (const lock of new Set(bookings.map((one) => one.lock))) this.controller.kick(deviceIdOf(lock));
    return codes;
  }

  /** What stands on the locks from now on, by PIN, as the locks themselves have it. */
  watch(): ReadonlyMap<string, readonly Stay[]> {
    const stays = new Map<string, Stay[]>();
    this.locks.forEach(({ slots }, lock) => {
      const [put, remove] = [slots.set.bind(slots), slots.delete.bind(slots)];
      const ends = (slot: number): void => {
        const last = stays.get(slots.get(slot) ?? '')?.at(-1);
        if (last !== undefined) last.to = this.clock.now();
      };
      slots.set = (slot, digits) => {
        ends(slot);
        stays.set(digits, [...(stays.get(digits) ?? []), { lock, from: this.clock.now(), to: undefined }]);
        return put(slot, digits);
      };
      slots.delete = (slot) => {
        ends(slot);
        return remove(slot);
      };
    });
    return stays;
  }

  /** All that was told, in order: what is read in one go doesn't matter to whoever asks for much. */
  events(): readonly StoredEvent[] {
    const all: StoredEvent[] = [];
    for (
      let page = this.store.events(0, 1_000);
      page.length > 0;
      page = this.store.events(all.at(-1)?.seq ?? 0, 1_000)
    )
      all.push(...page);
    return all;
  }

  /** The process ends at once, stays away for so long, and a new one starts on the same files. */
  async restart(downMs = 0): Promise<void> {
    await this.controller.stop();
    this.store.close();
    await this.clock.advance(downMs);
    this.#build();
  }

  /** The lock of a code. */
  lockOf({ deviceId }: AccessCode): SimulatedLock {
    const lock = this.locks[Number(deviceId.slice(-12)) - 1];
    if (lock === undefined) throw new Error('no such lock');
    return lock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.controller.stop();
    this.store.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

const addressOf = (n: number): LockAddress => LockAddress(`simulated:${n + 1}`);
const deviceIdOf = (n: number): DeviceId =>
  DeviceId(`00000000-0000-5000-8000-${String(n + 1).padStart(12, '0')}`);

const pinOf = (n: number): Pin => {
  const pin = Pin.parse(String(n).padStart(6, '0'));
  if (pin === undefined) throw new Error('not a PIN');
  return pin;
};

const emptied = (state: LockState, capabilities: Capabilities, evidenceAt: number): LockState => ({
  ...state,
  adopted: true,
  slots: new Map(
    slotsOf(capabilities).map((slot) => [
      slot,
      { ...unknownSlot(slot), state: { kind: 'empty' }, grade: 'proved', source: 'read', evidenceAt },
    ]),
  ),
});
