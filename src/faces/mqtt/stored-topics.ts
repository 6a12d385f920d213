import { delay, type Clock } from '../../ports/clock.ts';
import type { Connection } from './connection.ts';

/** No retained message for this long: the broker has sent all it has. */
const quietMs = 500;
const longestMs = 10_000;
/** Bound on what is collected, in characters of topic names. */
const maxCharacters = 4_000_000;

export interface StoredTopics {
  readonly topics: readonly string[];
  /** False when there was more than could be collected; the next connect goes on. */
  readonly complete: boolean;
}

/**
 * Asks the broker which retained topics it stores under the filters, by subscribing for a moment: until nothing
 * has come for 500 ms, at most 10 s.
 */
export const collectStoredTopics = async (
  connection: Connection,
  filters: readonly string[],
  clock: Clock,
): Promise<StoredTopics> => {
  const topics = new Set<string>();
  let characters = 0;
  let lastHeardAt = clock.monotonic();
  const stopListening = connection.onMessage((message) => {
    if (!message.retained || message.payload.length === 0) return;
    lastHeardAt = clock.monotonic();
    characters += message.topic.length;
    if (characters <= maxCharacters) topics.add(message.topic);
  });
  const startedAt = lastHeardAt;
  const subscribed = await connection.subscribe(filters, { ownToo: false });
  lastHeardAt = clock.monotonic();
  let leftMs = subscribed ? quietMs : 0;
  while (leftMs > 0 && !connection.closed.aborted) {
    await delay(clock, leftMs, connection.closed);
    leftMs = Math.min(lastHeardAt + quietMs, startedAt + longestMs) - clock.monotonic();
  }
  stopListening();
  await connection.unsubscribe(filters);
  return { topics: [...topics], complete: subscribed && characters <= maxCharacters };
};
