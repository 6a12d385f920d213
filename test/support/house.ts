import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedDriver } from '../../drivers/simulated/index.ts';
import { SimulatedLock } from '../../drivers/simulated/lock.ts';
import { LocksInMemory } from '../../drivers/simulated/simulation.ts';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import { createApp } from '../../src/app/index.ts';
import type { AppParts } from '../../src/app/index.ts';
import type { Answer, App } from '../../src/app/answer.ts';
import type { Vocabulary } from '../../src/app/vocabulary.ts';
import { DeviceId, LockAddress } from '../../src/core/ids.ts';
import type { Capabilities, LockState } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { createChanges } from '../../src/ports/changes.ts';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import type { LockTime } from '../../src/ports/lock-time.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Simulation } from '../../src/ports/simulation.ts';
import type { Store } from '../../src/ports/store.ts';
import { believed } from './believed.ts';
import { lockTime } from '../../src/platform/lock-time.ts';
import { TrustedClock } from '../../src/platform/trusted-clock.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import type { Moment } from '../../src/reconcile/exchange.ts';
import { openStore } from '../../src/store/index.ts';
import { aBridge } from './bridge-info.ts';
import { checkEvents } from './event-check.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

export const plainCapabilities: Capabilities = {
  slots: { first: 1, last: 10 },
  reservedSlots: [],
  codeLengths: [4, 5, 6, 7, 8],
  readBack: 'full',
  checksum: false,
  reportsProgramming: true,
  power: 'battery',
  remoteLock: true,
};

export const lockSpec = (
  changes: Partial<LockSpec> = {},
  capabilities: Partial<Capabilities> = {},
): LockSpec => ({
  address: LockAddress('simulated:1'),
  name: 'Front door',
  masks: false,
  duplicateCheck: true,
  ...changes,
  capabilities: { ...plainCapabilities, ...capabilities },
});

/** What a machine says of its clock. */
export interface ScriptedSystem {
  /** Whether the system says that its clock is synchronised; undefined: nothing tells. */
  synchronised: boolean | undefined;
  /** Config `clock.trust: always`; as of the next restart. */
  always: boolean;
  /** When the program was built; as of the next restart. */
  builtAt: number;
}

/** What ends a simulated process: thrown at a moment, nothing after it happens. */
export class Crash extends Error {}

type Drivers = readonly LockDriver[] | 'not_started';

/**
 * A bridge without a radio or a broker: the real store on disk, the real app and reconciler, simulated locks,
 * a virtual clock. `restart()` builds everything but the locks and the files anew.
 */
