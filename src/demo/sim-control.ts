import { z } from 'zod';
import type { SimulatedLock } from './simulated-radios.ts';

const lockSchema = z.object({ slots: z.array(z.object({ slot: z.number(), code: z.string() })) });
const waitingSchema = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    pin: z.string().nullable().default(null),
    /** It looks for a network by itself. */
    looking: z.boolean().default(false),
  }),
);
const reactionSchema = z.object({ accepted: z.boolean() });
const happeningSchema = z.object({
  /** Z-Wave's locks are told apart by their nodes, Zigbee's by their ids. */
  node: z.number().optional(),
  lock: z.string().optional(),
  type: z.string(),
});
const requestDeadlineMs = 5_000;

/** The control interface of a simulated network: what a person at the door does and sees. */
export class SimControl {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** What the lock itself holds, slot by slot. */
  async codes(lock: SimulatedLock): Promise<Map<number, string>> {
    const { slots } = lockSchema.parse(await this.#call(`/locks/${lock.id}`));
    return new Map(slots.map(({ slot, code }) => [slot, code]));
  }

  /** Locks that wait to be paired, with the PIN on their labels, where they have one. */
  async waiting(): Promise<z.infer<typeof waitingSchema>> {
    return waitingSchema.parse(await this.#call('/waiting'));
  }

  async post(path: string, body: object): Promise<void> {
    await this.#call(path, body);
  }

  /** Does something at the lock; false: the lock doesn't take it. What was given is in no error: it may be a PIN. */
  async react(path: string, body: object): Promise<boolean> {
    const response = await this.#send(path, body);
    const answer: unknown = await response.json();
    if (response.status === 400) return false;
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${response.status}`);
    return reactionSchema.parse(answer).accepted;
  }

  /** Resolves with the first happening of this type at this lock from now on. */
  async next(lock: SimulatedLock, type: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(`${this.#url}/events`, { signal });
    if (response.body === null) throw new Error('no events from the simulator');
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const event = happeningSchema.safeParse(JSON.parse(line));
        if (!event.success || event.data.type !== type) continue;
        if ((event.data.lock ?? String(event.data.node)) === lock.id) return;
      }
    }
    throw new Error('the simulator ended its events');
  }

  #send(path: string, body?: object): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      signal: AbortSignal.timeout(requestDeadlineMs),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
  }

  async #call(path: string, body?: object): Promise<unknown> {
    const response = await this.#send(path, body);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
