import type { DeviceId } from '../core/ids.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { ActionAttempts } from './action-attempts.ts';
import { Answers } from './answers.ts';
import { ApiKeys } from './api-keys.ts';
import { Beliefs } from './beliefs.ts';
import { Codes } from './codes.ts';
import type { Database } from './database.ts';
import { Deliveries } from './deliveries.ts';
import { Devices } from './devices.ts';
import { EventFinder } from './event-finder.ts';
import { Events } from './events.ts';
import { Health } from './health.ts';
import { Intents } from './intents.ts';
import { Journal } from './journal.ts';
import { clockMemory, putClockMemory } from './meta.ts';
import type { Identity } from './meta.ts';
import { Writer } from './rows.ts';
import { Slots } from './slots.ts';
import { UnmanagedWishes } from './unmanaged-wishes.ts';
import type { Vault } from './vault.ts';
import { Webhooks } from './webhooks.ts';

/** What the parts of an open store are. */
export interface StoreParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly identity: Identity;
  readonly created: boolean;
  readonly random: Random;
  readonly log: Log;
  readonly now: () => number;
  readonly outboxMax: number;
  /** Called once by the first `close`. */
  readonly onClose: () => void;
}

/** What holds which tables. */
const tablesOf = (parts: StoreParts) => {
  const { database, vault } = parts;
  const writer = new Writer(database, vault);
  const devices = new Devices(database, writer);
  const slots = new Slots(database, vault, writer);
  const beliefs = new Beliefs(database, vault, writer, slots);
  const codes = new Codes(database, vault, writer);
  const wishes = new UnmanagedWishes(database, vault, writer);
  const intents = new Intents(database, vault, writer);
  const journal = new Journal(database, writer);
  const webhooks = new Webhooks(database, vault, writer);
  const deliveries = new Deliveries({ ...parts, webhooks, waitingMax: parts.outboxMax });
  const events = new Events({
    ...parts,
    writer,
    onAppended: (seq, event) => {
      deliveries.enqueue(seq, event);
    },
  });
  const finder = new EventFinder(database, vault);
  const attempts = new ActionAttempts(database, writer);
  const answers = new Answers(database, vault, writer);
  const apiKeys = new ApiKeys(database, vault, writer);
  const health = new Health(database, parts.now);
  return {
    database,
    devices,
    slots,
    beliefs,
    codes,
    wishes,
    intents,
    journal,
    webhooks,
    deliveries,
    events,
    finder,
    attempts,
    answers,
    apiKeys,
    health,
  };
};

type Tables = ReturnType<typeof tablesOf>;

/** Locks, what is believed of them, and the codes that are wanted on them. */
const locksAndCodes = ({ database, devices, slots, beliefs, codes, wishes, intents }: Tables) =>
  ({
    devices: () => devices.all(),
    device: (id) => devices.find(id),
    deviceByIdentity: (identities) => devices.findByIdentity(identities),
    putDevice: devices.put.bind(devices),
    deleteDevice: forgetting(database, [wishes, intents, beliefs, devices]),
    lockState: (id) => beliefs.lockState(id),
    putLockState: beliefs.put.bind(beliefs),
    accessCode: (id) => codes.find(id),
    accessCodes: (filter) => codes.list(filter),
    awakeCodes: codes.awake.bind(codes),
    accessCodePage: (filter, after, count) => codes.page(filter, after, count),
    arrivingCodes: codes.arriving.bind(codes),
    locksToLoad: codes.locksToLoad.bind(codes),
    codeCounts: codes.counts.bind(codes),
    troubledCodes: codes.troubled.bind(codes),
    putAccessCode: codes.put.bind(codes),
    deleteAccessCode: codes.delete.bind(codes),
    unmanagedCodes: (filter) => slots.unmanaged(filter),
    unmanagedWish: (id) => wishes.find(id),
    unmanagedWishes: (id) => wishes.of(id),
    putUnmanagedWish: wishes.put.bind(wishes),
    deleteUnmanagedWish: wishes.delete.bind(wishes),
    intents: (id) => intents.of(id),
    addIntent: intents.add.bind(intents),
    removeIntent: intents.remove.bind(intents),
  }) satisfies Partial<Store>;

