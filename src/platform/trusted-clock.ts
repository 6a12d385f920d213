import {
  floorNow,
  leapOpenMs,
  learnReading,
  learnWord,
  recalled,
  startOfTrust,
  steadyMs,
} from '../core/clock-trust.ts';
import type { ClockMemory, ClockReading, TrustState } from '../core/clock-trust.ts';
import type { Instant } from '../core/model.ts';
import type { ClockReport, ClockTrust } from '../ports/clock-trust.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** Readings of a clock that is trusted, and of one that isn't, are so far apart; what is known is stored as the former. */
const trustedReadMs = 10 * 60_000;
const untrustedReadMs = 60_000;
/** So exactly are timers and what has elapsed known, and more. */
const marginMs = 500;
/** Whoever knows whether the system's clock is synchronised is waited for no longer. */
const askedMostMs = 5_000;

/** The machine's clocks as they are, and what it says of them. */
export interface Machine {
  readonly clock: Clock;
  /** Milliseconds since the machine was started, suspended or not. Finer than the monotonic clock it needn't be. */
  elapsed(): number;
  /** Names the time since that start; undefined where nothing does. */
  readonly boot: string | undefined;
  /** Whether the system says that its clock is synchronised; undefined where nothing tells. */
  synchronised(): Promise<boolean | undefined>;
}

/** What is remembered of the time from one process to the next (`Store`). */
export interface ClockKeeper {
  clockMemory(): ClockMemory | undefined;
  putClockMemory(known: ClockMemory): void;
}

export interface TrustedClockOptions {
  /** Config `clock.trust: always`: the machine is not asked, and believed as it starts. */
  readonly always: boolean;
  /** When this program was built. */
  readonly builtAt: Instant;
  readonly log: Log;
}

/**
 * The one clock that everything is judged by: the system's while it is trusted, else the floor (`ClockTrust`). Before
 * `begin` it is never trusted.
 */
export class TrustedClock implements Clock, ClockTrust {
  readonly #machine: Machine;
  readonly #options: TrustedClockOptions;
  readonly #listeners = new Set<() => void>();
  #state: TrustState;
  #since: Instant;
  #synchronised: boolean | undefined;
  #overruled: Instant | undefined;
  /** The latest that was told as the time: nothing before it is told while the time isn't known. */
  #told = 0;
  /** Of the last reading: elapsed less monotonic, and wall less monotonic. */
  #elapsedLead: number;
  #wallLead = 0;
  /** Steps of the wall that were noticed between two readings. */
  #steps = 0;
  #asking: Promise<void> | undefined;
  #stopAsking: () => void = () => undefined;
  #cancel: (() => void) | undefined;
  #keptAt = 0;
  #keeper: ClockKeeper | undefined;

  constructor(machine: Machine, options: TrustedClockOptions) {
    this.#machine = machine;
    this.#options = options;
    const { clock } = machine;
    const elapsed = machine.elapsed();
    this.#state = startOfTrust(options.builtAt, elapsed);
    this.#elapsedLead = elapsed - clock.monotonic();
    this.#since = options.builtAt;
  }

  /**
   * Recalls what the last process knew, and looks at the machine; from now on again and again, until `stop`. Resolves
   * once the machine has said whether its clock is synchronised, or has had its time to.
   */
  async begin(keeper: ClockKeeper): Promise<void> {
    const { builtAt } = this.#options;
    const { boot } = this.#machine;
    this.#keeper = keeper;
    const memory = keeper.clockMemory();
    this.#overruled = memory?.overruled;
    this.#state = recalled(memory, builtAt, boot, this.#machine.elapsed());
    this.#told = 0;
    this.#read(this.#options.always ? 'config' : undefined, true);
    this.#since = memory?.isTrusted === this.#isTrusted ? memory.since : this.now();
    this.#arm();
    await this.#ask();
  }

  /** Writes down what is known. Nothing is read any more; the clock goes on. */
  stop(): void {
    this.#cancel?.();
    this.#stopAsking();
    this.#keep();
    this.#keeper = undefined;
  }

