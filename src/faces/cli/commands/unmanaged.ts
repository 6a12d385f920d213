import { z } from 'zod';
import { delay } from '../../../ports/clock.ts';
import { allDevices, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { bad, good } from '../io.ts';
import type { Result } from '../io.ts';
import { inOptions } from '../option-names.ts';
import { deviceName, namedCode, single } from '../resolve.ts';
import { codesSchema, errorSchema, oneCodeSchema } from '../shapes.ts';
import type { Code } from '../shapes.ts';
import { clean } from '../text.ts';
import { waitFor } from './wait.ts';

export interface AdoptOptions {
  /** A PIN to write in place of the one on the lock, or `-` for standard input. */
  readonly code?: string | undefined;
  /** The bridge chooses that PIN. */
  readonly replace?: boolean | undefined;
  readonly wait?: boolean | undefined;
}

/** `lockstep unmanaged adopt CODE`. */
export const adoptCode = async (
  context: Context,
  codeText: string,
  options: AdoptOptions,
): Promise<Outcome> => {
  if (options.code !== undefined && options.replace === true)
    return { exit: 2, message: 'Give --code or --replace, not both.' };
  const pin = await pinOf(context, options.code);
  if (!pin.ok) return pin.failure;
  const code = await findUnmanaged(context, codeText);
  if (!code.ok) return code.failure;
  const { access_code_id: id } = code.value;
  const params = {
    access_code_id: id,
    ...(pin.value === undefined ? {} : { x_code: pin.value }),
    ...(options.replace === true ? { x_replace: true } : {}),
  };
  const route = 'access_codes/unmanaged/convert_to_managed';
  const answer = await context.client.call(route, params, z.unknown());
  if (!answer.ok) return inOptions(answer.failure);
  if (context.json && options.wait !== true) printJson(context, answer.value.raw);
  if (!context.json)
    print(
      context,
      `${await described(context, code.value)}: it is looked at, and is a managed code when it still stands.`,
    );
  if (options.wait !== true) return undefined;
  const failure = await untilDecided(context, id);
  return failure ?? waitFor(context, id, 'set');
};

/** `lockstep unmanaged delete CODE`. */
export const deleteUnmanaged = async (
  context: Context,
  codeText: string,
  options: { readonly wait?: boolean | undefined },
): Promise<Outcome> => {
  const code = await findUnmanaged(context, codeText);
  if (!code.ok) return code.failure;
  const { access_code_id: id } = code.value;
  const params = { access_code_id: id };
  const answer = await context.client.call('access_codes/unmanaged/delete', params, z.unknown());
  if (!answer.ok) return answer.failure;
  if (context.json) printJson(context, answer.value.raw);
  else
    print(
      context,
      `${await described(context, code.value)}: removing. It is gone when the lock has confirmed it.`,
    );
  if (options.wait !== true) return undefined;
  const failure = await untilDecided(context, id);
  if (failure === undefined && !context.json) print(context, 'Gone.');
  return failure;
};

const findUnmanaged = async (context: Context, text: string): Promise<Result<Code>> => {
  const answer = await context.client.call('access_codes/unmanaged/list', {}, codesSchema);
  if (!answer.ok) return answer;
  const found = single('unmanaged code', text, answer.value.data.access_codes.map(namedCode));
  return found.ok ? good(found.value.code) : found;
};

const described = async (context: Context, code: Code): Promise<string> => {
  const devices = await allDevices(context);
  const lock = devices.ok ? devices.value.find((device) => device.device_id === code.device_id) : undefined;
  const where = lock === undefined ? '' : ` on ${clean(deviceName(lock))}`;
  return `Unmanaged code ${code.access_code_id.slice(0, 8)}${where}, slot ${code.x_slot ?? 'unknown'}`;
};

const pinOf = async (context: Context, given: string | undefined): Promise<Result<string | undefined>> => {
  if (given === undefined) return good(undefined);
  const pin = (given === '-' ? await context.io.readStdin() : given).trim();
  return pin === '' || pin.length > 64 ? bad(2, 'There is no PIN on standard input.') : good(pin);
};

const pollMs = 500;
const deadlineMs = 60_000;

/** Waits until the code is no unmanaged one any more; a failure where it stays one. */
const untilDecided = async (context: Context, id: string): Promise<Outcome> => {
  const { clock, signal } = context.io;
  const until = clock.monotonic() + deadlineMs;
  for (;;) {
    const params = { access_code_id: id };
    const answer = await context.client.call('access_codes/unmanaged/get', params, oneCodeSchema);
    if (!answer.ok) return isNotFound(answer.failure.body) ? undefined : answer.failure;
    const code = answer.value.data.access_code;
    const body = answer.value.raw;
    const [error] = code.errors;
    if (error !== undefined)
      return { exit: 1, message: `${clean(error.message)} (${error.error_code ?? 'error'})`, body };
    if ((code.x_pending ?? null) === null)
      return { exit: 1, message: `It came to nothing. See: lockstep history ${id}`, body };
    if (clock.monotonic() >= until)
      return { exit: 1, message: `Not done after ${deadlineMs / 1000} s; the bridge goes on trying.`, body };
    await delay(clock, pollMs, signal);
    if (signal.aborted) return { exit: 1, message: 'Interrupted; the bridge goes on.' };
  }
};

const isNotFound = (body: unknown): boolean => {
  const parsed = errorSchema.safeParse(body);
  return parsed.success && parsed.data.error.type === 'access_code_not_found';
};
