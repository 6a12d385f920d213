import type { z } from 'zod';
import type { StoredEvent } from '../../ports/store.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { workspaceOf } from '../parts.ts';
import { Refusal } from '../problems.ts';
import { foreignFilters } from './schemas.ts';
import type { followed, get as getSchema, listed } from './schemas.ts';
import { eventViewer } from './view.ts';

type ListParams = z.infer<typeof listed>;

/** Seam's own, where `limit` is left out. */
const usualListed = 500;

/** One event by its id, or the latest of a lock, of a type, or of a type at a lock. */
export const get = (parts: AppParts, params: z.infer<typeof getSchema>): AnswerBody => {
  const [event] = parts.store.findEvents({
    eventIds: asList(params.event_id?.toLowerCase()),
    deviceIds: asList(params.device_id?.toLowerCase()),
    eventTypes: asList(params.event_type),
    order: 'newest_first',
    offset: 0,
    limit: 1,
  });
  if (event === undefined)
    throw new Refusal({ type: 'event_not_found', message: 'No such event is known here.', status: 404 });
  return { event: renderEvent(parts, event) };
};

/** Events of the past, the oldest first. The ends of `since` and `between` don't belong to them. */
export const list = (parts: AppParts, params: ListParams): AnswerBody => {
  const { store } = parts;
  if (isForeign(params, store.connectedAccountId)) return { events: [] };
  const found = store.findEvents({
    eventIds: lower(params.event_ids),
    eventTypes: both(asList(params.event_type), params.event_types),
    deviceIds: both(asList(params.device_id?.toLowerCase()), lower(params.device_ids)),
    accessCodeIds: both(asList(params.access_code_id?.toLowerCase()), lower(params.access_code_ids)),
    ofDevices: params.connected_account_id !== undefined,
    after: params.since ?? params.between?.[0],
    before: params.between?.[1],
    order: 'oldest_first',
    offset: params.unstable_offset ?? 0,
    limit: params.limit ?? usualListed,
  });
  return { events: found.map(eventViewer(store, workspaceOf(parts))) };
};

/** The event as it goes out by itself, not in an answer. */
export const renderEvent = (parts: AppParts, event: StoredEvent): AnswerBody =>
  eventViewer(parts.store, workspaceOf(parts))(event);

const usualFollowed = 100;

/** Events after a sequence number, ascending; without `after`, the newest ones. */
export const follow = (parts: AppParts, params: z.infer<typeof followed>): AnswerBody => {
  const { store } = parts;
  const limit = params.limit ?? usualFollowed;
  const after = params.after ?? Math.max(0, store.lastSeq() - limit);
  return { events: store.events(after, limit).map(eventViewer(store, workspaceOf(parts))) };
};

/** Asked for what is of somebody or something that no lock here has to do with. */
const isForeign = (params: ListParams, connectedAccountId: string): boolean =>
  Object.keys(foreignFilters).some((name) =>
    Object.entries(params).some(([key, value]) => key === name && value !== undefined),
  ) ||
  (params.connected_account_id !== undefined &&
    params.connected_account_id.toLowerCase() !== connectedAccountId);

const asList = (one: string | undefined): readonly string[] | undefined =>
  one === undefined ? undefined : [one];

const lower = (all: readonly string[] | undefined): readonly string[] | undefined =>
  all?.map((one) => one.toLowerCase());

/** Two filters narrow each other. */
const both = (
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined =>
  a === undefined || b === undefined ? (a ?? b) : a.filter((one) => b.includes(one));
