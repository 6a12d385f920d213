import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { writePrivateSync } from './private-file.ts';

/**
 * A small record in a file. Written synchronously: a few hundred bytes, a few times in a pairing, and what it says
 * holds from there on.
 */
export class DurableRecord<T> {
  readonly #path: string;
  #value: T | undefined;

  /** An unreadable file counts as none: nothing depends on it but which devices to leave alone. */
  constructor(path: string, schema: z.ZodType<T>) {
    this.#path = path;
    try {
      this.#value = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      this.#value = undefined;
    }
  }

  get value(): T | undefined {
    return this.#value;
  }

  /** In memory it holds even where the disk refuses. Throws the file system's error. */
  write(value: T): void {
    this.#value = value;
    writePrivateSync(this.#path, `${JSON.stringify(value)}\n`);
  }
}
