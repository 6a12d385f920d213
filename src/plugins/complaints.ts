import type { z } from 'zod';
import type { Log } from '../ports/log.ts';

/** Different complaints of one driver that are logged; more of them say nothing new. */
const mostComplaints = 50;
/** Wrong members of one answer that are named. */
const mostPlaces = 8;

/** Notes what a driver does that no driver may do: each thing once, for it may do it at every call. */
export class Complaints {
  readonly #log: Log;
  readonly #made = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Runs `work`; what it throws is noted, and the result is `otherwise`. */
  during<T>(what: string, otherwise: T, work: () => T): T {
    try {
      const result = work();
      // A promise is no answer here, and its rejection would end the process.
      if (result instanceof Promise) result.catch(() => undefined);
      return result;
    } catch (error) {
      this.#threw(what, error);
      return otherwise;
    }
  }

  /** The same for what may come later. */
  async later(what: string, otherwise: unknown, work: () => unknown): Promise<unknown> {
    try {
      return await work();
    } catch (error) {
      this.#threw(what, error);
      return otherwise;
    }
  }

  /** The value as the type has it; undefined, and noted, where it isn't of that type. */
  check<T>(what: string, type: z.ZodType<T>, value: unknown): T | undefined {
    return this.checked<T | undefined>(what, type, undefined, value);
  }

  checked<T>(what: string, type: z.ZodType<T>, otherwise: T, value: unknown): T {
    // A getter of the answer may throw, too.
    const parsed = this.during(what, undefined, () => type.safeParse(value));
    if (parsed === undefined) return otherwise;
    if (parsed.success) return parsed.data;
    // Never the value: it may be a PIN.
    const where = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || 'the whole');
    const places = [...new Set(where)].slice(0, mostPlaces).join(', ');
    this.#make(what, `the driver answered what the interface doesn't have (${places})`, {});
    return otherwise;
  }

  #threw(what: string, error: unknown): void {
    const place = framesOf(error);
    this.#make(what, `the driver threw: ${scrubbed(error)}`, place === undefined ? {} : { at: place });
  }

  #make(call: string, message: string, fields: object): void {
    const key = `${call} ${message}`;
    if (this.#made.has(key) || this.#made.size >= mostComplaints) return;
    this.#made.add(key);
    this.#log.error({ call, ...fields }, `${message}; that is a bug of the driver and counts as a failure`);
  }
}

/**
 * What somebody threw, in one line that can hold no PIN or key: an error's text may quote what was on the air, as
 * digits, as a list of bytes or in hex, or a piece of a file that couldn't be parsed.
 */
export const scrubbed = (error: unknown): string =>
  textOf(error)
    .replace(/\b(?:0x)?[0-9a-f]{1,3}(?:[\s,;:]+(?:0x)?[0-9a-f]{1,3}\b){3,}/gi, '[…]')
    .replace(/[0-9a-f]{16,}/gi, '[…]')
    .replace(/\d{4,}/g, '[…]')
    .replace(/\s+/g, ' ')
    .slice(0, 300);

/** Anything can be thrown, even what has no text. */
const textOf = (error: unknown): string => {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'something that cannot be shown';
  }
};

/** Where it was thrown: the stack without the message. */
const framesOf = (error: unknown): string | undefined => {
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  if (typeof stack !== 'string') return undefined;
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim())
    .join('; ');
};
