import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { StickLine } from '../shared/stick-line.ts';

const SOF = 0x01;
export const ACK = 0x06;
const NAK = 0x15;
const CAN = 0x18;

/** Cuts a byte stream into Serial API frames: TCP keeps no boundaries, and the controller wants whole frames. */
export class SerialFramer {
  #pending: Uint8Array<ArrayBuffer> = new Uint8Array();

  /** @returns the frames that are complete by now; a one-byte frame is an ACK, NAK or CAN. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    let rest = Uint8Array.from([...this.#pending, ...chunk]);
    const frames: Uint8Array<ArrayBuffer>[] = [];
    for (;;) {
      const first = rest[0];
      if (first === undefined) break;
      // A length byte counts itself but neither the start byte nor the checksum... which cancel out to "+ 2".
      const length = first === SOF ? (rest[1] ?? Infinity) + 2 : 1;
      if (rest.length < length) break;
      if ([SOF, ACK, NAK, CAN].includes(first)) frames.push(rest.slice(0, length));
      rest = rest.slice(length);
    }
    this.#pending = rest;
    return frames;
  }
}

const ackDeadlineMs = 1_000;

export interface SerialLineHandlers {
  frame(frame: Uint8Array<ArrayBuffer>): Promise<void>;
  /** A client came or went; what was under way for the one before is void. */
  connection(connected: boolean): void;
}

/** The controller's serial port, served over TCP to one client at a time. */
export class SerialLine extends StickLine {
  readonly #handlers: SerialLineHandlers;
  readonly #origin = new AsyncLocalStorage<Socket>();
  #acks: (() => void)[] = [];

  constructor(handlers: SerialLineHandlers) {
    super();
    this.#handlers = handlers;
  }

  /**
   * Writes to the client. Bytes that answer a client which has gone are dropped, as a reset stick would drop them:
   * their callback id may mean something else to the next one.
   */
  write(bytes: Uint8Array): void {
    if (!this.#answersOneThatWent()) this.send(bytes);
  }

  /** Resolves with the client's next ACK, with its going, or after a second; never rejects. */
  async acknowledged(): Promise<void> {
    if (!this.connected || this.#answersOneThatWent()) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#acks = this.#acks.filter((waiting) => waiting !== settle);
        resolve();
      }, ackDeadlineMs);
      this.#acks.push(settle);
    });
  }

  protected override reader(client: Socket): (chunk: Buffer) => void {
    const framer = new SerialFramer();
    return (chunk) => {
      for (const frame of framer.push(chunk)) this.#received(frame, client);
    };
  }

  protected override connection(connected: boolean): void {
    if (!connected) for (const settle of this.#acks.splice(0)) settle();
    this.#handlers.connection(connected);
  }

  #answersOneThatWent(): boolean {
    const origin = this.#origin.getStore();
    return origin !== undefined && origin !== this.client;
  }

  #received(frame: Uint8Array<ArrayBuffer>, client: Socket): void {
    if (this.muted) return;
    if (frame[0] === ACK) this.#acks.shift()?.();
    if (frame[0] !== SOF) return;
    void this.#origin.run(client, () => this.#handlers.frame(frame));
  }
}
