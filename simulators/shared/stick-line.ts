import net from 'node:net';
import { closeServer, listen } from './listen.ts';

/** A stick's serial port, served over TCP to one client at a time. */
export abstract class StickLine {
  readonly #server: net.Server;
  #client: net.Socket | undefined;
  #muted = false;
  #port = 0;

  constructor() {
    this.#server = net.createServer((client) => {
      this.#connected(client);
    });
  }

  /** @returns what takes in the octets of a client that has come. */
  protected abstract reader(client: net.Socket): (chunk: Buffer) => void;

  /** A client came or went; what was under way for the one before is void. */
  protected abstract connection(connected: boolean): void;

  protected get client(): net.Socket | undefined {
    return this.#client;
  }

  get port(): number {
    return this.#port;
  }

  get connected(): boolean {
    return this.#client !== undefined;
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

  /** Cuts the connection; the client may come back at once. */
  drop(): void {
    this.#client?.destroy();
    this.#disconnected(this.#client);
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

  protected send(octets: Uint8Array): void {
    if (!this.#muted) this.#client?.write(octets);
  }

  #connected(client: net.Socket): void {
    // The client before may have been killed without a farewell: the newest one has the stick.
    this.drop();
    this.#client = client;
    client.setNoDelay(true);
    const read = this.reader(client);
    client.on('data', (chunk: Buffer) => {
      if (client === this.#client) read(chunk);
    });
    client.on('error', () => undefined);
    client.on('close', () => {
      this.#disconnected(client);
    });
    this.connection(true);
  }

  #disconnected(client: net.Socket | undefined): void {
    if (client === undefined || client !== this.#client) return;
    this.#client = undefined;
    this.connection(false);
  }
}
