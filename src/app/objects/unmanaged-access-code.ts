import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';
import { shownErrors, shownWarnings } from './finding-codes.ts';

const uuid = z.string().regex(uuidPattern);
const time = z.iso.datetime();

const error = z.strictObject({
  error_code: z.enum(shownErrors),
  message: z.string(),
  created_at: time,
  is_access_code_error: z.literal(true).exactOptional(),
  is_device_error: z.literal(true).exactOptional(),
});

const warning = z.strictObject({
  warning_code: z.enum(shownWarnings),
  message: z.string(),
  created_at: time,
});

/** The unmanaged access code as it goes out (the seeds' properties and `display_status`; `x_…` are ours). */
export const unmanagedAccessCodeObject = z
  .strictObject({
    access_code_id: uuid.describe('Identifies the code for as long as it stands in its slot.'),
    device_id: uuid.describe('The lock that it was found on.'),
    workspace_id: uuid.describe('The workspace: this bridge.'),
    name: z.null().describe('No lock tells us the names of codes that are not ours.'),
    code: z.string().nullable().describe('The PIN; null where the lock withholds it.'),
    type: z.literal('ongoing').describe('No lock tells us the schedules of codes that are not ours.'),
    starts_at: z.null(),
    ends_at: z.null(),
    status: z.enum(['set', 'unset']).describe('unset: it stands on the lock, disabled.'),
    display_status: z.string().describe('The status for people; nothing is to be decided by it.'),
    is_managed: z.literal(false),
    created_at: time.describe('When it was found.'),
    errors: z.array(error).describe('What is wrong, until it is over.'),
    warnings: z.array(warning).describe('What is worth knowing, until it is over.'),
    cannot_be_managed: z
      .literal(true)
      .exactOptional()
      .describe('It can’t be converted: its slot is out of bounds, or the code is disabled.'),
    cannot_delete_unmanaged_access_code: z
      .literal(true)
      .exactOptional()
      .describe('It can’t be deleted: its slot is out of bounds.'),
    x_slot: z.int().describe('Its slot on the lock.'),
    x_pending: z
      .enum(['convert', 'delete'])
      .nullable()
      .describe('What was asked for it and is not done yet.'),
  })
  .describe('A PIN found on a lock that nobody here asked for.');
