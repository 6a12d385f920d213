import type { Context } from '../context.ts';
import { zoneOf } from '../code-file/resolve.ts';
import { isNone } from '../code-file/shapes.ts';
import { deviceName, idLength } from '../resolve.ts';
import type { Code, Device, Mutation } from '../shapes.ts';
import { renderTable } from '../table.ts';
import { clean, facts } from '../text.ts';
import type { Tone } from '../text.ts';
import { localMinute, localTime } from '../time.ts';

/** A PIN as a person may see it: never its length while it is hidden. */
export const pinText = (context: Context, code: Code): string => {
  if (!context.showCodes) return '••••';
  return code.code ?? 'withheld by the lock';
};

const statusTone = (code: Code): Tone | undefined => {
  if (code.errors.length > 0) return 'bad';
  return code.status === 'set' ? 'good' : 'warn';
};

/** The most urgent thing to say of a code, and how many more there are. That it waits for its time is shown beside. */
const noteOf = (code: Code): string => {
  const notes = [
    ...code.errors.map((error) => error.error_code ?? error.message),
    ...code.warnings.map((warning) => warning.warning_code ?? warning.message),
    ...code.pending_mutations.map((mutation) => mutation.mutation_code),
    ...(code.is_backup ? ['backup'] : []),
    ...(code.is_scheduled_on_device && code.status === 'unset' ? ['loaded'] : []),
  ].filter((note) => note !== 'deferring_creation');
  const [first = '', ...others] = notes;
  return others.length === 0 ? first : `${first} +${others.length}`;
};

/** In its lock's zone, which is where the door is. */
const zonesOf = (context: Context, devices: readonly Device[]): ((code: Code) => string) => {
  const otherwise = context.io.timeZone ?? 'UTC';
  const zones = new Map(devices.map((device) => [device.device_id, zoneOf(device, otherwise)]));
  return ({ device_id }) => zones.get(device_id) ?? otherwise;
};

/** The edge of its window that comes next: from when on it opens the door, or until when. */
const nextEdge = (code: Code, nowMs: number, zone: string): string => {
  if (isNone(code.starts_at) || isNone(code.ends_at)) return '';
  return Date.parse(code.starts_at) > nowMs
    ? `from ${localMinute(code.starts_at, zone)}`
    : `until ${localMinute(code.ends_at, zone)}`;
};

const lockNames = (devices: readonly Device[]): Map<string, string> =>
  new Map(devices.map((device) => [device.device_id, deviceName(device)]));

/**
 * Managed codes as a table, or unmanaged ones, which have no name, status and notes. Where one lock's were asked for, its
 * name isn't repeated in every line.
 */
export const codeTable = (
  context: Context,
  codes: readonly Code[],
  devices: readonly Device[],
  kind: 'managed' | 'unmanaged',
  isOneLock: boolean,
): string => {
  const names = lockNames(devices);
  const idWidth = idLength(codes.map((code) => code.access_code_id));
  const slot = (code: Code): string => String(code.x_slot ?? '');
  const id = { header: 'ID', value: (code: Code) => code.access_code_id.slice(0, idWidth) };
  const lock = { header: 'LOCK', value: (code: Code) => names.get(code.device_id) ?? code.device_id, min: 8 };
  const locks = isOneLock ? [] : [lock];
  const place = { header: 'SLOT', value: slot, align: 'right' } as const;
  const pin = { header: 'PIN', value: (code: Code) => pinText(context, code) };
  const since = {
    header: 'FOUND',
    value: (code: Code) => localTime(code.created_at, context.io.timeZone),
  };
  if (kind === 'unmanaged') return renderTable([id, ...locks, place, pin, since], codes, context);
  const name = { header: 'NAME', value: (code: Code) => code.name ?? '', min: 8 };
  const status = { header: 'STATUS', value: (code: Code) => code.status, tone: statusTone };
  const note = { header: 'NOTES', value: noteOf, min: 12 };
  if (codes.every(({ starts_at }) => isNone(starts_at)))
    return renderTable([id, name, ...locks, place, pin, status, note], codes, context);
  const zoneFor = zonesOf(context, devices);
  const now = context.client.now();
  const when = { header: 'WHEN', value: (code: Code) => nextEdge(code, now, zoneFor(code)) };
  const narrow = [
    { ...name, min: 6 },
    ...locks.map((one) => ({ ...one, min: 5 })),
    place,
    pin,
    status,
    when,
    { ...note, min: 5 },
  ];
  return renderTable([id, ...narrow], codes, context);
};

