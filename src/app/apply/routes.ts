import { read, write } from '../route.ts';
import type { Route } from '../route.ts';
import { apply, diff } from './apply.ts';
import { applySchemas } from './schemas.ts';

export const applyRoutes: readonly Route[] = [
  read(
    'lockstep/diff',
    {
      summary: 'How the access codes of some locks differ from a wanted set.',
      schema: applySchemas.diff,
      answers: ['diff'],
    },
    diff,
  ),
  write(
    'lockstep/apply',
    {
      summary: 'Makes the access codes of some locks a wanted set, whole or not at all.',
      schema: applySchemas.apply,
      answers: ['applied'],
    },
    apply,
  ),
];
