import { setTimeout as wait } from 'node:timers/promises';

const lookAgainMs = 20;

/**
 * Looks until there is something (neither undefined nor false). Throws at the deadline, in milliseconds, with
 * what was waited for and, if given, what was there instead.
 */
export const until = async <T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  options: { readonly limitMs?: number; readonly instead?: () => unknown } = {},
): Promise<T> => {
  const giveUpAt = performance.now() + (options.limitMs ?? 45_000);
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > giveUpAt) {
      const instead = options.instead === undefined ? '' : `; instead: ${JSON.stringify(options.instead())}`;
      throw new Error(`waited in vain for ${what}${instead}`);
    }
    await wait(lookAgainMs);
  }
};
