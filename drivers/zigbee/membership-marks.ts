import { z } from 'zod';
import { DurableRecord } from '../shared/durable-record.ts';

const ieee = z.string().regex(/^0x[0-9a-f]{16}$/);
const recordSchema = z.strictObject({
  /** A pairing under way, and the devices that were in the network when it began. */
  pairing: z.strictObject({ known: z.array(ieee) }).optional(),
  /** Devices that have joined in a pairing which came to nothing, and are still in the network. */
  unfinished: z.array(ieee),
});

type MarksRecord = z.output<typeof recordSchema>;

const nothing: MarksRecord = { unfinished: [] };

/** More than a few unfinished devices never come together; the oldest are dropped beyond this. */
const unfinishedMax = 64;

/**
 * Which devices must not be taken for locks of ours: those that join during a pairing, until it has come to a good
 * end. Durable before the network is opened, so that a crash at any moment adopts nobody silently. An EUI-64 is one
 * in the world: marks need no network to belong to.
 */
export class MembershipMarks {
  readonly #file: DurableRecord<MarksRecord>;

  constructor(path: string) {
    this.#file = new DurableRecord(path, recordSchema);
  }

  /** True where the device has joined in a pairing that isn't over, or came to nothing. */
  hides(device: string): boolean {
    const { pairing, unfinished } = this.#record;
    return unfinished.includes(device) || (pairing !== undefined && !pairing.known.includes(device));
  }

  /** A pairing that never ended. */
  get isOpen(): boolean {
    return this.#record.pairing !== undefined;
  }

  get unfinished(): readonly string[] {
    return this.#record.unfinished;
  }

  /** Throws the file system's error; nothing is under way then. */
  begin(known: readonly string[]): void {
    const { unfinished } = this.#record;
    // What joined in vain before may join again now, and be adopted.
    this.#file.write({ pairing: { known: known.filter((one) => !unfinished.includes(one)) }, unfinished });
  }

  /** The device has joined for good. Throws the file system's error. */
  adopt(device: string): void {
    const { pairing, unfinished } = this.#record;
    if (pairing === undefined) return;
    this.#file.write({
      pairing: { known: [...pairing.known.filter((one) => one !== device), device] },
      unfinished: unfinished.filter((one) => one !== device),
    });
  }

  /** The device has come back by itself, and nobody knows it. Throws the file system's error. */
  disown(device: string): void {
    const { pairing, unfinished } = this.#record;
    if (unfinished.includes(device)) return;
    this.#file.write({
      ...(pairing && { pairing }),
      unfinished: [...unfinished, device].slice(-unfinishedMax),
    });
  }

  /**
   * Ends the pairing. Of the devices now in the network, those that weren't when it began, and weren't adopted, stay
   * marked.
   * @returns them. Throws the file system's error.
   */
  end(present: readonly string[]): readonly string[] {
    const { pairing, unfinished } = this.#record;
    if (pairing === undefined) return [];
    const strays = present.filter((one) => !pairing.known.includes(one));
    const left = new Set([...unfinished.filter((one) => present.includes(one)), ...strays]);
    this.#file.write({ unfinished: [...left].slice(-unfinishedMax) });
    return strays;
  }

  /** The device has left the network. Throws the file system's error. */
  forget(device: string): void {
    const { pairing, unfinished } = this.#record;
    const isKnown = pairing?.known.includes(device) === true;
    if (!unfinished.includes(device) && !isKnown) return;
    this.#file.write({
      // Should it join again at once, it is new.
      ...(pairing && { pairing: { known: pairing.known.filter((one) => one !== device) } }),
      unfinished: unfinished.filter((one) => one !== device),
    });
  }

  get #record(): MarksRecord {
    return this.#file.value ?? nothing;
  }
}
