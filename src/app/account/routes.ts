import { z } from 'zod';
import type { AnswerBody } from '../answer.ts';
import { hasMetadata } from '../devices/filter.ts';
import { deviceSchemas, metadata } from '../devices/schemas.ts';
import { isTextKey, pageOf, sliced } from '../paging.ts';
import { foreignId, foreignKey, limit, pageCursor, search, uuid } from '../parameters.ts';
import type { AppParts } from '../parts.ts';
import { notFound } from '../problems.ts';
import { read } from '../route.ts';
import type { Route } from '../route.ts';
import { accountView, providerView, workspaceView } from './view.ts';

const mostListed = 11_000;
const nothing = z.strictObject({});

const getSchema = z
  .strictObject({
    connected_account_id: uuid('a connected_account_id').optional(),
    email: z.email({ error: 'must be an email address' }).max(254, 'must be an email address').optional(),
  })
  .refine((p) => p.connected_account_id !== undefined || p.email !== undefined, {
    error: 'give connected_account_id or email',
  });

const listSchema = z.strictObject({
  custom_metadata_has: metadata,
  customer_key: foreignKey,
  limit: limit(mostListed),
  page_cursor: pageCursor,
  search,
  space_id: foreignId,
  user_identifier_key: foreignKey,
});

const workspace = (parts: AppParts): AnswerBody => ({ workspace: workspaceView(parts) });
const workspaces = (parts: AppParts): AnswerBody => ({ workspaces: [workspaceView(parts)] });

/** The bridge's account has no email: nothing is found by one. */
const get = (parts: AppParts, params: z.infer<typeof getSchema>): AnswerBody => {
  const { connectedAccountId } = parts.store;
  if (params.email !== undefined || params.connected_account_id?.toLowerCase() !== connectedAccountId)
    throw notFound('connected_account', 'No such connected account is known here.');
  return { connected_account: accountView(parts) };
};

const list = (parts: AppParts, params: z.infer<typeof listSchema>): AnswerBody => {
  const { connectedAccountId } = parts.store;
  const text = params.search?.toLowerCase();
  const isMeant =
    params.customer_key === undefined &&
    params.space_id === undefined &&
    params.user_identifier_key === undefined &&
    hasMetadata({}, params.custom_metadata_has ?? {}) &&
    (text === undefined ||
      parts.bridge.bridgeId.toLowerCase().includes(text) ||
      connectedAccountId.startsWith(text));
  const { items, pagination } = pageOf(parts, 'connected_accounts/list', params, {
    most: mostListed,
    isKey: isTextKey,
    read: sliced(isMeant ? [connectedAccountId] : [], (id) => id),
  });
  return { connected_accounts: items.map(() => accountView(parts)), pagination };
};

const providers = (parts: AppParts, params: z.infer<typeof deviceSchemas.providers>): AnswerBody => {
  const provider = providerView(parts);
  const { provider_category: category } = params;
  const isMeant = category === undefined || provider.provider_categories.includes(category);
  return { device_providers: isMeant ? [{ ...provider }] : [] };
};

export const accountRoutes: readonly Route[] = [
  read(
    'workspaces/get',
    { summary: 'Returns the workspace.', schema: nothing, answers: ['workspace'] },
    workspace,
  ),
  read(
    'workspaces/list',
    { summary: 'Lists the one workspace.', schema: nothing, answers: ['workspaces'] },
    workspaces,
  ),
  read(
    'connected_accounts/get',
    { summary: 'Returns a connected account.', schema: getSchema, answers: ['connected_account'] },
    get,
  ),
  read(
    'connected_accounts/list',
    {
      summary: 'Lists the one connected account.',
      schema: listSchema,
      answers: ['connected_accounts', 'pagination'],
    },
    list,
  ),
  read(
    'devices/list_device_providers',
    {
      summary: 'Lists the one provider of locks.',
      schema: deviceSchemas.providers,
      answers: ['device_providers'],
    },
    providers,
  ),
];
