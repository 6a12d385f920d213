import { type Behaviour, type BehaviourChange, defaultBehaviour } from './spec.ts';

/** How a lock behaves at present: its traits, and the faults that count themselves down. */
export class Manners {
  readonly #random: () => number;
  #behaviour: Behaviour;

  constructor(change: BehaviourChange, random: () => number) {
    this.#random = random;
    this.#behaviour = { ...defaultBehaviour, ...definedOnly(change) };
  }

  get current(): Readonly<Behaviour> {
    return this.#behaviour;
  }

  change(behaviour: BehaviourChange): void {
    this.#behaviour = { ...this.#behaviour, ...definedOnly(behaviour) };
  }

  /** Whether the fault strikes this time; one that was given as a count has one less left. */
  take(fault: 'refuse' | 'lie' | 'lose_reports'): boolean {
    const left = this.#behaviour[fault];
    if (typeof left !== 'number') return left === true;
    this.#behaviour = { ...this.#behaviour, [fault]: left > 1 ? left - 1 : false };
    return true;
  }

  /** Whether this set succeeds in words only. */
  lies(): boolean {
    const { lie } = this.#behaviour;
    return typeof lie === 'object' ? this.#random() * lie.one_in < 1 : this.take('lie');
  }

  delayMs(work: 'set' | 'clear' | 'read' | 'bolt'): number {
    const delay = this.#behaviour.delay_ms;
    return typeof delay === 'number' ? delay : delay[work];
  }

  /** What an occupied slot shows instead of its digits; `undefined` where it shows them. */
  maskedAs(): string | undefined {
    const { mask } = this.#behaviour;
    if (mask === false) return undefined;
    return mask === true ? '****' : mask;
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
