import { z } from 'zod';
import type { NewEvent, StoredEvent } from '../ports/store.ts';
import {
  accessCodeId,
  blob,
  deviceId,
  fields,
  fromInstant,
  instant,
  json,
  optional,
  rowParser,
} from './rows.ts';
import type { Columns } from './rows.ts';
import type { Vault } from './vault.ts';

const parse = rowParser(
  'events',
  ['seq'],
  z.object({
    seq: z.int(),
    event_id: z.string(),
    event_type: z.string(),
    occurred_at: instant,
    device_id: optional(deviceId),
    access_code_id: optional(accessCodeId),
    payload: json(fields),
    pin: optional(blob),
  }),
);

/** The columns that `storedEvent` reads. */
export const eventColumns = 'seq, event_id, event_type, occurred_at, device_id, access_code_id, payload, pin';

/** An event as its row has it. Throws `StoreError` where the row is damaged. */
export const storedEvent = (vault: Vault, raw: unknown): StoredEvent => {
  const row = parse(raw);
  return {
    seq: row.seq,
    eventId: row.event_id,
    eventType: row.event_type,
    occurredAt: row.occurred_at,
    deviceId: row.device_id,
    accessCodeId: row.access_code_id,
    payload: row.payload,
    pin: row.pin && vault.openPin(row.pin, { table: 'events', column: 'pin', row: [row.event_id] }),
  };
};

export const eventColumnsOf = (event: NewEvent): Columns => ({
  event_id: event.eventId,
  event_type: event.eventType,
  occurred_at: fromInstant(event.occurredAt),
  device_id: event.deviceId ?? null,
  access_code_id: event.accessCodeId ?? null,
  payload: JSON.stringify(event.payload),
  pin: event.pin ?? null,
});
