/** One Monitor-and-Test frame of the Z-Stack ZNP interface (Z-Stack Monitor and Test API, section 2). */
export interface MtFrame {
  readonly type: number;
  readonly subsystem: number;
  readonly command: number;
  readonly data: Uint8Array;
}

/** Type field: the top three bits of the first command octet. */
export const mtType = { poll: 0, sreq: 1, areq: 2, srsp: 3 } as const;

/** Subsystem field: the low five bits of the first command octet. */
export const mtSubsystem = {
  rpcError: 0,
  sys: 1,
  af: 4,
  zdo: 5,
  sapi: 6,
  util: 7,
  appConfig: 15,
} as const;

const startOfFrame = 0xfe;
/** Start of frame, length, two command octets and the check octet. */
const overhead = 5;
const dataMax = 250;

const checkOctet = (octets: Uint8Array): number => octets.reduce((sum, octet) => sum ^ octet, 0);

/** Start of frame, length, command, data, and the exclusive or of all but the start. */
export const encodeMtFrame = ({ type, subsystem, command, data }: MtFrame): Uint8Array<ArrayBuffer> => {
  const checked = Uint8Array.from([data.length, (type << 5) | subsystem, command, ...data]);
  return Uint8Array.from([startOfFrame, ...checked, checkOctet(checked)]);
};

/** Cuts a byte stream into MT frames: TCP keeps no boundaries. What isn't a frame is passed over. */
export class MtFramer {
  #pending: Uint8Array<ArrayBuffer> = new Uint8Array();

  /** @returns the frames that are complete by now. A frame with a wrong check octet is dropped without an answer. */
  push(chunk: Uint8Array): MtFrame[] {
    let rest = Uint8Array.from([...this.#pending, ...chunk]);
    const frames: MtFrame[] = [];
    for (;;) {
      const start = rest.indexOf(startOfFrame);
      rest = start === -1 ? new Uint8Array() : rest.slice(start);
      const length = rest[1];
      if (length === undefined) break;
      if (length > dataMax) {
        rest = rest.slice(1);
        continue;
      }
      if (rest.length < length + overhead) break;
      const checked = rest.subarray(1, length + 4);
      if (checkOctet(checked) !== rest[length + 4]) {
        rest = rest.slice(1);
        continue;
      }
      const [first = 0, command = 0] = rest.subarray(2);
      frames.push({
        type: first >> 5,
        subsystem: first & 0x1f,
        command,
        data: rest.slice(4, length + 4),
      });
      rest = rest.slice(length + overhead);
    }
    this.#pending = rest;
    return frames;
  }
}
