import { type Behaviour, type BehaviourChange, defaultBehaviour } from './behaviours.ts';

type Counted = 'refuse' | 'lie' | 'lose_answers' | 'lose_events' | 'mac_no_ack' | 'aps_no_ack' | 'no_route';
/** Kinds of work that take a lock a time of its own. */
export type Work = 'set' | 'clear' | 'read' | 'bolt' | 'schedule';
type Mask = 'stars' | 'ff' | 'zeros' | 'empty';

const maskOctet: Readonly<Record<Exclude<Mask, 'empty'>, number>> = { stars: 0x2a, ff: 0xff, zeros: 0x30 };

/** How a lock behaves at present: its traits, and the faults that count themselves down. */
export class Manners {
  readonly #random: () => number;
  #behaviour: Behaviour;

  constructor(change: BehaviourChange, random: () => number) {
    this.#random = random;
    this.#behaviour = { ...defaultBehaviour };
    this.change(change);
  }

  get current(): Readonly<Behaviour> {
    return this.#behaviour;
  }

  change(change: BehaviourChange): void {
    // A partial from zod may hold explicit `undefined`s, which would overwrite what they are spread over.
    const defined: Partial<Behaviour> = {};
    Object.assign(
      defined,
      Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
    );
    this.#behaviour = { ...this.#behaviour, ...defined };
  }

  /** Whether the fault strikes this time; one that was given as a count has one less left. */
  take(fault: Counted): boolean {
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

  delayMs(work: Work): number {
    const delay = this.#behaviour.delay_ms;
    return typeof delay === 'number' ? delay : delay[work];
  }

  /** What goes over the air for these digits: themselves, or what masks them. */
  shown(code: string): Buffer {
    const { mask } = this.#behaviour;
    if (mask === false) return Buffer.from(code, 'latin1');
    const kind: Mask = mask === true ? 'stars' : mask;
    return kind === 'empty' ? Buffer.alloc(0) : Buffer.alloc(code.length, maskOctet[kind]);
  }
}
