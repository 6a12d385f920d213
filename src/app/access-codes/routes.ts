import { read, write } from '../route.ts';
import type { Route } from '../route.ts';
import { create } from './create.ts';
import { createMultiple } from './create-multiple.ts';
import { generateCode } from './generate.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';
import { reportDeviceConstraints } from './report-constraints.ts';
import { schemas } from './schemas.ts';
import { updateMultiple } from './update-multiple.ts';
import { update } from './update.ts';

export const accessCodeRoutes: readonly Route[] = [
  write(
    'access_codes/create',
    { summary: 'Makes an access code.', schema: schemas.create, answers: ['access_code'] },
    create,
  ),
  write(
    'access_codes/create_multiple',
    {
      summary: 'Makes access codes with one PIN on several locks.',
      schema: schemas.createMultiple,
      answers: ['access_codes'],
      also: ['PUT'],
    },
    createMultiple,
  ),
  read(
    'access_codes/get',
    { summary: 'Returns one access code.', schema: schemas.get, answers: ['access_code'] },
    get,
  ),
  read(
    'access_codes/list',
    { summary: 'Lists access codes.', schema: schemas.list, answers: ['access_codes', 'pagination'] },
    list,
  ),
  write(
    'access_codes/update',
    { summary: 'Changes an access code.', schema: schemas.update, also: ['PATCH', 'PUT'] },
    update,
  ),
  write(
    'access_codes/update_multiple',
    {
      summary: 'Changes all access codes that share a PIN under one key.',
      schema: schemas.updateMultiple,
      also: ['PATCH'],
    },
    updateMultiple,
  ),
  write(
    'access_codes/delete',
    { summary: 'Removes an access code.', schema: schemas.delete, also: ['DELETE'] },
    remove,
  ),
  read(
    'access_codes/generate_code',
    { summary: 'Proposes a PIN for a lock.', schema: schemas.generateCode, answers: ['generated_code'] },
    generateCode,
  ),
  write(
    'access_codes/report_device_constraints',
    { summary: 'Says which PINs a lock takes.', schema: schemas.reportDeviceConstraints },
    reportDeviceConstraints,
  ),
];
