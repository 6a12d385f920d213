import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Capabilities, CodeManner, UserType } from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';
import type {
  Hint,
  LockDriver,
  OperateOutcome,
  ReadOutcome,
  WriteOutcome,
} from '../../src/ports/lock-driver.ts';
import { until } from '../support/until.ts';
import type { Bench, BenchKind, BenchLock, Character } from './bench.ts';

/** A signal that nobody aborts. */
export const never = new AbortController().signal;

export const empty: ReadOutcome = { kind: 'read', reading: { kind: 'empty' } };

/** Every code that a case has given to a driver or a lock, to be looked for where none may be. */
const secrets = new Set<string>();
let serial = 0;

/** Digits that no case has used yet, with leading zeros. */
export const freshDigits = (length: number): string => {
  serial += 1;
  const digits = String((serial * 7_919) % 10 ** Math.min(length - 2, 9)).padStart(length, '0');
  secrets.add(digits);
  return digits;
};

/** Those that could not stand in a log by chance. */
export const usedSecrets = (): string[] => [...secrets].filter((digits) => digits.length >= 6);

export const pinOf = (digits: string): Pin => {
  const pin = Pin.parse(digits);
  if (pin === undefined) throw new Error('not a PIN');
  return pin;
};

export const occupied = (digits: string, enabled = true): ReadOutcome => ({
  kind: 'read',
  reading: { kind: 'occupied', pin: pinOf(digits), enabled },
});

/** Without what its user is, which some locks tell with a code. */
export const untyped = (read: ReadOutcome): ReadOutcome => {
  if (read.kind !== 'read' || read.reading.kind === 'empty') return read;
  const { kind, pin, enabled } = read.reading;
  return { kind: 'read', reading: { kind, pin, enabled } };
};

export const isYes = (outcome: WriteOutcome): boolean =>
  outcome.kind === 'accepted' || outcome.kind === 'confirmed';

/** The opened driver of one kind, and what a case does with it. */
export class Scene {
  bench!: Bench;

  get driver(): LockDriver {
    return this.bench.driver;
  }

  lock(character: Character = 'plain'): BenchLock {
    return this.bench.lock(character);
  }

  async capabilities(lock: BenchLock): Promise<Capabilities> {
    const told = await this.bench.settle(this.driver.capabilities(lock.address, never));
    if (told === undefined) throw new Error(`${lock.address} has no capabilities`);
    return told;
  }

  /** Slots that hold nothing and may be written to, lowest first. */
  async spare(lock: BenchLock): Promise<number[]> {
    const { slots, reservedSlots } = await this.capabilities(lock);
    const held = await lock.codes();
    return Array.from({ length: slots.last - slots.first + 1 }, (_, i) => slots.first + i).filter(
      (slot) => !reservedSlots.includes(slot) && held[slot] === undefined,
    );
  }

  /** A spare slot, and digits that this lock takes. */
  async fresh(lock: BenchLock): Promise<{ slot: number; digits: string }> {
    const { codeLengths } = await this.capabilities(lock);
    const [slot] = await this.spare(lock);
    if (slot === undefined) throw new Error(`${lock.address} is full`);
    return { slot, digits: freshDigits(codeLengths.find((length) => length >= 6) ?? codeLengths[0]!) };
  }

  async read(lock: BenchLock, slot: number, signal = never): Promise<ReadOutcome> {
    return untyped(await this.bench.settle(this.driver.readSlot(lock.address, slot, signal)));
  }

  /** What the lock says that the user in the slot is; undefined where it doesn't. */
  async userType(lock: BenchLock, slot: number): Promise<UserType | undefined> {
    const read = await this.bench.settle(this.driver.readSlot(lock.address, slot, never));
    return read.kind === 'read' && read.reading.kind === 'occupied' ? read.reading.userType : undefined;
  }

  write(
    lock: BenchLock,
    slot: number,
    digits: string,
    options: { readonly signal?: AbortSignal; readonly manner?: CodeManner } = {},
  ): Promise<WriteOutcome> {
    const { signal = never, manner } = options;
    return this.bench.settle(this.driver.writeSlot(lock.address, slot, pinOf(digits), signal, manner));
  }

  clear(lock: BenchLock, slot: number, signal = never): Promise<WriteOutcome> {
    return this.bench.settle(this.driver.clearSlot(lock.address, slot, signal));
  }

  operate(lock: BenchLock, action: 'lock' | 'unlock', signal = never): Promise<OperateOutcome> {
    return this.bench.settle(this.driver.operate(lock.address, action, signal));
  }

  /** Writes a code and asserts that the lock has it. */
  async put(lock: BenchLock): Promise<{ slot: number; digits: string }> {
    const { slot, digits } = await this.fresh(lock);
    expect(await this.write(lock, slot, digits)).toSatisfy(isYes);
    expect((await lock.codes())[slot]).toBe(digits);
    return { slot, digits };
  }

  /** Waits until there is a hint like this one. */
  hinted(expected: Partial<Hint>): Promise<Hint> {
    const find = (): Hint | undefined =>
      this.bench.hints.find((hint) =>
        Object.entries(expected).every(([key, value]) => Reflect.get(hint, key) === value),
      );
    return this.until(`a hint ${JSON.stringify(expected)}`, find, () => this.bench.hints);
  }

  until<T>(what: string, look: () => T | undefined | false, instead: () => unknown = look): Promise<T> {
    return this.bench.settle(until(what, look, { limitMs: 25_000, instead }));
  }
}

/** Opens the bench for the cases of a file; after each, its locks are healed and hold what they held before. */
export const sceneOf = (kind: BenchKind): Scene => {
  const scene = new Scene();
  const before = new Map<BenchLock, Readonly<Record<number, string>>>();
  beforeAll(async () => {
    scene.bench = await kind.open();
    const locks = new Set((['plain', ...kind.characters] as const).map((character) => scene.lock(character)));
    for (const lock of locks) before.set(lock, await lock.codes());
  });
  afterEach(async () => {
    for (const [lock, codes] of before) {
      await lock.heal();
      for (const slot of Object.keys(await lock.codes()).map(Number))
        if (codes[slot] === undefined) await lock.keypad({ action: 'delete', slot });
    }
    scene.bench.hints.length = 0;
  });
  afterAll(() => scene.bench[Symbol.asyncDispose]());
  return scene;
};
