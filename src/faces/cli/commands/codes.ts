import { z } from 'zod';
import { allDevices, findCode, findLock, lockFilter, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { good } from '../io.ts';
import type { Result } from '../io.ts';
import { inOptions } from '../option-names.ts';
import { deviceName } from '../resolve.ts';
import { codesSchema, oneCodeSchema } from '../shapes.ts';
import type { Code, Device } from '../shapes.ts';
import { clean } from '../text.ts';
import { fieldsOf } from './code-fields.ts';
import type { CodeOptions } from './code-fields.ts';
import { codeDetails, codeTable } from './code-view.ts';
import { waitFor } from './wait.ts';

/** `lockstep codes list [LOCK]` and `lockstep unmanaged list [LOCK]`. */
export const listCodes = async (
  context: Context,
  lockText: string | undefined,
  kind: 'managed' | 'unmanaged',
): Promise<Outcome> => {
  const filter = await lockFilter(context, lockText);
  if (!filter.ok) return filter.failure;
  const route = kind === 'managed' ? 'access_codes/list' : 'access_codes/unmanaged/list';
  const answer = await context.client.call(route, filter.value, codesSchema);
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const codes = answer.value.data.access_codes;
  const devices = await allDevices(context);
  if (!devices.ok) return devices.failure;
  if (codes.length === 0) print(context, kind === 'managed' ? 'No codes.' : 'No unmanaged codes.');
  else print(context, codeTable(context, codes, devices.value, kind, lockText !== undefined));
  return undefined;
};

/** `lockstep codes show CODE`. */
export const showCode = async (context: Context, codeText: string): Promise<Outcome> => {
  const code = await findCode(context, codeText);
  if (!code.ok) return code.failure;
  const params = { access_code_id: code.value.access_code_id };
  const answer = await context.client.call('access_codes/get', params, oneCodeSchema);
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const devices = await allDevices(context);
  if (!devices.ok) return devices.failure;
  print(context, codeDetails(context, answer.value.data.access_code, devices.value));
  return undefined;
};

/** `lockstep codes create LOCK`, with --also on several locks with one PIN. */
export const createCode = async (
  context: Context,
  lockText: string,
  options: CodeOptions,
): Promise<Outcome> => {
  const locks: Device[] = [];
  for (const text of [lockText, ...(options.also ?? [])]) {
    const lock = await findLock(context, text);
    if (!lock.ok) return lock.failure;
    locks.push(lock.value);
  }
  const fields = await fieldsOf(context, options, locks);
  if (!fields.ok) return fields.failure;
  const made = await create(context, locks, fields.value);
  if (!made.ok) return inOptions(made.failure);
  const { raw, codes } = made.value;
  if (context.json && options.wait !== true) printJson(context, raw);
  if (!context.json) {
    for (const code of codes) print(context, madeText(code, locks));
    const [first] = codes;
    if (first !== undefined && options.code === undefined) print(context, pinText(context, first));
    if (first !== undefined && options.wait !== true)
      print(context, `Watch it with: lockstep codes show ${first.access_code_id.slice(0, 8)}`);
  }
  return options.wait === true ? waitForAll(context, codes, locks) : undefined;
};

const create = async (
  context: Context,
  locks: readonly Device[],
  fields: object,
): Promise<Result<{ readonly raw: unknown; readonly codes: readonly Code[] }>> => {
  const [lock] = locks;
  if (lock !== undefined && locks.length === 1) {
    const params = { device_id: lock.device_id, ...fields };
    const answer = await context.client.call('access_codes/create', params, oneCodeSchema);
    return answer.ok ? good({ raw: answer.value.raw, codes: [answer.value.data.access_code] }) : answer;
  }
  const params = { device_ids: locks.map(({ device_id }) => device_id), ...fields };
  const answer = await context.client.call('access_codes/create_multiple', params, codesSchema);
  return answer.ok ? good({ raw: answer.value.raw, codes: answer.value.data.access_codes }) : answer;
};

const madeText = (code: Code, locks: readonly Device[]): string => {
  const lock = locks.find(({ device_id }) => device_id === code.device_id);
  const name = code.name === null ? '' : ` "${clean(code.name)}"`;
  const where = lock === undefined ? code.device_id : clean(deviceName(lock));
  return `Code ${code.access_code_id.slice(0, 8)}${name} for ${where}: ${code.status}.`;
};

const pinText = (context: Context, code: Code): string =>
  context.showCodes && code.code !== null && code.code !== ''
    ? `Its PIN is ${code.code}.`
    : `A PIN was chosen; see it with: lockstep codes show ${code.access_code_id.slice(0, 8)} --show-codes`;

const waitForAll = async (
  context: Context,
  codes: readonly Code[],
  locks: readonly Device[],
): Promise<Outcome> => {
  for (const { access_code_id: id, device_id: lockId } of codes) {
    const lock = codes.length > 1 ? locks.find(({ device_id }) => device_id === lockId) : undefined;
    const failure = await waitFor(context, id, 'set', lock && clean(deviceName(lock)));
    if (failure !== undefined) return failure;
  }
  return undefined;
};

/** `lockstep codes update CODE`. */
export const updateCode = async (
  context: Context,
  codeText: string,
  options: CodeOptions,
): Promise<Outcome> => {
  if (options.ongoing === true && (options.starts !== undefined || options.ends !== undefined))
    return { exit: 2, message: 'Give --ongoing or times, not both.' };
  const code = await findCode(context, codeText);
  if (!code.ok) return code.failure;
  const lock = await findLock(context, code.value.device_id);
  const fields = await fieldsOf(context, options, lock.ok ? [lock.value] : []);
  if (!fields.ok) return fields.failure;
  if (Object.keys(fields.value).length === 0) {
    return { exit: 2, message: 'Nothing to change: give --name or --code, times, or another option.' };
  }
  const id = code.value.access_code_id;
  const params = { access_code_id: id, ...fields.value };
  const answer = await context.client.call('access_codes/update', params, z.unknown());
  if (!answer.ok) return inOptions(answer.failure);
  if (context.json && options.wait !== true) printJson(context, answer.value.raw);
  if (!context.json) {
    print(context, `Code ${id.slice(0, 8)} changed.`);
    if (options.code !== undefined && options.wait !== true) {
      print(context, `The new PIN is on its way; watch it with: lockstep codes show ${id.slice(0, 8)}`);
    }
  }
  return options.wait === true ? waitFor(context, id, 'set') : undefined;
};

/** `lockstep codes delete CODE`. */
export const deleteCode = async (
  context: Context,
  codeText: string,
  options: { readonly wait?: boolean | undefined },
): Promise<Outcome> => {
  const code = await findCode(context, codeText);
  if (!code.ok) return code.failure;
  const id = code.value.access_code_id;
  const answer = await context.client.call('access_codes/delete', { access_code_id: id }, z.unknown());
  if (!answer.ok) return answer.failure;
  if (context.json) printJson(context, answer.value.raw);
  else {
    const name = code.value.name === null ? '' : ` "${clean(code.value.name)}"`;
    print(context, `Code ${id.slice(0, 8)}${name}: removing. It is gone when the lock has confirmed it.`);
  }
  return options.wait === true ? waitFor(context, id, 'gone') : undefined;
};
