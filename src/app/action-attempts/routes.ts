import { z } from 'zod';
import type { AnswerBody } from '../answer.ts';
import { isNumberKey, pageOf } from '../paging.ts';
import { deviceId, limit, pageCursor, uuid } from '../parameters.ts';
import { deviceById } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import { notFound } from '../problems.ts';
import { read } from '../route.ts';
import type { Route } from '../route.ts';
import { attemptView } from './view.ts';

const attemptId = uuid("an action attempt's action_attempt_id");
const mostListed = 500;

const getSchema = z.strictObject({ action_attempt_id: attemptId });
const listSchema = z.strictObject({
  action_attempt_ids: z
    .array(attemptId, { error: 'must be a list of ids' })
    .max(1000, 'must be at most 1000 ids')
    .optional(),
  device_id: deviceId.optional(),
  limit: limit(mostListed),
  page_cursor: pageCursor,
});

const get = ({ store }: AppParts, params: z.infer<typeof getSchema>): AnswerBody => {
  const attempt = store.actionAttempt(params.action_attempt_id.toLowerCase());
  if (attempt === undefined)
    throw notFound(
      'action_attempt',
      `No action attempt with action_attempt_id ${params.action_attempt_id} is known here; they are kept as long as events.`,
    );
  return { action_attempt: attemptView(attempt) };
};

const list = (parts: AppParts, params: z.infer<typeof listSchema>): AnswerBody => {
  const ids = params.action_attempt_ids?.map((id) => id.toLowerCase());
  const device = params.device_id === undefined ? undefined : deviceById(parts, params.device_id);
  const filter = {
    ...(ids === undefined ? {} : { ids }),
    ...(device === undefined ? {} : { deviceId: device.deviceId }),
  };
  const { items, pagination } = pageOf(parts, 'action_attempts/list', params, {
    most: mostListed,
    isKey: isNumberKey,
    read: (after, count) => parts.store.actionAttempts(filter, after, count),
  });
  return { action_attempts: items.map(attemptView), pagination };
};

export const actionAttemptRoutes: readonly Route[] = [
  read(
    'action_attempts/get',
    { summary: 'Returns one action attempt.', schema: getSchema, answers: ['action_attempt'] },
    get,
  ),
  read(
    'action_attempts/list',
    {
      summary: 'Lists action attempts, newest first.',
      schema: listSchema,
      answers: ['action_attempts', 'pagination'],
    },
    list,
  ),
];
