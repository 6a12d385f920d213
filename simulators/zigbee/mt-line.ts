import net from 'node:net';
import { closeServer, listen } from '../shared/listen.ts';
import { type MtFrame, MtFramer, encodeMtFrame } from './mt-frame.ts';

export interface MtLineHandlers {
  frame(frame: MtFrame): void;
  /** A client came or went; what was under way for the one before is void. */
  connection(connected: boolean): void;
}

/** The coordinator's serial port, served over TCP to one client at a time. */
export class MtLine {
  readonly #server: net.Server;
  readonly #handlers: MtLineHandlers;
  #socket: net.Socket | undefined;
  #muted = false;
  #port = 0;
  #clients = 0;
  #swallowed = 0;

  constructor(handlers: MtLineHandlers) {
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

  /** How many clients have come since the start. */
  get clients(): number {
    return this.#clients;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** Octets that came while it was mute. */
  get swallowed(): number {
    return this.#swallowed;
  }

  /** While mute, the line is open and the stick hangs: it takes in nothing and says nothing. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  async open(port: number): Promise<void> {
    this.#port = await listen(this.#server, port);
  }

  write(frame: MtFrame): void {
    if (!this.#muted) this.#socket?.write(encodeMtFrame(frame));
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
    this.#socket = socket;
    this.#clients += 1;
    socket.setNoDelay(true);
    const framer = new MtFramer();
    socket.on('data', (chunk: Buffer) => {
      if (socket !== this.#socket) return;
      if (this.#muted) {
        this.#swallowed += chunk.length;
        return;
      }
      for (const frame of framer.push(chunk)) this.#handlers.frame(frame);
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
    this.#handlers.connection(false);
  }
}
