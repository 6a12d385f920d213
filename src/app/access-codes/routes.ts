import * as accessCodes from '../access-codes.ts';
import { read, write } from '../route.ts';
import type { Route } from '../route.ts';
import { schemas } from '../schemas.ts';

export const accessCodeRoutes: readonly Route[] = [
  write(
    'access_codes/create',
    { summary: 'Makes an access code.', schema: schemas.create, answers: ['access_code'] },
    accessCodes.create,
  ),
  read(
    'access_codes/get',
    { summary: 'Returns one access code.', schema: schemas.get, answers: ['access_code'] },
    accessCodes.get,
  ),
  read(
    'access_codes/list',
    { summary: 'Lists access codes.', schema: schemas.list, answers: ['access_codes', 'pagination'] },
    accessCodes.list,
  ),
  write(
    'access_codes/update',
    { summary: 'Changes an access code.', schema: schemas.update, also: ['PATCH', 'PUT'] },
    accessCodes.update,
  ),
  write(
    'access_codes/delete',
    { summary: 'Removes an access code.', schema: schemas.delete, also: ['DELETE'] },
    accessCodes.remove,
  ),
];
