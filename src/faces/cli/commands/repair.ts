import { delay } from '../../../ports/clock.ts';
import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { deviceName } from '../resolve.ts';
import { codesSchema, repairSchema, slotsSchema } from '../shapes.ts';
import type { Code, Device, SlotMap } from '../shapes.ts';
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
  const slots = `${looks} ${looks === 1 ? 'slot' : 'slots'} to look at again`;
  const sets = `${codes} ${codes === 1 ? 'code' : 'codes'} to set`;
  const todo = codes === 0 ? slots : looks === 0 ? sets : `${sets}, ${slots}`;
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
/** More than any lock has. */
const slotsMost = 100_000;

const isPending = (code: Code): boolean => code.status !== 'set';

/** How much is left to do at the lock: codes that don't stand or aren't gone yet, else slots to be looked at. */
const leftToDo = (codes: readonly Code[], { slots }: SlotMap): number =>
  codes.filter(isPending).length || slots.filter((slot) => (slot.pending ?? null) !== null).length;

/** Looks at the lock's codes and slots until each code stands, or is gone, by a look; tells how many are left. */
const waitUntilDone = async (context: Context, lock: Device): Promise<Outcome> => {
  const { clock, signal } = context.io;
  const params = { device_id: lock.device_id };
  let told = Infinity;
  let least = Infinity;
  let since = clock.monotonic();
  for (;;) {
    const answer = await context.client.call('access_codes/list', params, codesSchema);
    if (!answer.ok) return answer.failure;
    const map = await context.client.call('lockstep/slots', params, slotsSchema);
    if (!map.ok) return map.failure;
    const codes = answer.value.data.access_codes;
    const pending = codes.filter(isPending).length;
    const left = leftToDo(codes, map.value.data);
    if (left === 0) {
      say(
        context,
        `Done: ${codes.length} ${codes.length === 1 ? 'code stands' : 'codes stand'} on the lock.`,
      );
      return undefined;
    }
    if (pending > 0 && pending < told) {
      say(context, `${codes.length - pending} of ${codes.length} done`);
      told = pending;
    }
    // Slots that are left come after the codes: their number may be larger.
    const progress = pending > 0 ? pending * slotsMost : left;
    if (progress < least) {
      least = progress;
      since = clock.monotonic();
    } else if (clock.monotonic() - since >= patienceMs) {
      const message = `No progress for ${patienceMs / 1000} s, with ${left} left; the bridge goes on. See: lockstep slots ${lock.device_id.slice(0, 8)}`;
      return { exit: 1, message, body: answer.value.raw };
    }
    await delay(clock, pollMs, signal);
    if (signal.aborted) return { exit: 1, message: 'Interrupted; the bridge goes on.' };
  }
};
