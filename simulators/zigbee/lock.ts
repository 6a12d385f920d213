import { LateReads } from '../shared/late-reads.ts';
import type { Behaviour, BehaviourChange } from './behaviours.ts';
import { LockClock } from './lock-clock.ts';
import type { LockMemory } from './lock-memory.ts';
import { Manners } from './manners.ts';
import { ScheduleBook } from './schedule-book.ts';
import type { Slot, SlotStatus, UserType } from './slot.ts';
import type { LockSpec } from './spec.ts';
import { clusterId } from './zcl-cluster.ts';

export type Refusal = 'format' | 'slot' | 'empty' | 'type' | 'duplicate' | 'full' | 'told_to';
/** `stored: false` with `ok` is a lie: the lock says success and keeps what it had. */
export type Change =
  { readonly ok: true; readonly stored: boolean } | { readonly ok: false; readonly why: Refusal };

/** What the keypad makes of digits: `schedule` is a code outside its hours. */
export type Entry =
  | { readonly opens: true; readonly slot: number }
  | { readonly opens: false; readonly why: 'schedule' | 'non_access'; readonly slot: number }
  | { readonly opens: false; readonly why: 'wrong_code' };

const noCounts = {
  sets_received: 0,
  sets_applied: 0,
  sets_dropped: 0,
  clears_received: 0,
  clears_applied: 0,
  all_cleared: 0,
  refused: 0,
  reads: 0,
  status_reads: 0,
  wrong_entries: 0,
};
export type LockCounters = { -readonly [K in keyof typeof noCounts]: number };

/** SendPINOverTheAir of the Door Lock cluster, and its name in `attributes`. */
export const sendPinAttribute = 0x32;
export const sendPinKey = `${clusterId.doorLock}/${sendPinAttribute}`;

const stored: Change = { ok: true, stored: true };
const refused = (why: Refusal): Change => ({ ok: false, why });
const factoryBattery = 87;

/** One lock's memory and manners, without any radio: what it holds, what it accepts, what it gets wrong. */
export class SimulatedLock {
  readonly spec: LockSpec;
  readonly manners: Manners;
  readonly schedules: ScheduleBook | undefined;
  readonly clock: LockClock | undefined;
  readonly counters: LockCounters = { ...noCounts };
  /** Attributes that were written, by `cluster/attribute`. */
  readonly attributes: Map<string, number | string>;
  readonly #slots = new Map<number, Slot>();
  readonly #late = new LateReads<Slot>();
  #exclusive: Promise<unknown> = Promise.resolve();
  #bolted: boolean;
  #battery: number | undefined;
  #masterCode: string;
  #codeLength: number | undefined;
  #keep: () => void = () => undefined;
  #tellDropped: (slot: number) => void = () => undefined;

  /** `memory` is what it held before a restart; without one it holds what the spec says. */
  constructor(spec: LockSpec, random: () => number, memory?: LockMemory) {
    this.spec = spec;
    this.manners = new Manners(spec.behaviour, random);
    this.#battery = spec.power === 'battery' ? (memory?.battery ?? factoryBattery) : undefined;
    this.#bolted = memory?.locked ?? true;
    this.#masterCode = memory?.master_code ?? spec.master_code;
    this.#codeLength = memory?.code_length ?? spec.one_code_length;
    this.attributes = new Map(Object.entries(memory?.attributes ?? {}));
    if (spec.schedules !== undefined) this.schedules = new ScheduleBook(spec.schedules, memory?.schedules);
    if (spec.clock !== undefined) this.clock = new LockClock(spec.clock, memory?.clock);
    const factory = Object.entries(spec.codes).map(([slot, code]): [string, Slot] => [
      slot,
      { status: 'enabled', type: 'unrestricted', code },
    ]);
    for (const [slot, held] of memory === undefined ? factory : Object.entries(memory.slots))
      this.#slots.set(Number(slot), held);
  }

