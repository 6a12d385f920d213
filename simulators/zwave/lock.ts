import { LateReads } from '../shared/late-reads.ts';
import { RelockTimer } from '../shared/relock-timer.ts';
import { type ClockMemory, LockClock } from './lock-clock.ts';
import { Manners } from './manners.ts';
import { ScheduleBook, type UserSchedules } from './schedule-book.ts';
import type { Slot, SlotStatus } from './slot.ts';
import type { Behaviour, BehaviourChange, LockSpec } from './spec.ts';
import { UserStore, type UserStoreMemory } from './user-store.ts';

export type { Slot, SlotStatus } from './slot.ts';

/** What a lock keeps over a power cut; `battery` in percent, absent on mains. */
export interface LockMemory {
  readonly locked: boolean;
  readonly battery?: number | undefined;
  /** The occupied slots of a User Code lock, by slot number. */
  readonly slots: Readonly<Record<string, Slot>>;
  /** Users and credentials of a User Credential lock. */
  readonly user_credential?: UserStoreMemory | undefined;
  /** Schedules, by user id. */
  readonly schedules?: Readonly<Record<string, UserSchedules>> | undefined;
  readonly clock?: ClockMemory | undefined;
  /** Parameters of Configuration CC that were set, by number. */
  readonly parameters?: Readonly<Record<string, number>> | undefined;
  /** Auto-relock time of Door Lock CC, where it was set. */
  readonly relock_s?: number | undefined;
}

export type Refusal = 'format' | 'slot' | 'duplicate' | 'full' | 'told_to';
/** `stored: false` with `ok` is a lie: the lock says success and keeps what it had. */
export type Change =
  { readonly ok: true; readonly stored: boolean } | { readonly ok: false; readonly why: Refusal };

/** What the keypad makes of digits: `schedule` is a code outside its hours. */
export type Entry =
  | { readonly opens: true; readonly slot: number }
  | { readonly opens: false; readonly why: 'schedule'; readonly slot: number }
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
  checksum_reads: 0,
  wrong_entries: 0,
};
export type LockCounters = { -readonly [K in keyof typeof noCounts]: number };

const stored: Change = { ok: true, stored: true };
const factoryBattery = 87;
/** Guest and worker, as Kwikset's parameter for each slot numbers its users; 1 is an owner. */
const guestTypes: ReadonlySet<number> = new Set([3, 4]);
const refused = (why: Refusal): Change => ({ ok: false, why });

const nobody: UserStoreMemory = { users: {}, credentials: {} };

const factoryUsers = (spec: LockSpec): UserStoreMemory => ({
  users: Object.fromEntries(
    Object.keys(spec.codes).map((id) => [
      id,
      { name: spec.names[id] ?? `User-${id}`, active: true, type: 'general', by: 'local' },
    ]),
  ),
  credentials: Object.fromEntries(
    Object.entries(spec.codes).map(([id, code]) => [id, { user: Number(id), code, by: 'local' }]),
  ),
});

/** One lock's memory and manners, without any radio: what it holds, what it accepts, what it gets wrong. */
export class SimulatedLock {
  readonly spec: LockSpec;
  readonly manners: Manners;
  /** Only on a User Credential lock; its users' PINs are also seen as slots by user id. */
  readonly users: UserStore | undefined;
  readonly schedules: ScheduleBook | undefined;
  readonly clock: LockClock | undefined;
  readonly relock = new RelockTimer();
  readonly counters: LockCounters = { ...noCounts };
  readonly #slots = new Map<number, Slot>();
  readonly #lateSlots = new LateReads<Slot>();
  readonly #lateUsers = new LateReads<UserStore>();
  readonly #parameters: Map<number, number>;
  #exclusive: Promise<unknown> = Promise.resolve();
  #bolted = true;
  #battery: number | undefined;
  #relockS: number | undefined;
  #keep: (memory: LockMemory) => void = () => undefined;
  #tellDropped: (slot: number) => void = () => undefined;

