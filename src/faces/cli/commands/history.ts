import { isUuid } from '../../../core/ids.ts';
import { allCodes, allDevices, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { good } from '../io.ts';
import type { Result } from '../io.ts';
import { namedCode, namedDevice, single } from '../resolve.ts';
import { historySchema } from '../shapes.ts';
import { renderTable } from '../table.ts';
import { localTime } from '../time.ts';

type Subject = { readonly device_id: string } | { readonly access_code_id: string };

/** `lockstep history LOCK|CODE`, newest first. */
export const history = async (
  context: Context,
  text: string,
  options: { readonly limit?: number | undefined },
): Promise<Outcome> => {
  const subject = await findSubject(context, text);
  if (!subject.ok) return subject.failure;
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const answer = await context.client.call('lockstep/history', { ...subject.value, ...limit }, historySchema);
  if (!answer.ok) return answer.failure;
  const { entries } = answer.value.data;
  if (context.json) printJson(context, answer.value.raw);
  else if (entries.length === 0) print(context, 'No history.');
  else {
    const columns = [
      { header: 'TIME', value: (entry: Entry) => localTime(entry.at, context.io.timeZone) },
      { header: 'WHAT', value: (entry: Entry) => entry.kind, min: 12 },
      { header: 'SLOT', value: (entry: Entry) => String(entry.slot ?? ''), align: 'right' },
      { header: 'CODE', value: (entry: Entry) => entry.access_code_id?.slice(0, 8) ?? '' },
      { header: 'DETAIL', value: (entry: Entry) => detailOf(entry), min: 8 },
    ] as const;
    print(context, renderTable(columns, entries, context));
  }
  return undefined;
};

type Entry = (typeof historySchema)['_output']['entries'][number];

const detailOf = (entry: Entry): string =>
  Object.entries(entry.detail ?? {})
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');

/** A lock or a code. A code that is gone has a history too: its full id is taken as it is. */
const findSubject = async (context: Context, text: string): Promise<Result<Subject>> => {
  const devices = await allDevices(context);
  if (!devices.ok) return devices;
  const codes = await allCodes(context);
  if (!codes.ok) return codes;
  const found = single('lock or code', text, [
    ...devices.value.map((device) => ({ ...namedDevice(device), subject: { device_id: device.device_id } })),
    ...codes.value.map((code) => ({ ...namedCode(code), subject: { access_code_id: code.access_code_id } })),
  ]);
  if (found.ok) return good(found.value.subject);
  return isUuid(text) ? good({ access_code_id: text }) : found;
};
