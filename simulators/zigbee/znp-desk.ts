import type { MtFrame } from './mt-frame.ts';
import type { OctetReader, OctetWriter } from './octets.ts';
import type { Radio } from './radio.ts';
import type { Stick } from './stick.ts';

/** What a command works with. */
export interface Desk {
  readonly stick: Stick;
  readonly radio: Radio;
  /** Says something unasked, to the client that sent the command and nobody who came after it. */
  indicate(frame: MtFrame): void;
  /** Does something once the answer has left. */
  after(work: () => void): void;
  /** Restarts the chip; everything under way is void. */
  reset(): void;
  /** Network formed, started: for the record of events. */
  tell(type: string): void;
}

/** Answers a request of the hub (SREQ) with the data of the response (SRSP). */
export type Command = (request: OctetReader, desk: Desk) => OctetWriter;
export type Commands = Readonly<Record<number, Command>>;
