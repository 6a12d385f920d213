import { createHash } from 'node:crypto';
import type { AnswerBody, AnswerValue, App } from '../../app/answer.ts';
import { isUuid } from '../../core/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { retryDelayMs } from './back-off.ts';
import { Bell } from './bell.ts';
import type { Connection } from './connection.ts';
import { isList, isRecord, toJson } from '../../app/json.ts';
import { collectStoredTopics } from './stored-topics.ts';
import type { RetainedTarget, Topics } from './topics.ts';

export interface RetainedStateOptions {
  readonly app: App;
  readonly topics: Topics;
  readonly reveal: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Marks waiting to be looked at; beyond this, everything is looked at instead. */
const maxDirty = 10_000;
/** Topics whose last payload is remembered; beyond this, one may be published again unchanged. */
const maxRemembered = 50_000;
/** Everything is looked at again after this: hints are only hints. */
const lookAgainMs = 3_600_000;
/**
 * A slot map isn't published again sooner than this after the last time; the longer one holds while the slots are
 * looked at for the first time. Every look changes it, and it has 80 kB on a lock with 250 slots.
 */
const slotsRestMs = 1_000;
const adoptionRestMs = 5_000;

/**
 * What changes at a lock may change any of its arrivals: they aren't looked at again sooner than this, however much
 * happens meanwhile. On the topic are no more than the next so many.
 */
const arrivalsRestMs = 5_000;
const arrivalsMost = 200;
/**
 * A code, its lock and what was seen in its slots, its radio: what the next arrivals are judged by. A look that proves a code
 * changes nothing of the code itself, nor does a try to load it that failed.
 */
const concernsArrivals: ReadonlySet<RetainedTarget['kind']> = new Set([
  'access_code',
  'device',
  'slots',
  'bridge',
]);

/** Things asked for at a time when everything is looked at. */
const listPage = 500;

const asFace = { caller: 'mqtt', requestId: undefined, expiresAt: undefined } as const;

/** Which read answers for a topic, and under which key of its body. */
const readOf = (target: RetainedTarget): { route: string; params: object; key: string } => {
  switch (target.kind) {
    case 'bridge':
      return { route: 'lockstep/status', params: {}, key: 'bridge' };
    case 'arrivals':
      return { route: 'lockstep/arrivals', params: { limit: arrivalsMost }, key: 'arrivals' };
    case 'device':
      return { route: 'devices/get', params: { device_id: target.id }, key: 'device' };
    case 'slots':
      return { route: 'lockstep/slots', params: { device_id: target.id }, key: 'slots' };
    case 'access_code':
      return { route: 'access_codes/get', params: { access_code_id: target.id }, key: 'access_code' };
    case 'unmanaged_access_code':
      return {
        route: 'access_codes/unmanaged/get',
        params: { access_code_id: target.id },
        key: 'access_code',
      };
  }
};

/** A topic whose value isn't an object by itself has it under its name, with what belongs to it. */
const shownOf = (target: RetainedTarget, value: AnswerValue, body: AnswerBody): AnswerValue => {
  if (target.kind === 'slots') return { device_id: target.id, slots: value };
  return target.kind === 'arrivals' ? { arrivals: value, total: body['total'] ?? null } : value;
};

/** Compared in place of payloads, which may hold PINs and would be kept long. */
const digestOf = (payload: string): string => createHash('sha256').update(payload).digest('base64');

/**
 * The retained topics as levels: a change is only a mark, and a marked topic is brought to what the app says
 * *then*. Each connect looks at everything, since a broker may have lost it all (FIELD-BUGS 35).
 */
export class RetainedState {
  readonly #options: RetainedStateOptions;
  readonly #bell: Bell;
  /** By topic, in order of marking. */
  readonly #dirty = new Map<string, RetainedTarget>();
  /** Digest of what the broker acknowledged on this connection, by topic, oldest first. */
  readonly #published = new Map<string, string>();
  /** Topics that aren't published again before this time of the monotonic clock. */
  readonly #restUntil = new Map<string, number>();
  /** Topics stored at the broker that may not be the store's. */
  #stored: string[] = [];
  #everythingDirty = true;
  #lookAgainAt = 0;
  /** Looks at everything in a row that didn't succeed. */
  #failures = 0;

