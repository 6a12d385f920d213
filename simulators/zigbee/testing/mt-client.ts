import { once } from 'node:events';
import net from 'node:net';
import { type MtFrame, MtFramer, encodeMtFrame, mtType } from '../mt-frame.ts';
import { OctetWriter } from '../octets.ts';

const deadlineMs = 5_000;

/** A hub of the smallest kind: sends requests byte by byte, and keeps what comes back. */
export class MtClient {
  readonly #socket: net.Socket;
  readonly #framer = new MtFramer();
  readonly frames: MtFrame[] = [];
  /** Resolves when the coordinator has ended the connection. */
  readonly closed: Promise<void>;
  #look: () => void = () => undefined;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
    });
    socket.on('data', (chunk: Buffer) => {
      this.frames.push(...this.#framer.push(chunk));
      this.#look();
    });
  }

  write(octets: Uint8Array): void {
    this.#socket.write(octets);
  }

  /** Sends a request and gives the data of its answer. */
  async request(subsystem: number, command: number, data: Iterable<number> = []): Promise<number[]> {
    this.write(encodeMtFrame({ type: mtType.sreq, subsystem, command, data: Uint8Array.from(data) }));
    return [...(await this.next((frame) => frame.type === mtType.srsp)).data];
  }

  /** The first frame that passes, of those that came or will come; the others wait. */
  async next(wanted: (frame: MtFrame) => boolean): Promise<MtFrame> {
    const limit = performance.now() + deadlineMs;
    for (;;) {
      const at = this.frames.findIndex(wanted);
      const found = this.frames[at];
      if (found !== undefined) {
        this.frames.splice(at, 1);
        return found;
      }
      const left = limit - performance.now();
      if (left <= 0) throw new Error('no such frame came');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#look = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** What the coordinator says unasked, by subsystem and command. */
  async indication(subsystem: number, command: number): Promise<number[]> {
    const matches = (frame: MtFrame): boolean =>
      frame.type === mtType.areq && frame.subsystem === subsystem && frame.command === command;
    return [...(await this.next(matches)).data];
  }

  end(): void {
    this.#socket.destroy();
  }
}

export const connect = async (port: number): Promise<MtClient> => {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return new MtClient(socket);
};

/** Fields of a request. */
export const octets = (): OctetWriter => new OctetWriter();
