import { write } from '../route.ts';
import type { Route } from '../route.ts';
import { pull } from './pull.ts';
import { schemas } from './schemas.ts';

export const backupRoutes: readonly Route[] = [
  write(
    'access_codes/pull_backup_access_code',
    {
      summary: "Ties a code of the lock's backup pool to an access code, for which it stands in.",
      schema: schemas.pull,
      answers: ['access_code', 'backup_access_code'],
    },
    pull,
  ),
];
