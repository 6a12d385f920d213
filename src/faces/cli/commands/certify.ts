import { delay } from '../../../ports/clock.ts';
import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import type { Failure } from '../io.ts';
import { deviceName } from '../resolve.ts';
import { certificationSchema } from '../shapes.ts';
import type { Certification, Device } from '../shapes.ts';
import { clean } from '../text.ts';
import { say } from './pairing-steps.ts';

export interface CertifyOptions {
  readonly quick?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

const pollMs = 500;
/** The longest trial, of a slow lock with many lengths, takes a few minutes. */
const deadlineMs = 15 * 60_000;

const labels: Readonly<Record<string, string>> = {
  spare_slot: 'A free slot',
  read_back: 'Reading a code back',
  duplicate_check: 'The same PIN twice',
  code_lengths: 'Code lengths',
  schedule_order: 'Schedules',
  clock: 'Clock',
  clean_up: 'Clearing up',
};

/** `lockstep certify LOCK`. */
export const certify = async (
  context: Context,
  lockText: string,
  options: CertifyOptions,
): Promise<Outcome> => {
  const lock = await findLock(context, lockText);
  if (!lock.ok) return lock.failure;
  const unwilling = options.yes === true ? undefined : await confirm(context, lock.value);
  if (unwilling !== undefined) return unwilling;
  const params = { device_id: lock.value.device_id, ...(options.quick === true ? { quick: true } : {}) };
  const begun = await context.client.call('lockstep/certify', params, certificationSchema);
  if (!begun.ok) return begun.failure;
  return follow(context, begun.value.data.certification.certify_id);
};

const confirm = async (context: Context, lock: Device): Promise<Failure | undefined> => {
  const { io } = context;
  const name = `${clean(deviceName(lock))} (${lock.x_address})`;
  const what = `This writes random codes to free slots of ${name} and takes them off again. Each opens the door for the seconds that it stands.`;
  if (!io.canAsk) return { exit: 2, message: `${what} It needs --yes where nobody can be asked.` };
  io.stderr.write(`${what} Go on? [y/N] `);
  const line = (await io.readLine()) ?? '';
  return /^y(es)?$/i.test(line.trim()) ? undefined : { exit: 1, message: 'Nothing was done.' };
};

/** Shows the steps as they end, then the row. */
const follow = async (context: Context, certify_id: string): Promise<Outcome> => {
  const { clock, signal } = context.io;
  const until = clock.monotonic() + deadlineMs;
  let shown = 0;
  for (;;) {
    const answer = await context.client.call('lockstep/certify/get', { certify_id }, certificationSchema);
    if (!answer.ok) return answer.failure;
    const { certification } = answer.value.data;
    shown = show(context, certification, shown);
    if (certification.state === 'failed') {
      const { error } = certification;
      const message = `${clean(error?.message ?? 'It failed.')} (${error?.type ?? 'unknown'})`;
      return { exit: 1, message, body: answer.value.raw };
    }
    if (certification.state === 'done') {
      if (context.json) printJson(context, answer.value.raw);
      else print(context, `\nA quirk row to share (JSON, which is YAML too):\n${rowText(certification)}`);
      return undefined;
    }
    if (clock.monotonic() >= until)
      return { exit: 1, message: 'It takes too long; the bridge goes on with it.', body: answer.value.raw };
    await delay(clock, pollMs, signal);
    if (signal.aborted) return { exit: 1, message: 'Interrupted; the bridge goes on and clears up.' };
  }
};

const show = (context: Context, { steps }: Certification, shown: number): number => {
  const over = steps.filter((step) => step.state === 'done' || step.state === 'skipped');
  for (const { name, state, result } of over.slice(shown)) {
    const text = state === 'skipped' ? `left out: ${result}` : result;
    say(context, `${(labels[name] ?? clean(name)).padEnd(20)} ${clean(text)}`);
  }
  return over.length;
};

/** Make and model come from the lock: what would rewrite the terminal is taken out. */
const rowText = ({ row }: Certification): string =>
  JSON.stringify(row, (_key, value: unknown) => (typeof value === 'string' ? clean(value) : value), 2);
