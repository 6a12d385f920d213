import { isDeepStrictEqual } from 'node:util';

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Counts what differs. */
export class Comparison {
  differences = 0;

  /** Compares and prints. */
  readonly check = (what: string, found: unknown, expected: unknown): void => {
    const same = isDeepStrictEqual(found, expected);
    if (!same) this.differences += 1;
    print(`${same ? 'ok       ' : 'DIFFERENT'} ${what}: ${JSON.stringify(found)}`);
    if (!same) print(`          expected: ${JSON.stringify(expected)}`);
  };
}

/**
 * Runs a check against somebody else's software to its end, and ends this process: exit code 0 without differences,
 * 1 with them, or where it couldn't be run.
 */
export const outside = async (run: (check: Comparison['check']) => Promise<void>): Promise<never> => {
  const comparison = new Comparison();
  try {
    await run(comparison.check);
    const { differences } = comparison;
    print(differences === 0 ? '\nno difference' : `\n${differences} differences`);
    process.exit(differences === 0 ? 0 : 1);
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`outside: ${words}\n`);
    process.exit(1);
  }
};
