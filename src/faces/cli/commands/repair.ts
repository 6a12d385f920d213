import { delay } from '../../../ports/clock.ts';
import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { deviceName } from '../resolve.ts';
import { codesSchema, repairSchema } from '../shapes.ts';
import type { Code, Device } from '../shapes.ts';
import { clean } from '../text.ts';
import { say } from './pairing-steps.ts';

export interface RepairOptions {
  readonly slot?: number | undefined;
  readonly restore?: boolean | undefined;
  readonly wait?: boolean | undefined;
}

/** `lockstep repair LOCK`. */
export const repair = async (
  context: Context,
  lockText: string,
  options: RepairOptions,
): Promise<Outcome> => {
  const lock = await findLock(context, lockText);
  if (!lock.ok) return lock.failure;
  const params = {
    device_id: lock.value.device_id,
    ...(options.slot === undefined ? {} : { slot: options.slot }),
    ...(options.restore === true ? { restore: true } : {}),
  };
  const answer = await context.client.call('lockstep/repair', params, repairSchema);
  if (!answer.ok) return answer.failure;
  const { codes_to_set: codes, slots_to_look_at: looks, frozen } = answer.value.data.repair;
  const name = clean(deviceName(lock.value));
  const slots = `${looks} ${looks === 1 ? 'slot is' : 'slots are'} looked at again`;
  const todo = codes === 0 ? slots : `${codes} ${codes === 1 ? 'code is' : 'codes are'} set, ${slots}`;
  if (!context.json) {
    print(context, `${name}: ${todo}.`);
    if (frozen)
      print(
        context,
        `It was reset, and stays as it is until: lockstep repair ${lock.value.device_id.slice(0, 8)} --restore`,
      );
    else if (options.wait !== true)
      print(context, `Watch it with: lockstep slots ${lock.value.device_id.slice(0, 8)}`);
  }
  const wait = options.wait === true && !frozen;
  const outcome = wait ? await waitUntilDone(context, lock.value) : undefined;
  if (context.json && outcome === undefined) printJson(context, answer.value.raw);
  return outcome;
};

const pollMs = 500;
/** Without any progress for this long, waiting is given up; the bridge goes on. */
const patienceMs = 60_000;

const isPending = (code: Code): boolean => code.status !== 'set';

/** Looks at the lock's codes until each stands, or is gone; tells how many are left. */
const waitUntilDone = async (context: Context, lock: Device): Promise<Outcome> => {
  const { clock, signal } = context.io;
  let left = Infinity;
  let since = clock.monotonic();
  for (;;) {
    const params = { device_id: lock.device_id };
    const answer = await context.client.call('access_codes/list', params, codesSchema);
    if (!answer.ok) return answer.failure;
    const codes = answer.value.data.access_codes;
    const pending = codes.filter(isPending);
    if (pending.length === 0) {
      say(
        context,
        `Done: ${codes.length} ${codes.length === 1 ? 'code stands' : 'codes stand'} on the lock.`,
      );
      return undefined;
    }
    if (pending.length < left) {
      say(context, `${codes.length - pending.length} of ${codes.length} done`);
      left = pending.length;
      since = clock.monotonic();
    } else if (clock.monotonic() - since >= patienceMs) {
      const message = `No progress for ${patienceMs / 1000} s, with ${pending.length} left; the bridge goes on. See: lockstep codes list ${lock.device_id.slice(0, 8)}`;
      return { exit: 1, message, body: answer.value.raw };
    }
    await delay(clock, pollMs, signal);
    if (signal.aborted) return { exit: 1, message: 'Interrupted; the bridge goes on.' };
  }
};
