import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import {
  atWaitingLock,
  comeOrGo,
  isComingOrGoing,
  membershipOf,
  waitingList,
  waitingSummary,
} from './control-joining.ts';
import type { EventLog, Happening } from './events.ts';
import type { Inclusion } from './inclusion.ts';
import { adjustClock, clockAdjustmentSchema, inside } from './inside.ts';
import { closeServer, listen } from './listen.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { type Place, boltSchema, keypadSchema } from './person.ts';
import type { SerialLine } from './serial-line.ts';
import { behaviourChangeSchema } from './spec.ts';

const bodyMaxBytes = 64 * 1024;
const streamBufferMaxBytes = 1024 * 1024;

export interface ControlTargets {
  readonly neighbourhood: Neighbourhood;
  readonly inclusion: Inclusion;
  readonly log: EventLog;
  readonly line: SerialLine;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
const ok = (body: unknown): Answer => ({ status: 200, body });
const notFound = (error: string): Answer => ({ status: 404, body: { error } });

const batterySchema = z.strictObject({ level: z.int().min(0).max(100) });
const serialSchema = z.strictObject({
  drop: z.literal(true).optional(),
  accept: z.boolean().optional(),
  mute: z.boolean().optional(),
});

class BadRequest extends Error {}

const describe = (value: unknown): string => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : text.slice(0, 80);
};

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined,
    body,
  );

