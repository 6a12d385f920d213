import { z } from 'zod';
import { allDevices, findCode, findLock, lockFilter, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { bad, good } from '../io.ts';
import type { Result } from '../io.ts';
import { deviceName } from '../resolve.ts';
import { codesSchema, oneCodeSchema } from '../shapes.ts';
import { clean } from '../text.ts';
import { codeDetails, codeTable } from './code-view.ts';
import { waitFor } from './wait.ts';

export interface CodeOptions {
  readonly name?: string | undefined;
  /** The PIN, or `-` for standard input. */
  readonly code?: string | undefined;
  readonly wait?: boolean | undefined;
}

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
  else print(context, codeTable(context, codes, devices.value, kind));
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

/** `lockstep codes create LOCK`. */
export const createCode = async (
  context: Context,
  lockText: string,
  options: CodeOptions,
): Promise<Outcome> => {
  const fields = await fieldsOf(context, options);
  if (!fields.ok) return fields.failure;
  const lock = await findLock(context, lockText);
  if (!lock.ok) return lock.failure;
  const params = { device_id: lock.value.device_id, ...fields.value };
  const answer = await context.client.call('access_codes/create', params, oneCodeSchema);
  if (!answer.ok) return answer.failure;
  const code = answer.value.data.access_code;
  const id = code.access_code_id.slice(0, 8);
  if (context.json && options.wait !== true) printJson(context, answer.value.raw);
  if (!context.json) {
    const name = code.name === null ? '' : ` "${clean(code.name)}"`;
    print(context, `Code ${id}${name} for ${clean(deviceName(lock.value))}: ${code.status}.`);
    if (fields.value.code === undefined) {
      const shown = `lockstep codes show ${id} --show-codes`;
      const pin = code.code ?? undefined;
      print(
        context,
        context.showCodes && pin ? `Its PIN is ${pin}.` : `A PIN was chosen; see it with: ${shown}`,
      );
    }
    if (options.wait !== true) print(context, `Watch it with: lockstep codes show ${id}`);
  }
  return options.wait === true ? waitFor(context, code.access_code_id, 'set') : undefined;
};

/** `lockstep codes update CODE`. */
export const updateCode = async (
  context: Context,
  codeText: string,
  options: CodeOptions,
): Promise<Outcome> => {
  if (options.name === undefined && options.code === undefined) {
    return { exit: 2, message: 'Nothing to change: give --name or --code.' };
  }
  const fields = await fieldsOf(context, options);
  if (!fields.ok) return fields.failure;
  const code = await findCode(context, codeText);
  if (!code.ok) return code.failure;
  const params = { access_code_id: code.value.access_code_id, ...fields.value };
  const answer = await context.client.call('access_codes/update', params, z.unknown());
  if (!answer.ok) return answer.failure;
  const id = code.value.access_code_id;
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

/** Enough for a PIN and a newline; a file given by mistake isn't passed on. */
const stdinMaxLength = 64;

const fieldsOf = async (
  context: Context,
  options: CodeOptions,
): Promise<Result<{ readonly name?: string; readonly code?: string }>> => {
  const name = options.name === undefined ? {} : { name: options.name };
  if (options.code === undefined) return good(name);
  const text = options.code === '-' ? await context.io.readStdin() : options.code;
  const code = text.trim();
  if (code.length === 0 || code.length > stdinMaxLength) return bad(2, 'There is no PIN on standard input.');
  return good({ ...name, code });
};
