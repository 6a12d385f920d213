import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentOf, writePrivate } from '../shared/private-file.ts';
import { deviceCount, mergeRows, readBackup, readDevices } from './stored.ts';
import type { StoredBackup } from './stored.ts';

/** Where zigbee-herdsman keeps what it knows, and where we keep copies of it. */
export interface ZigbeeFiles {
  readonly folder: string;
  /** The devices of the network: one JSON object a line. No secrets in it. */
  readonly database: string;
  /** herdsman's own copy before it clears the database, which it never may here. */
  readonly databaseBackup: string;
  /** What a blank coordinator is restored from: network key, link keys, frame counter (open-coordinator-backup). */
  readonly backup: string;
  /** The last copies that were whole. */
  readonly databaseCopy: string;
  readonly backupCopy: string;
}

export const filesIn = (dataDir: string): ZigbeeFiles => ({
  folder: dataDir,
  database: join(dataDir, 'database.db'),
  databaseBackup: join(dataDir, 'database.db.backup'),
  backup: join(dataDir, 'coordinator_backup.json'),
  databaseCopy: join(dataDir, 'database.copy.db'),
  backupCopy: join(dataDir, 'coordinator_backup.copy.json'),
});

/** herdsman leaves these when it is killed while it writes, and keeps each for ever. */
const isLeftover = (name: string): boolean => /^(database\.db|coordinator_backup\.json)\.tmp/.test(name);

/** Makes the folder, 0700, and everything in it 0600. */
export const prepareFolder = async ({ folder }: ZigbeeFiles): Promise<void> => {
  // herdsman creates its files with the mode that the umask leaves: 0600. Inherited by all that follows; main sets
  // the same for the whole process.
  process.umask(0o077);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isFile()) continue;
    if (isLeftover(entry.name)) await rm(path, { force: true });
    // A backup that another program brought along is readable by everybody: herdsman writes it 0644.
    else await chmod(path, 0o600);
  }
};

const damagedMax = 3;

/** Keeps what is damaged, for people who can read it: the newest three of each file. */
const setAside = async (folder: string, file: string, now: number): Promise<string> => {
  const prefix = `${file}.damaged-`;
  const others = (await readdir(folder))
    .map((name) => join(folder, name))
    .filter((path) => path.startsWith(prefix))
    .toSorted();
  for (const old of others.slice(0, Math.max(0, others.length - damagedMax + 1)))
    await rm(old, { force: true });
  const aside = `${prefix}${String(now).padStart(15, '0')}`;
  await rename(file, aside);
  return aside;
};

/** What had to be done to a file, for the log. */
export interface Mended {
  readonly file: string;
  readonly found: 'missing' | 'damaged';
  /** Where it was put; undefined where it was missing. */
  readonly aside: string | undefined;
  /** False: there was no copy either. */
  readonly restored: boolean;
}

const mendDatabase = async (files: ZigbeeFiles, now: number): Promise<Mended | undefined> => {
  const { database, databaseCopy, folder } = files;
  const [content, copied] = [await contentOf(database), await contentOf(databaseCopy)];
  const copy = copied === undefined ? undefined : readDevices(copied);
  if (content === undefined) {
    // Deleted by hand, or never written: without the copy that is a new network.
    if (copied === undefined || copy?.whole !== true || copy.rows.length === 0) return undefined;
    await writePrivate(database, copied);
    return { file: database, found: 'missing', aside: undefined, restored: true };
  }
  const own = readDevices(content);
  // herdsman's database is never empty once it has been used: the coordinator itself is in it.
  if (own.whole && (own.rows.length > 0 || copy === undefined || copy.rows.length === 0)) return undefined;
  const rows = mergeRows(own.rows, copy?.rows ?? []);
  const aside = await setAside(folder, database, now);
  await writePrivate(database, rows.map((row) => JSON.stringify(row)).join('\n'));
  return { file: database, found: 'damaged', aside, restored: copy?.whole === true };
};

const mendBackup = async (files: ZigbeeFiles, now: number): Promise<Mended | undefined> => {
  const { backup, backupCopy, folder } = files;
  const [content, copy] = [await contentOf(backup), await contentOf(backupCopy)];
  const isCopyWhole = copy !== undefined && readBackup(copy) !== undefined;
  if (content !== undefined && readBackup(content) !== undefined) return undefined;
  if (content === undefined && !isCopyWhole) return undefined;
  // herdsman refuses to start beside a backup that it can't read.
  const aside = content === undefined ? undefined : await setAside(folder, backup, now);
  if (isCopyWhole) await writePrivate(backup, copy);
  return { file: backup, found: content === undefined ? 'missing' : 'damaged', aside, restored: isCopyWhole };
};

/**
 * To be called while no Controller runs: herdsman skips what it can't read of its database, and the locks in it.
 * Throws the file system's error.
 */
export const mendFiles = async (files: ZigbeeFiles, now: number): Promise<readonly Mended[]> =>
  [await mendDatabase(files, now), await mendBackup(files, now)].filter((one) => one !== undefined);

const keep = async (
  file: string,
  copy: string,
  isWhole: (content: string) => boolean,
  isSame: (content: string, before: string) => boolean,
): Promise<void> => {
  const content = await contentOf(file);
  if (content === undefined || !isWhole(content)) return;
  const before = await contentOf(copy);
  if (before === undefined || !isSame(content, before)) await writePrivate(copy, content);
  await chmod(file, 0o600);
};

/** Copies both files where they are whole and tell something new. Throws the file system's error. */
export const keepCopies = async (files: ZigbeeFiles): Promise<void> => {
  await keep(
    files.database,
    files.databaseCopy,
    (content) => readDevices(content).whole && readDevices(content).rows.length > 0,
    (content, before) => content === before,
  );
  await keep(
    files.backup,
    files.backupCopy,
    (content) => readBackup(content) !== undefined,
    (content, before) => content === before,
  );
};

/** What is on the disk of the network, before a Controller starts. */
export interface Stored {
  /** Devices besides the coordinator. */
  readonly devices: number;
  readonly backup: StoredBackup | undefined;
}

export const readStored = async (files: ZigbeeFiles): Promise<Stored> => {
  const [database, backup] = [await contentOf(files.database), await contentOf(files.backup)];
  return {
    devices: database === undefined ? 0 : deviceCount(readDevices(database).rows),
    backup: backup === undefined ? undefined : readBackup(backup),
  };
};

/**
 * Those of herdsman's files that tell of a network: a backup in whatever state, and a list with devices, or what is
 * left of one. A start that met no coordinator leaves an empty list.
 */
export const tracesIn = async ({ database, backup }: ZigbeeFiles): Promise<readonly string[]> => {
  const list = readDevices((await contentOf(database)) ?? '');
  const traces = deviceCount(list.rows) > 0 || !list.whole ? [database] : [];
  return (await contentOf(backup)) === undefined ? traces : [...traces, backup];
};
