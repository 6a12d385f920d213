import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import type { Failure } from '../io.ts';
import { deviceName } from '../resolve.ts';
import { errorSchema, pairingSchema } from '../shapes.ts';
import type { Device } from '../shapes.ts';
import { clean } from '../text.ts';
import { followPairing } from './pairing-steps.ts';

export interface RemoveOptions {
  readonly gone?: boolean | undefined;
  readonly keepCodes?: boolean | undefined;
  readonly forgetCodes?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** `lockstep remove LOCK`. */
export const remove = async (
  context: Context,
  lockText: string,
  options: RemoveOptions,
): Promise<Outcome> => {
  if (options.keepCodes === true && options.forgetCodes === true)
    return { exit: 2, message: 'Give --keep-codes or --forget-codes, not both.' };
  const lock = await findLock(context, lockText);
  if (!lock.ok) return lock.failure;
  const unwilling = options.yes === true ? undefined : await confirm(context, lock.value);
  if (unwilling !== undefined) return unwilling;
  const params = {
    device_id: lock.value.device_id,
    ...(options.gone === true ? { gone: true } : {}),
    ...(options.keepCodes === true ? { keep_codes: true } : {}),
    ...(options.forgetCodes === true ? { forget_codes: true } : {}),
  };
  const begun = await context.client.call('lockstep/devices/remove', params, pairingSchema);
  if (!begun.ok) return withOptions(begun.failure);
  const done = await followPairing(context, begun.value.data.pairing.pairing_id);
  if (!done.ok) return done.failure;
  if (context.json) {
    printJson(context, done.value.raw);
    return undefined;
  }
  print(context, clean(done.value.data.pairing.message));
  if (options.keepCodes === true)
    print(
      context,
      `Its access codes wait here: lockstep replace ${lock.value.device_id.slice(0, 8)} NEW moves them to another lock.`,
    );
  return undefined;
};

const confirm = async (context: Context, lock: Device): Promise<Failure | undefined> => {
  const { io } = context;
  const name = `${clean(deviceName(lock))} (${lock.x_address})`;
  if (!io.canAsk) return { exit: 2, message: `Removing ${name} needs --yes where nobody can be asked.` };
  io.stderr.write(`Remove ${name} from the network? [y/N] `);
  const line = (await io.readLine()) ?? '';
  return /^y(es)?$/i.test(line.trim()) ? undefined : { exit: 1, message: 'Nothing was done.' };
};

/** What the route calls parameters are options here. */
const withOptions = (failure: Failure): Failure => {
  const parsed = errorSchema.safeParse(failure.body);
  if (!parsed.success || parsed.data.error.type !== 'device_has_access_codes') return failure;
  const options = '  --keep-codes keeps them for another lock, --forget-codes gives them up.';
  return { ...failure, message: `${failure.message}\n${options}` };
};