  /** `memory` is what it held before a restart; without one it holds what the spec says. */
  constructor(spec: LockSpec, random: () => number, memory?: LockMemory) {
    this.spec = spec;
    this.manners = new Manners(spec.behaviour, random);
    this.#battery = spec.power === 'battery' ? (memory?.battery ?? factoryBattery) : undefined;
    this.#bolted = memory?.locked ?? true;
    this.#relockS = memory?.relock_s;
    this.#parameters = new Map(
      Object.entries(memory?.parameters ?? {}).map(([number, value]) => [Number(number), value]),
    );
    if (spec.schedules !== undefined) this.schedules = new ScheduleBook(spec.schedules, memory?.schedules);
    if (spec.schedules?.binds === 'guests')
      this.schedules?.bindWith((user) => guestTypes.has(this.parameter(user)));
    if (spec.clock !== undefined) this.clock = new LockClock(spec.clock, memory?.clock);
    if (spec.user_credential !== undefined) {
      const limits = { ...spec.user_credential, users: spec.slots };
      this.users = new UserStore(
        limits,
        memory === undefined ? factoryUsers(spec) : (memory.user_credential ?? nobody),
      );
    } else if (memory === undefined)
      for (const [slot, code] of Object.entries(spec.codes))
        this.#slots.set(Number(slot), { status: 'enabled', code });
    else for (const [slot, held] of Object.entries(memory.slots)) this.#slots.set(Number(slot), held);
  }

  get memory(): LockMemory {
    return {
      locked: this.#bolted,
      battery: this.#battery,
      slots: Object.fromEntries(this.#slots),
      user_credential: this.users?.memory,
      schedules: this.schedules?.memory,
      clock: this.clock?.memory,
      relock_s: this.#relockS,
      parameters: this.#parameters.size === 0 ? undefined : Object.fromEntries(this.#parameters),
    };
  }

  /**
   * Calls `keep` after every change of the memory, before anybody learns of the change. What it throws goes to
   * whoever made the change: a command from the air then gets no answer.
   */
  keepWith(keep: (memory: LockMemory) => void): void {
    this.#keep = keep;
  }

  /** Calls `tell` when a code is gone that `drops_after_ms` has doomed. */
  tellDropped(tell: (slot: number) => void): void {
    this.#tellDropped = tell;
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

  get behaviour(): Readonly<Behaviour> {
    return this.manners.current;
  }

  change(behaviour: BehaviourChange): void {
    this.manners.change(behaviour);
  }

  /** Occupied slots in ascending order; on a User Credential lock the users that have a PIN. */
  occupied(): readonly (readonly [number, Slot])[] {
    return this.users?.occupied() ?? [...this.#slots].sort(([a], [b]) => a - b);
  }

  slot(slot: number): Slot | undefined {
    if (this.users === undefined) return this.#slots.get(slot);
    return this.users.occupied().find(([id]) => id === slot)?.[1];
  }

  /** What a read of this slot is told; other than `slot` while `read_back_delay_ms` last. */
  told(slot: number): Slot | undefined {
    return this.#lateSlots.told(slot, this.slot(slot));
  }

  /** What a read of users and credentials is told; other than `users` while `read_back_delay_ms` last. */
  get toldUsers(): UserStore | undefined {
    return this.#lateUsers.told(0, this.users);
  }

  hasSlot(slot: number): boolean {
    return slot >= 1 && slot <= this.spec.slots && !this.spec.reserved_slots.includes(slot);
  }

  /** All slots that hubs and people may use, ascending. */
  slotNumbers(): readonly number[] {
    return Array.from({ length: this.spec.slots }, (_, i) => i + 1).filter((slot) => this.hasSlot(slot));
  }

  lowestFreeSlot(): number | undefined {
    return this.slotNumbers().find(
      (slot) => this.slot(slot) === undefined && this.users?.user(slot) === undefined,
    );
  }

  /** What these digits do at the keypad now, by the lock's own clock. */
  enter(code: string): Entry {
    const slots = this.occupied()
      .filter(([, held]) => held.status === 'enabled' && held.code === code)
      .map(([slot]) => slot);
    const first = slots[0];
    if (first === undefined) return { opens: false, why: 'wrong_code' };
    const now = this.clock?.local() ?? 0;
    const admitted = slots.find((slot) => this.schedules?.admits(slot, now) !== false);
    return admitted === undefined
      ? { opens: false, why: 'schedule', slot: first }
      : { opens: true, slot: admitted };
  }

  /** Digits that a code has at present. */
  get codeLength(): { readonly min: number; readonly max: number } {
    const parameter = this.spec.code_length_parameter;
    if (parameter === undefined) return this.spec.code_length;
    const length = this.parameter(parameter.number);
    return { min: length, max: length };
  }

  /** Seconds from unlocking until it locks itself; 0: never. */
  get relockSeconds(): number {
    const relock = this.spec.auto_relock;
    if (relock?.by !== 'parameters') return this.#relockS ?? relock?.factory ?? 0;
    return this.parameter(relock.toggle) === relock.on ? this.parameter(relock.seconds) : 0;
  }

  /** The auto-relock time of Door Lock CC. @returns false for one that it doesn't take. */
  setRelock(seconds: number): boolean {
    const relock = this.spec.auto_relock;
    if (relock?.by !== 'door_lock') return false;
    if (seconds !== 0 && relock.takes?.includes(seconds) === false) return false;
    this.#relockS = seconds;
    this.changed();
    return true;
  }

  /** A parameter of Configuration CC. */
  parameter(number: number): number {
    const relock = this.spec.auto_relock;
    if (relock?.by === 'parameters' && number === relock.seconds)
      return this.#parameters.get(number) ?? relock.factory;
    const factory = this.spec.code_length_parameter;
    return this.#parameters.get(number) ?? (factory?.number === number ? factory.value : 0);
  }

  /** @returns `wiped` if a new code length has taken all codes with it, `refused` for a length it doesn't know. */
  setParameter(number: number, value: number): 'stored' | 'wiped' | 'refused' {
    const isLength = number === this.spec.code_length_parameter?.number;
    const { min, max } = this.spec.code_length;
    if (isLength && (value < min || value > max)) return 'refused';
    const wipes = isLength && value !== this.parameter(number);
    this.#parameters.set(number, value);
    if (wipes) this.forgetAll();
    else this.changed();
    return wipes ? 'wiped' : 'stored';
  }

  /** Stores a code as a person at the keypad does: the lock's rules hold, its faults on the radio don't. */
  program(slot: number, status: SlotStatus, code: string): Change {
    const why = this.#objection(slot, code);
    if (why !== undefined) return refused(why);
    if (this.users === undefined) this.#slots.set(slot, { status, code });
    else if (!this.#programUser(this.users, slot, code)) return refused('full');
    this.changed();
    return stored;
  }

  /** Stores a code that came over the air. */
  set(slot: number, status: SlotStatus, code: string): Change {
    if (this.manners.take('refuse')) return this.#refuse('told_to');
    const why = this.#objection(slot, code);
    if (why !== undefined) return this.#refuse(why);
    if (this.manners.lies()) {
      this.counters.sets_dropped += 1;
      return { ok: true, stored: false };
    }
    this.#remember(slot);
    const held = { status, code };
    this.#slots.set(slot, held);
    this.changed();
    this.counters.sets_applied += 1;
    this.dropLater(
      slot,
      () => this.#slots.get(slot) === held,
      () => this.#slots.delete(slot),
    );
    return stored;
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

  /** User Code Set of user 0 with status "available" means every slot (User Code CC, Set command). */
  clearAll(): Change {
    if (this.manners.take('refuse')) return this.#refuse('told_to');
    for (const [slot] of this.#slots) this.#remember(slot);
    this.rememberUsers();
    this.forgetAll();
    this.counters.all_cleared += 1;
    return stored;
  }

  /** Empties a slot, as a person at the keypad does. @returns whether it held a code. */
  forget(slot: number): boolean {
    const held = this.users?.deleteUser(slot) ?? this.#slots.delete(slot);
    if (held) this.changed();
    return held;
  }

  /** Empties all slots; schedules stay. */
  forgetAll(): void {
    this.#slots.clear();
    this.users?.clear();
    this.changed();
  }

  /** Has a code go again after `drops_after_ms`, if it is still there then. */
  dropLater(slot: number, stillThere: () => boolean, drop: () => void): void {
    const { drops_after_ms } = this.behaviour;
    if (drops_after_ms <= 0) return;
    setTimeout(() => {
      if (!stillThere()) return;
      drop();
      this.changed();
      this.#tellDropped(slot);
    }, drops_after_ms).unref();
  }

  /** To be called before a command from the air changes users or credentials. */
  rememberUsers(): void {
    if (this.users === undefined) return;
    const before = new UserStore(this.users.limits, this.users.memory);
    this.#lateUsers.remember(0, before, this.behaviour.read_back_delay_ms);
  }

  /** A lock works on one command at a time; a second waits for the first. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#exclusive.then(work);
    this.#exclusive = done.catch(() => undefined);
    return done;
  }

  /** To be called after a change of users, schedules or clock; the lock's own methods do it themselves. */
  changed(): void {
    this.#keep(this.memory);
  }

  /** Why these digits can't be a code here; their being somebody else's isn't judged. */
  codeObjection(code: string): 'format' | undefined {
    const { min, max } = this.codeLength;
    return /^\d+$/.test(code) && code.length >= min && code.length <= max ? undefined : 'format';
  }

  #objection(slot: number, code: string): Refusal | undefined {
    if (!this.hasSlot(slot)) return 'slot';
    const format = this.codeObjection(code);
    if (format !== undefined) return format;
    const elsewhere = this.occupied().some(([other, held]) => other !== slot && held.code === code);
    if (this.behaviour.duplicate_check && elsewhere) return 'duplicate';
    return this.behaviour.full && this.slot(slot) === undefined ? 'full' : undefined;
  }

  #refuse(why: Refusal): Change {
    this.counters.refused += 1;
    return refused(why);
  }

  #remember(slot: number): void {
    this.#lateSlots.remember(slot, this.#slots.get(slot), this.behaviour.read_back_delay_ms);
    this.rememberUsers();
  }

  /** @returns false if no credential slot is left. */
  #programUser(users: UserStore, id: number, code: string): boolean {
    const slot = users.credentials(id)[0]?.[0] ?? users.freeCredentialSlot();
    if (slot === undefined) return false;
    if (users.user(id) === undefined)
      users.putUser(id, { name: '', active: true, type: 'general', by: 'local' });
    users.putCredential(slot, { user: id, code, by: 'local' });
    return true;
  }
}
