import { AsyncLocalStorage } from 'node:async_hooks';
import net from 'node:net';
import { closeServer, listen } from '../shared/listen.ts';

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
export class SerialLine {
  readonly #server: net.Server;
  readonly #handlers: SerialLineHandlers;
  readonly #origin = new AsyncLocalStorage<number>();
  #acks: ((acked: boolean) => void)[] = [];
  #socket: net.Socket | undefined;
  #connection = 0;
  #muted = false;
  #port = 0;

  constructor(handlers: SerialLineHandlers) {
    this.#handlers = handlers;
    this.#server = net.createServer((socket) => {
      this.#connected(socket);
    });
  }

  get port(): number {
    return this.#port;
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** While mute, the line is open and the stick hangs: it takes in nothing and says nothing. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  async open(port: number): Promise<void> {
    this.#port = await listen(this.#server, port);
  }

  /**
   * Writes to the client. Bytes that answer a client which has gone are dropped, as a reset stick would drop them:
   * their callback id may mean something else to the next one.
   */
  write(bytes: Uint8Array): void {
    const origin = this.#origin.getStore();
    if (origin !== undefined && origin !== this.#connection) return;
    if (!this.#muted) this.#socket?.write(bytes);
  }

  /** Resolves with the client's next ACK, with its going, or after a second; never rejects. */
  async acknowledged(): Promise<void> {
    const origin = this.#origin.getStore();
    if (this.#socket === undefined || (origin !== undefined && origin !== this.#connection)) return;
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

  /** Cuts the connection; the client may come back at once. */
  drop(): void {
    this.#socket?.destroy();
    this.#disconnected(this.#socket);
  }

  /** Stops or resumes listening on the same port; while stopped, connections are refused. */
  async accept(accepting: boolean): Promise<void> {
    if (accepting === this.#server.listening) return;
    if (accepting) await listen(this.#server, this.#port);
    else {
      const closed = closeServer(this.#server);
      this.drop();
      await closed;
    }
  }

  async close(): Promise<void> {
    await this.accept(false);
  }

  #connected(socket: net.Socket): void {
    // The client before may have been killed without a farewell: the newest one has the stick.
    this.drop();
    this.#connection += 1;
    const connection = this.#connection;
    this.#socket = socket;
    socket.setNoDelay(true);
    const framer = new SerialFramer();
    socket.on('data', (chunk: Buffer) => {
      if (connection !== this.#connection) return;
      for (const frame of framer.push(chunk)) this.#received(frame, connection);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#disconnected(socket);
    });
    this.#handlers.connection(true);
  }

  #disconnected(socket: net.Socket | undefined): void {
    if (socket === undefined || socket !== this.#socket) return;
    this.#socket = undefined;
    this.#connection += 1;
    const waiting = this.#acks;
    this.#acks = [];
    for (const settle of waiting) settle(false);
    this.#handlers.connection(false);
  }

  #received(frame: Uint8Array<ArrayBuffer>, connection: number): void {
    if (this.#muted) return;
    if (frame[0] === ACK) this.#acks.shift()?.(true);
    if (frame[0] !== SOF) return;
    void this.#origin.run(connection, () => this.#handlers.frame(frame));
  }
}
