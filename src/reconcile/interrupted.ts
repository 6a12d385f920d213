import { RadioId } from '../core/ids.ts';
import type { PairingSession } from '../ports/pairings.ts';
import type { Store, StoredEvent } from '../ports/store.ts';

/** A session lasts half an hour at most, and has some dozens of events of its own. */
const eventsLookedAt = 1_000;

type Begun = Pick<PairingSession, 'pairingId' | 'kind' | 'radio' | 'startedAt'> &
  Pick<StoredEvent, 'deviceId'>;

/**
 * Sessions that the events begin and don't end: a kill or a power cut came between. Whoever follows them would wait
 * for ever.
 */
export const interruptedSessions = (store: Store): readonly Begun[] => {
  const open = new Map<string, Begun>();
  for (const event of store.events(Math.max(0, store.lastSeq() - eventsLookedAt), eventsLookedAt)) {
    const { pairing_id: id, kind, radio } = event.payload;
    if (typeof id !== 'string' || typeof radio !== 'string') continue;
    if (event.eventType !== 'lockstep.pairing_step') open.delete(id);
    else if (!open.has(id))
      open.set(id, {
        pairingId: id,
        kind: kind === 'remove' ? 'remove' : 'pair',
        radio: RadioId(radio),
        startedAt: event.occurredAt,
        deviceId: event.deviceId,
      });
  }
  return [...open.values()];
};

/** What can be said of a session whose end nobody saw. */
export const interruptedWords = (kind: PairingSession['kind']): string =>
  kind === 'pair'
    ? 'The bridge ended while this pairing was under way. Whether the lock has joined, lockstep locks tells; what joined in vain, lockstep doctor. A lock that takes itself for paired has to be reset before it can be paired.'
    : 'The bridge ended while this removal was under way. If the lock has left the network, strike it off: lockstep remove LOCK --gone.';
