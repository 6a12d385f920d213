import type { Context } from '../context.ts';
import { deviceName } from '../resolve.ts';
import type { Device } from '../shapes.ts';
import { isNone } from './shapes.ts';
import { clean, truncate, widthOf, wrap } from '../text.ts';
import type { Tone } from '../text.ts';
import { localMinute } from '../time.ts';
import { zoneOf } from './resolve.ts';
import type { Change, LockDifference, Side } from './shapes.ts';

const marks = {
  create: ['+', 'good'],
  update: ['~', 'warn'],
  delete: ['-', 'bad'],
} as const satisfies Record<Change['change'], readonly [string, Tone]>;

const nameMost = 24;

/** How many codes are made, changed and removed. */
export const countsOf = (locks: readonly LockDifference[]): Readonly<Record<Change['change'], number>> => {
  const counts = { create: 0, update: 0, delete: 0 };
  for (const { changes } of locks) for (const { change } of changes) counts[change] += 1;
  return counts;
};

/** A line for each code that differs, lock by lock. */
export const differenceText = (
  context: Context,
  locks: readonly LockDifference[],
  devices: readonly Device[],
): string => {
  const names = new Map(devices.map((device) => [device.device_id, device]));
  return locks.map((lock) => lockText(context, lock, names.get(lock.device_id))).join('');
};

const lockText = (context: Context, lock: LockDifference, device: Device | undefined): string => {
  const name = clean(device === undefined ? lock.device_id : deviceName(device));
  const over = lock.over.length;
  const past = over === 0 ? '' : ` (${over} in the file ${over === 1 ? 'is' : 'are'} over)`;
  if (lock.changes.length === 0) return `${truncate(name, 50)}: no difference${past}\n`;
  const zone = device === undefined ? 'UTC' : zoneOf(device, context.io.timeZone ?? 'UTC');
  const width = Math.max(...lock.changes.map((one) => Math.min(nameMost, widthOf(nameOf(one)))));
  const lines = lock.changes.flatMap((one) => changeLines(context, one, zone, width));
  return [`${truncate(name, 50)}${past}`, ...lines].map((line) => `${line}\n`).join('');
};

const nameOf = ({ name, access_code_id }: Change): string =>
  clean(name ?? `code ${access_code_id?.slice(0, 8) ?? ''}`);

const changeLines = (context: Context, change: Change, zone: string, nameWidth: number): string[] => {
  const [mark, tone] = marks[change.change];
  const name = truncate(nameOf(change), nameMost);
  const padding = ' '.repeat(Math.max(0, nameWidth - widthOf(name)));
  const details = detailsOf(context, change, zone).join(', ');
  const indent = ' '.repeat(nameWidth + 6);
  const [first = '', ...more] = wrap(clean(details), Math.max(20, context.width - indent.length));
  const head = `  ${context.paint(tone, `${mark} ${name}`)}${padding}  ${first}`.trimEnd();
  return [head, ...more.map((line) => indent + line)];
};

const detailsOf = (context: Context, { change, entry, from, to }: Change, zone: string): string[] => {
  if (change === 'delete') return entry === null ? [] : ['its time is over'];
  if (to === null) return [];
  return change === 'create' ? ofNew(context, to, zone) : ofChanged(context, from ?? {}, to, zone);
};

const ofNew = (context: Context, to: Side, zone: string): string[] => [
  ...(to.code === undefined ? ['the bridge chooses its PIN'] : pinShown(context, to.code)),
  ...(isNone(to.starts_at) ? [] : [windowText(to, zone)]),
  ...(to.is_one_time_use === true ? ['for one use'] : []),
  ...(to.is_external_modification_allowed === true ? ['external changes allowed'] : []),
  ...(isNone(to.common_code_key) ? [] : [`shared as ${to.common_code_key}`]),
];

const ofChanged = (context: Context, from: Side, to: Side, zone: string): string[] => [
  ...(to.name === undefined ? [] : [`now called ${to.name ?? 'nothing'}`]),
  ...(to.code === undefined ? [] : ['new PIN', ...pinShown(context, to.code)].slice(-1)),
  ...timesChanged(from, to, zone),
  ...(to.is_one_time_use === undefined
    ? []
    : [to.is_one_time_use ? 'for one use' : 'for any number of uses']),
  ...(to.is_external_modification_allowed === undefined
    ? []
    : [`external changes ${to.is_external_modification_allowed ? '' : 'no longer '}allowed`]),
  ...(to.common_code_key === undefined
    ? []
    : [
        to.common_code_key === null
          ? `no longer shared as ${from.common_code_key ?? ''}`
          : `shared as ${to.common_code_key}`,
      ]),
];

const pinShown = ({ showCodes }: Context, pin: string | null): string[] =>
  showCodes && pin !== null ? [`PIN ${pin}`] : [];

const windowText = ({ starts_at, ends_at }: Side, zone: string): string =>
  `${localMinute(starts_at ?? '', zone)} to ${localMinute(ends_at ?? '', zone)}`;

const timesChanged = (from: Side, to: Side, zone: string): string[] => {
  const edge = (word: string, was: string | null | undefined, is: string | null | undefined): string[] => {
    if (is === undefined) return [];
    if (is === null) return [];
    const before = isNone(was) ? '' : ` (was ${localMinute(was, zone)})`;
    return [`${word} ${localMinute(is, zone)}${before}`];
  };
  if (to.starts_at === null || to.ends_at === null) return [`ongoing (was ${windowText(from, zone)})`];
  return [...edge('from', from.starts_at, to.starts_at), ...edge('until', from.ends_at, to.ends_at)];
};
