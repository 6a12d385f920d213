import { lockFilter, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { idLength } from '../resolve.ts';
import { arrivalsSchema } from '../shapes.ts';
import type { Arrival } from '../shapes.ts';
import { renderTable } from '../table.ts';
import type { Column } from '../table.ts';
import { clean, wrap } from '../text.ts';
import type { Tone } from '../text.ts';
import { localMinute } from '../time.ts';

const usualHours = 72;

/** `lockstep arrivals`: exit code 0 with risks too, which are no failure of the command. */
export const arrivals = async (
  context: Context,
  lockText: string | undefined,
  { hours }: { readonly hours?: number | undefined },
): Promise<Outcome> => {
  const lock = await lockFilter(context, lockText);
  if (!lock.ok) return lock.failure;
  const params = { ...lock.value, ...(hours === undefined ? {} : { hours }) };
  const answer = await context.client.call('lockstep/arrivals', params, arrivalsSchema);
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const { arrivals: all, total } = answer.value.data;
  const within = hours ?? usualHours;
  if (all.length === 0) {
    print(context, `No access code begins within ${within} ${within === 1 ? 'hour' : 'hours'}.`);
    return undefined;
  }
  print(context, renderTable(columns(context), all, context));
  if (total > all.length) print(context, `and ${total - all.length} more`);
  const length = idLength(all.flatMap(({ backup_access_code_id: id }) => id ?? []));
  for (const one of all) if (one.risk) print(context, warning(context, one, one.risk.message, length));
  for (const note of deferrals(context, all)) print(context, note);
  return undefined;
};

const nameOf = ({ name, access_code_id }: Arrival): string => name ?? access_code_id.slice(0, 8);

/** At the door, where the clock on the wall counts. */
const atTheDoor = ({ io }: Context, { time_zone }: Arrival, at: string): string =>
  localMinute(at, time_zone ?? io.timeZone);

const whenOf = (context: Context, one: Arrival): string => atTheDoor(context, one, one.starts_at);

const toneOf = ({ proof, risk }: Arrival): Tone | undefined => {
  if (risk) return 'bad';
  if (proof === 'proved') return 'good';
  return proof === 'waiting' ? undefined : 'warn';
};

const columns = (context: Context): Column<Arrival>[] => [
  { header: 'BEGINS', value: (one) => whenOf(context, one) },
  { header: 'LOCK', value: (one) => one.device_name, min: 10 },
  { header: 'CODE', value: nameOf, min: 8 },
  { header: 'HOW', value: ({ how }) => how },
  { header: 'PROOF', value: ({ proof, risk }) => (risk ? `${proof}, at risk` : proof), tone: toneOf },
];

/** What is wrong and what to do, and the code that its guest can have instead. */
const warning = (context: Context, one: Arrival, message: string, idChars: number): string => {
  const text = clean(`${nameOf(one)}, ${one.device_name}, ${whenOf(context, one)}`);
  const head = wrap(text, context.width).map((line) => context.paint('bad', line));
  const backup = one.backup_access_code_id?.slice(0, idChars);
  const instead =
    backup === undefined
      ? ''
      : one.is_backup_access_code_available
        ? ` Backup code ${backup} can be pulled for it.`
        : ` Backup code ${backup} stands in for it.`;
  const lines = wrap(clean(message + instead), context.width - 2).map((line) => `  ${line}`);
  return `\n${[...head, ...lines].join('\n')}\n`;
};

const namesMost = 3;

/** Why codes are not loaded ahead of their time and what to do, once for all that have one reason for it. */
const deferrals = (context: Context, all: readonly Arrival[]): string[] => {
  const deferred = all.flatMap((one) => {
    const { deferred_because: because } = one;
    if (!because) return [];
    const until = because.until ? `, until ${atTheDoor(context, one, because.until)}` : '';
    return [{ who: `${nameOf(one)} (${one.device_name})`, until, message: because.message }];
  });
  const groups = Map.groupBy(deferred, ({ message, until }) => `${message}${until}`);
  return [...groups.values()].map((group) => {
    const names = group.slice(0, namesMost).map(({ who }) => who);
    const more = group.length > namesMost ? ` and ${group.length - namesMost} more` : '';
    const { message = '', until = '' } = group[0] ?? {};
    const head = wrap(clean(`Deferred: ${names.join(', ')}${more}${until}`), context.width);
    const lines = wrap(clean(message), context.width - 2).map((line) => `  ${line}`);
    return `\n${[...head, ...lines].join('\n')}\n`;
  });
};
