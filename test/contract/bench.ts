import type { LockAddress } from '../../src/core/ids.ts';
import type { AutoLock, LocalWindow } from '../../src/core/model.ts';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import type { MembershipStep } from '../../src/ports/membership.ts';
import type { ToldTime } from './benches/told-time.ts';

// What the contract suite needs of a driver's surroundings: locks that play every case, and their truth. One bench for
// each driver; the suite itself knows the driver interface only.

/**
 * What a lock is like. `plain`: read back in full, refuses what a keypad lock refuses, reports what people do, has no
 * schedules, names or manners. The others are like it but for what they are called.
 */
export type Character =
  'plain' | 'masking' | 'unreadable' | 'checksum' | 'names' | 'schedules' | 'manners' | 'clock' | 'auto_lock';

/**
 * `offline`: off the air. `command_lost`: commands don't arrive. `answer_lost`: they are carried out, and nothing comes
 * back. `answer_held`: so, until it is healed; what was held comes then, late. `lies`: says yes and stores nothing.
 */
export type Fault = 'offline' | 'command_lost' | 'answer_lost' | 'answer_held' | 'refuses' | 'lies' | 'full';

/** What people do that the lock tells of by itself. */
export type News = 'programming' | 'all_deleted' | 'keycode' | 'manual' | 'lockout' | 'battery';

export interface KeypadAction {
  readonly action: 'add' | 'change' | 'delete' | 'delete_all' | 'enter';
  readonly slot?: number;
  readonly code?: string;
}

/** A lock's own clock. Wall times as `Date.UTC` counts them, milliseconds, whatever its zone. */
export interface BenchClock {
  shown(): Promise<number>;
  /** Somebody sets it at the lock, to the second. */
  put(wall: number): Promise<void>;
  /** It asks its radio for the time. Absent: locks of this kind don't. */
  ask?(): Promise<void>;
}

/** A lock and the people at its door. What it tells is its own truth, whatever the driver makes of it. */
export interface BenchLock {
  readonly address: LockAddress;
  /** The digits that it holds, by slot. */
  codes(): Promise<Readonly<Record<number, string>>>;
  locked(): Promise<boolean>;
  keypad(action: KeypadAction): Promise<void>;
  /** By hand. */
  turn(locked: boolean): Promise<void>;
  /** @param percent what is left in its batteries */
  drain(percent: number): Promise<void>;
  /** Begins; other faults go on. */
  fault(fault: Fault): Promise<void>;
  /** Ends all faults. */
  heal(): Promise<void>;
  /** Of a lock with schedules. */
  scheduleAt?(slot: number): Promise<LocalWindow | undefined>;
  /** Of a lock with names. */
  nameAt?(slot: number): Promise<string | undefined>;
  /** Of a lock with manners: whether the code in the slot is disabled, and whether it is bound to its schedule. */
  mannerAt?(slot: number): Promise<{ readonly enabled: boolean; readonly scheduled: boolean } | undefined>;
  /** Of a lock with a clock or schedules. */
  readonly clock?: BenchClock;
  /** Of a lock whose way of locking itself can be set. */
  autoLock?(): Promise<AutoLock>;
  /** It joins its network again, under another address of that network, as some do by themselves. */
  rejoin?(): Promise<void>;
}

/** A lock in no network yet, and somebody beside it. */
export interface Newcomer {
  /** What a person does at this step: starts the lock's pairing (or unpairing) mode when the radio listens. */
  onStep(step: MembershipStep): void;
  /** The five digits of its label, where it is asked for them. */
  readonly labelPin: string | undefined;
}

/** An opened driver, all its locks known. */
export interface Bench extends AsyncDisposable {
  readonly driver: LockDriver;
  /** All hints since the start, oldest first; the suite empties it. */
  readonly hints: Hint[];
  /** What the driver has logged, as it would be written. */
  readonly logged: readonly string[];
  /** @throws for a character that the kind doesn't list */
  lock(character: Character): BenchLock;
  /** What the driver's host says of the time. Needed for a kind with clocks or schedules. */
  readonly time?: ToldTime;
  /** Waits for the driver's work. A bench whose driver runs by a clock of its own lets time pass meanwhile. */
  settle<T>(work: Promise<T>): Promise<T>;
  /** Takes the radio away, or gives it back. */
  readonly radio?: { lose(): Promise<void>; giveBack(): Promise<void> };
  readonly newcomer?: Newcomer;
}

/** A driver under test: what its bench can play, and what the protocol doesn't have. */
export interface BenchKind {
  readonly name: string;
  /** Besides `plain`. */
  readonly characters: readonly Exclude<Character, 'plain'>[];
  readonly faults: readonly Fault[];
  readonly news: readonly News[];
  /** Locks with manners tell with a code what its user is. */
  readonly tellsUserType?: true;
  /** The plain lock refuses a PIN that another of its slots holds. */
  readonly refusesDuplicates: boolean;
  /** Two more locks whose answers get lost and come late, at the same time as a plain one's. Default: that one. */
  readonly answersLate?: readonly [Character, Character];
  readonly losesRadio: boolean;
  readonly rejoins: boolean;
  readonly takesNewcomers: boolean;
  open(): Promise<Bench>;
}
