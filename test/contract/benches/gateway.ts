import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Fault, KeypadAction } from '../bench.ts';

/** What the gateway of examples/http-locks.mjs tells of a lock. */
interface GatewayLock {
  readonly id: string;
  readonly name: string;
  readonly slots: number;
  readonly lengths: readonly number[];
  readonly masks: boolean;
  readonly codes: Map<number, string>;
  readonly faults: Set<Fault>;
  locked: boolean;
  battery: number | undefined;
}

const codeSchema = z.object({ code: z.string() });
const boltSchema = z.object({ locked: z.boolean() });

/** How long a lock off the air is looked for, milliseconds. */
const noAnswerMs = 50;

/** The gateway that examples/http-locks.mjs speaks to, with its locks; on a free port. */
export class Gateway {
  readonly locks = new Map<string, GatewayLock>();
  readonly #server: Server;
  #port = 0;
  #seq = 1;
  readonly #hints: { readonly seq: number; readonly hint: object }[] = [];
  readonly #changed = new Set<() => void>();
  readonly #held = new Set<() => void>();

  constructor(locks: readonly Pick<GatewayLock, 'id' | 'name' | 'masks'>[]) {
    for (const lock of locks)
      this.locks.set(lock.id, {
        ...lock,
        slots: 12,
        lengths: [4, 5, 6, 7, 8],
        codes: new Map([[1, '258013']]),
        faults: new Set(),
        locked: true,
        battery: 87,
      });
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => {
        response.destroy();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    for (const wake of [...this.#changed, ...this.#held]) wake();
  }

  /** Tells the hub that the list has changed, and what has happened. */
  tell(...hints: readonly object[]): void {
    this.#seq += 1;
    for (const hint of hints) this.#hints.push({ seq: this.#seq, hint });
    for (const wake of this.#changed) wake();
  }

  lock(id: string): GatewayLock {
    const lock = this.locks.get(id);
    if (lock === undefined) throw new Error(`no lock ${id}`);
    return lock;
  }

  /** A person at the keypad. */
  keypad(id: string, { action, slot = 0, code = '' }: KeypadAction): void {
    const lock = this.lock(id);
    if (action === 'delete_all') {
      lock.codes.clear();
      this.tell({ lock: id, kind: 'slot', allDeleted: true });
    } else if (action === 'enter') {
      const by = [...lock.codes].find(([, held]) => held === code)?.[0];
      if (by === undefined) return;
      lock.locked = false;
      this.tell({ lock: id, kind: 'access', action: 'unlocked', method: 'keycode', slot: by });
    } else {
      if (action === 'delete') lock.codes.delete(slot);
      else lock.codes.set(slot, code);
      this.tell({ lock: id, kind: 'slot', slot });
    }
  }

  turn(id: string, locked: boolean): void {
    this.lock(id).locked = locked;
    const action = locked ? 'locked' : 'unlocked';
    this.tell({ lock: id, kind: 'access', action, method: 'manual' });
  }

  heal(id: string): void {
    const { faults } = this.lock(id);
    const wasOffline = faults.has('offline');
    faults.clear();
    for (const release of this.#held) release();
    if (wasOffline) this.tell({ lock: id, kind: 'reachable' });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const say = (status: number, body?: object): void => {
      response.statusCode = status;
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    if (url.pathname === '/news') {
      const since = Number(url.searchParams.get('since'));
      if (since >= this.#seq) await this.#wake(this.#changed, response);
      say(200, this.#news(since));
      return;
    }
    const [, , id = '', what, number] = url.pathname.split('/');
    const lock = this.lock(id);
    const body = await textOf(request);
    const answer = this.#answer(lock, request.method ?? '', what, Number(number), body);
    if (answer.status === 504) await new Promise((resolve) => setTimeout(resolve, noAnswerMs));
    if (lock.faults.has('answer_lost') || lock.faults.has('answer_held') || lock.faults.has('command_lost'))
      await this.#wake(this.#held, response);
    say(answer.status, answer.body);
  }

  /** Until it is woken, or nobody waits for the answer any more. */
  async #wake(waiting: Set<() => void>, response: ServerResponse): Promise<void> {
    const woken = Promise.withResolvers<undefined>();
    const wake = (): void => {
      woken.resolve(undefined);
    };
    waiting.add(wake);
    response.once('close', wake);
    await woken.promise;
    waiting.delete(wake);
  }

  #news(since: number): object {
    return {
      seq: this.#seq,
      locks: [...this.locks.values()].map(({ id, name, slots, lengths, masks, faults, locked, battery }) => ({
        ...{ id, name, slots, lengths, masks, locked },
        ...(battery === undefined ? {} : { battery: battery / 100 }),
        online: !faults.has('offline'),
      })),
      hints: since === 0 ? [] : this.#hints.filter(({ seq }) => seq > since).map(({ hint }) => hint),
    };
  }

  #answer(
    lock: GatewayLock,
    method: string,
    what: string | undefined,
    slot: number,
    body: string,
  ): { readonly status: number; readonly body?: object } {
    const { codes, faults } = lock;
    if (faults.has('offline')) {
      this.tell();
      return { status: 504 };
    }
    if (faults.has('command_lost')) return { status: 504 };
    if (what === 'bolt') {
      lock.locked = boltSchema.parse(JSON.parse(body)).locked;
      this.tell();
      return { status: 204 };
    }
    if (method === 'GET') {
      const code = codes.get(slot);
      return { status: 200, body: { occupied: code !== undefined, ...(lock.masks ? {} : { code }) } };
    }
    if (method === 'DELETE') {
      codes.delete(slot);
      return { status: 204 };
    }
    const { code } = codeSchema.parse(JSON.parse(body));
    if (faults.has('refuses')) return { status: 400 };
    if (!lock.lengths.includes(code.length)) return { status: 422 };
    if (faults.has('full') && !codes.has(slot)) return { status: 507 };
    if ([...codes].some(([other, held]) => other !== slot && held === code)) return { status: 409 };
    if (!faults.has('lies')) codes.set(slot, code);
    return { status: 204 };
  }
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
};
