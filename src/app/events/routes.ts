import { read } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from './schemas.ts';
import * as events from './use-cases.ts';

export const eventRoutes: readonly Route[] = [
  read(
    'events/get',
    { summary: 'Returns one event, or the latest.', schema: schemas.get, answers: ['event'] },
    events.get,
  ),
  read(
    'events/list',
    { summary: 'Lists events of the past.', schema: schemas.listed, answers: ['events'] },
    events.list,
  ),
];