/** Says which field is wrong, what was found and what is allowed. */
const parse = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? 'body' : path.join('.');
  throw new BadRequest(`${field}: found ${describe(valueAt(body, path))}; ${issue?.message ?? 'invalid'}`);
};

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > bodyMaxBytes) throw new BadRequest(`body: more than ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadRequest('body: not JSON');
  }
};

/** One line of `GET /locks`. */
export const summary = ({ lock }: Pick<Place, 'lock'>): Record<string, unknown> => ({
  node: lock.spec.node,
  name: lock.spec.name,
  security: lock.spec.security,
  kind: lock.users === undefined ? 'user_code' : 'user_credential',
  user_code_version: lock.spec.user_code_version,
  slot_count: lock.spec.slots,
  checksum: lock.spec.checksum,
  supervision: lock.spec.supervision,
  power: lock.spec.power,
  online: !lock.behaviour.offline,
  locked: lock.bolted,
  occupied: lock.occupied().length,
});

/** The whole truth about one lock, digits included: this interface is the lock's inside. */
const details = ({ lock }: Pick<Place, 'lock'>): Record<string, unknown> => ({
  ...summary({ lock }),
  slots: lock.occupied().map(([slot, { status, code }]) => ({ slot, status, code })),
  ...inside(lock),
  code_length: lock.codeLength,
  battery: lock.battery ?? null,
  behaviour: lock.behaviour,
  counters: lock.counters,
});

/** The control interface: a small JSON server on loopback that plays people and faults (README). */
export class ControlServer {
  readonly #targets: ControlTargets;
  readonly #server: http.Server;
  readonly #stop = Promise.withResolvers<undefined>();
  #port = 0;

  constructor(targets: ControlTargets) {
    this.#targets = targets;
    this.#server = http.createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  get port(): number {
    return this.#port;
  }

  get stopRequested(): Promise<undefined> {
    return this.#stop.promise;
  }

  async open(port: number): Promise<void> {
    this.#port = await listen(this.#server, port);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = closeServer(this.#server);
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      const url = new URL(`http://127.0.0.1${request.url ?? '/'}`);
      if (request.method === 'GET' && url.pathname === '/events') {
        this.#stream(url.searchParams.get('since'), response);
        return;
      }
      answer = await this.#answer(`${request.method ?? ''} ${url.pathname}`, request);
    } catch (error) {
      // A caller that hangs up in the middle of its request ends here too; its answer goes nowhere.
      const message = error instanceof Error ? error.message : 'failed';
      answer = { status: error instanceof BadRequest ? 400 : 500, body: { error: message } };
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(answer.body)}\n`);
  }

  async #answer(route: string, request: IncomingMessage): Promise<Answer> {
    const { neighbourhood, line } = this.#targets;
    const { places } = neighbourhood;
    const atLock = /^(GET|POST) \/locks\/([^/]+)(?:\/([a-z_]+))?$/.exec(route);
    if (atLock !== null) {
      const [, method, node, action] = atLock;
      const place = places.get(Number(node));
      if (place === undefined) return notFound(`node ${node ?? ''}: not in this network`);
      if (method === 'GET' && action === undefined) {
        const resident = neighbourhood.resident(place.lock.spec.node);
        const membership = resident === undefined ? {} : membershipOf(resident);
        return ok({ ...details(place), ...membership, frames: place.frames.snapshot() });
      }
      if (method === 'POST' && action !== undefined) return this.#act(place, action, await readBody(request));
    }
    const outside = /^(GET|POST) \/waiting\/([^/]+)(?:\/([a-z_]+))?$/.exec(route);
    if (outside !== null) {
      const [, method, id = '', action] = outside;
      const outsider = neighbourhood.outsiders.get(id);
      if (outsider === undefined) return notFound(`lock ${id}: none of that id waits`);
      if (method === 'GET' && action === undefined)
        return ok({ ...details(outsider.unit), ...waitingSummary(outsider) });
      if (method === 'POST' && action === 'behaviour') {
        outsider.unit.lock.change(parse(behaviourChangeSchema, await readBody(request)));
        return ok({ behaviour: outsider.unit.lock.behaviour });
      }
      const reaction = await atWaitingLock(neighbourhood, outsider, `${method ?? ''} ${action ?? ''}`);
      if (reaction !== undefined) return ok(reaction);
    }
    switch (route) {
      case 'GET /waiting':
        return ok(waitingList(neighbourhood));
      case 'GET /locks':
        return ok({ locks: [...places.values()].map(summary) });
      case 'GET /frames':
        return ok({
          nodes: Object.fromEntries([...places].map(([node, { frames }]) => [node, frames.snapshot()])),
        });
      case 'POST /frames/reset':
        for (const { frames } of places.values()) frames.reset();
        return ok({ ok: true });
      case 'POST /serial': {
        const { drop, accept, mute } = parse(serialSchema, await readBody(request));
        if (mute !== undefined) line.mute(mute);
        if (drop === true) line.drop();
        if (accept !== undefined) await line.accept(accept);
        return ok(this.#serial());
      }
      case 'GET /serial':
        return ok(this.#serial());
      case 'POST /stop':
        this.#stop.resolve(undefined);
        return ok({ ok: true });
      default:
        return notFound(`${route}: no such route`);
    }
  }

  #serial(): Record<string, unknown> {
    const { line, inclusion } = this.#targets;
    return { connected: line.connected, muted: line.muted, mode: inclusion.mode };
  }

  async #act(place: Place, action: string, body: unknown): Promise<Answer> {
    const resident = this.#targets.neighbourhood.resident(place.lock.spec.node);
    if (resident !== undefined && isComingOrGoing(action))
      return ok(
        await comeOrGo(this.#targets.neighbourhood, resident, action, (schema) => parse(schema, body)),
      );
    switch (action) {
      case 'keypad':
        return ok(await place.person.keypad(parse(keypadSchema, body)));
      case 'bolt':
        return ok(await place.person.bolt(parse(boltSchema, body)));
      case 'clock':
        return ok(adjustClock(place.lock, parse(clockAdjustmentSchema, body)));
      case 'battery':
        return ok(await place.person.battery(parse(batterySchema, body).level));
      case 'behaviour': {
        const change = parse(behaviourChangeSchema, body);
        place.lock.change(change);
        if (change.answer_hold === false) await place.radio.release();
        return ok({ behaviour: place.lock.behaviour });
      }
      default:
        return notFound(`/locks/${place.lock.spec.node}/${action}: no such route`);
    }
  }

  /** NDJSON; `?since=SEQ` first gives what is kept after that number. */
  #stream(since: string | null, response: ServerResponse): void {
    if (since !== null && !/^\d{1,15}$/.test(since))
      throw new BadRequest(`since: found ${describe(since)}; the seq of an event is allowed`);
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    response.flushHeaders();
    const give = (happening: Happening): Promise<void> =>
      new Promise((resolve) => {
        // A reader that doesn't read is let go rather than kept in memory.
        if (response.writableLength > streamBufferMaxBytes) response.destroy();
        response.write(`${JSON.stringify(happening)}\n`, () => {
          resolve();
        });
      });
    if (since !== null) for (const happening of this.#targets.log.since(Number(since))) void give(happening);
    response.on('close', this.#targets.log.subscribe(give));
  }
}
