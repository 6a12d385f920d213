import { type Behaviour, type BehaviourChange, type LockSpec, defaultBehaviour } from './spec.ts';

/** User id status as User Code CC defines it: 1 occupied and enabled, 2 occupied and disabled. */
export type SlotStatus = 'enabled' | 'disabled';
export interface Slot {
  readonly status: SlotStatus;
  readonly code: string;
}

/** What a lock keeps over a power cut; `battery` in percent, absent on mains. */
export interface LockMemory {
  readonly locked: boolean;
  readonly battery?: number | undefined;
  /** The occupied slots, by slot number. */
  readonly slots: Readonly<Record<string, Slot>>;
}

export type Refusal = 'format' | 'slot' | 'duplicate' | 'full' | 'told_to';
/** `stored: false` with `ok` is a lie: the lock says success and keeps what it had. */
export type Change =
  { readonly ok: true; readonly stored: boolean } | { readonly ok: false; readonly why: Refusal };

export interface LockCounters {
  sets_received: number;
  sets_applied: number;
  sets_dropped: number;
  clears_received: number;
  clears_applied: number;
  all_cleared: number;
  refused: number;
  reads: number;
  checksum_reads: number;
  wrong_entries: number;
}

const stored: Change = { ok: true, stored: true };
const factoryBattery = 87;
const refused = (why: Refusal): Change => ({ ok: false, why });

/** One lock's memory and manners, without any radio: what it holds, what it accepts, what it gets wrong. */
export class SimulatedLock {
  readonly spec: LockSpec;
  readonly #random: () => number;
  readonly #slots = new Map<number, Slot>();
  #behaviour: Behaviour;
  #exclusive: Promise<unknown> = Promise.resolve();
  #bolted = true;
  #battery: number | undefined;
  #keep: (memory: LockMemory) => void = () => undefined;
  readonly counters: LockCounters = {
    sets_received: 0,
    sets_applied: 0,
    sets_dropped: 0,
    clears_received: 0,
    clears_applied: 0,
    all_cleared: 0,
    refused: 0,
    reads: 0,
    checksum_reads: 0,
    wrong_entries: 0,
  };

  /** `memory` is what it held before a restart; without one it holds what the spec says. */
  constructor(spec: LockSpec, random: () => number, memory?: LockMemory) {
    this.spec = spec;
    this.#random = random;
    this.#battery = spec.power === 'battery' ? (memory?.battery ?? factoryBattery) : undefined;
    this.#bolted = memory?.locked ?? true;
    this.#behaviour = { ...defaultBehaviour, ...definedOnly(spec.behaviour) };
    if (memory === undefined)
      for (const [slot, code] of Object.entries(spec.codes))
        this.#slots.set(Number(slot), { status: 'enabled', code });
    else for (const [slot, held] of Object.entries(memory.slots)) this.#slots.set(Number(slot), held);
  }