/** What has happened, and to whom it is still to be told. */
const happenings = ({ journal, deliveries, events, finder }: Tables) =>
  ({
    journal: journal.add.bind(journal),
    history: (filter, limit) => journal.history(filter, limit),
    appendEvent: (event) => events.append(event),
    events: (after, limit) => events.after(after, limit),
    findEvents: (query) => finder.find(query),
    eventById: (eventId) => finder.byId(eventId),
    webhooks: () => deliveries.webhooks(),
    webhook: (id) => deliveries.webhook(id),
    putWebhook: deliveries.putWebhook.bind(deliveries),
    deleteWebhook: deliveries.deleteWebhook.bind(deliveries),
    dueDeliveries: deliveries.dueDeliveries.bind(deliveries),
    nextDelivery: deliveries.nextDelivery.bind(deliveries),
    deliveryCount: deliveries.deliveryCount.bind(deliveries),
    endDelivery: deliveries.endDelivery.bind(deliveries),
    lastSeq: () => events.lastSeq(),
    unpublished: (limit) => events.unpublished(limit),
    unpublishedCount: () => events.unpublishedCount(),
    markPublished: events.markPublished.bind(events),
  }) satisfies Partial<Store>;

/** What callers have asked, and who they are. */
const callers = ({ attempts, answers, apiKeys }: Tables) =>
  ({
    actionAttempt: (id) => attempts.find(id),
    actionAttempts: (filter, before, limit) => attempts.list(filter, before, limit),
    pendingActionAttempts: () => attempts.pending(),
    putActionAttempt: attempts.put.bind(attempts),
    answer: (route, requestId) => answers.find(route, requestId),
    rememberAnswer: answers.remember.bind(answers),
    forgetAnswer: answers.forget.bind(answers),
    apiKeys: () => apiKeys.apiKeys(),
    apiKeyOf: (secret) => apiKeys.apiKeyOf(secret),
    addApiKey: apiKeys.addApiKey.bind(apiKeys),
    revokeApiKey: apiKeys.revokeApiKey.bind(apiKeys),
  }) satisfies Partial<Store>;

/** The `Store` over a database that is open, migrated and belongs to the vault's key. */
export const storeOver = (parts: StoreParts): Store => {
  const tables = tablesOf(parts);
  const { database, beliefs, codes, journal, deliveries, events, attempts, answers, health } = tables;
  let closed = false;
  return {
    transaction: (work) => {
      try {
        return database.transaction(work);
      } catch (error) {
        beliefs.forget();
        codes.forget();
        deliveries.forget();
        throw error;
      }
    },
    ...locksAndCodes(tables),
    ...happenings(tables),
    ...callers(tables),
    digest: (text) => parts.vault.digest(text),
    prune: (now, retention) => {
      database.transaction(() => {
        answers.prune(now);
        events.prune(now - retention.eventsMs);
        journal.prune(now - retention.journalMs);
        attempts.prune(now - retention.eventsMs);
      });
    },
    health: (check) => health.look(check),
    probe: () => {
      health.probe();
    },
    clockMemory: () => clockMemory(database),
    putClockMemory: (known) => {
      putClockMemory(database, known);
    },
    workspaceId: parts.identity.workspaceId,
    connectedAccountId: parts.identity.connectedAccountId,
    created: parts.created,
    close: () => {
      if (closed) return;
      closed = true;
      parts.onClose();
    },
  };
};

/** Removes what each of these holds of a lock, in their order, in one transaction. */
const forgetting =
  (database: Database, holders: readonly { forgetLock(id: DeviceId): void }[]) =>
  (id: DeviceId): void => {
    database.transaction(() => {
      for (const holder of holders) holder.forgetLock(id);
    });
  };
