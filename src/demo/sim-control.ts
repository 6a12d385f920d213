import { z } from 'zod';

const lockSchema = z.object({ slots: z.array(z.object({ slot: z.number(), code: z.string() })) });
const waitingSchema = z.array(z.object({ name: z.string(), pin: z.string().nullable() }));
const requestDeadlineMs = 5_000;

/** The control interface of the simulated network: what a person at the door does and sees. */
export class SimControl {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** What the lock itself holds, slot by slot. */
  async codes(node: number): Promise<Map<number, string>> {
    const lock = lockSchema.parse(await this.#call(`/locks/${node}`));
    return new Map(lock.slots.map(({ slot, code }) => [slot, code]));
  }

  /** Locks that wait to be paired, with the PIN on their labels. */
  async waiting(): Promise<z.infer<typeof waitingSchema>> {
    return waitingSchema.parse(await this.#call('/waiting'));
  }

  async post(path: string, body: object): Promise<void> {
    await this.#call(path, body);
  }

  /** Resolves with the first happening of this type at this lock from now on. */
  async next(node: number, type: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(`${this.#url}/events`, { signal });
    if (response.body === null) throw new Error('no events from the simulator');
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const event = z.object({ node: z.number(), type: z.string() }).safeParse(JSON.parse(line));
        if (event.success && event.data.node === node && event.data.type === type) return;
      }
    }
    throw new Error('the simulator ended its events');
  }

  async #call(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      signal: AbortSignal.timeout(requestDeadlineMs),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
