import { StoreError } from '../ports/errors.ts';
import type { Database } from './database.ts';

/**
 * Asks SQLite whether the file is whole. `quick` doesn't compare indexes with their tables. Throws
 * `StoreError`. Neither notices most single flipped bits inside a row: the vault does, for the secrets.
 */
export const checkIntegrity = (
  database: Pick<Database, 'file' | 'pragmaLines'>,
  depth: 'quick' | 'full',
): void => {
  const lines = database.pragmaLines(depth === 'quick' ? 'quick_check(1)' : 'integrity_check(1)');
  if (lines.length === 1 && lines[0] === 'ok') return;
  throw new StoreError(
    `${database.file} is damaged (${lines[0] ?? 'no answer'}): restore a backup. Nothing was changed.`,
  );
};
