import { differenceText, countsOf } from '../code-file/difference.ts';
import { parseCodeFile } from '../code-file/parse.ts';
import type { Problem } from '../code-file/nodes.ts';
import { refusedAt, resolveFile } from '../code-file/resolve.ts';
import type { ResolvedLock } from '../code-file/resolve.ts';
import { appliedSchema, diffSchema, refusedEntrySchema } from '../code-file/shapes.ts';
import type { LockDifference } from '../code-file/shapes.ts';
import { waitUntilAgreed } from '../code-file/agree.ts';
import { allDevices, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { bad, good } from '../io.ts';
import type { Failure, Result } from '../io.ts';
import { deviceName } from '../resolve.ts';

export interface ApplyOptions {
  readonly yes?: boolean | undefined;
  /** Agrees to the removal of at most so many codes, where most of a lock's would go. */
  readonly removals?: number | undefined;
  /** False: don't wait until the locks agree. */
  readonly wait?: boolean | undefined;
}

/** As much as thousands of codes take. */
const fileMost = 1_000_000;
const problemsShown = 20;

interface Compared {
  readonly path: string;
  readonly locks: readonly ResolvedLock[];
  readonly digest: string;
  readonly differences: readonly LockDifference[];
  readonly raw: unknown;
}

/** `lockstep diff FILE`. Like diff(1): 0 no difference, 1 differences, 2 it can't be told. */
export const diff = async (context: Context, path: string): Promise<Outcome> => {
  const compared = await compare(context, path);
  if (!compared.ok) {
    const { failure } = compared;
    return failure.exit === 1 ? { ...failure, exit: 2 } : failure;
  }
  const { raw, differences } = compared.value;
  if (context.json) printJson(context, raw);
  else show(context, compared.value);
  return differences.some(({ changes }) => changes.length > 0) ? { exit: 1, message: '' } : undefined;
};

/** `lockstep apply FILE`. */
export const apply = async (context: Context, path: string, options: ApplyOptions): Promise<Outcome> => {
  const compared = await compare(context, path);
  if (!compared.ok) return compared.failure;
  const { locks, digest, differences } = compared.value;
  const devices = locks.map(({ device }) => device);
  if (!context.json) show(context, compared.value);
  const isSame = differences.every(({ changes }) => changes.length === 0);
  const unwilling = isSame ? undefined : await confirm(context, compared.value, options);
  if (unwilling !== undefined) return unwilling;
  const params = { devices: locks.map(({ wanted }) => wanted), expect: digest };
  const answer = await context.client.call('lockstep/apply', params, appliedSchema);
  if (!answer.ok) return placed(answer.failure, compared.value);
  if (!isSame && !context.json) print(context, 'Done; the locks follow.');
  const outcome = options.wait === false ? undefined : await waitUntilAgreed(context, devices);
  if (context.json && outcome === undefined) printJson(context, answer.value.raw);
  return outcome;
};

const compare = async (context: Context, path: string): Promise<Result<Compared>> => {
  const text = readText(context, path);
  if (!text.ok) return text;
  const file = parseCodeFile(text.value);
  if (!file.ok) return complaint(path, file.problems);
  const devices = await allDevices(context);
  if (!devices.ok) return devices;
  const { zones, timeZone = 'UTC' } = context.io;
  const resolved = resolveFile(file.locks, { devices: devices.value, zones, timeZone });
  if (!resolved.ok) return complaint(path, resolved.problems);
  const { locks } = resolved;
  const params = { devices: locks.map(({ wanted }) => wanted) };
  const answer = await context.client.call('lockstep/diff', params, diffSchema);
  if (!answer.ok) return { ok: false, failure: placed(answer.failure, { path, locks }) };
  const { digest, devices: differences } = answer.value.data.diff;
  return good({ path, locks, digest, differences, raw: answer.value.raw });
};

const readText = ({ io }: Context, path: string): Result<string> => {
  try {
    const text = io.readFile(path);
    return text.length > fileMost ? bad(2, `${path} is larger than ${fileMost} characters.`) : good(text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    return bad(2, `${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`);
  }
};

const lineOf = (path: string, { place, message }: Problem): string =>
  `${path}:${place.line}:${place.column}: ${message}`;

const complaint = (path: string, problems: readonly Problem[]): { ok: false; failure: Failure } => {
  const lines = problems.slice(0, problemsShown).map((one) => lineOf(path, one));
  if (problems.length > problemsShown) lines.push(`and ${problems.length - problemsShown} more`);
  return bad(2, ['Nothing was done.', ...lines].join('\n'));
};

/** A refusal with the place in the file that it is about. */
const placed = (failure: Failure, { path, locks }: Pick<Compared, 'path' | 'locks'>): Failure => {
  const refused = refusedEntrySchema.safeParse(failure.body);
  if (!refused.success) return failure;
  const { type, message, data } = refused.data.error;
  const lock = locks.find(({ device }) => device.device_id === data.device_id);
  if (lock === undefined) return failure;
  const code = data.entry === undefined ? undefined : lock.file.codes[data.entry];
  const at = code === undefined ? { place: lock.file.place, message } : refusedAt(code, message);
  const name = code === undefined ? '' : `, ${code.name?.value ?? code.id?.value ?? ''}`;
  const who = `${deviceName(lock.device)}${name}`;
  const line = lineOf(path, { place: at.place, message: `${who}: ${at.message} (${type})` });
  return { ...failure, message: `Nothing was done.\n${line}` };
};

const show = (context: Context, { locks, differences }: Compared): void => {
  const devices = locks.map(({ device }) => device);
  context.io.stdout.write(differenceText(context, differences, devices));
  const { create, update, delete: removed } = countsOf(differences);
  if (create + update + removed > 0)
    print(context, `${create} to make, ${update} to change, ${removed} to remove.`);
};

/** A file that was cut short, or made by a program that failed, would take guests off their doors. */
const removesMost = ({ changes, unchanged }: LockDifference): boolean => {
  const removed = changes.filter(({ change }) => change === 'delete').length;
  const kept = unchanged + changes.filter(({ change }) => change === 'update').length;
  return removed >= 3 && removed > kept;
};

const confirm = async (
  { io }: Context,
  { differences }: Compared,
  { yes, removals }: ApplyOptions,
): Promise<Failure | undefined> => {
  const { delete: removed } = countsOf(differences);
  const isGrave = differences.some(removesMost);
  const isAgreed = removals !== undefined && removed <= removals;
  if (yes === true && (!isGrave || isAgreed)) return undefined;
  if (!io.canAsk || yes === true) {
    const option = isGrave ? `--yes --removals ${removed}` : '--yes';
    const why = isGrave ? 'Most codes of a lock would be removed' : 'Nobody can be asked here';
    return { exit: 2, message: `Nothing was done. ${why}: if that is meant, give ${option}.` };
  }
  if (isGrave && !isAgreed) {
    io.stderr.write(`Most codes of a lock would be removed. Type ${removed} to remove so many: `);
    const line = (await io.readLine()) ?? '';
    return line.trim() === String(removed) ? undefined : { exit: 1, message: 'Nothing was done.' };
  }
  io.stderr.write('Do that? [y/N] ');
  const line = (await io.readLine()) ?? '';
  return /^y(es)?$/i.test(line.trim()) ? undefined : { exit: 1, message: 'Nothing was done.' };
};
