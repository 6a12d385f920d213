import { allCodes, allDevices, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { parseJson } from '../client.ts';
import { bad, good } from '../io.ts';
import type { Result } from '../io.ts';
import { deviceName } from '../resolve.ts';
import { errorSchema, eventSchema, eventsSchema, statusSchema } from '../shapes.ts';
import type { Event } from '../shapes.ts';
import { clean, truncate } from '../text.ts';
import { localTime } from '../time.ts';

export interface EventOptions {
  readonly follow?: boolean | undefined;
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
}

const shownUsually = 50;
/** Where following begins, when nothing else is said: with the last few, as `tail -f` does. */
const shownBeforeFollowing = 10;

/** `lockstep events`: the newest ones, or those after a number; with `--follow` without end. */
export const events = async (context: Context, options: EventOptions): Promise<Outcome> => {
  if (options.follow === true) return follow(context, options);
  const limit = options.limit ?? shownUsually;
  const after = options.after === undefined ? {} : { after: options.after };
  const answer = await context.client.call('lockstep/events', { ...after, limit }, eventsSchema);
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const names = await Names.load(context, false);
  if (!names.ok) return names.failure;
  if (answer.value.data.events.length === 0) print(context, 'No events.');
  for (const event of answer.value.data.events) print(context, await line(context, event, names.value));
  return undefined;
};

const follow = async (context: Context, options: EventOptions): Promise<Outcome> => {
  const after = options.after ?? (await recent(context, options.limit ?? shownBeforeFollowing));
  if (typeof after !== 'number') return after;
  const names = await Names.load(context, true);
  if (!names.ok) return names.failure;
  const stream = await context.client.stream(`/lockstep/events/stream?after=${after}`);
  if (!stream.ok) return stream.failure;
  try {
    for await (const text of stream.value) {
      const raw = parseJson(text);
      const refused = errorSchema.safeParse(raw);
      if (refused.success) return bad(1, clean(refused.data.error.message), raw).failure;
      const event = eventSchema.safeParse(raw);
      if (!event.success) return bad(1, "An event isn't understood. Do the versions match?").failure;
      // One event a line, so that a pipe can take them as they come.
      if (context.json) print(context, text);
      else print(context, await line(context, event.data, names.value));
    }
  } catch {
    // The connection broke: told below, unless it was Ctrl-C.
  }
  if (context.io.signal.aborted) return undefined;
  return bad(3, 'The daemon ended. Events go on with: lockstep events --follow').failure;
};

const recent = async (context: Context, count: number): Promise<number | Outcome> => {
  const answer = await context.client.call('lockstep/status', {}, statusSchema);
  return answer.ok ? Math.max(0, answer.value.data.bridge.last_seq - count) : answer.failure;
};

const line = async (context: Context, event: Event, names: Names): Promise<string> => {
  const about = [];
  if (event.device_id) about.push(await names.of(event.device_id));
  if (event.access_code_id) about.push(`code ${await names.of(event.access_code_id)}`);
  const time = localTime(event.occurred_at, context.io.timeZone);
  const text = `${String(event.seq).padStart(5)}  ${time}  ${event.event_type}  ${about.join(', ')}`;
  // What a program reads isn't cut.
  return context.io.isTty ? truncate(clean(text).trimEnd(), context.width) : clean(text).trimEnd();
};

/** Names of locks and codes by their ids. While following, an id not known is looked up, once; then it is shown. */
class Names {
  readonly #context: Context;
  readonly #names = new Map<string, string>();
  readonly #looksUp: boolean;

  private constructor(context: Context, looksUp: boolean) {
    this.#context = context;
    this.#looksUp = looksUp;
  }

  static async load(context: Context, looksUp: boolean): Promise<Result<Names>> {
    const names = new Names(context, looksUp);
    const failure = await names.#refresh();
    return failure === undefined ? good(names) : { ok: false, failure };
  }

  async of(id: string): Promise<string> {
    if (this.#looksUp && !this.#names.has(id)) {
      await this.#refresh();
      if (!this.#names.has(id)) this.#names.set(id, id.slice(0, 8));
    }
    return this.#names.get(id) ?? id.slice(0, 8);
  }

  async #refresh(): Promise<Outcome> {
    if (this.#names.size > namesMax) this.#names.clear();
    const devices = await allDevices(this.#context);
    if (!devices.ok) return devices.failure;
    const codes = await allCodes(this.#context);
    if (!codes.ok) return codes.failure;
    for (const device of devices.value) this.#names.set(device.device_id, deviceName(device));
    for (const code of codes.value) {
      this.#names.set(
        code.access_code_id,
        code.name === null ? code.access_code_id.slice(0, 8) : `"${code.name}"`,
      );
    }
    return undefined;
  }
}

const namesMax = 5000;
