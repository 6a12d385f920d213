import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { good } from '../io.ts';
import type { Failure, Result } from '../io.ts';
import { deviceName } from '../resolve.ts';
import { errorSchema, pairingSchema, statusSchema } from '../shapes.ts';
import { clean } from '../text.ts';
import { followPairing } from './pairing-steps.ts';

export interface RemoveOptions {
  readonly gone?: boolean | undefined;
  readonly keepCodes?: boolean | undefined;
  readonly forgetCodes?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** What is to leave: a lock, or a device that a pairing left behind. */
interface Target {
  readonly name: string;
  readonly params: { readonly device_id: string } | { readonly address: string };
}

const findTarget = async (context: Context, text: string): Promise<Result<Target>> => {
  const lock = await findLock(context, text);
  if (lock.ok) {
    const { device_id, x_address: address } = lock.value;
    return good({ name: `${clean(deviceName(lock.value))} (${address})`, params: { device_id } });
  }
  const status = await context.client.call('lockstep/status', {}, statusSchema);
  if (!status.ok) return lock;
  const left = status.value.data.bridge.drivers.flatMap((driver) => driver.left_behind);
  const address = left.find((one) => one === text.trim().toLowerCase());
  if (address !== undefined)
    return good({ name: `${address} (left behind by a pairing)`, params: { address } });
  if (left.length === 0) return lock;
  const message = `${lock.failure.message}\nLeft behind by pairings: ${left.map(clean).join(', ')}`;
  return { ok: false, failure: { ...lock.failure, message } };
};

/** `lockstep remove LOCK`. */
export const remove = async (
  context: Context,
  lockText: string,
  options: RemoveOptions,
): Promise<Outcome> => {
  if (options.keepCodes === true && options.forgetCodes === true)
    return { exit: 2, message: 'Give --keep-codes or --forget-codes, not both.' };
  const target = await findTarget(context, lockText);
  if (!target.ok) return target.failure;
  const unwilling = options.yes === true ? undefined : await confirm(context, target.value, options);
  if (unwilling !== undefined) return unwilling;
  const params = {
    ...target.value.params,
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
  const { params: who } = target.value;
  if (options.keepCodes === true && 'device_id' in who)
    print(
      context,
      `Its access codes wait here: lockstep replace ${who.device_id.slice(0, 8)} NEW moves them to another lock.`,
    );
  return undefined;
};

const confirm = async (
  context: Context,
  { name }: Target,
  options: RemoveOptions,
): Promise<Failure | undefined> => {
  const { io } = context;
  if (!io.canAsk) return { exit: 2, message: `Removing ${name} needs --yes where nobody can be asked.` };
  if (options.keepCodes === true || options.forgetCodes === true)
    io.stderr.write('The lock itself goes on holding the PINs of its access codes.\n');
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
