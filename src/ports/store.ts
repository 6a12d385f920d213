import type { ClockMemory } from '../core/clock-trust.ts';
import type { UnmanagedCode, UnmanagedWish } from '../core/convert.ts';
import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { AccessCode, AccessCodeStatus, Device, Instant, Intent, LockState } from '../core/model.ts';
import type { ActionAttempt, AttemptFilter } from './action-attempts.ts';
import type { EventQuery, NewEvent, StoredEvent } from './events.ts';
import type { WebhookStore } from './webhooks.ts';
import type { ApiKeyStore } from './api-keys.ts';

/** Which access codes; one of the two at most. */
export interface CodeFilter {
  readonly deviceId?: DeviceId;
  readonly commonCodeKey?: string;
}

/** Which access codes come in pages. */
export interface PageFilter {
  readonly deviceId?: DeviceId;
  readonly ids?: readonly AccessCodeId[];
}

/**
 * Wanted time-bound codes, without backups, that begin after `now` and no later than `until`, and those that have begun
 * after `begunAfter` and aren't `set`.
 */
export interface ArrivalQuery {
  readonly now: Instant;
  readonly until: Instant;
  readonly begunAfter: Instant;
  readonly deviceId?: DeviceId;
  readonly limit: number;
}

export interface ArrivingCodes {
  /** By `startsAt`, then in order of creation; at most `limit`. */
  readonly codes: readonly AccessCode[];
  /** How many there are in all. */
  readonly total: number;
}

/** How many managed access codes there are. */
export interface CodeCounts {
  readonly byStatus: ReadonlyMap<AccessCodeStatus, number>;
  readonly byDevice: ReadonlyMap<DeviceId, number>;
}

/** An access code and its place in the order of creation, which is never given again. */
export interface PlacedCode {
  readonly position: number;
  readonly code: AccessCode;
}

/** The access codes of a lock that have to be looked at. */
export interface AwakeCodes {
  /** In order of creation. */
  readonly codes: readonly AccessCode[];
  /** When the next of those left out begins, or earlier; undefined where none is left out. */
  readonly nextStart: Instant | undefined;
}

export type { NewEvent, StoredEvent } from './events.ts';

/** One line of a lock's or code's history. `detail` holds no secrets. */
export interface JournalEntry {
  readonly at: Instant;
  readonly deviceId: DeviceId | undefined;
  readonly accessCodeId: AccessCodeId | undefined;
  readonly slot: number | undefined;
  /** For example `set_accepted`, `read`, `modified_externally`. */
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface RememberedAnswer {
  /** HMAC of the request's body. */
  readonly digest: string;
  /** The answer as it was given, serialised. */
  readonly answer: string;
}

export interface StoreHealth {
  readonly file: string;
  readonly bytes: number;
  /** The write-ahead log beside it. */
  readonly walBytes: number;
  readonly schemaVersion: number;
  readonly sqliteVersion: string;
  /** What is wrong with the file; undefined where it was found whole. */
  readonly damage: string | undefined;
  readonly checkedAt: Instant;
  /** Why nothing can be written, through no fault of this process; undefined where it could be when last tried. */
  readonly refusesWrites: string | undefined;
  /** When the newest copy in `backups` was made; undefined where there is none. */
  readonly backedUpAt: Instant | undefined;
}

/**
 * The durable state. All calls are synchronous. A method outside `transaction` is its own transaction; what
 * `transaction` runs is one, rolled back when it throws. When a call returns, its effect survives power loss.
 * Throws `StoreError` when the disk or the database says no; nothing is half done then.
 */
export interface Store extends ApiKeyStore, WebhookStore {
  transaction<T>(work: () => T): T;

  devices(): Device[];
  device(id: DeviceId): Device | undefined;
  /** The device known under any of these identities. */
  deviceByIdentity(identities: readonly string[]): Device | undefined;
  putDevice(device: Device): void;
  /** The device and all that is believed of it. It must have no access codes any more. */
  deleteDevice(id: DeviceId): void;

  /** A lock never seen before has a state with no slots, not adopted. */
  lockState(id: DeviceId): LockState;
  /** Writes what differs between the two. */
  putLockState(before: LockState, after: LockState): void;

