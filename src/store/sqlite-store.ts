import type { DeviceId } from '../core/ids.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { Answers } from './answers.ts';
import { Beliefs } from './beliefs.ts';
import { Codes } from './codes.ts';
import type { Database } from './database.ts';
import { Devices } from './devices.ts';
import { Events } from './events.ts';
import { Health } from './health.ts';
import { Intents } from './intents.ts';
import { Journal } from './journal.ts';
import type { Identity } from './meta.ts';
import { Writer } from './rows.ts';
import { Slots } from './slots.ts';
import type { Vault } from './vault.ts';

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

/** The `Store` over a database that is open, migrated and belongs to the vault's key. */
export const storeOver = (parts: StoreParts): Store => {
  const { database, vault } = parts;
  const writer = new Writer(database, vault);
  const devices = new Devices(database, writer);
  const slots = new Slots(database, vault, writer);
  const beliefs = new Beliefs(database, vault, writer, slots);
  const codes = new Codes(database, vault, writer);
  const intents = new Intents(database, vault, writer);
  const journal = new Journal(database, writer);
  const events = new Events({ ...parts, writer });
  const answers = new Answers(database, vault, writer);
  const health = new Health(database, parts.now);
  let closed = false;
  return {
    transaction: (work) => {
      try {
        return database.transaction(work);
      } catch (error) {
        beliefs.forget();
        throw error;
      }
    },
    devices: () => devices.all(),
    device: (id) => devices.find(id),
    deviceByIdentity: (identities) => devices.findByIdentity(identities),
    putDevice: devices.put.bind(devices),
    deleteDevice: forgetting(database, [intents, beliefs, devices]),
    lockState: (id) => beliefs.lockState(id),
    putLockState: beliefs.put.bind(beliefs),
    accessCode: (id) => codes.find(id),
    accessCodes: (filter) => codes.list(filter),
    putAccessCode: codes.put.bind(codes),
    deleteAccessCode: codes.delete.bind(codes),
    unmanagedCodes: (filter) => slots.unmanaged(filter),
    intents: (id) => intents.of(id),
    addIntent: intents.add.bind(intents),
    removeIntent: intents.remove.bind(intents),
    journal: journal.add.bind(journal),
    history: (filter, limit) => journal.history(filter, limit),
    appendEvent: (event) => events.append(event),
    events: (after, limit) => events.after(after, limit),
    lastSeq: () => events.lastSeq(),
    unpublished: (limit) => events.unpublished(limit),
    unpublishedCount: () => events.unpublishedCount(),
    markPublished: events.markPublished.bind(events),
    answer: (route, requestId) => answers.find(route, requestId),
    rememberAnswer: answers.remember.bind(answers),
    digest: (text) => vault.digest(text),
    prune: (now, retention) => {
      database.transaction(() => {
        answers.prune(now);
        events.prune(now - retention.eventsMs);
        journal.prune(now - retention.journalMs);
      });
    },
    health: (check) => health.look(check),
    probe: () => {
      health.probe();
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