export class House {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly locks: readonly SimulatedLock[];
  readonly driver: SimulatedDriver;
  readonly logged: { readonly fields: object; readonly message: string }[] = [];
  readonly #dir = mkdtempSync(join(tmpdir(), 'lockstep-house-'));
  readonly databaseFile = join(this.#dir, 'data', 'lockstep.db');
  store!: Store;
  /** For what stands beside the app: faces, rounds. */
  parts!: AppParts;
  app!: App;
  controller!: Controller;
  /** Called at each moment; may throw a `Crash`. */
  onMoment: (moment: Moment) => void = () => undefined;
  /** So long before their time codes are loaded where the lock has schedules; as of the next restart. */
  preloadMs = 72 * 60 * 60_000;
  /** So long before their time it is said which codes may not work then; as of the next restart. */
  arrivalNoticeMs = 12 * 60 * 60_000;
  usable: { readonly first: number; readonly last: number } | undefined;
  /** The time zone database; as of the next restart. */
  lockTime: LockTime = lockTime;
  /** IANA zone that a lock's own clock lives by. */
  zoneOf: (address: LockAddress) => string = () => 'UTC';
  /** What the machine says of its clock, where the bridge judges it. */
  readonly system: ScriptedSystem;
  readonly #judges: boolean;
  #judged: TrustedClock | undefined;
  /** A process that was killed writes nothing any more. */
  #isKilled = false;
  #boot = { name: 'boot 1', at: 0 };
  #requests = 0;

  readonly #simulation: Simulation | undefined;
  readonly #vocabulary: Vocabulary;

  constructor(
    specs: readonly LockSpec[] = [lockSpec()],
    seed = 1,
    /** `simulates`: the routes of the simulated locks are there. */
    {
      simulates = false,
      vocabulary = 'seeds',
      system,
    }: {
      readonly simulates?: boolean;
      readonly vocabulary?: Vocabulary;
      /** The bridge judges the clock of this machine, as the daemon does; else it believes the virtual clock. */
      readonly system?: Partial<ScriptedSystem>;
    } = {},
  ) {
    this.#vocabulary = vocabulary;
    this.system = { synchronised: true, always: false, builtAt: Date.UTC(2026, 9, 1), ...system };
    this.#judges = system !== undefined;
    this.random = new SeededRandom(seed);
    this.locks = specs.map((spec) => new SimulatedLock(spec));
    this.driver = new SimulatedDriver(this.clock, this.locks, {
      latencyMs: 20,
      concurrency: 1,
      trueTime: () => this.clock.truth(),
      timeZoneOf: (address) => this.zoneOf(address),
      timeToTell: () => (this.parts.clockTrust.isTrusted ? this.parts.clock.now() : undefined),
    });
    this.#simulation = simulates ? new LocksInMemory(this.clock, this.driver, this.locks) : undefined;
    this.#build();
  }

  readonly log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields, message) => this.logged.push({ fields, message }),
    error: (fields, message) => this.logged.push({ fields, message }),
    child: () => this.log,
  };

  #build(drivers: Drivers = [this.driver]): void {
    const judged = this.#judges ? this.#trustedClock() : undefined;
    this.#judged = judged;
    const clock = judged ?? this.clock;
    this.store = openStore({
      dataDir: join(this.#dir, 'data'),
      key: new Uint8Array(32).fill(9),
      random: this.random,
      log: this.log,
      now: () => clock.now(),
    });
    this.#remember(judged);
    const clockTrust = judged ?? believed(this.clock);
    const changes = createChanges();
    this.controller = new Controller({
      store: this.store,
      clock,
      random: this.random,
      log: this.log,
      changes,
      deviceIdOf: (identity) =>
        DeviceId(`00000000-0000-5000-8000-${identity.replace(/\D/g, '').padStart(12, '0')}`),
      settingsOf: () => ({ name: undefined, slots: this.usable }),
      pace: { adoptBurst: 8, adoptRestMs: 2_000 },
      leadMs: defaultLeadMs,
      preloadMs: this.preloadMs,
      arrivalNoticeMs: this.arrivalNoticeMs,
      lockTime: this.lockTime,
      clockTrust,
      timeZoneOf: (device) => this.zoneOf(device.address),
      auditWakeups: 2,
      auditOverdueMs: undefined,
      moment: (moment) => {
        this.onMoment(moment);
      },
    });
    this.parts = {
      store: this.store,
      reconciler: this.controller,
      clock,
      clockTrust,
      random: this.random,
      log: this.log,
      changes,
      simulation: this.#simulation,
      bridge: {
        bridgeId: 'test',
        version: '0',
        startedAt: clock.now(),
        ...aBridge(clock),
        timeZoneOf: (device) => device.wishes?.timeZone ?? 'Europe/Berlin',
        vocabulary: this.#vocabulary,
      },
    };
    this.app = createApp(this.parts);
    if (drivers !== 'not_started') this.controller.start(drivers);
  }

  #trustedClock(): TrustedClock {
    const { name, at } = this.#boot;
    const machine = {
      clock: this.clock,
      elapsed: () => this.clock.elapsed() - at,
      boot: name,
      synchronised: () => Promise.resolve(this.system.synchronised),
    };
    const { always, builtAt } = this.system;
    return new TrustedClock(machine, { always, builtAt, log: this.log });
  }

  #remember(judged: TrustedClock | undefined): void {
    const { store } = this;
    this.#isKilled = false;
    void judged?.begin({
      clockMemory: () => store.clockMemory(),
      putClockMemory: (known) => {
        if (!this.#isKilled) store.putClockMemory(known);
      },
    });
  }

  get lock(): SimulatedLock {
    return this.locks[0]!;
  }

  get deviceId(): string {
    return this.deviceIdOf(this.lock);
  }

  deviceIdOf(lock: SimulatedLock): string {
    return this.store.devices().find((device) => device.address === lock.spec.address)?.deviceId ?? '';
  }

  state(lock = this.lock): LockState {
    return this.store.lockState(DeviceId(this.deviceIdOf(lock)));
  }

  /** Lets the bridge learn its locks and come to rest. */
  async settle(ms = 60_000): Promise<void> {
    await this.clock.advance(ms);
  }

  call(route: string, params: object, requestId?: string): Promise<Answer> {
    this.#requests += 1;
    return this.app.call(route, params, { caller: 'test', requestId, expiresAt: undefined });
  }

  /** Creates a code and returns its id; throws where the app refuses. */
  async create(digits: string, lock = this.lock): Promise<string> {
    const answer = await this.call('access_codes/create', { device_id: this.deviceIdOf(lock), code: digits });
    if (!answer.ok) throw new Error(`refused: ${answer.error.type} ${answer.error.message}`);
    return field(answer.body['access_code'], 'access_code_id');
  }

  async code(id: string): Promise<Record<string, unknown>> {
    const answer = await this.call('access_codes/get', { access_code_id: id });
    if (!answer.ok) throw new Error(answer.error.type);
    return { ...(answer.body['access_code'] as Record<string, unknown>) };
  }

  events(): string[] {
    return this.store.events(0, 10_000).map((event) => event.eventType);
  }

  /**
   * The process ends at once, as by kill -9, and a new one starts on the same files.
   * @param drivers those of the config; `not_started`: none of them is open yet
   */
  async restart(drivers: Drivers = [this.driver]): Promise<void> {
    await this.#kill();
    this.#build(drivers);
  }

  /** The power fails for so long, and the machine starts again: its clock goes on from then, or from `wall`. */
  async reboot(offMs: number, wall?: number): Promise<void> {
    await this.#kill();
    this.clock.suspend(offMs);
    if (wall !== undefined) this.clock.step(wall - this.clock.now());
    this.#boot = { name: `${this.#boot.name}'`, at: this.clock.elapsed() };
    this.#build();
  }

  async #kill(): Promise<void> {
    this.#isKilled = true;
    await this.controller.stop();
    this.#judged?.stop();
    this.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.controller.stop();
    this.#judged?.stop();
    try {
      checkEvents(this.parts);
    } finally {
      this.store.close();
      rmSync(this.#dir, { recursive: true, force: true });
    }
  }
}

export const field = (value: unknown, key: string): string => {
  const found =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  if (typeof found !== 'string') throw new Error(`no ${key} in the answer`);
  return found;
};
