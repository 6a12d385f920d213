import type { z } from 'zod';
import type { AnswerBody } from '../answer.ts';
import { chosen } from '../devices/filter.ts';
import { deviceSchemas } from '../devices/schemas.ts';
import { asked, show } from '../devices/show.ts';
import type { AppParts } from '../parts.ts';
import { act, read } from '../route.ts';
import type { Route } from '../route.ts';
import { configureAutoLock, operate } from './operate.ts';
import { lockSchemas } from './schemas.ts';

const get = (parts: AppParts, params: z.infer<typeof deviceSchemas.get>): AnswerBody => {
  const device = show(parts, asked(parts, params, 'managed'));
  return { device, lock: device };
};

const list = (parts: AppParts, params: z.infer<typeof deviceSchemas.lockList>): AnswerBody => {
  const devices = chosen(parts, params, 'managed').map((device) => show(parts, device));
  return { devices, locks: devices };
};

export const lockRoutes: readonly Route[] = [
  read(
    'locks/get',
    { summary: 'Returns one lock.', schema: deviceSchemas.get, answers: ['device', 'lock'] },
    get,
  ),
  read(
    'locks/list',
    { summary: 'Lists locks.', schema: deviceSchemas.lockList, answers: ['devices', 'locks'] },
    list,
  ),
  act(
    'locks/lock_door',
    { summary: 'Locks a door.', schema: lockSchemas.operate, answers: ['action_attempt'] },
    (parts, params, expiresAt) => operate(parts, params, 'lock', expiresAt),
  ),
  act(
    'locks/unlock_door',
    { summary: 'Unlocks a door.', schema: lockSchemas.operate, answers: ['action_attempt'] },
    (parts, params, expiresAt) => operate(parts, params, 'unlock', expiresAt),
  ),
  act(
    'locks/configure_auto_lock',
    {
      summary: 'Sets whether, and after how long, a lock locks itself.',
      schema: lockSchemas.configureAutoLock,
      answers: ['action_attempt'],
    },
    configureAutoLock,
  ),
];
