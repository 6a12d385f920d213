import { delay } from '../../../ports/clock.ts';
import type { Context, Outcome } from '../context.ts';
import { print } from '../context.ts';
import { good } from '../io.ts';
import type { Result } from '../io.ts';
import { say } from '../commands/pairing-steps.ts';
import { deviceName } from '../resolve.ts';
import { codesSchema } from '../shapes.ts';
import type { Code, Device } from '../shapes.ts';
import { clean } from '../text.ts';

const pollMs = 500;
/** Without any progress for this long, waiting is given up; the bridge goes on. */
const patienceMs = 60_000;
const outstandingShown = 20;

/** What waits for its time is as it should be. */
const isPending = (code: Code): boolean =>
  code.status === 'setting' ||
  code.status === 'removing' ||
  code.status === 'unknown' ||
  code.pending_mutations.some((one) => one.mutation_code !== 'deferring_creation');

/** More attempts won't help before somebody does something. The same in both vocabularies. */
const stuck: ReadonlySet<string> = new Set([
  'device_removed',
  'duplicate_code_attempt_prevented',
  'duplicate_code_on_device',
  'lockstep_lock_reset',
  'no_space_for_access_code_on_device',
]);

const isStuck = (code: Code): boolean => code.errors.some((error) => stuck.has(error.error_code ?? ''));

/** Looks until all codes of these locks are on them, or off them, as they should be; tells how many are left. */
export const waitUntilAgreed = async (context: Context, locks: readonly Device[]): Promise<Outcome> => {
  const { clock, signal } = context.io;
  let told = 0;
  let least = Infinity;
  let since = clock.monotonic();
  for (;;) {
    const codes = await codesOf(context, locks);
    if (!codes.ok) return codes.failure;
    const pending = codes.value.filter(isPending);
    if (pending.length === 0) {
      if (!context.json) print(context, agreedText(locks, codes.value));
      return undefined;
    }
    if (pending.length !== told) say(context, `${pending.length} on the way …`);
    told = pending.length;
    if (pending.length < least) {
      least = pending.length;
      since = clock.monotonic();
    }
    const isOver = clock.monotonic() - since >= patienceMs;
    if (isOver || pending.every(isStuck)) return notAgreed(pending, locks, isOver);
    await delay(clock, pollMs, signal);
    if (signal.aborted) return { exit: 1, message: 'Interrupted; the bridge goes on.' };
  }
};

const codesOf = async (context: Context, locks: readonly Device[]): Promise<Result<Code[]>> => {
  const codes: Code[] = [];
  for (const { device_id } of locks) {
    const answer = await context.client.call('access_codes/list', { device_id }, codesSchema);
    if (!answer.ok) return answer;
    codes.push(...answer.value.data.access_codes.filter((code) => !code.is_backup));
  }
  return good(codes);
};

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const agreedText = (locks: readonly Device[], codes: readonly Code[]): string => {
  const later = codes.filter((code) => code.status === 'unset').length;
  const [first] = locks;
  const who =
    locks.length === 1 && first !== undefined
      ? `${clean(deviceName(first))} agrees`
      : `The ${locks.length} locks agree`;
  const stand = count(codes.length - later, 'code stands', 'codes stand');
  return `${who}: ${stand}${later === 0 ? '' : `, ${count(later, 'waits for its', 'wait for their')} time`}.`;
};

const notAgreed = (pending: readonly Code[], locks: readonly Device[], isOver: boolean): Outcome => {
  const names = new Map(locks.map((lock) => [lock.device_id, deviceName(lock)]));
  const lines = pending.slice(0, outstandingShown).map((code) => {
    const [error] = code.errors;
    const what = error === undefined ? code.status : `${code.status}: ${error.message}`;
    return `  ${names.get(code.device_id) ?? code.device_id}, ${code.name ?? code.access_code_id.slice(0, 8)}: ${what}`;
  });
  if (pending.length > outstandingShown) lines.push(`  and ${pending.length - outstandingShown} more`);
  const why = isOver ? `No progress for ${patienceMs / 1000} s` : 'Not all of it can be';
  return { exit: 1, message: [`${why}; all is kept, and the bridge goes on trying:`, ...lines].join('\n') };
};
