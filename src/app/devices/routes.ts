import { read, write } from '../route.ts';
import type { Route } from '../route.ts';
import { getDevice, getUnmanagedDevice, listDevices, listUnmanagedDevices } from './list.ts';
import { reportProviderMetadata } from './provider-metadata.ts';
import { deviceSchemas } from './schemas.ts';
import { updateDevice, updateUnmanagedDevice } from './update.ts';

export const deviceRoutes: readonly Route[] = [
  read(
    'devices/get',
    { summary: 'Returns one managed lock.', schema: deviceSchemas.get, answers: ['device'] },
    getDevice,
  ),
  read(
    'devices/list',
    { summary: 'Lists managed locks.', schema: deviceSchemas.list, answers: ['devices', 'pagination'] },
    listDevices,
  ),
  write(
    'devices/update',
    { summary: 'Names a lock, or lets go of it.', schema: deviceSchemas.update, also: ['PATCH'] },
    updateDevice,
  ),
  read(
    'devices/unmanaged/get',
    { summary: 'Returns one unmanaged lock.', schema: deviceSchemas.get, answers: ['device'] },
    getUnmanagedDevice,
  ),
  read(
    'devices/unmanaged/list',
    {
      summary: 'Lists unmanaged locks.',
      schema: deviceSchemas.unmanagedList,
      answers: ['devices', 'pagination'],
    },
    listUnmanagedDevices,
  ),
  write(
    'devices/unmanaged/update',
    { summary: 'Takes a lock back.', schema: deviceSchemas.unmanagedUpdate, also: ['PATCH'] },
    updateUnmanagedDevice,
  ),
  write(
    'devices/report_provider_metadata',
    { summary: "Sets locks' time zones.", schema: deviceSchemas.providerMetadata },
    reportProviderMetadata,
  ),
];
