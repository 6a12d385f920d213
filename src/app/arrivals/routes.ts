import { read } from '../route.ts';
import type { Route } from '../route.ts';
import { list } from './list.ts';
import { schemas } from './schemas.ts';

export const arrivalRoutes: readonly Route[] = [
  read(
    'lockstep/arrivals',
    {
      summary: 'The access codes that begin soon, and whether they will open the door then.',
      schema: schemas.list,
      answers: ['arrivals', 'total'],
    },
    list,
  ),
];
