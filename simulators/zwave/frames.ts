import {
  CommandClass,
  InvalidCC,
  NoOperationCC,
  Security2CCNonceGet,
  Security2CCNonceReport,
  SecurityCCNonceGet,
  SecurityCCNonceReport,
} from '@zwave-js/cc';
import { ZWaveProtocolCC } from '@zwave-js/cc/ZWaveProtocolCC';

/** What a frame is for the count; MAC acknowledgements and protocol frames (`other`) aren't counted. */
export type FrameKind = 'application' | 'nonce' | 'ping' | 'other';

const innermost = (cc: CommandClass): CommandClass => {
  let inner = cc;
  while ('encapsulated' in inner && inner.encapsulated instanceof CommandClass) inner = inner.encapsulated;
  return inner;
};

export const kindOf = (cc: CommandClass): FrameKind => {
  // A command that couldn't be decrypted is answered with a nonce and sent again: part of the nonce exchange.
  if (cc instanceof Security2CCNonceGet || cc instanceof Security2CCNonceReport) return 'nonce';
  if (cc instanceof SecurityCCNonceGet || cc instanceof SecurityCCNonceReport) return 'nonce';
  const inner = innermost(cc);
  if (inner instanceof InvalidCC) return 'nonce';
  if (inner instanceof NoOperationCC) return 'ping';
  return inner instanceof ZWaveProtocolCC ? 'other' : 'application';
};

/** Frames since the last reset; a supervised set counts one in each direction. */
export interface FrameCounts {
  application: { to_lock: number; from_lock: number; total: number };
  nonces: number;
  pings: number;
  /** Sent to a lock that was off the air. */
  unanswered: number;
  /** Applied by the lock, but lost on the way back. */
  lost: number;
  by_command: Record<string, number>;
}

const none = (): FrameCounts => ({
  application: { to_lock: 0, from_lock: 0, total: 0 },
  nonces: 0,
  pings: 0,
  unanswered: 0,
  lost: 0,
  by_command: {},
});

/** Counts the frames of one lock. */
export class FrameCounter {
  #counts = none();

  count(direction: 'to_lock' | 'from_lock', cc: CommandClass): void {
    const kind = kindOf(cc);
    if (kind === 'nonce') this.#counts.nonces += 1;
    if (kind === 'ping') this.#counts.pings += 1;
    if (kind !== 'application') return;
    this.#counts.application[direction] += 1;
    this.#counts.application.total += 1;
    const name = innermost(cc).constructor.name;
    this.#counts.by_command[name] = (this.#counts.by_command[name] ?? 0) + 1;
  }

  countUnanswered(): void {
    this.#counts.unanswered += 1;
  }

  countLost(): void {
    this.#counts.lost += 1;
  }

  snapshot(): FrameCounts {
    return structuredClone(this.#counts);
  }

  reset(): void {
    this.#counts = none();
  }
}
