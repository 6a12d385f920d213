import type { AnswerBody } from '../../app/answer.ts';
import { delay, type Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Store, StoredEvent } from '../../ports/store.ts';
import type { Bell } from './bell.ts';
import type { Connection } from './connection.ts';
import { toJson } from '../../app/json.ts';
import type { Topics } from './topics.ts';

export type Outbox = Pick<Store, 'unpublished' | 'markPublished'>;

export interface OutboxPumpOptions {
  readonly outbox: Outbox;
  readonly renderEvent: (event: StoredEvent) => AnswerBody;
  readonly topics: Topics;
  readonly reveal: boolean;
  readonly bell: Bell;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with the event that the broker refuses, and with undefined when one was taken. */
  readonly onRefusal: (event: StoredEvent | undefined) => void;
}

/** Events read from the store at a time. */
const batchSize = 64;
/** The bell is only a hint: the outbox is looked at this often in any case. */
const lookAgainMs = 60_000;
/** Wait after the store or the broker refused. */
const refusedWaitMs = 5_000;

/** One event as it is published: what the bridge says of it, with its identity and place in the sequence. */
const payloadOf = (options: OutboxPumpOptions, event: StoredEvent): string =>
  JSON.stringify(
    toJson({ ...options.renderEvent(event), event_id: event.eventId, seq: event.seq }, options.reveal),
  );

const publishBatch = async (
  options: OutboxPumpOptions,
  connection: Connection,
  signal: AbortSignal,
): Promise<'empty' | 'published' | 'refused' | 'lost'> => {
  const events = options.outbox.unpublished(batchSize);
  for (const event of events) {
    if (signal.aborted) return 'lost';
    const topic = options.topics.event(event.eventType);
    const outcome = await connection.publish(topic, payloadOf(options, event), { retain: false });
    if (outcome !== 'lost') options.onRefusal(outcome === 'refused' ? event : undefined);
    if (outcome === 'refused') {
      options.log.warn(
        { seq: event.seq, event: event.eventType },
        'the broker refused an event; it stays first',
      );
    }
    if (outcome !== 'acknowledged') return outcome;
    // Only now: an event whose acknowledgement was lost is published again after the next connect.
    options.outbox.markPublished(event.seq);
  }
  return events.length === 0 ? 'empty' : 'published';
};

/**
 * Publishes the outbox in `seq` order, one publication in flight, at least once. Returns when the signal
 * aborts; the publication in flight is waited for. What the store or the broker refuses is tried again.
 */
export const pumpOutbox = async (
  options: OutboxPumpOptions,
  connection: Connection,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    let outcome: Awaited<ReturnType<typeof publishBatch>>;
    try {
      outcome = await publishBatch(options, connection, signal);
    } catch (error) {
      // A full disk, say. The locks don't depend on us, so neither may the daemon's life.
      options.log.error({ err: error }, 'the outbox could not be read or marked');
      outcome = 'refused';
    }
    if (outcome === 'empty') await options.bell.heard(lookAgainMs, signal);
    if (outcome === 'refused') await delay(options.clock, refusedWaitMs, signal);
  }
};
