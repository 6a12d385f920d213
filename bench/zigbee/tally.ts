import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { Watch } from '../progress.ts';

/**
 * Hears everything at a broker and counts it, but what was retained before, and zigbee2mqtt's log: that can be switched
 * off.
 */
export class Tally {
  messages = 0;
  bytes = 0;
  readonly #client: MqttClient;
  readonly #watch = new Watch();
  readonly #last = new Map<string, string>();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, { retain }) => {
      this.#last.set(topic, payload.toString());
      if (!retain && !topic.endsWith('/bridge/logging')) {
        this.messages += 1;
        this.bytes += Buffer.byteLength(topic) + payload.length;
      }
      this.#watch.changed();
    });
  }

  static async start(url: string): Promise<Tally> {
    const tally = new Tally(await connectAsync(url));
    await tally.#client.subscribeAsync('#', { qos: 1 });
    return tally;
  }

  /** From now on. */
  reset(): void {
    this.messages = 0;
    this.bytes = 0;
  }

  /** Resolves with what `look` finds in the last message of a topic. */
  until<T>(what: string, topic: string, look: (text: string) => T | undefined, limitMs?: number): Promise<T> {
    return this.#watch.until(
      what,
      () => {
        const text = this.#last.get(topic);
        return text === undefined || text === '' ? undefined : look(text);
      },
      limitMs,
    );
  }

  async stop(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
