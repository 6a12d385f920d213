import { z } from 'zod';
import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { single } from '../resolve.ts';
import { renderTable } from '../table.ts';
import { localTime } from '../time.ts';

const createdSchema = z.object({ api_key: z.string() });
const keysSchema = z.object({
  api_keys: z.array(
    z.object({
      api_key_id: z.string(),
      name: z.string().nullable(),
      hint: z.string(),
      created_at: z.string(),
      revoked_at: z.string().nullable(),
    }),
  ),
});
type Key = z.output<typeof keysSchema>['api_keys'][number];

/** `lockstep keys create`: prints the key as JSON, for programs to read, this once. */
export const createKey = async (
  context: Context,
  options: { readonly name?: string | undefined },
): Promise<Outcome> => {
  const params = options.name === undefined ? {} : { name: options.name };
  const answer = await context.client.call('lockstep/keys/create', params, createdSchema);
  if (!answer.ok) return answer.failure;
  if (context.json) printJson(context, answer.value.raw);
  else print(context, JSON.stringify({ api_key: answer.value.data.api_key }));
  return undefined;
};

/** `lockstep keys list`. */
export const listKeys = async (context: Context): Promise<Outcome> => {
  const answer = await context.client.call('lockstep/keys/list', {}, keysSchema);
  if (!answer.ok) return answer.failure;
  const { api_keys: keys } = answer.value.data;
  const { timeZone } = context.io;
  if (context.json) printJson(context, answer.value.raw);
  else if (keys.length === 0) print(context, 'No API keys.');
  else {
    const columns = [
      { header: 'ID', value: (key: Key) => key.api_key_id.slice(0, 8) },
      { header: 'KEY', value: (key: Key) => key.hint },
      { header: 'NAME', value: (key: Key) => key.name ?? '', min: 8 },
      { header: 'CREATED', value: (key: Key) => localTime(key.created_at, timeZone) },
      {
        header: 'REVOKED',
        value: (key: Key) => (key.revoked_at === null ? '' : localTime(key.revoked_at, timeZone)),
      },
    ] as const;
    print(context, renderTable(columns, keys, context));
  }
  return undefined;
};

/** `lockstep keys revoke KEY`, by its id or name, or a beginning that only it has. */
export const revokeKey = async (context: Context, text: string): Promise<Outcome> => {
  const keys = await context.client.call('lockstep/keys/list', {}, keysSchema);
  if (!keys.ok) return keys.failure;
  const valid = keys.value.data.api_keys.filter((key) => key.revoked_at === null);
  const named = valid.map((key) => ({ id: key.api_key_id, names: key.name === null ? [] : [key.name], key }));
  const found = single('API key', text, named);
  if (!found.ok) return found.failure;
  const answer = await context.client.call(
    'lockstep/keys/revoke',
    { api_key_id: found.value.id },
    z.object({}),
  );
  if (!answer.ok) return answer.failure;
  if (context.json) printJson(context, answer.value.raw);
  else
    print(
      context,
      `The key ${found.value.key.hint} is refused from now on. Webhooks that were made with it stay: "lockstep doctor" names them all.`,
    );
  return undefined;
};
