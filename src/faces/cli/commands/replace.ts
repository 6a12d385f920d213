import { delay } from '../../../ports/clock.ts';
import type { Parsed } from '../client.ts';
import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import type { Result } from '../io.ts';
import { deviceName } from '../resolve.ts';
import { errorSchema, replacementSchema } from '../shapes.ts';
import type { z } from 'zod';
import { clean } from '../text.ts';

type Replacement = Parsed<z.output<typeof replacementSchema>>;

/** A write that is on the air ends within half a minute. */
const busyMs = 40_000;
const pollMs = 1_000;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `lockstep replace OLD NEW`. */
export const replace = async (context: Context, oldText: string, newText: string): Promise<Outcome> => {
  const old = await findLock(context, oldText);
  if (!old.ok) return old.failure;
  const successor = await findLock(context, newText);
  if (!successor.ok) return successor.failure;
  const answer = await whenQuiet(context, {
    old_device_id: old.value.device_id,
    new_device_id: successor.value.device_id,
  });
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const { moved, left_behind: left } = answer.value.data.replacement;
  const [from, to] = [clean(deviceName(old.value)), clean(deviceName(successor.value))];
  print(context, `${counted(moved.length, 'access code')} moved from ${from} to ${to}:`);
  for (const { access_code_id: id, name } of moved)
    print(context, `  ${id.slice(0, 8)}  ${clean(name ?? '')}`.trimEnd());
  if (left.length > 0)
    print(
      context,
      `${from} may still hold ${counted(left.length, 'PIN')}: taken off when it can be reached.`,
    );
  if (old.value.x_removed_at !== null && old.value.x_removed_at !== undefined)
    print(context, `${from} may still hold their PINs: wipe it before it opens a door again.`);
  print(context, `Watch them with: lockstep codes list ${successor.value.device_id.slice(0, 8)}`);
  return undefined;
};

/** Asks again while the old lock is just being written. */
const whenQuiet = async (context: Context, params: object): Promise<Result<Replacement>> => {
  const { clock, signal } = context.io;
  const until = clock.monotonic() + busyMs;
  for (;;) {
    const answer = await context.client.call('lockstep/devices/replace', params, replacementSchema);
    if (answer.ok) return answer;
    const refused = errorSchema.safeParse(answer.failure.body);
    const busy = refused.success && refused.data.error.type === 'device_busy';
    if (!busy || clock.monotonic() >= until || signal.aborted) return answer;
    await delay(clock, pollMs, signal);
  }
};