  get memory(): LockMemory {
    return { locked: this.#bolted, battery: this.#battery, slots: Object.fromEntries(this.#slots) };
  }

  /**
   * Calls `keep` after every change of the memory, before anybody learns of the change. What it throws goes to
   * whoever made the change: a command from the air then gets no answer.
   */
  keepWith(keep: (memory: LockMemory) => void): void {
    this.#keep = keep;
  }

  get bolted(): boolean {
    return this.#bolted;
  }

  set bolted(bolted: boolean) {
    this.#bolted = bolted;
    this.#changed();
  }

  get battery(): number | undefined {
    return this.#battery;
  }

  set battery(level: number | undefined) {
    this.#battery = level;
    this.#changed();
  }

  get behaviour(): Readonly<Behaviour> {
    return this.#behaviour;
  }

  change(behaviour: BehaviourChange): void {
    this.#behaviour = { ...this.#behaviour, ...definedOnly(behaviour) };
  }

  /** Occupied slots in ascending order. */
  occupied(): readonly (readonly [number, Slot])[] {
    return [...this.#slots].sort(([a], [b]) => a - b);
  }

  slot(slot: number): Slot | undefined {
    return this.#slots.get(slot);
  }

  hasSlot(slot: number): boolean {
    return slot >= 1 && slot <= this.spec.slots;
  }

  lowestFreeSlot(): number | undefined {
    for (let slot = 1; slot <= this.spec.slots; slot += 1) if (!this.#slots.has(slot)) return slot;
    return undefined;
  }

  /** The slot that opens the door for these digits. */
  slotOf(code: string): number | undefined {
    return this.occupied().find(([, held]) => held.status === 'enabled' && held.code === code)?.[0];
  }

  /** Stores a code as a person at the keypad does: the lock's rules hold, its faults on the radio don't. */
  program(slot: number, status: SlotStatus, code: string): Change {
    const why = this.#objection(slot, code);
    if (why !== undefined) return refused(why);
    this.#slots.set(slot, { status, code });
    this.#changed();
    return stored;
  }

  /** Stores a code that came over the air. */
  set(slot: number, status: SlotStatus, code: string): Change {
    if (this.#take('refuse')) return this.#refuse('told_to');
    const why = this.#objection(slot, code);
    if (why !== undefined) return this.#refuse(why);
    if (this.#lies()) {
      this.counters.sets_dropped += 1;
      return { ok: true, stored: false };
    }
    this.#slots.set(slot, { status, code });
    this.#changed();
    this.counters.sets_applied += 1;
    return stored;
  }

  /** Empties a slot on a command from the air; an empty one stays empty and that is a success. */
  clear(slot: number): Change {
    if (this.#take('refuse')) return this.#refuse('told_to');
    if (!this.hasSlot(slot)) return this.#refuse('slot');
    this.forget(slot);
    this.counters.clears_applied += 1;
    return stored;
  }

  /** User Code Set of user 0 with status "available" means every slot (User Code CC, Set command). */
  clearAll(): Change {
    if (this.#take('refuse')) return this.#refuse('told_to');
    this.forgetAll();
    this.counters.all_cleared += 1;
    return stored;
  }

  /** Empties a slot, as a person at the keypad does. @returns whether it held a code. */
  forget(slot: number): boolean {
    const held = this.#slots.delete(slot);
    if (held) this.#changed();
    return held;
  }

  forgetAll(): void {
    this.#slots.clear();
    this.#changed();
  }

  /** Counts down `lose_reports`. */
  losesThisReport(): boolean {
    return this.#take('lose_reports');
  }

  delayMs(work: 'set' | 'clear' | 'read' | 'bolt'): number {
    const delay = this.#behaviour.delay_ms;
    return typeof delay === 'number' ? delay : delay[work];
  }

  /** A lock works on one command at a time; a second waits for the first. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#exclusive.then(work);
    this.#exclusive = done.catch(() => undefined);
    return done;
  }

  #changed(): void {
    this.#keep(this.memory);
  }

  #refuse(why: Refusal): Change {
    this.counters.refused += 1;
    return refused(why);
  }

  #objection(slot: number, code: string): Refusal | undefined {
    if (!this.hasSlot(slot)) return 'slot';
    const { min, max } = this.spec.code_length;
    if (!/^\d+$/.test(code) || code.length < min || code.length > max) return 'format';
    const elsewhere = this.occupied().some(([other, held]) => other !== slot && held.code === code);
    if (this.#behaviour.duplicate_check && elsewhere) return 'duplicate';
    return this.#behaviour.full && !this.#slots.has(slot) ? 'full' : undefined;
  }

  #lies(): boolean {
    const { lie } = this.#behaviour;
    return typeof lie === 'object' ? this.#random() * lie.one_in < 1 : this.#take('lie');
  }

  #take(fault: 'refuse' | 'lie' | 'lose_reports'): boolean {
    const left = this.#behaviour[fault];
    if (typeof left !== 'number') return left === true;
    this.#behaviour = { ...this.#behaviour, [fault]: left > 1 ? left - 1 : false };
    return true;
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** A partial from zod may hold explicit `undefined`s, which would overwrite what they are spread over. */
const definedOnly = (change: BehaviourChange): Defined<BehaviourChange> => {
  const defined: Defined<BehaviourChange> = {};
  Object.assign(
    defined,
    Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
  );
  return defined;
};