  get memory(): Omit<LockMemory, 'bindings' | 'reporting'> {
    return {
      locked: this.#bolted,
      battery: this.#battery,
      slots: Object.fromEntries(this.#slots),
      master_code: this.#masterCode,
      code_length: this.#codeLength,
      schedules: this.schedules?.memory,
      clock: this.clock?.memory,
      attributes: Object.fromEntries(this.attributes),
    };
  }

  /**
   * Calls `keep` after every change of the memory, before anybody learns of the change. What it throws goes to
   * whoever made the change: a command from the air then gets no answer.
   */
  keepWith(keep: () => void): void {
    this.#keep = keep;
  }

  /** Calls `tell` when a code is gone that `drops_after_ms` has doomed. */
  tellDropped(tell: (slot: number) => void): void {
    this.#tellDropped = tell;
  }

  /** It is in nobody's door any more: what it still does is neither kept nor told. */
  retire(): void {
    this.#keep = () => undefined;
    this.#tellDropped = () => undefined;
  }

  get bolted(): boolean {
    return this.#bolted;
  }

  set bolted(bolted: boolean) {
    this.#bolted = bolted;
    this.changed();
  }

  get battery(): number | undefined {
    return this.#battery;
  }

  set battery(level: number | undefined) {
    this.#battery = level;
    this.changed();
  }

  get masterCode(): string {
    return this.#masterCode;
  }

  get behaviour(): Readonly<Behaviour> {
    return this.manners.current;
  }

  change({ pin_over_air, ...behaviour }: BehaviourChange): void {
    this.manners.change(behaviour);
    if (pin_over_air === undefined) return;
    this.attributes.set(sendPinKey, pin_over_air ? 1 : 0);
    this.changed();
  }

  /** Occupied slots in ascending order. */
  occupied(): readonly (readonly [number, Slot])[] {
    return [...this.#slots].sort(([a], [b]) => a - b);
  }

  slot(slot: number): Slot | undefined {
    return this.#slots.get(slot);
  }

  /** What a read of this slot is told; other than `slot` while `read_back_delay_ms` last. */
  told(slot: number): Slot | undefined {
    return this.behaviour.reads_empty ? undefined : this.#late.told(slot, this.#slots.get(slot));
  }

  hasSlot(slot: number): boolean {
    const { first_slot, slots, reserved_slots, master_slot } = this.spec;
    return (
      slot >= first_slot &&
      slot < first_slot + slots &&
      !reserved_slots.includes(slot) &&
      slot !== master_slot
    );
  }

  lowestFreeSlot(): number | undefined {
    const { first_slot, slots } = this.spec;
    const all = Array.from({ length: slots }, (_, i) => first_slot + i);
    return all.find((slot) => this.hasSlot(slot) && !this.#slots.has(slot));
  }

  /** What these digits do at the keypad now, by the lock's own clock. */
  enter(code: string): Entry {
    const mine = [...this.#slots].filter(([, held]) => held.status === 'enabled' && held.code === code);
    const [first] = mine;
    if (first === undefined) return { opens: false, why: 'wrong_code' };
    const admitted = mine.find(([slot, { type }]) => this.#admits(slot, type));
    if (admitted !== undefined) return { opens: true, slot: admitted[0] };
    const [slot, { type }] = first;
    return { opens: false, why: type === 'non_access' ? 'non_access' : 'schedule', slot };
  }

  /** Digits that a code has at present. */
  get codeLength(): { readonly min: number; readonly max: number } {
    const length = this.#codeLength;
    return length === undefined ? this.spec.code_length : { min: length, max: length };
  }

  /** The one length of all codes; another takes all codes with it. @returns false for one that it can't have. */
  setCodeLength(length: number): boolean {
    const { min, max } = this.spec.code_length;
    if (this.#codeLength === undefined || length < min || length > max) return false;
    const other = length !== this.#codeLength;
    this.#codeLength = length;
    if (other) this.forgetAll();
    else this.changed();
    return true;
  }

  /** A new master code, from the keypad or from the air. */
  setMaster(code: string): Change {
    if (!this.#isWellFormed(code)) return refused('format');
    if (this.behaviour.duplicate_check && [...this.#slots.values()].some((held) => held.code === code))
      return refused('duplicate');
    this.#masterCode = code;
    this.changed();
    return stored;
  }

  /** Stores a code as a person at the keypad does: the lock's rules hold, its faults on the radio don't. */
  program(slot: number, code: string): Change {
    const why = this.#objection(slot, code);
    if (why !== undefined) return refused(why);
    const { status, type } = this.#slots.get(slot) ?? { status: 'enabled', type: 'unrestricted' };
    this.#put(slot, { status, type, code });
    return stored;
  }

  /** Stores a code that came over the air. */
  set(slot: number, held: Slot): Change {
    if (this.manners.take('refuse')) return this.#refuse('told_to');
    if (slot === this.spec.master_slot)
      return held.type === 'master' ? this.setMaster(held.code) : this.#refuse('type');
    const why = this.#hasType(held.type) ? this.#objection(slot, held.code) : 'type';
    if (why !== undefined) return this.#refuse(why);
    if (this.manners.lies()) {
      this.counters.sets_dropped += 1;
      return { ok: true, stored: false };
    }
    this.#remember(slot);
    this.#put(slot, held);
    this.counters.sets_applied += 1;
    this.#dropLater(slot, held);
    return stored;
  }

  /** Set User Status and Set User Type: for an occupied slot only. */
  amend(slot: number, { status, type }: { readonly status?: SlotStatus; readonly type?: UserType }): Change {
    if (this.manners.take('refuse')) return this.#refuse('told_to');
    if (type !== undefined && !this.#hasType(type)) return this.#refuse('type');
    const held = this.#slots.get(slot);
    if (held === undefined) return this.#refuse(this.hasSlot(slot) ? 'empty' : 'slot');
    this.#remember(slot);
    this.#slots.set(slot, { ...held, status: status ?? held.status, type: type ?? held.type });
    this.changed();
    return stored;
  }

  /** The lock itself makes its user another type of user, if it has one. */
  retype(slot: number, type: UserType): void {
    const held = this.#slots.get(slot);
    if (held !== undefined) this.#slots.set(slot, { ...held, type });
    this.changed();
  }

  /** Empties a slot on a command from the air; an empty one stays empty and that is a success. */
  clear(slot: number): Change {
    if (this.manners.take('refuse')) return this.#refuse('told_to');
    if (!this.hasSlot(slot)) return this.#refuse('slot');
    this.#remember(slot);
    this.forget(slot);
    this.counters.clears_applied += 1;
    return stored;
  }

  /** Clear All PIN Codes. */
  clearAll(): Change {
    if (this.manners.take('refuse')) return this.#refuse('told_to');
    for (const [slot] of this.#slots) this.#remember(slot);
    this.forgetAll();
    this.counters.all_cleared += 1;
    return stored;
  }

  /** Empties a slot, as a person at the keypad does. @returns whether it held a code. */
  forget(slot: number): boolean {
    const held = this.#slots.delete(slot);
    if (this.schedules?.traits.clear_resets === true) this.schedules.clearUser(slot);
    this.changed();
    return held;
  }

  /** Empties all slots. */
  forgetAll(): void {
    this.#slots.clear();
    if (this.schedules?.traits.clear_resets === true) this.schedules.clearAll();
    this.changed();
  }

  /** As it left the factory, but without the codes that a person had put in. */
  factoryReset(): void {
    this.#slots.clear();
    this.schedules?.clearAll();
    this.attributes.clear();
    this.#masterCode = this.spec.master_code;
    this.#codeLength = this.spec.one_code_length;
    this.changed();
  }

  /** A lock works on one command at a time; a second waits for the first. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#exclusive.then(work);
    this.#exclusive = done.catch(() => undefined);
    return done;
  }

  /** To be called after a change of schedules, clock or attributes; the lock's own methods do it themselves. */
  changed(): void {
    this.#keep();
  }

  #admits(slot: number, type: UserType): boolean {
    if (this.schedules?.traits.binds !== true) return type !== 'non_access';
    return this.schedules.admits(slot, type, this.clock?.local() ?? 0);
  }

  #isWellFormed(code: string): boolean {
    const { min, max } = this.codeLength;
    return /^\d+$/.test(code) && code.length >= min && code.length <= max;
  }

  #hasType(type: UserType): boolean {
    if (type === 'year_day' || type === 'week_day') return (this.schedules?.traits[type] ?? 0) > 0;
    return type !== 'master';
  }

  #objection(slot: number, code: string): Refusal | undefined {
    if (!this.hasSlot(slot)) return 'slot';
    if (!this.#isWellFormed(code)) return 'format';
    const { duplicate_check, duplicate_own_slot, full } = this.behaviour;
    const twins = [...this.#slots].filter(([, held]) => held.code === code).map(([other]) => other);
    if (duplicate_own_slot && twins.includes(slot)) return 'duplicate';
    const isMaster = this.spec.master_slot !== undefined && code === this.#masterCode;
    const elsewhere = isMaster || twins.some((other) => other !== slot);
    if (duplicate_check && elsewhere) return 'duplicate';
    return full && !this.#slots.has(slot) ? 'full' : undefined;
  }

  #put(slot: number, held: Slot): void {
    this.#slots.set(slot, held);
    if (this.schedules?.traits.code_drops === true) this.schedules.clearUser(slot);
    this.changed();
  }

  #refuse(why: Refusal): Change {
    this.counters.refused += 1;
    return refused(why);
  }

  #remember(slot: number): void {
    this.#late.remember(slot, this.#slots.get(slot), this.behaviour.read_back_delay_ms);
  }

  /** Has a code go again after `drops_after_ms`, if it is still there then. */
  #dropLater(slot: number, held: Slot): void {
    const { drops_after_ms } = this.behaviour;
    if (drops_after_ms <= 0) return;
    setTimeout(() => {
      if (this.#slots.get(slot) !== held) return;
      this.#slots.delete(slot);
      this.changed();
      this.#tellDropped(slot);
    }, drops_after_ms).unref();
  }
}
