import { read, write } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from './schemas.ts';
import * as webhooks from './use-cases.ts';

export const webhookRoutes: readonly Route[] = [
  write(
    'webhooks/create',
    { summary: 'Makes a webhook.', schema: schemas.create, answers: ['webhook'] },
    webhooks.create,
  ),
  read(
    'webhooks/get',
    { summary: 'Returns one webhook.', schema: schemas.one, answers: ['webhook'] },
    webhooks.get,
  ),
  read(
    'webhooks/list',
    { summary: 'Lists all webhooks.', schema: schemas.none, answers: ['webhooks'] },
    webhooks.list,
  ),
  write(
    'webhooks/update',
    { summary: 'Changes which events a webhook gets.', schema: schemas.update, also: ['PUT', 'PATCH'] },
    webhooks.update,
  ),
  write(
    'webhooks/delete',
    { summary: 'Deletes a webhook.', schema: schemas.one, also: ['DELETE'] },
    webhooks.remove,
  ),
];