/** One code with all that is said of it. */
export const codeDetails = (context: Context, code: Code, devices: readonly Device[]): string => {
  const { paint, io } = context;
  const zone = zonesOf(context, devices)(code);
  const time = (iso: string): string => localMinute(iso, zone);
  const said = [
    ...code.errors.map((error): [string, string] => [
      'error',
      `${paint('bad', error.error_code ?? 'error')}: ${clean(error.message)}`,
    ]),
    ...code.warnings.map((warning): [string, string] => [
      'warning',
      `${paint('warn', warning.warning_code ?? 'warning')}: ${clean(warning.message)}`,
    ]),
    ...code.pending_mutations.map((one): [string, string] => ['pending', mutationText(context, one, time)]),
  ];
  return facts([
    ['id', code.access_code_id],
    ['name', clean(code.name ?? '')],
    ['lock', clean(lockNames(devices).get(code.device_id) ?? code.device_id)],
    ['slot', String(code.x_slot ?? 'none yet')],
    ['PIN', context.showCodes ? pinText(context, code) : `${pinText(context, code)} (--show-codes shows it)`],
    ['status', paint(statusTone(code), code.status)],
    ...windowOf(code, time, zone),
    ...scheduleOf(code),
    ...policiesOf(code),
    ['created', localTime(code.created_at, io.timeZone)],
    ...said,
  ]);
};

const windowOf = (code: Code, time: (iso: string) => string, zone: string): [string, string][] =>
  isNone(code.starts_at) || isNone(code.ends_at)
    ? []
    : [
        ['from', `${time(code.starts_at)} (${clean(zone)})`],
        ['until', time(code.ends_at)],
      ];

/** Whether it stands on the lock ahead of its time, and who ends it. */
const scheduleOf = ({ is_scheduled_on_device, status }: Code): [string, string][] => {
  if (!is_scheduled_on_device) return [];
  return status === 'unset'
    ? [['loaded', 'it is on the lock, whose own schedule keeps it shut until then']]
    : [['schedule', 'on the lock too, which ends it by its own clock']];
};

const policiesOf = (code: Code): [string, string][] => [
  ...(code.is_one_time_use ? [['use', 'once; it is removed after that'] satisfies [string, string]] : []),
  ...(code.is_external_modification_allowed
    ? [['policy', 'left as it is when somebody changes it at the lock'] satisfies [string, string]]
    : []),
  ...(isNone(code.common_code_key)
    ? []
    : [['shared as', clean(code.common_code_key)] satisfies [string, string]]),
];

/** What is on the way: from what, to what, or when. */
const mutationText = (
  { showCodes }: Context,
  { mutation_code: kind, scheduled_at, from, to }: Mutation,
  time: (iso: string) => string,
): string => {
  const window = (side: Mutation['from']): string =>
    isNone(side?.starts_at) || isNone(side.ends_at)
      ? 'ongoing'
      : `${time(side.starts_at)} to ${time(side.ends_at)}`;
  switch (kind) {
    case 'deferring_creation':
      return isNone(scheduled_at) ? kind : `${kind}: written at ${time(scheduled_at)}`;
    case 'updating_code':
      return showCodes ? `${kind}: ${from?.code ?? '?'} -> ${to?.code ?? '?'}` : kind;
    case 'updating_name':
      return `${kind}: ${clean(from?.name ?? 'none')} -> ${clean(to?.name ?? 'none')}`;
    case 'updating_time_frame':
      return `${kind}: ${window(from)} -> ${window(to)}`;
    default:
      return kind;
  }
};
