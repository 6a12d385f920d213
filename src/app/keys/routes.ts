import { read, write } from '../route.ts';
import type { Route } from '../route.ts';
import { createKey, listKeys, revokeKey, schemas } from './use-cases.ts';

/** API keys are made and revoked by who has access to this machine, never over the network. */
export const keyRoutes: readonly Route[] = [
  write(
    'lockstep/keys/create',
    {
      summary: 'Makes an API key; this answer is the only place where it is shown.',
      schema: schemas.create,
      answers: ['api_key', 'api_key_id'],
      isLocal: true,
    },
    createKey,
  ),
  read(
    'lockstep/keys/list',
    {
      summary: 'The API keys, without themselves.',
      schema: schemas.list,
      answers: ['api_keys'],
      isLocal: true,
    },
    listKeys,
  ),
  write(
    'lockstep/keys/revoke',
    { summary: 'Refuses an API key from now on.', schema: schemas.revoke, isLocal: true },
    revokeKey,
  ),
];
