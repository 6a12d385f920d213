import type { LockAddress } from '../../src/core/ids.ts';
import { crc16Ccitt } from '../../src/core/checksum.ts';
import type { Capabilities } from '../../src/core/model.ts';

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
}

export interface LockSpec {
  readonly address: LockAddress;
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly masks: boolean;
  readonly duplicateCheck: boolean;
}

/** One exchange as the lock saw it, for tests that count or judge them. */
export interface Exchange {
  readonly kind: 'read' | 'set' | 'clear' | 'checksum';
  readonly slot: number | undefined;
  /** The digits that stood in the slot when the command came. */
  readonly before: string | undefined;
}

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
  };
  readonly exchanges: Exchange[] = [];
  locked = true;

  constructor(spec: LockSpec) {
    this.spec = spec;
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
  checksum(): number {
    const bytes: number[] = [];
    for (const [slot, digits] of [...this.slots].sort(([a], [b]) => a - b)) {
      bytes.push(slot >> 8, slot & 0xff, 1);
      for (const digit of digits) bytes.push(digit.charCodeAt(0));
    }
    return bytes.length === 0 ? 0 : crc16Ccitt(bytes);
  }
}
