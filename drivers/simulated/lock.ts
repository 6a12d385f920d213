import type { LockAddress } from '../../src/core/ids.ts';
import { crc16Ccitt } from '../../src/core/checksum.ts';
import type { AutoLock, Capabilities, CodeManner, LocalWindow, UserType } from '../../src/core/model.ts';
import { isWithin, LockClock } from './lock-clock.ts';
import type { ClockTraits } from './lock-clock.ts';

/** What can go wrong at a simulated lock; each stays until it is changed. */
export interface Faults {
  offline: boolean;
  /** Applies the command, loses the answer: the next n times. */
  loseAnswers: number;
  /** Loses the command itself: the next n times. */
  loseCommands: number;
  /** Says yes and stores nothing: the next n times. */
  lies: number;
  /** Says no for no reason: the next n times. */
  refuses: number;
  full: boolean;
  /** Applies commands, and keeps the answers back. */
  holdAnswers: boolean;
}

export interface LockSpec {
  readonly address: LockAddress;
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly masks: boolean;
  readonly duplicateCheck: boolean;
  /** What it really does, where that is other than what `capabilities` claim. */
  readonly traits?: Traits;
}

export interface Traits {
  /** For so long after a write, reads show what was there before. */
  readonly readBackDelayMs?: number;
  /** Lengths it takes; else those it claims. */
  readonly codeLengths?: readonly number[];
  /**
   * What becomes of a schedule: kept whatever happens, refused or accepted and not stored without a code, dropped by every
   * write of a code, by one into an empty slot only, or by one that enables it, or accepted and never stored.
   */
  readonly schedules?:
    | 'kept'
    | 'need_code'
    | 'drop_without_code'
    | 'dropped_by_code'
    | 'dropped_by_first_code'
    | 'dropped_by_enabling'
    | 'not_stored';
  /**
   * What a code may do whose schedule was erased: open at any hour, or not at all until it is written anew. Left out:
   * `opens`.
   */
  readonly erased?: 'opens' | 'shuts';
  /** Enables every code, whatever it is told. */
  readonly alwaysEnables?: boolean;
  /** Disables every code, whatever it is told: as in a holiday mode. */
  readonly alwaysDisables?: boolean;
  readonly clock?: ClockTraits;
  /** Its clock's error, which stays whatever it is told; one that goes when it is told the time is `clock.aheadMs`. */
  readonly clockOffsetMs?: number;
  /** Says yes to what it doesn't take, as locks do that are told without being asked. */
  readonly silent?: boolean;
  /** Refuses to store names. */
  readonly refusesNames?: boolean;
}

/** One exchange as the lock saw it, for tests that count or judge them. */
export interface Exchange {
  readonly kind: 'read' | 'set' | 'clear' | 'checksum' | 'name' | 'schedule';
  readonly slot: number | undefined;
  /** The digits that stood in the slot when the command came. */
  readonly before: string | undefined;
}

const plainManner: CodeManner = { scheduled: false, enabled: true };

/** A lock in memory: what it holds, and what it does with commands. It remembers nothing of who sent them. */
export class SimulatedLock {
  readonly spec: LockSpec;
  readonly slots = new Map<number, string>();
  readonly faults: Faults = {
    offline: false,
    loseAnswers: 0,
    loseCommands: 0,
    lies: 0,
    refuses: 0,
    full: false,
    holdAnswers: false,
  };
  readonly exchanges: Exchange[] = [];
  readonly names = new Map<number, string>();
  readonly schedules = new Map<number, LocalWindow>();
  /** Slots that were given a schedule, and have not been free of it since. */
  readonly #bound = new Set<number>();
  readonly clock: LockClock;
  /** Called when what is kept of its codes and schedules has changed. */
  onChange: () => void = () => undefined;
  /** How each code was last written, where it has `codeManners`. */
  readonly manners = new Map<number, CodeManner>();
  /** What it claims; a setting at the lock may change it. */
  capabilities: Capabilities;
  locked = true;
  /** 0–1, as it reports it. */
  battery: number | undefined = undefined;
  autoLock: AutoLock = { enabled: false };
  /** How often a beam has woken it, where the radio's option `wakeUp` says that battery locks sleep. */
  wakeUps = 0;
  /** Until then it hears frames without a beam (monotonic, milliseconds). */
  awakeUntil = 0;
  /** What reads still show of a slot, and until when (monotonic). */
  readonly #stale = new Map<number, { readonly digits: string | undefined; readonly until: number }>();

  constructor(spec: LockSpec) {
    this.spec = spec;
    this.capabilities = spec.capabilities;
    const { clock = {}, clockOffsetMs } = spec.traits ?? {};
    this.clock = new LockClock(clock, spec.capabilities.clock?.dst === true, clockOffsetMs);
  }

  /** As by the button on its back: everything is gone. */
  factoryReset(): void {
    this.slots.clear();
    this.names.clear();
    this.schedules.clear();
    this.#bound.clear();
    this.manners.clear();
  }

