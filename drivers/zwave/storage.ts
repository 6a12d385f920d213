import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, DatabaseFactory, DatabaseOptions } from '@zwave-js/shared/bindings';

/**
 * zwave-js's cache without PINs. The library writes every value of every node in clear into
 * `<home id>.values.jsonl` (facts page, "Secrets"). What could hold a PIN stays in memory here and never
 * reaches the journal, the compacted copy or the backup of any of its files.
 */

/** Command classes of which nothing but the properties named here may reach the disk. */
const storable: ReadonlyMap<number, ReadonlySet<string>> = new Map([
  [
    99, // User Code. Not the checksum either: 16 bits over one code are enough to find its four digits.
    new Set([
      'supportedUsers',
      'supportsAdminCode',
      'supportsAdminCodeDeactivation',
      'supportsUserCodeChecksum',
      'supportsMultipleUserCodeReport',
      'supportsMultipleUserCodeSet',
      'supportedUserIDStatuses',
      'supportedKeypadModes',
      'supportedASCIIChars',
      'keypadMode',
      'userIdStatus',
    ]),
  ],
  [
    131, // User Credential: checksums, credentials and key locker entries are left out for the same reason.
    new Set([
      'supportedUsers',
      'supportedCredentialRules',
      'maxUserNameLength',
      'supportsUserSchedule',
      'supportsAllUsersChecksum',
      'supportsUserChecksum',
      'supportsCredentialChecksum',
      'supportedUserNameEncodings',
      'supportedUserTypes',
      'supportsAdminCode',
      'supportsAdminCodeDeactivation',
      'supportedCredentialTypes',
      'credentialCapabilities',
      'supportedKeyLockerEntryTypes',
      'keyLockerCapabilities',
    ]),
  ],
  [76, new Set(['recordsCount'])], // Door Lock Logging: its records hold the code that was used
  [
    111, // Entry Control: digits typed at a keypad
    new Set([
      'keyCacheSize',
      'keyCacheTimeout',
      'supportedDataTypes',
      'supportedEventTypes',
      'supportedKeys',
    ]),
  ],
]);

/** What a lock answers that masks its codes: worth remembering, and no PIN. */
const masked = /^\*+$/;

const property = (key: string): { commandClass: number; name: string } | undefined => {
  if (!key.startsWith('{')) return undefined;
  const commandClass = /"commandClass":(\d+)/.exec(key)?.[1];
  const name = /"property":"([^"]*)"/.exec(key)?.[1];
  return commandClass === undefined ? undefined : { commandClass: Number(commandClass), name: name ?? '' };
};

/** True where an entry of a zwave-js database may be written to the disk. */
export const isStorable = (key: string, value: unknown): boolean => {
  const id = property(key);
  if (id === undefined) return true;
  const allowed = storable.get(id.commandClass);
  if (allowed === undefined || allowed.has(id.name)) return true;
  return id.commandClass === 99 && id.name === 'userCode' && typeof value === 'string' && masked.test(value);
};

/** A database in two halves: what may be stored, and what lives as long as the process. */
class PinFreeDatabase<V> implements Database<V> {
  readonly #disk: Database<V>;
  readonly #memory = new Map<string, V>();
  readonly #isStorable: (key: string, value: V) => boolean;

  constructor(disk: Database<V>, storableEntry: (key: string, value: V) => boolean) {
    this.#disk = disk;
    this.#isStorable = storableEntry;
  }

  open(): Promise<void> {
    return this.#disk.open();
  }

  close(): Promise<void> {
    return this.#disk.close();
  }

  has(key: string): boolean {
    return this.#memory.has(key) || this.#disk.has(key);
  }

  get(key: string): V | undefined {
    return this.#memory.has(key) ? this.#memory.get(key) : this.#disk.get(key);
  }

  set(key: string, value: V, updateTimestamp?: boolean): this {
    if (this.#isStorable(key, value)) {
      this.#memory.delete(key);
      this.#disk.set(key, value, updateTimestamp);
    } else {
      if (this.#disk.has(key)) this.#disk.delete(key);
      this.#memory.set(key, value);
    }
    return this;
  }

  delete(key: string): boolean {
    const inMemory = this.#memory.delete(key);
    return this.#disk.delete(key) || inMemory;
  }

  clear(): void {
    this.#memory.clear();
    this.#disk.clear();
  }

  getTimestamp(key: string): number | undefined {
    return this.#memory.has(key) ? undefined : this.#disk.getTimestamp(key);
  }

  get size(): number {
    return this.#disk.size + this.#memory.size;
  }

  *keys(): MapIterator<string> {
    yield* this.#disk.keys();
    yield* this.#memory.keys();
  }

  *entries(): MapIterator<[string, V]> {
    yield* this.#disk.entries();
    yield* this.#memory.entries();
  }
}

/**
 * Wraps zwave-js's database. Metadata (`….metadata.jsonl`) describes values and holds none, but its keys look
 * the same: it passes whole, or the driver would forget which values exist.
 */
export const pinFree = (inner: DatabaseFactory): DatabaseFactory => ({
  createInstance<V>(filename: string, options?: DatabaseOptions<V>): Database<V> {
    const disk = inner.createInstance(filename, options);
    return filename.endsWith('.metadata.jsonl') ? disk : new PinFreeDatabase(disk, isStorable);
  },
});

/** Where zwave-js keeps its files. */
export interface CacheFolders {
  readonly cacheDir: string;
  readonly lockDir: string;
}

/** Makes the folders, 0700. */
export const prepareFolders = async (dataDir: string): Promise<CacheFolders> => {
  // zwave-js creates its files with the mode that the umask leaves: 0600. Inherited by all that follows;
  // main sets the same for the whole process.
  process.umask(0o077);
  const folders = { cacheDir: join(dataDir, 'cache'), lockDir: join(dataDir, 'locks') };
  for (const folder of [dataDir, folders.cacheDir]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await clearLocks(folders.lockDir);
  return folders;
};

/**
 * Removes zwave-js's own file locks, before each start of a Driver. They outlive a killed process by 10 s, and
 * one that stood still for that long never frees them: the radio would stay down for as long. That only one
 * bridge uses a data directory is guarded by the bridge itself.
 */
export const clearLocks = async (lockDir: string): Promise<void> => {
  await rm(lockDir, { recursive: true, force: true });
  await mkdir(lockDir, { recursive: true, mode: 0o700 });
};