  accessCode(id: AccessCodeId): AccessCode | undefined;
  /** In order of creation. */
  accessCodes(filter?: CodeFilter): AccessCode[];
  /** All of a lock but those that are at rest (`isAtRest`) and begin later than `until`. */
  awakeCodes(deviceId: DeviceId, until: Instant): AwakeCodes;
  /** At most `count` of them after the one at this place (undefined: from the first), in order of creation. */
  accessCodePage(filter: PageFilter, after: number | undefined, count: number): PlacedCode[];
  /** Time-bound codes by their beginning. */
  arrivingCodes(query: ArrivalQuery): ArrivingCodes;
  /** Locks with codes that begin within this time and aren't loaded, and could be as far as it is for the codes. */
  locksToLoad(query: Pick<ArrivalQuery, 'now' | 'until'>): ReadonlySet<DeviceId>;
  codeCounts(): CodeCounts;
  /** Those with errors, or on their way off; in order of creation. */
  troubledCodes(): AccessCode[];
  putAccessCode(code: AccessCode): void;
  deleteAccessCode(id: AccessCodeId): void;
  /** Derived from the slots: every occupied slot with an `unmanagedId`. */
  unmanagedCodes(filter?: { readonly deviceId?: DeviceId }): UnmanagedCode[];

  /** What was asked for an unmanaged code and isn't done yet. */
  unmanagedWish(id: AccessCodeId): UnmanagedWish | undefined;
  /** All of a lock, oldest first. */
  unmanagedWishes(deviceId: DeviceId): UnmanagedWish[];
  putUnmanagedWish(wish: UnmanagedWish): void;
  deleteUnmanagedWish(id: AccessCodeId): void;

  intents(deviceId: DeviceId): Intent[];
  addIntent(intent: Intent): void;
  removeIntent(id: string): void;

  journal(entry: JournalEntry): void;
  /** Newest first, at most `limit`. */
  history(
    filter: { readonly deviceId?: DeviceId; readonly accessCodeId?: AccessCodeId },
    limit: number,
  ): JournalEntry[];

  actionAttempt(id: string): ActionAttempt | undefined;
  /** Newest first, each with its place; `before`: the place of the last one seen. */
  actionAttempts(
    filter: AttemptFilter,
    before: number | undefined,
    limit: number,
  ): (readonly [number, ActionAttempt])[];
  /** Those that have no end yet. */
  pendingActionAttempts(): ActionAttempt[];
  putActionAttempt(attempt: ActionAttempt): void;

  /** Puts the event into the sequence and the outbox; returns its number. */
  appendEvent(event: NewEvent): number;
  /** Events with `seq > after`, ascending. */
  events(after: number, limit: number): StoredEvent[];
  /** Events of the past, by what they are about. */
  findEvents(query: EventQuery): StoredEvent[];
  eventById(eventId: string): StoredEvent | undefined;
  lastSeq(): number;
  /** The oldest events that the broker hasn't acknowledged, ascending. */
  unpublished(limit: number): StoredEvent[];
  /** How many of them there are. */
  unpublishedCount(): number;
  markPublished(seq: number): void;

  answer(route: string, requestId: string): RememberedAnswer | undefined;
  rememberAnswer(route: string, requestId: string, remembered: RememberedAnswer, at: Instant): void;
  forgetAnswer(route: string, requestId: string): void;
  /** Keyed hash (HMAC-SHA-256, hex) under a key of the vault. */
  digest(text: string): string;

  /** Removes answers older than 24 h; published events, action attempts and journal entries beyond retention. */
  prune(now: Instant, retention: { readonly eventsMs: number; readonly journalMs: number }): void;

  /**
   * How the database is. `check: 'now'` tries to write, and has SQLite walk through the whole file, at most
   * once a minute; `'last'` repeats what was found last.
   */
  health(check: 'now' | 'last'): StoreHealth;
  /**
   * Begins a write and gives it up again. What keeps it from that outside this process (another has the database, the
   * disk) is told by `health`; throws `StoreError` where this process itself is at fault.
   */
  probe(): void;

  /** What the last process knew of the time; undefined in a new database, or where it can't be read. */
  clockMemory(): ClockMemory | undefined;
  putClockMemory(known: ClockMemory): void;

  /** Stable ids of this bridge, made at the first start. */
  readonly workspaceId: string;
  readonly connectedAccountId: string;
  /** True where the database was created by this start. */
  readonly created: boolean;
  close(): void;
}
