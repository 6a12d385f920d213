import type { Random } from '../../src/ports/random.ts';
import type { BridgeAnswer, Place } from '../support/bridge-client.ts';
import { createdId } from '../support/bridge-client.ts';

/** A lock of the kill test: what a person has put there, and how much of ours may stand there at once. */
export interface OracleLock {
  readonly place: Place;
  readonly foreign: Readonly<Record<number, string>>;
  readonly ours: number;
}

interface Code {
  readonly place: Place;
  readonly pin: string;
}

export interface Request {
  readonly id: string;
  readonly route: 'access_codes/create' | 'access_codes/update' | 'access_codes/delete';
  readonly params: Readonly<Record<string, string>>;
  /** What the world should be like once this was answered with `ok`. */
  readonly apply: (answer: BridgeAnswer) => void;
}

/** What should stand on the locks: everything that was answered with `ok`, and nothing else. */
export class Oracle {
  readonly codes = new Map<string, Code>();
  readonly #locks: readonly OracleLock[];
  readonly #random: Random;
  readonly #used = new Set<string>();
  readonly #deleted: string[] = [];
  #requests = 0;

  constructor(locks: readonly OracleLock[], random: Random) {
    this.#locks = locks;
    this.#random = random;
    for (const lock of locks) for (const pin of Object.values(lock.foreign)) this.#used.add(pin);
  }

  /** The PINs that should stand on this lock besides the person's, sorted. */
  pins(place: Place): string[] {
    return [...this.codes.values()]
      .filter((code) => code.place === place)
      .map((code) => code.pin)
      .sort();
  }

  /** Some command that should succeed, at any of the locks. */
  nextRequest(deviceOf: (place: Place) => string): Request {
    this.#requests += 1;
    const id = `kill-${this.#requests}-${this.#random.uuid()}`;
    const lock = this.#pick(this.#locks);
    const mine = [...this.codes].filter(([, code]) => code.place === lock.place);
    const roll = this.#random.integer(10);
    if (mine.length === 0 || (mine.length < lock.ours && roll < 4)) {
      const pin = this.#pin();
      const apply = (answer: BridgeAnswer): void => {
        this.codes.set(createdId(answer), { place: lock.place, pin });
      };
      const params = { device_id: deviceOf(lock.place), name: 'A guest', code: pin };
      return { id, route: 'access_codes/create', params, apply };
    }
    const [codeId, code] = this.#pick(mine);
    if (roll < 7) {
      const pin = this.#pin();
      const apply = (): void => {
        this.codes.set(codeId, { ...code, pin });
      };
      return { id, route: 'access_codes/update', params: { access_code_id: codeId, code: pin }, apply };
    }
    const apply = (): void => {
      this.codes.delete(codeId);
      this.#deleted.push(code.pin);
    };
    return { id, route: 'access_codes/delete', params: { access_code_id: codeId }, apply };
  }

  #pick<T>(from: readonly T[]): T {
    const found = from[this.#random.integer(from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  /** A new one, or now and then one that was deleted a moment ago (FIELD-BUGS 9: no transient duplicate). */
  #pin(): string {
    if (this.#random.integer(4) === 0) {
      const again = this.#deleted.pop();
      if (again !== undefined) return again;
    }
    for (;;) {
      const length = 4 + this.#random.integer(5);
      const pin = Array.from({ length }, () => this.#random.integer(10)).join('');
      if (this.#used.has(pin)) continue;
      this.#used.add(pin);
      return pin;
    }
  }
}
