import * as locks from '../locks.ts';
import { read } from '../route.ts';
import type { Route } from '../route.ts';
import { schemas } from '../schemas.ts';

export const unmanagedRoutes: readonly Route[] = [
  read(
    'access_codes/unmanaged/list',
    {
      summary: 'Lists unmanaged access codes.',
      schema: schemas.list,
      answers: ['access_codes', 'pagination'],
    },
    locks.listUnmanaged,
  ),
  read(
    'access_codes/unmanaged/get',
    { summary: 'Returns one unmanaged access code.', schema: schemas.get, answers: ['access_code'] },
    locks.getUnmanaged,
  ),
];
