import { SimulatedDriver } from '../../../drivers/simulated/index.ts';
import { SimulatedLock } from '../../../drivers/simulated/lock.ts';
import type { LockSpec } from '../../../drivers/simulated/lock.ts';
import { LockAddress } from '../../../src/core/ids.ts';
import type { AutoLock, Capabilities } from '../../../src/core/model.ts';
import type { Hint } from '../../../src/ports/lock-driver.ts';
import { lockSpec } from '../../support/house.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ToldTime } from './told-time.ts';
import type { Bench, BenchClock, BenchKind, BenchLock, Character, Fault, KeypadAction } from '../bench.ts';

const specOf = (
  n: number,
  capabilities: Partial<Capabilities> = {},
  changes: Partial<LockSpec> = {},
): LockSpec =>
  lockSpec(
    { address: LockAddress(`simulated:${n}`), name: `Lock ${n}`, ...changes },
    { slots: { first: 1, last: 12 }, reservedSlots: [12], ...capabilities },
  );

const specs: Readonly<Record<Character, LockSpec>> = {
  plain: specOf(1),
  masking: specOf(2, { readBack: 'masked' }, { masks: true }),
  unreadable: specOf(3, { readBack: 'none' }),
  checksum: specOf(4, { checksum: true }),
  names: specOf(5, { names: { maxLength: 16 } }),
  schedules: specOf(6, { yearDaySchedules: 1 }),
  manners: specOf(7, { yearDaySchedules: 1, codeManners: true }),
  clock: specOf(8, { clock: { set: true, read: true, dst: true } }),
  auto_lock: specOf(9, { autoLock: true }),
};

class SimulatedBenchLock implements BenchLock {
  readonly #lock: SimulatedLock;
  readonly #driver: SimulatedDriver;
  readonly #clock: VirtualClock;

  constructor(lock: SimulatedLock, driver: SimulatedDriver, clock: VirtualClock) {
    this.#lock = lock;
    this.#driver = driver;
    this.#clock = clock;
  }

  get clock(): BenchClock {
    const { clock } = this.#lock;
    return {
      shown: () => Promise.resolve(clock.local()),
      put: (wall) => {
        clock.step(wall - clock.local());
        // The clocks may have changed on the way there.
        clock.step(wall - clock.local());
        return Promise.resolve();
      },
    };
  }

  get address(): LockAddress {
    return this.#lock.spec.address;
  }

  codes(): Promise<Record<number, string>> {
    return Promise.resolve(Object.fromEntries(this.#lock.slots));
  }

  locked(): Promise<boolean> {
    return Promise.resolve(this.#lock.locked);
  }

  keypad({ action, slot = 0, code = '' }: KeypadAction): Promise<void> {
    const { address } = this;
    if (action === 'enter') {
      const by = this.#lock.enter(code);
      if (by !== undefined)
        this.#driver.emit({ kind: 'access', address, action: 'unlocked', method: 'keycode', slot: by });
    } else if (action === 'delete_all') {
      this.#lock.factoryReset();
      this.#driver.emit({ kind: 'slot', address, slot: undefined, allDeleted: true });
    } else {
      this.#lock.store(slot, action === 'delete' ? undefined : code, this.#clock.monotonic());
      this.#driver.emit({ kind: 'slot', address, slot });
    }
    return Promise.resolve();
  }

  turn(locked: boolean): Promise<void> {
    this.#lock.locked = locked;
    const action = locked ? 'locked' : 'unlocked';
    this.#driver.emit({ kind: 'access', address: this.address, action, method: 'manual', slot: undefined });
    return Promise.resolve();
  }

  drain(): Promise<void> {
    throw new Error('a simulated lock has no battery');
  }

  fault(fault: Fault): Promise<void> {
    const { faults } = this.#lock;
    if (fault === 'offline') faults.offline = true;
    if (fault === 'answer_lost') faults.loseAnswers = Infinity;
    if (fault === 'command_lost') faults.loseCommands = Infinity;
    if (fault === 'refuses') faults.refuses = Infinity;
    if (fault === 'lies') faults.lies = Infinity;
    if (fault === 'full') faults.full = true;
    if (fault === 'answer_held') faults.holdAnswers = true;
    return Promise.resolve();
  }

  heal(): Promise<void> {
    const wasOffline = this.#lock.faults.offline;
    Object.assign(this.#lock.faults, {
      offline: false,
      full: false,
      holdAnswers: false,
      loseAnswers: 0,
      loseCommands: 0,
      refuses: 0,
      lies: 0,
    });
    if (wasOffline) this.#driver.emit({ kind: 'reachable', address: this.address });
    return Promise.resolve();
  }

  scheduleAt(slot: number): ReturnType<NonNullable<BenchLock['scheduleAt']>> {
    return Promise.resolve(this.#lock.schedules.get(slot));
  }

  nameAt(slot: number): Promise<string | undefined> {
    return Promise.resolve(this.#lock.names.get(slot));
  }

  autoLock(): Promise<AutoLock> {
    return Promise.resolve(this.#lock.autoLock);
  }

  mannerAt(slot: number): ReturnType<NonNullable<BenchLock['mannerAt']>> {
    return Promise.resolve(this.#lock.manners.get(slot));
  }
}

const open = (): Promise<Bench> => {
  const clock = new VirtualClock();
  const locks = new Map(
    Object.entries(specs).map(([character, spec]) => [character, new SimulatedLock(spec)]),
  );
  for (const lock of locks.values()) lock.slots.set(1, '258013');
  const time = new ToldTime(() => clock.now());
  const driver = new SimulatedDriver(clock, [...locks.values()], {
    latencyMs: 20,
    concurrency: 2,
    ...time.host,
  });
  const hints: Hint[] = [];
  driver.onHint((hint) => hints.push(hint));
  const benches = new Map(
    [...locks].map(([character, lock]) => [character, new SimulatedBenchLock(lock, driver, clock)]),
  );
  return Promise.resolve({
    driver,
    hints,
    logged: [],
    lock: (character) => {
      const lock = benches.get(character);
      if (lock === undefined) throw new Error(`no ${character} lock`);
      return lock;
    },
    time,
    settle: async (work) => {
      const over = new AbortController();
      const ended = work.finally(() => {
        over.abort();
      });
      ended.catch(() => undefined);
      while (!over.signal.aborted) await clock.advance(10);
      return ended;
    },
    radio: {
      lose: () => {
        driver.setRadio('lost');
        return Promise.resolve();
      },
      giveBack: () => {
        driver.setRadio('ready');
        return Promise.resolve();
      },
    },
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  });
};

export const simulatedBench: BenchKind = {
  name: 'simulated',
  characters: ['masking', 'unreadable', 'checksum', 'names', 'schedules', 'manners', 'clock', 'auto_lock'],
  faults: ['offline', 'answer_lost', 'answer_held', 'command_lost', 'refuses', 'lies', 'full'],
  news: ['programming', 'all_deleted', 'keycode', 'manual'],
  refusesDuplicates: true,
  tellsUserType: true,
  losesRadio: true,
  rejoins: false,
  takesNewcomers: false,
  open,
};