  now(): Instant {
    const wall = this.#glance();
    // In whole milliseconds, as the wall: the monotonic clock has fractions, the store takes none.
    const now = this.#isTrusted
      ? wall
      : Math.max(this.#told, Math.floor(floorNow(this.#state, this.#elapsed())));
    if (now > this.#told) this.#told = now;
    return now;
  }

  monotonic(): number {
    return this.#machine.clock.monotonic();
  }

  after(delayMs: number, fn: () => void): () => void {
    return this.#machine.clock.after(delayMs, fn);
  }

  get isTrusted(): boolean {
    this.#glance();
    return this.#isTrusted;
  }

  report(): ClockReport {
    this.now();
    const { distrust, by } = this.#state;
    const floor = Math.max(Math.floor(floorNow(this.#state, this.#elapsed())), this.#told);
    const wall = this.#machine.clock.now();
    return { distrust, since: this.#since, wall, floor, synchronised: this.#synchronised, by };
  }

  trust(setFloor: boolean): 'trusted' | 'behind_floor' {
    const wall = this.#machine.clock.now();
    const elapsed = this.#machine.elapsed();
    const next = learnWord(this.#raised(elapsed), { wall, elapsed }, setFloor);
    if (next === 'behind_floor') return next;
    if (setFloor) {
      this.#told = wall;
      if (wall < this.#options.builtAt) this.#overruled = this.#options.builtAt;
    }
    this.#become(next, elapsed);
    this.remember();
    return 'trusted';
  }

  remember(): void {
    const { boot } = this.#machine;
    if (this.#keeper === undefined) return;
    const elapsed = this.#elapsed();
    const { offset } = this.#state;
    const floor = Math.max(floorNow(this.#state, elapsed), this.#told);
    this.#keeper.putClockMemory({
      floor,
      floorAt: elapsed,
      boot: boot ?? '',
      offset,
      since: this.#since,
      isTrusted: this.#isTrusted,
      overruled: this.#overruled,
    });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get #isTrusted(): boolean {
    return this.#state.by !== undefined;
  }

  /** As of the last reading, and on with the monotonic clock: the machine itself isn't asked at every turn. */
  #elapsed(): number {
    return this.#machine.clock.monotonic() + this.#elapsedLead;
  }

  /** The wall; a step of it is looked into before anybody sees it. */
  #glance(): Instant {
    const { clock } = this.#machine;
    const wall = clock.now();
    const isStepped = Math.abs(wall - clock.monotonic() - this.#wallLead) > steadyMs;
    // Small steps add up. By more than a reading may differ: else one could follow the other for ever.
    const least = Math.max(this.#told, floorNow(this.#state, this.#elapsed()));
    const isBehind = this.#isTrusted && wall < least - steadyMs - marginMs;
    if (this.#keeper === undefined || !(isStepped || isBehind)) return wall;
    this.#steps += 1;
    this.#read(this.#options.always ? 'config' : undefined);
    this.#arm();
    void this.#ask();
    return wall;
  }

  /** What was told as the time is past. */
  #raised(elapsed: number): TrustState {
    const floor = Math.max(floorNow(this.#state, elapsed), this.#told);
    return { ...this.#state, floor, floorAt: elapsed };
  }

  #read(vouched: ClockReading['vouched'], isFirst = false): void {
    const elapsed = this.#machine.elapsed();
    const reading = { wall: this.#machine.clock.now(), elapsed, vouched };
    this.#become(learnReading(this.#raised(elapsed), reading, isFirst), elapsed);
  }

  #become(next: TrustState, elapsed: number): void {
    const { clock } = this.#machine;
    const before = this.#state;
    this.#state = next;
    const monotonic = clock.monotonic();
    this.#elapsedLead = elapsed - monotonic;
    this.#wallLead = clock.now() - monotonic;
    if ((before.by === undefined) !== (next.by === undefined)) this.#since = this.now();
    if (before.by !== next.by || before.distrust !== next.distrust) this.#changed();
  }

  /** Told in a turn of its own: the time is asked for in the midst of transactions and plans. */
  #changed(): void {
    queueMicrotask(() => {
      if (this.#keeper === undefined) return;
      this.#keep();
      for (const listener of [...this.#listeners]) listener();
    });
  }

  #keep(): void {
    this.#keptAt = this.monotonic();
    try {
      this.remember();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'what is known of the time could not be stored');
    }
  }

  /** Has the machine say whether its clock is synchronised, and takes that into account; one question at a time. */
  #ask(): Promise<void> {
    if (this.#options.always) return Promise.resolve();
    this.#asking ??= this.#answer().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #answer(): Promise<void> {
    for (;;) {
      const steps = this.#steps;
      const said = await this.#said();
      if (this.#keeper === undefined) return;
      // Said of a clock that showed another time then.
      if (steps !== this.#steps) continue;
      const isNews = said !== this.#synchronised;
      this.#synchronised = said;
      this.#read(said === true ? 'system' : undefined);
      if (isNews) this.#changed();
      this.#arm();
      return;
    }
  }

  #said(): Promise<boolean | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#machine.clock.after(askedMostMs, () => {
        resolve(undefined);
      });
      this.#stopAsking = () => {
        cancel();
        resolve(undefined);
      };
      void this.#machine
        .synchronised()
        .catch(() => undefined)
        .then((said) => {
          cancel();
          resolve(said);
        });
    });
  }

  #arm(): void {
    this.#cancel?.();
    const leapMs = leapOpenMs(this.#state, this.#elapsed());
    const soonMs = leapMs === undefined ? untrustedReadMs : Math.min(untrustedReadMs, leapMs + marginMs);
    this.#cancel = this.#machine.clock.after(this.#isTrusted ? trustedReadMs : soonMs, () => {
      if (this.#options.always) this.#read('config');
      // A timer may come a little early.
      if (this.monotonic() - this.#keptAt >= trustedReadMs - marginMs) this.#keep();
      this.#arm();
      void this.#ask();
    });
  }
}
