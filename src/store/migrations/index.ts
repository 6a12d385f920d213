import { initial } from './0001-initial.ts';
import { resetNamesCalibration } from './0002-reset-names-calibration.ts';
import { removedLocks } from './0003-removed-locks.ts';
import { wholeModel } from './0004-whole-model.ts';
import { time } from './0005-time.ts';

/**
 * SQL text in order: the n-th (from 1) leads to `user_version` n. Modules rather than .sql files, because the
 * build copies only what it compiles. A released migration is never edited; add the next one.
 */
export const migrations: readonly string[] = [initial, resetNamesCalibration, removedLocks, wholeModel, time];