  constructor(options: RetainedStateOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  /** Something may have changed; returns at once. */
  mark(target: RetainedTarget): void {
    if (this.#dirty.size >= maxDirty) {
      this.#dirty.clear();
      this.#everythingDirty = true;
    }
    for (const one of [target, ...(concernsArrivals.has(target.kind) ? [{ kind: 'arrivals' } as const] : [])])
      this.#dirty.set(this.#options.topics.of(one), one);
    this.#bell.ring();
  }

  /**
   * Publishes everything on a fresh connection, empties what the store doesn't know, then publishes what
   * changes. Returns when the signal aborts; the publication in flight is waited for.
   */
  async run(connection: Connection, signal: AbortSignal): Promise<void> {
    this.#published.clear();
    this.#dirty.clear();
    this.#restUntil.clear();
    this.#stored = [];
    this.#everythingDirty = true;
    await Promise.all([this.#work(connection, signal), this.#findStored(connection)]);
  }

  async #findStored(connection: Connection): Promise<void> {
    const { topics, clock, log } = this.#options;
    const stored = await collectStoredTopics(connection, topics.retainedFilters, clock);
    if (!stored.complete) log.info({}, 'not all retained topics of the broker could be looked through');
    this.#stored = [...stored.topics];
    this.#bell.ring();
  }

  async #work(connection: Connection, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      if (this.#everythingDirty || clock.monotonic() >= this.#lookAgainAt) {
        await this.#lookAtEverything(connection, signal);
        continue;
      }
      const target = this.#takeDirty();
      const stored = target === undefined ? this.#stored.pop() : undefined;
      if (target !== undefined) await this.#bringUpToDate(connection, target);
      else if (stored !== undefined) await this.#settleStored(connection, stored);
      else await this.#bell.heard(Math.max(1, this.#nextAt() - clock.monotonic()), signal);
    }
  }

  #takeDirty(): RetainedTarget | undefined {
    const now = this.#options.clock.monotonic();
    for (const [topic, target] of this.#dirty) {
      if ((this.#restUntil.get(topic) ?? 0) > now) continue;
      this.#dirty.delete(topic);
      this.#restUntil.delete(topic);
      return target;
    }
    return undefined;
  }

  /** When there is something to do again, unless something changes before. */
  #nextAt(): number {
    const rested = [...this.#dirty.keys()].map((topic) => this.#restUntil.get(topic) ?? 0);
    return Math.min(this.#lookAgainAt, ...rested);
  }

  async #lookAtEverything(connection: Connection, signal: AbortSignal): Promise<void> {
    const { clock, topics } = this.#options;
    const inAnHour = clock.monotonic() + lookAgainMs;
    this.#everythingDirty = false;
    this.#lookAgainAt = inAnHour;
    const targets = await this.#everything();
    if (targets === undefined) {
      this.#retry();
      return;
    }
    const listed = new Set(targets.map((target) => topics.of(target)));
    const gone = [...this.#published.keys()].filter((topic) => !listed.has(topic));
    for (const target of [...targets, ...gone.map((topic) => topics.targetOf(topic))]) {
      if (signal.aborted) return;
      if (target !== undefined) await this.#bringUpToDate(connection, target);
    }
    if (this.#lookAgainAt === inAnHour) this.#failures = 0;
  }

  /** Every topic that the store's content asks for; undefined when the app couldn't say. */
  async #everything(): Promise<readonly RetainedTarget[] | undefined> {
    const devices = await this.#ids('devices/list', 'devices', 'device_id');
    const codes = await this.#ids('access_codes/list', 'access_codes', 'access_code_id');
    const unmanaged = await this.#ids('access_codes/unmanaged/list', 'access_codes', 'access_code_id');
    if (devices === undefined || codes === undefined || unmanaged === undefined) return undefined;
    return [
      { kind: 'bridge' },
      { kind: 'arrivals' },
      ...devices.flatMap((id) => [{ kind: 'device', id } as const, { kind: 'slots', id } as const]),
      ...codes.map((id) => ({ kind: 'access_code', id }) as const),
      ...unmanaged.map((id) => ({ kind: 'unmanaged_access_code', id }) as const),
    ];
  }

  /** The ids of all things of a list, page by page: a bridge may have a hundred thousand codes. */
  async #ids(route: string, key: string, idKey: string): Promise<string[] | undefined> {
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const params = { limit: listPage, ...(cursor === undefined ? {} : { page_cursor: cursor }) };
      const body = await this.#read(route, params);
      const list = body === undefined || body === 'absent' ? undefined : body[key];
      if (body === undefined || body === 'absent' || !isList(list)) return undefined;
      for (const item of list) {
        const id = isRecord(item) ? item[idKey] : undefined;
        if (typeof id === 'string') ids.push(id);
      }
      const { pagination } = body;
      const next = isRecord(pagination) ? pagination['next_page_cursor'] : undefined;
      if (typeof next !== 'string') return ids;
      cursor = next;
    }
  }

