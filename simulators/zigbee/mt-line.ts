import { StickLine } from '../shared/stick-line.ts';
import { type MtFrame, MtFramer, encodeMtFrame } from './mt-frame.ts';

export interface MtLineHandlers {
  frame(frame: MtFrame): void;
  /** A client came or went; what was under way for the one before is void. */
  connection(connected: boolean): void;
}

/** The coordinator's serial port, served over TCP to one client at a time. */
export class MtLine extends StickLine {
  readonly #handlers: MtLineHandlers;
  #clients = 0;
  #swallowed = 0;

  constructor(handlers: MtLineHandlers) {
    super();
    this.#handlers = handlers;
  }

  /** How many clients have come since the start. */
  get clients(): number {
    return this.#clients;
  }

  /** Octets that came while it was mute. */
  get swallowed(): number {
    return this.#swallowed;
  }

  write(frame: MtFrame): void {
    this.send(encodeMtFrame(frame));
  }

  protected override reader(): (chunk: Buffer) => void {
    const framer = new MtFramer();
    return (chunk) => {
      if (this.muted) this.#swallowed += chunk.length;
      else for (const frame of framer.push(chunk)) this.#handlers.frame(frame);
    };
  }

  protected override connection(connected: boolean): void {
    if (connected) this.#clients += 1;
    this.#handlers.connection(connected);
  }
}
