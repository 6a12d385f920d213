import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';
import { shownErrors, shownWarnings } from './finding-codes.ts';

const uuid = z.string().regex(uuidPattern);
const time = z.iso.datetime();
const text = z.string().nullable();
/** Null where the reader may not see PINs. */
const pin = text;

const external = {
  change_type: z.enum(['modified', 'removed']).exactOptional(),
  modified_fields: z
    .array(z.strictObject({ field: z.string(), from: text, to: text }))
    .describe('Which fields were changed at the lock; PINs are left out.')
    .exactOptional(),
};

const error = z.strictObject({
  error_code: z.enum(shownErrors),
  message: z.string(),
  created_at: time,
  is_access_code_error: z.literal(true).exactOptional(),
  is_device_error: z.boolean().exactOptional(),
  is_connected_account_error: z.literal(true).exactOptional(),
  managed_access_code_id: uuid.exactOptional(),
  unmanaged_access_code_id: uuid.exactOptional(),
  ...external,
});

const warning = z.strictObject({
  warning_code: z.enum(shownWarnings),
  message: z.string(),
  created_at: time,
  ...external,
});

const mutation = <K extends string>(code: K) =>
  ({ mutation_code: z.literal(code), created_at: time, message: z.string() }) as const;
const frame = z.strictObject({ starts_at: time.nullable(), ends_at: time.nullable() });

const mutations = z.discriminatedUnion('mutation_code', [
  z.strictObject(mutation('creating')),
  z.strictObject({ ...mutation('deferring_creation'), scheduled_at: time }),
  z.strictObject(mutation('deleting')),
  z.strictObject({
    ...mutation('updating_code'),
    from: z.strictObject({ code: pin }),
    to: z.strictObject({ code: pin }),
  }),
  z.strictObject({
    ...mutation('updating_name'),
    from: z.strictObject({ name: text }),
    to: z.strictObject({ name: text }),
  }),
  z.strictObject({ ...mutation('updating_time_frame'), from: frame, to: frame }),
]);

/** The managed access code as it goes out (the seeds' properties, `display_status`, `appearance`; `x_…` are ours). */
export const accessCodeObject = z
  .strictObject({
    access_code_id: uuid.describe('Identifies the access code.'),
    device_id: uuid.describe('The lock that it is for.'),
    workspace_id: uuid.describe('The workspace: this bridge.'),
    name: text.describe('Name by which people know the access code.'),
    appearance: z
      .strictObject({ name: text })
      .describe('The name as it is on the lock, where the lock stores names; else null.'),
    code: pin.describe('The PIN.'),
    type: z.enum(['ongoing', 'time_bound']).describe('Valid without end, or from starts_at until ends_at.'),
    starts_at: time.nullable().describe('When it begins to open the door; null for an ongoing code.'),
    ends_at: time.nullable().describe('When it ceases to; null for an ongoing code.'),
    status: z
      .enum(['setting', 'set', 'unset', 'removing', 'unknown'])
      .describe(
        'setting: on its way to the lock; set: proved to be on the lock and active; unset: not on the lock, or not active yet; removing: on its way off; unknown: was set, and whether it is can’t be known now.',
      ),
    display_status: z.string().describe('The status for people; nothing is to be decided by it.'),
    is_managed: z.literal(true),
    created_at: time,
    errors: z.array(error).describe('What is wrong, until it is over.'),
    warnings: z.array(warning).describe('What is worth knowing, until it is over.'),
    pending_mutations: z.array(mutations).describe('What is not on the lock yet as it is wanted.'),
    common_code_key: text.describe('Access codes with one key share one PIN.'),
    is_backup: z.boolean().describe("Whether it belongs to its lock's backup pool."),
    is_backup_access_code_available: z
      .boolean()
      .describe('Whether a code of the backup pool could be pulled for it now.'),
    is_external_modification_allowed: z
      .boolean()
      .describe('Whether it is left as it is when somebody changes or deletes it at the lock.'),
    is_offline_access_code: z.literal(false).describe('No lock here has algorithmic offline codes.'),
    is_one_time_use: z.boolean().describe('Whether it is removed after its first use.'),
    is_scheduled_on_device: z
      .boolean()
      .describe('Whether it is on the lock ahead of its time, bound by a schedule of the lock.'),
    is_waiting_for_code_assignment: z.literal(false).describe('A PIN is chosen at the request.'),
    pulled_backup_access_code_id: uuid.nullable().describe('The backup code that stands in for it.'),
    x_slot: z.int().nullable().describe('Its slot on the lock, once it has one.'),
  })
  .describe('A PIN that this bridge keeps on a lock.');
