import type { Context } from '../context.ts';
import { deviceName, idLength } from '../resolve.ts';
import type { Code, Device } from '../shapes.ts';
import { renderTable } from '../table.ts';
import { clean, facts } from '../text.ts';
import type { Tone } from '../text.ts';
import { localTime } from '../time.ts';

/** A PIN as a person may see it: never its length while it is hidden. */
export const pinText = (context: Context, code: Code): string => {
  if (!context.showCodes) return '••••';
  return code.code ?? 'withheld by the lock';
};

const statusTone = (code: Code): Tone | undefined => {
  if (code.errors.length > 0) return 'bad';
  return code.status === 'set' ? 'good' : 'warn';
};

/** The most urgent thing to say of a code, and how many more there are. */
const noteOf = (code: Code): string => {
  const notes = [
    ...code.errors.map((error) => error.error_code ?? error.message),
    ...code.warnings.map((warning) => warning.warning_code ?? warning.message),
    ...code.pending_mutations.map((mutation) => mutation.mutation_code),
  ];
  const [first = '', ...others] = notes;
  return others.length === 0 ? first : `${first} +${others.length}`;
};

const lockNames = (devices: readonly Device[]): Map<string, string> =>
  new Map(devices.map((device) => [device.device_id, deviceName(device)]));

/** Managed codes as a table, or unmanaged ones, which have no name, status and notes. */
export const codeTable = (
  context: Context,
  codes: readonly Code[],
  devices: readonly Device[],
  kind: 'managed' | 'unmanaged',
): string => {
  const names = lockNames(devices);
  const idWidth = idLength(codes.map((code) => code.access_code_id));
  const slot = (code: Code): string => String(code.x_slot ?? '');
  const id = { header: 'ID', value: (code: Code) => code.access_code_id.slice(0, idWidth) };
  const lock = { header: 'LOCK', value: (code: Code) => names.get(code.device_id) ?? code.device_id, min: 8 };
  const place = { header: 'SLOT', value: slot, align: 'right' } as const;
  const pin = { header: 'PIN', value: (code: Code) => pinText(context, code) };
  const since = {
    header: 'FOUND',
    value: (code: Code) => localTime(code.created_at, context.io.timeZone),
  };
  if (kind === 'unmanaged') return renderTable([id, lock, place, pin, since], codes, context);
  const name = { header: 'NAME', value: (code: Code) => code.name ?? '', min: 8 };
  const status = { header: 'STATUS', value: (code: Code) => code.status, tone: statusTone };
  const note = { header: 'NOTES', value: noteOf, min: 12 };
  return renderTable([id, name, lock, place, pin, status, note], codes, context);
};

/** One code with all that is said of it. */
export const codeDetails = (context: Context, code: Code, devices: readonly Device[]): string => {
  const { paint, io } = context;
  const said = [
    ...code.errors.map((error): [string, string] => [
      'error',
      `${paint('bad', error.error_code ?? 'error')}: ${clean(error.message)}`,
    ]),
    ...code.warnings.map((warning): [string, string] => [
      'warning',
      `${paint('warn', warning.warning_code ?? 'warning')}: ${clean(warning.message)}`,
    ]),
    ...code.pending_mutations.map((mutation): [string, string] => ['pending', mutation.mutation_code]),
  ];
  return facts([
    ['id', code.access_code_id],
    ['name', clean(code.name ?? '')],
    ['lock', clean(lockNames(devices).get(code.device_id) ?? code.device_id)],
    ['slot', String(code.x_slot ?? 'none yet')],
    ['PIN', context.showCodes ? pinText(context, code) : `${pinText(context, code)} (--show-codes shows it)`],
    ['status', paint(statusTone(code), code.status)],
    ['created', localTime(code.created_at, io.timeZone)],
    ...said,
  ]);
};
