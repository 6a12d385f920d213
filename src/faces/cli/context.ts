import type { Client } from './client.ts';
import { good } from './io.ts';
import type { CliIo, Failure, Result } from './io.ts';
import { namedCode, namedDevice, single } from './resolve.ts';
import { codesSchema, devicesSchema } from './shapes.ts';
import type { Code, Device } from './shapes.ts';
import type { Paint } from './text.ts';

/** What a command works with. */
export interface Context {
  readonly io: CliIo;
  readonly client: Client;
  readonly json: boolean;
  readonly showCodes: boolean;
  readonly paint: Paint;
  /** Columns for tables. */
  readonly width: number;
}

/** A command's end: nothing to say, or what went wrong. */
export type Outcome = Failure | undefined;

/** The body of a route as `--json` prints it. */
export const printJson = (context: Pick<Context, 'io'>, body: unknown): void => {
  context.io.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
};

export const print = (context: Pick<Context, 'io'>, text: string): void => {
  context.io.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
};

export const allDevices = async (context: Context): Promise<Result<readonly Device[]>> => {
  const answer = await context.client.call('devices/list', {}, devicesSchema);
  return answer.ok ? good(answer.value.data.devices) : answer;
};

export const findLock = async (context: Context, text: string): Promise<Result<Device>> => {
  const devices = await allDevices(context);
  if (!devices.ok) return devices;
  const found = single('lock', text, devices.value.map(namedDevice));
  return found.ok ? good(found.value.device) : found;
};

export const allCodes = async (context: Context): Promise<Result<readonly Code[]>> => {
  const answer = await context.client.call('access_codes/list', {}, codesSchema);
  return answer.ok ? good(answer.value.data.access_codes) : answer;
};

export const findCode = async (context: Context, text: string): Promise<Result<Code>> => {
  const codes = await allCodes(context);
  if (!codes.ok) return codes;
  const found = single('code', text, codes.value.map(namedCode));
  return found.ok ? good(found.value.code) : found;
};

/** `{device_id}` of a lock that a person named, or nothing where none was. */
export const lockFilter = async (
  context: Context,
  text: string | undefined,
): Promise<Result<{ readonly device_id?: string }>> => {
  if (text === undefined) return good({});
  const lock = await findLock(context, text);
  return lock.ok ? good({ device_id: lock.value.device_id }) : lock;
};