  /** Somebody enters a PIN at its keypad: the slot that opens it now, by its own clock; undefined: none does. */
  enter(digits: string): number | undefined {
    const slot = [...this.slots].find(([at, held]) => held === digits && this.#opens(at))?.[0];
    if (slot !== undefined) this.locked = false;
    return slot;
  }

  /** Given a schedule, or none, by radio. False: refused. */
  schedule(slot: number, window: LocalWindow | undefined): boolean {
    const habit = this.spec.traits?.schedules;
    if (window === undefined) {
      this.schedules.delete(slot);
      if (!this.#shutsErased || !this.slots.has(slot)) this.#bound.delete(slot);
      this.onChange();
      return true;
    }
    const needsCode = habit === 'need_code' || habit === 'drop_without_code';
    if (needsCode && !this.slots.has(slot)) return habit === 'drop_without_code';
    if (habit === 'not_stored') return true;
    this.schedules.set(slot, window);
    this.#bound.add(slot);
    this.onChange();
    return true;
  }

  /** Puts digits into a slot, or takes them out, by radio. */
  store(slot: number, digits: string | undefined, now: number, manner = plainManner): void {
    const { traits } = this.spec;
    const isFirst = !this.slots.has(slot);
    const delayMs = traits?.readBackDelayMs;
    if (delayMs !== undefined) this.#stale.set(slot, { digits: this.shown(slot, now), until: now + delayMs });
    if (digits === undefined) {
      this.slots.delete(slot);
      this.names.delete(slot);
      this.manners.delete(slot);
      // Erasing a code gives its slot back as it left the factory (Zigbee Cluster Library 7.3.2.17.9).
      if (this.capabilities.codeManners === true) this.schedules.delete(slot);
      if (!this.schedules.has(slot)) this.#bound.delete(slot);
    } else {
      this.slots.set(slot, digits);
      const enabled = traits?.alwaysDisables !== true && (manner.enabled || traits?.alwaysEnables === true);
      this.manners.set(slot, { ...manner, enabled });
      const drops = traits?.schedules;
      const dropping =
        drops === 'dropped_by_code' ||
        (drops === 'dropped_by_first_code' && isFirst) ||
        (drops === 'dropped_by_enabling' && enabled);
      if (dropping) this.schedules.delete(slot);
      if (!this.schedules.has(slot)) this.#bound.delete(slot);
    }
    this.onChange();
  }

  /** Whether it lets a hub use the slot. */
  hasSlot(slot: number): boolean {
    const { slots, reservedSlots } = this.capabilities;
    const inRange = Number.isInteger(slot) && slot >= slots.first && slot <= slots.last;
    return inRange && !reservedSlots.includes(slot);
  }

  isEnabled(slot: number): boolean {
    return this.manners.get(slot)?.enabled !== false;
  }

  /** What it says that the code in the slot may do, where it has `codeManners`. */
  userType(slot: number): UserType {
    return this.manners.get(slot)?.scheduled === true ? 'year_day' : 'unrestricted';
  }

  /** Slots whose codes open the door at any hour: enabled, and without a schedule that binds them. */
  get roundTheClock(): number[] {
    return [...this.slots.keys()].filter((slot) => this.#bindingOf(slot) === 'none');
  }

  #opens(slot: number): boolean {
    const binding = this.#bindingOf(slot);
    return binding === 'none' || (binding !== 'shut' && isWithin(binding, this.clock.local()));
  }

  /** What keeps the code in the slot from opening. */
  #bindingOf(slot: number): LocalWindow | 'none' | 'shut' {
    if (!this.isEnabled(slot)) return 'shut';
    const isTold = this.capabilities.codeManners === true;
    const isScheduled = isTold ? this.manners.get(slot)?.scheduled === true : this.#bound.has(slot);
    const window = this.schedules.get(slot);
    if (isTold && !isScheduled) return 'none';
    return window ?? (isScheduled && this.#shutsErased ? 'shut' : 'none');
  }

  get #shutsErased(): boolean {
    return this.spec.traits?.erased === 'shuts';
  }

  /** What a read shows of a slot. */
  shown(slot: number, now: number): string | undefined {
    const stale = this.#stale.get(slot);
    return stale !== undefined && now < stale.until ? stale.digits : this.slots.get(slot);
  }

  saw(kind: Exchange['kind'], slot?: number): void {
    this.exchanges.push({ kind, slot, before: slot === undefined ? undefined : this.slots.get(slot) });
  }

  /** Uses up one of a counted fault. */
  spend(fault: 'loseAnswers' | 'loseCommands' | 'lies' | 'refuses'): boolean {
    if (this.faults[fault] <= 0) return false;
    this.faults[fault] -= 1;
    return true;
  }

  holdsElsewhere(digits: string, slot: number): boolean {
    return [...this.slots].some(([other, held]) => other !== slot && held === digits);
  }

  /** As User Code CC v2 defines it. */
  checksum(now = Infinity): number {
    const bytes: number[] = [];
    const all = new Set([...this.slots.keys(), ...this.#stale.keys()]);
    for (const slot of [...all].sort((a, b) => a - b)) {
      const digits = this.shown(slot, now);
      if (digits === undefined) continue;
      bytes.push(slot >> 8, slot & 0xff, this.isEnabled(slot) ? 1 : 2);
      for (const digit of digits) bytes.push(digit.charCodeAt(0));
    }
    return bytes.length === 0 ? 0 : crc16Ccitt(bytes);
  }
}
