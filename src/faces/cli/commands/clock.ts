import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { clockTrustSchema, clocksSchema } from '../shapes.ts';
import type { ClockState, LockClock } from '../shapes.ts';
import { renderTable } from '../table.ts';
import type { Column } from '../table.ts';
import { clean, facts, wrap } from '../text.ts';
import { age, localTime } from '../time.ts';

/** `lockstep clock`. */
export const showClock = async (context: Context): Promise<Outcome> => {
  const answer = await context.client.call('lockstep/clock', {}, clocksSchema);
  if (!answer.ok) return answer.failure;
  const { clock, locks } = answer.value.data;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  print(context, systemClock(context, clock));
  for (const text of [clock.consequence, clock.what_to_do])
    if (text !== null) print(context, paragraph(context, text));
  print(context, lockClocks(context, locks, clock.bridge_time));
  return undefined;
};

/** `lockstep clock trust`: asks nothing, so that programs can use it; what is dangerous has to be named. */
export const trustClock = async (
  context: Context,
  { setFloor }: { readonly setFloor?: boolean | undefined },
): Promise<Outcome> => {
  const params = setFloor === undefined ? {} : { set_floor: setFloor };
  const answer = await context.client.call('lockstep/clock/trust', params, clockTrustSchema);
  if (!answer.ok) return answer.failure;
  const { clock } = answer.value.data;
  if (context.json) printJson(context, answer.value.raw);
  else print(context, `The system's clock is trusted: ${localTime(clock.system_time, context.io.timeZone)}.`);
  return undefined;
};

const indent = 2;

const paragraph = ({ width }: Context, text: string): string => `\n${wrap(clean(text), width).join('\n')}\n`;

/** What the system's clock shows, whether that is believed, and what the bridge goes by if it isn't. */
const systemClock = ({ io, paint, width }: Context, clock: ClockState): string => {
  const show = (iso: string): string => localTime(iso, io.timeZone);
  // While the time isn't known, no date of the bridge's is one that a person would understand.
  const verdict = clock.trusted
    ? `yes, since ${show(clock.since)}`
    : `no, since ${age(clock.since, Date.parse(clock.bridge_time))}`;
  const label = 'no earlier than'.length + indent;
  const [reason = '', ...more] = wrap(clean(clock.message), width - label);
  return facts([
    ['system clock', show(clock.system_time)],
    ['trusted', paint(clock.trusted ? 'good' : 'bad', verdict)],
    ['because', reason],
    ...more.map((line): [string, string] => ['', line]),
    ...(clock.trusted ? [] : [['no earlier than', show(clock.floor)] as const]),
  ]);
};

/** Codes are worth a warning beyond this: `lockstep doctor` gives it. */
const rightMs = 2 * 60_000;

const lockClocks = (context: Context, locks: readonly LockClock[], nowIso: string): string => {
  const now = Date.parse(nowIso);
  const withClock = locks.filter((one) => one.can_be_set || one.can_be_read || one.measured_at !== null);
  const without = locks.length - withClock.length;
  const rest =
    without === 0
      ? ''
      : `${without} ${without === 1 ? 'lock has' : 'locks have'} no clock that the bridge knows of.\n`;
  if (withClock.length === 0) return locks.length === 0 ? '\nNo locks yet.\n' : `\n${rest}`;
  const when = (iso: string | null, canBe: boolean): string =>
    canBe || iso !== null ? age(iso, now) : "can't be";
  const columns: Column<LockClock>[] = [
    { header: 'LOCK', value: (lock) => lock.display_name ?? '', min: 8 },
    { header: 'OFF BY', value: offBy, tone: (lock) => (isOff(lock) ? 'bad' : undefined) },
    { header: 'MEASURED', value: (lock) => when(lock.measured_at, lock.can_be_read) },
    { header: 'SET', value: (lock) => when(lock.set_at, lock.can_be_set) },
    { header: 'ZONE', value: (lock) => lock.time_zone, min: 8 },
  ];
  return `\n${renderTable(columns, withClock, context)}${rest === '' ? '' : `\n${rest}`}`;
};

const isOff = ({ offset_ms: ms }: LockClock): boolean => ms !== null && Math.abs(ms) > rightMs;

/** `+12 s`: ahead of ours. */
const offBy = ({ offset_ms: ms, measured_at: at }: LockClock): string => {
  if (at === null) return 'unknown';
  if (ms === null) return 'no answer';
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds === 0) return '0 s';
  const sign = ms < 0 ? '-' : '+';
  if (seconds < 120) return `${sign}${seconds} s`;
  if (seconds < 120 * 60) return `${sign}${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${sign}${Math.round(seconds / 3600)} h`;
  return `${sign}${Math.round(seconds / 86_400)} d`;
};
