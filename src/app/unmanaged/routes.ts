import { read, write } from '../route.ts';
import type { Route } from '../route.ts';
import { convert, update } from './convert.ts';
import { get, list } from './find.ts';
import { remove } from './remove.ts';
import { schemas } from './schemas.ts';

export const unmanagedRoutes: readonly Route[] = [
  read(
    'access_codes/unmanaged/get',
    { summary: 'Returns one unmanaged access code.', schema: schemas.get, answers: ['access_code'] },
    get,
  ),
  read(
    'access_codes/unmanaged/list',
    {
      summary: 'Lists unmanaged access codes.',
      schema: schemas.list,
      answers: ['access_codes', 'pagination'],
    },
    list,
  ),
  write(
    'access_codes/unmanaged/convert_to_managed',
    { summary: 'Makes an unmanaged access code a managed one.', schema: schemas.convert, also: ['PATCH'] },
    convert,
  ),
  write(
    'access_codes/unmanaged/update',
    { summary: 'Makes an unmanaged access code a managed one.', schema: schemas.update, also: ['PATCH'] },
    update,
  ),
  write(
    'access_codes/unmanaged/delete',
    { summary: 'Takes an unmanaged access code off its lock.', schema: schemas.delete, also: ['DELETE'] },
    remove,
  ),
];
