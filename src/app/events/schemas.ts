import { z } from 'zod';
import { accessCodeId, deviceId, foreignId, foreignKey, limit, time, uuid } from '../parameters.ts';
import { isEventType } from './types.ts';

/** Beyond it the walk along an index takes longer than narrowing by time. */
const offsetMax = 100_000;
/** Each word of a list is a search of its own. */
const wordsMax = 100;

const list = <T extends z.ZodType>(one: T, most = wordsMax): z.ZodOptional<z.ZodArray<T>> =>
  z.array(one, { error: 'must be a list' }).max(most, `must be at most ${most}`).optional();

export const eventType = z
  .string({ error: 'must be the name of an event type, such as "access_code.set_on_device"' })
  .max(100, 'must be at most 100 characters')
  .refine(isEventType, 'must be an event type that exists, such as "access_code.set_on_device"');

const eventId = uuid("an event's event_id");
const foreignIds = list(
  z.string({ error: 'must be a UUID in a string' }).regex(/^[0-9a-f-]{36}$/i, 'must be a UUID'),
);

/** Of what Seam has and no lock here: whoever asks for it gets nothing. */
export const foreignFilters = {
  access_grant_id: foreignId,
  access_grant_ids: foreignIds,
  access_method_id: foreignId,
  access_method_ids: foreignIds,
  acs_access_group_id: foreignId,
  acs_credential_id: foreignId,
  acs_encoder_id: foreignId,
  acs_entrance_id: foreignId,
  acs_system_id: foreignId,
  acs_system_ids: foreignIds,
  acs_user_id: foreignId,
  connect_webview_id: foreignId,
  customer_key: foreignKey,
  space_id: foreignId,
  space_ids: foreignIds,
  user_identity_id: foreignId,
};

export const get = z
  .strictObject({
    event_id: eventId.optional(),
    device_id: deviceId.optional(),
    event_type: eventType.optional(),
  })
  .refine((p) => p.event_id !== undefined || p.device_id !== undefined || p.event_type !== undefined, {
    error: 'give event_id, or device_id or event_type for the latest of these',
  });

export const listed = z
  .strictObject({
    since: time.optional(),
    between: z
      .array(time, { error: 'must be a list of two times' })
      .length(2, 'must be two times')
      .refine(([from = 0, to = 0]) => from < to, 'must be two times, the earlier first')
      .optional(),
    event_type: eventType.optional(),
    event_types: list(eventType),
    device_id: deviceId.optional(),
    device_ids: list(deviceId),
    access_code_id: accessCodeId.optional(),
    access_code_ids: list(accessCodeId),
    event_ids: list(eventId, 1000),
    connected_account_id: uuid("the account's connected_account_id").optional(),
    ...foreignFilters,
    limit: limit(1000),
    unstable_offset: z
      .number({ error: 'must be a number' })
      .int('must be a whole number')
      .min(0, 'must be at least 0')
      .max(offsetMax, `must be at most ${offsetMax}; narrow the list with since`)
      .optional(),
  })
  .refine((p) => Object.values(p).some((value) => value !== undefined), {
    error: 'give at least one parameter, such as since',
  })
  .refine((p) => p.since === undefined || p.between === undefined, {
    error: 'since and between exclude each other',
  });

/** `lockstep/events`. */
export const followed = z.strictObject({
  after: z.number({ error: 'must be a sequence number' }).int().min(0).optional(),
  limit: limit(1000),
});
