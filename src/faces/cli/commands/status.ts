import type { z } from 'zod';
import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { statusSchema } from '../shapes.ts';
import { clean, facts, widthOf, wrap } from '../text.ts';
import { age } from '../time.ts';

type Status = z.output<typeof statusSchema>;
type Lines = [string, string][];

/** What waits for the broker, where something does. */
const outboxLines = ({ paint, client }: Context, outbox: Status['outbox']): Lines => {
  if (!outbox || outbox.length === 0) return [];
  const since = `${outbox.length} waiting, the oldest from ${age(outbox.oldest_at, client.now())}`;
  if (!outbox.refused) return [['outbox', since]];
  const refused = `the broker refuses ${clean(outbox.refused.event_type)}`;
  return [
    ['outbox', since],
    ['', paint('bad', refused)],
  ];
};

const healthLines = ({ paint }: Context, findings: Status['findings']): Lines => {
  if (!findings) return [];
  const { problems, warnings } = findings;
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  if (problems > 0) return [['health', paint('bad', `${many(problems, 'problem')}: run lockstep doctor`)]];
  if (warnings > 0) return [['health', paint('warn', `${many(warnings, 'warning')}: lockstep doctor tells`)]];
  return [['health', paint('good', 'no problems')]];
};

const clockLine = ({ paint }: Context, { trusted, why }: Status['bridge']['clock']): string =>
  trusted ? paint('good', 'trusted') : paint('bad', `not trusted (${clean(why ?? '')}): run lockstep clock`);

/** The longest of the other labels, and the gap behind it. */
const labelsLeast = 'last event'.length;
const gap = 2;

/** A line each, with why it isn't ready; a reason that doesn't fit goes below. */
const driverLines = ({ paint, width }: Context, drivers: Status['bridge']['drivers']): Lines => {
  const room = width - gap - Math.max(labelsLeast, ...drivers.map(({ driver }) => widthOf(driver)));
  return drivers.flatMap(({ driver, state, detail, locks, left_behind: left }): Lines => {
    const why = detail === null || detail === undefined ? '' : clean(detail);
    const shown = paint(state === 'ready' ? 'good' : 'bad', state);
    const count = `, locks: ${locks}`;
    const fits = why !== '' && widthOf(`${state} (${why})${count}`) <= room;
    const behind = left.length === 0 ? [] : wrap(`left behind by pairings: ${clean(left.join(', '))}`, room);
    return [
      [driver, `${shown}${fits ? ` (${why})` : ''}${count}`],
      ...(fits || why === '' ? [] : wrap(why, room)).map((line): [string, string] => ['', line]),
      ...behind.map((line): [string, string] => ['', paint('warn', line)]),
    ];
  });
};

/** `lockstep status`. */
export const status = async (context: Context): Promise<Outcome> => {
  const answer = await context.client.call('lockstep/status', {}, statusSchema);
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const { bridge, outbox, findings } = answer.value.data;
  const { paint } = context;
  const count = (key: string): number => bridge.counts[key] ?? 0;
  const withErrors = count('with_errors');
  const codes = [`${count('access_codes')}: ${count('set')} set`];
  if (count('setting') > 0) codes.push(paint('warn', `${count('setting')} setting`));
  if (count('removing') > 0) codes.push(paint('warn', `${count('removing')} removing`));
  if (withErrors > 0) codes.push(paint('bad', `${withErrors} with errors`));
  const locks = [String(count('devices')), `${count('online')} online`];
  if (count('dead') > 0) locks.push(paint('bad', `${count('dead')} dead`));
  if (count('weak') > 0) locks.push(paint('warn', `${count('weak')} with weak security`));
  const { connected } = bridge.mqtt;
  const lines: [string, string][] = [
    [
      'bridge',
      `${bridge.bridge_id}, version ${bridge.version}, started ${age(bridge.started_at, context.client.now())}`,
    ],
    ...driverLines(context, bridge.drivers),
    ['mqtt', paint(connected ? 'good' : 'bad', connected ? 'connected' : 'not connected')],
    ...outboxLines(context, outbox),
    ['clock', clockLine(context, bridge.clock)],
    ['locks', locks.join(', ')],
    ['codes', codes.join(', ')],
    ['unmanaged', String(count('unmanaged'))],
    ['last event', bridge.last_seq === 0 ? 'none' : String(bridge.last_seq)],
    ...healthLines(context, findings),
  ];
  print(context, facts(lines));
  return undefined;
};
