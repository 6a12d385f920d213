import * as locks from '../locks.ts';
import { act } from '../route.ts';
import type { Route } from '../route.ts';
import { schemas } from '../schemas.ts';

export const lockRoutes: readonly Route[] = [
  act(
    'locks/lock_door',
    { summary: 'Locks a door.', schema: schemas.operate, answers: ['action_attempt'] },
    (parts, params, expiresAt) => locks.operate(parts, params, 'lock', expiresAt),
  ),
  act(
    'locks/unlock_door',
    { summary: 'Unlocks a door.', schema: schemas.operate, answers: ['action_attempt'] },
    (parts, params, expiresAt) => locks.operate(parts, params, 'unlock', expiresAt),
  ),
];