  /** A read's body; `absent` when there is no such thing; undefined when the app couldn't say. */
  async #read(route: string, params: object): Promise<AnswerBody | 'absent' | undefined> {
    const answer = await this.#options.app.call(route, params, asFace);
    if (answer.ok) return answer.body;
    if (answer.error.type.endsWith('_not_found')) return 'absent';
    this.#options.log.error({ route, error: answer.error.type }, 'a read for a retained topic failed');
    return undefined;
  }

  /** What a topic should have now: an empty payload when the store doesn't know the thing. */
  async #contentOf(target: RetainedTarget): Promise<{ payload: string; restMs: number } | undefined> {
    const { route, params, key } = readOf(target);
    const body = await this.#read(route, params);
    if (body === undefined) return undefined;
    if (body === 'absent') return { payload: '', restMs: 0 };
    const value: AnswerValue | undefined = body[key];
    if (value === undefined) return undefined;
    const payload = JSON.stringify(toJson(shownOf(target, value, body), this.#options.reveal));
    if (target.kind === 'arrivals') return { payload, restMs: arrivalsRestMs };
    if (target.kind !== 'slots') return { payload, restMs: 0 };
    const lock = body['lock'];
    const adopted = !isRecord(lock) || lock['adopted'] === true;
    return { payload, restMs: adopted ? slotsRestMs : adoptionRestMs };
  }

  async #bringUpToDate(connection: Connection, target: RetainedTarget): Promise<void> {
    const content = await this.#contentOf(target);
    if (content === undefined) {
      this.#retry();
      return;
    }
    const topic = this.#options.topics.of(target);
    const sent = await this.#publish(connection, topic, content.payload);
    if ((sent || target.kind === 'arrivals') && content.restMs > 0)
      this.#restUntil.set(topic, this.#options.clock.monotonic() + content.restMs);
  }

  /** Empties a stored topic unless it is one of ours; what looks like one of ours is asked of the app. */
  async #settleStored(connection: Connection, topic: string): Promise<void> {
    if (this.#published.has(topic)) return;
    const target = this.#options.topics.targetOf(topic);
    const id = target !== undefined && 'id' in target ? target.id : '';
    // Ids are written in lower case: any other spelling is a second topic for the same thing.
    if (target !== undefined && isUuid(id) && id === id.toLowerCase()) {
      await this.#bringUpToDate(connection, target);
    } else await this.#publish(connection, topic, '');
  }

  /** @returns false where the broker has it already */
  async #publish(connection: Connection, topic: string, payload: string): Promise<boolean> {
    const digest = digestOf(payload);
    if (this.#published.get(topic) === digest) return false;
    // Until it is acknowledged nobody knows which of the two the broker holds.
    this.#published.delete(topic);
    const outcome = await connection.publish(topic, payload, { retain: true });
    if (outcome === 'refused') {
      // Its kind, not its name: a stray topic was named by somebody else.
      const kind = this.#options.topics.targetOf(topic)?.kind ?? 'bridge';
      this.#options.log.warn({ kind }, 'the broker refused a retained topic');
      this.#retry();
    }
    if (outcome !== 'acknowledged' || payload === '') return true;
    this.#published.set(topic, digest);
    for (const oldest of this.#published.keys()) {
      if (this.#published.size <= maxRemembered) break;
      this.#published.delete(oldest);
    }
    return true;
  }

  /** Something couldn't be read from the app, or was refused by the broker: look at everything again soon. */
  #retry(): void {
    const soon = this.#options.clock.monotonic() + retryDelayMs(this.#failures + 1);
    if (soon >= this.#lookAgainAt) return;
    this.#failures += 1;
    this.#lookAgainAt = soon;
  }
}
