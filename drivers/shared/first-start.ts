import { access, rm, writeFile } from 'node:fs/promises';
import { delay } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { ConfigError } from '../../src/ports/errors.ts';

/** Where a network's secrets are, and where it is marked that they may still be made. */
export interface SecretPlace {
  readonly file: string;
  /**
   * Marks a first start that has met no controller or coordinator yet, or was cut short while it formed its network.
   * Without it, a first start with the stick unplugged would leave a data directory that is neither empty nor has
   * secrets, and every later start would be refused.
   */
  readonly marker: string;
}

/** True where the secrets may still be made. */
export const isUndecided = ({ marker }: SecretPlace): Promise<boolean> =>
  access(marker).then(
    () => true,
    () => false,
  );

/** Remembers that over restarts. The marker's folder must be there. @param why stands in the marker, for people */
export const markUndecided = ({ marker }: SecretPlace, why: string): Promise<void> =>
  writeFile(marker, `${why}\n`);

/** From now on the bridge needs the secrets that there are. */
export const markDecided = ({ marker }: SecretPlace): Promise<void> => rm(marker, { force: true });

/** How long a very first start waits for its stick, to refuse one that belongs to another network at once. */
const firstContactMs = 10_000;

/**
 * Where secrets would have to be made, waits for the stick: a network that is already there must not get new ones.
 * @param known resolves once the stick is known
 * Throws a `ConfigError` where the driver refused it; the driver is disposed then.
 */
export const firstContact = async (
  clock: Clock,
  driver: AsyncDisposable,
  session: { readonly refusal: string | undefined },
  known: Promise<unknown>,
): Promise<void> => {
  const contact = new AbortController();
  await Promise.race([known, delay(clock, firstContactMs, contact.signal)]);
  contact.abort();
  if (session.refusal === undefined) return;
  await driver[Symbol.asyncDispose]();
  throw new ConfigError(session.refusal);
};
