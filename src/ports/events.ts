import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { Instant } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';

/** An event before it has a place in the sequence. `pin` travels beside the payload, never in it. */
export interface NewEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly occurredAt: Instant;
  readonly deviceId: DeviceId | undefined;
  readonly accessCodeId: AccessCodeId | undefined;
  /** Further properties of the event, without secrets. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** The PIN for events that carry a `code`; shown only where the face may. */
  readonly pin: Pin | undefined;
}

export interface StoredEvent extends NewEvent {
  /** Gapless sequence number of the bridge, from 1. */
  readonly seq: number;
}

/**
 * Which events. What is left out doesn't narrow; within a list any of its words will do, and an empty list matches
 * nothing.
 */
export interface EventQuery {
  readonly eventIds?: readonly string[] | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  readonly deviceIds?: readonly string[] | undefined;
  readonly accessCodeIds?: readonly string[] | undefined;
  /** Only events that are about a device. */
  readonly ofDevices?: boolean | undefined;
  /** Later than this. */
  readonly after?: Instant | undefined;
  /** Earlier than this. */
  readonly before?: Instant | undefined;
  /** In order of time; those of one millisecond in order of their numbers. */
  readonly order: 'oldest_first' | 'newest_first';
  /** So many of them are skipped. */
  readonly offset: number;
  readonly limit: number;
}
