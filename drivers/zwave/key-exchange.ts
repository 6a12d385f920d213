import { SecurityClass } from '@zwave-js/core';
import type { InclusionGrant, InclusionUserCallbacks } from 'zwave-js';
import type { MembershipHooks } from '../../src/ports/membership.ts';
import type { Reason } from '../shared/membership.ts';
import type { Work } from './membership-work.ts';
import * as words from './membership-words.ts';
import { isDskPin, withoutPin } from './qr-code.ts';
import type { Label } from './qr-code.ts';

/** What is known of the lock before it joins. */
export interface Wish {
  readonly label: Label | undefined;
  /** Valid digits. */
  readonly dskPin: string | undefined;
}

const isS2 = (security: SecurityClass): boolean =>
  security === SecurityClass.S2_AccessControl ||
  security === SecurityClass.S2_Authenticated ||
  security === SecurityClass.S2_Unauthenticated;

/** What the lock asks for, but S0 only where that is all it asks for: its key would be known to weaker devices. */
export const granted = (requested: readonly SecurityClass[]): SecurityClass[] => {
  const s2 = requested.filter(isS2);
  return s2.length > 0 ? s2 : [...requested];
};

export const securityNames = (classes: readonly SecurityClass[]): string =>
  classes
    .map(securityOrder)
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name)
    .join(', ');

const securityOrder = (security: SecurityClass): { readonly rank: number; readonly name: string } => ({
  rank: security === SecurityClass.S0_Legacy ? 1 : -security,
  name: words.securityName(security),
});

/**
 * Our side of the talk in which a lock gets its keys (Security 2 CC): what it is given, and the PIN of its label.
 * zwave-js allows four minutes for each answer, then calls `abort`.
 */
export class KeyExchange {
  /** Why we said no; undefined where we didn't. */
  refusal: Reason | undefined;
  /** The lock asked for S0 and nothing better. */
  onlyS0 = false;

  readonly #work: Pick<Work, 'aborted' | 'lost'>;
  readonly #wish: Wish;
  readonly #hooks: MembershipHooks;
  readonly #over = new AbortController();

  constructor(work: Pick<Work, 'aborted' | 'lost'>, wish: Wish, hooks: MembershipHooks) {
    this.#work = work;
    this.#wish = wish;
    this.#hooks = hooks;
  }

  readonly callbacks: InclusionUserCallbacks = {
    grantSecurityClasses: (requested) => Promise.resolve(this.#grant(requested)),
    validateDSKAndEnterPIN: (dsk) => this.#pinFor(withoutPin(dsk)),
    abort: () => {
      this.close();
    },
  };

  /** Nobody needs to be asked any more. */
  close(): void {
    this.#over.abort();
  }

  #grant({ securityClasses }: InclusionGrant): InclusionGrant | false {
    if (this.#work.aborted.aborted) return this.#no(words.abortedLate);
    const classes = granted(securityClasses);
    this.onlyS0 = classes.every((one) => one === SecurityClass.S0_Legacy);
    this.#hooks.onStep({ kind: 'securing', security: securityNames(classes) });
    return { securityClasses: classes, clientSideAuth: false };
  }

  async #pinFor(dsk: string): Promise<string | false> {
    const { label, dskPin } = this.#wish;
    if (this.#work.aborted.aborted) return this.#no(words.abortedLate);
    if (label !== undefined) {
      // Another lock may be in pairing mode nearby; its key differs in what it shows of itself.
      return withoutPin(label.dsk) === dsk ? label.dsk.slice(0, 5) : this.#no(words.otherLock);
    }
    if (dskPin !== undefined) return dskPin;
    for (let tries = 0; tries < 2; tries += 1) {
      const pin = await this.#ask(dsk);
      if (typeof pin !== 'string') return this.#no(pin);
      if (isDskPin(pin)) return pin;
    }
    return this.#no(words.malformedPin);
  }

  /** One question. It ends with the time for it even where the hook doesn't heed its signal. */
  async #ask(dsk: string): Promise<string | Reason> {
    const signal = AbortSignal.any([this.#work.aborted, this.#work.lost, this.#over.signal]);
    this.#hooks.onStep({ kind: 'pin_needed', dsk });
    // Perhaps at that step.
    if (signal.aborted) return this.#whyNoPin();
    const ended = Promise.withResolvers<undefined>();
    const onAbort = (): void => {
      ended.resolve(undefined);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const pin = await Promise.race([this.#hooks.askPin(dsk, signal), ended.promise]);
    signal.removeEventListener('abort', onAbort);
    // A PIN that comes together with the wish to stop comes too late.
    return pin === undefined || this.#work.aborted.aborted ? this.#whyNoPin() : pin.trim();
  }

  #whyNoPin(): Reason {
    if (this.#work.lost.aborted) return words.radioDown;
    if (this.#work.aborted.aborted) return words.abortedLate;
    return this.#over.signal.aborted ? words.noPin : words.declined;
  }

  #no(reason: Reason): false {
    this.refusal ??= reason;
    return false;
  }
}
