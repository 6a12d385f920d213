import * as locks from '../locks.ts';
import { read } from '../route.ts';
import type { Route } from '../route.ts';
import { schemas } from '../schemas.ts';

export const deviceRoutes: readonly Route[] = [
  read(
    'devices/list',
    { summary: 'Lists locks.', schema: schemas.deviceList, answers: ['devices', 'pagination'] },
    locks.listDevices,
  ),
  read(
    'devices/get',
    { summary: 'Returns one lock.', schema: schemas.deviceGet, answers: ['device'] },
    locks.getDevice,
  ),
];
