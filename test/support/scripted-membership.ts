import type { SimulatedDriver } from '../../drivers/simulated/index.ts';
import type { SimulatedLock } from '../../drivers/simulated/lock.ts';
import type { LockAddress } from '../../src/core/ids.ts';
import type { LockDescription } from '../../src/core/model.ts';
import type {
  Membership,
  MembershipHooks,
  MembershipProblem,
  PairingOutcome,
  PairingRequest,
  RemovalOutcome,
} from '../../src/ports/membership.ts';

/** A call that lasts until the test ends it. */
interface Call<T> {
  readonly hooks: MembershipHooks;
  readonly signal: AbortSignal;
  readonly end: (outcome: T) => void;
}
export type PairingCall = Call<PairingOutcome> & { readonly request: PairingRequest };
export type RemovalCall = Omit<Call<RemovalOutcome>, 'hooks'> & {
  readonly hooks: Pick<MembershipHooks, 'onStep'>;
  readonly lock: LockAddress;
  readonly how: 'exclude' | 'gone';
};

export const problem = (why: MembershipProblem['why'], leftBehind?: LockAddress): MembershipProblem => ({
  kind: 'failed',
  why,
  message: `It failed: ${why}.`,
  leftBehind,
});

/** Locks of a simulated driver join and leave as the test says. Each has a DSK, and its place in the network. */
export class ScriptedMembership implements Membership {
  readonly pairings: PairingCall[] = [];
  readonly removals: RemovalCall[] = [];
  /** Ends a call by itself when it is aborted, as a driver should. */
  obeys = true;
  /** Joined in vain, and still there. */
  left: LockAddress[] = [];
  readonly #driver: SimulatedDriver;
  readonly #absent = new Set<LockAddress>();

  /**
   * @param waiting locks that aren't in the network yet
   * @param names each lock has a DSK and its place in the network for names, only its place, or only an address that
   *   is its own for ever (Zigbee)
   */
  constructor(
    driver: SimulatedDriver,
    waiting: readonly SimulatedLock[] = [],
    names: 'dsk' | 'place' | 'address' = 'dsk',
  ) {
    this.#driver = driver;
    for (const lock of waiting) this.#absent.add(lock.spec.address);
    const all = driver.locks.bind(driver);
    driver.locks = (): LockDescription[] =>
      all()
        .filter((one) => !this.#absent.has(one.address))
        .map((one) => ({
          ...one,
          identities: {
            dsk: [`simulated:dsk:${one.address}`, `simulated:home:${one.address}`],
            place: [`simulated:home:${one.address}`],
            address: [one.address],
          }[names],
        }));
    Object.defineProperty(driver, 'membership', { value: this, configurable: true });
  }

  /** @param told whether the driver says so by itself */
  join({ spec: { address } }: SimulatedLock, told = true): void {
    this.#absent.delete(address);
    if (told) this.#driver.emit({ kind: 'locks' });
  }

  leave({ spec: { address } }: SimulatedLock): void {
    this.#absent.add(address);
    this.#driver.emit({ kind: 'locks' });
  }

  leftBehind(): readonly LockAddress[] {
    return this.left;
  }

  get pairing(): PairingCall {
    return last(this.pairings);
  }

  get removal(): RemovalCall {
    return last(this.removals);
  }

  pair(request: PairingRequest, hooks: MembershipHooks, signal: AbortSignal): Promise<PairingOutcome> {
    return new Promise((end) => {
      this.#heed(signal, () => {
        end(problem('aborted'));
      });
      this.pairings.push({ request, hooks, signal, end });
    });
  }

  remove(
    lock: LockAddress,
    how: 'exclude' | 'gone',
    hooks: Pick<MembershipHooks, 'onStep'>,
    signal: AbortSignal,
  ): Promise<RemovalOutcome> {
    return new Promise((end) => {
      this.#heed(signal, () => {
        end(problem('aborted'));
      });
      this.removals.push({ lock, how, hooks, signal, end });
    });
  }

  #heed(signal: AbortSignal, end: () => void): void {
    signal.addEventListener('abort', () => {
      if (this.obeys) end();
    });
  }
}

const last = <T>(calls: readonly T[]): T => {
  const call = calls.at(-1);
  if (call === undefined) throw new Error('the driver was not called');
  return call;
};
