import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filesIn, keepCopies, mendFiles, prepareFolder, readStored, tracesIn } from './storage.ts';
import type { ZigbeeFiles } from './storage.ts';

const now = 1_800_000_000_000;

const device = (id: number, tail: string, type = 'EndDevice'): string =>
  JSON.stringify({
    id,
    type,
    ieeeAddr: `0x00124b00000000${tail}`,
    nwkAddr: id,
    epList: [1],
    endpoints: { 1: { epId: 1, inClusterList: [257] } },
  });
const coordinator = device(1, 'c0', 'Coordinator');
const front = device(2, 'f1');
const back = device(3, 'b1');
const database = [coordinator, front, back].join('\n');

const key = '00112233445566778899aabbccddeeff';
const backupContent = {
  metadata: { format: 'zigpy/open-coordinator-backup', version: 1, source: 'x', internal: {} },
  coordinator_ieee: '00124B00000000C0',
  pan_id: '1a62',
  extended_pan_id: 'DDDDDDDD00000001',
  nwk_update_id: 0,
  security_level: 5,
  channel: 15,
  channel_mask: [15],
  network_key: { key, sequence_number: 0, frame_counter: 100 },
  devices: [],
};
const backup = JSON.stringify(backupContent);

const setUp = async (content: Partial<Record<keyof ZigbeeFiles, string>> = {}): Promise<ZigbeeFiles> => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-storage-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = filesIn(folder);
  for (const name of ['database', 'backup', 'databaseCopy', 'backupCopy'] as const)
    if (content[name] !== undefined) await writeFile(files[name], content[name]);
  return files;
};

const read = (file: string): Promise<string> => readFile(file, 'utf8');
const ieees = async (file: string): Promise<string[]> =>
  [...(await read(file)).matchAll(/"ieeeAddr":"0x00124b00000000(..)"/g)].map(([, tail]) => tail ?? '');
const asideIn = async ({ folder }: ZigbeeFiles): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.includes('.damaged-'));

test('what is whole is left as it is', async () => {
  const files = await setUp({ database, backup });
  expect(await mendFiles(files, now)).toEqual([]);
  expect(await read(files.database)).toBe(database);
  expect(await readStored(files)).toEqual({
    devices: 2,
    backup: {
      panId: 0x1a62,
      extendedPanId: 'dddddddd00000001',
      channel: 15,
      networkKey: key,
      coordinator: '0x00124b00000000c0',
    },
  });
});

test('a new folder has nothing to mend, and knows nobody', async () => {
  const files = await setUp();
  expect(await mendFiles(files, now)).toEqual([]);
  expect(await readStored(files)).toEqual({ devices: 0, backup: undefined });
});

test('the folder and what another program left in it are for its owner only', async () => {
  const files = await setUp({ database, backup });
  await writeFile(join(files.folder, 'database.db.tmp.2026'), 'half');
  await prepareFolder(files);
  expect((await stat(files.folder)).mode & 0o777).toBe(0o700);
  for (const file of [files.database, files.backup]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(files.folder)).not.toContain('database.db.tmp.2026');
});

test('copies are made of what is whole, and only when it has changed', async () => {
  const files = await setUp({ database, backup });
  await keepCopies(files);
  expect([await read(files.databaseCopy), await read(files.backupCopy)]).toEqual([database, backup]);
  const { mtimeMs } = await stat(files.databaseCopy);
  await keepCopies(files);
  expect((await stat(files.databaseCopy)).mtimeMs).toBe(mtimeMs);
  await writeFile(files.database, `${coordinator}\n${front.slice(0, 20)}`);
  await writeFile(files.backup, '');
  await keepCopies(files);
  expect([await read(files.databaseCopy), await read(files.backupCopy)]).toEqual([database, backup]);
});

test.each([
  ['a line cut off', `${coordinator}\n${front}\n${back.slice(0, 30)}`],
  ['a flipped bit in an address', database.replace('0x00124b00000000b1', '0x00124b00000000p1')],
  ['a device twice', `${database}\n${device(9, 'b1')}`],
  ['a number twice', `${coordinator}\n${front}\n${device(2, 'b1')}`],
  ['nothing at all', ''],
  ['zeros after a power cut', '\0'.repeat(200)],
])('a damaged list of devices loses none: %s', async (_what, content) => {
  const files = await setUp({ database: content, databaseCopy: database });
  const mended = await mendFiles(files, now);
  expect(mended).toMatchObject([{ file: files.database, found: 'damaged', restored: true }]);
  expect((await ieees(files.database)).sort()).toEqual(['b1', 'c0', 'f1']);
  expect(await read(join(files.folder, (await asideIn(files))[0] ?? ''))).toBe(content);
  // Mended is mended.
  expect(await mendFiles(files, now)).toEqual([]);
});

test('what joined since the copy is kept from the damaged list', async () => {
  const fresh = device(3, 'aa');
  const files = await setUp({
    database: `${coordinator}\n${fresh}\n${front.slice(0, 9)}`,
    databaseCopy: database,
  });
  await mendFiles(files, now);
  expect((await ieees(files.database)).sort()).toEqual(['aa', 'b1', 'c0', 'f1']);
  const ids = (await read(files.database)).split('\n').map((line) => /"id":(\d+)/.exec(line)?.[1]);
  expect(new Set(ids).size).toBe(4);
});

test('without a copy whatever can be read of a damaged list stays, and that is said', async () => {
  const files = await setUp({ database: `${coordinator}\n${front}\n{"id":` });
  expect(await mendFiles(files, now)).toMatchObject([{ found: 'damaged', restored: false }]);
  expect(await ieees(files.database)).toEqual(['c0', 'f1']);
});

test('a list of devices that is gone comes back from its copy', async () => {
  const files = await setUp({ databaseCopy: database });
  expect(await mendFiles(files, now)).toMatchObject([{ found: 'missing', restored: true }]);
  expect(await read(files.database)).toBe(database);
});

test.each([
  ['cut off', backup.slice(0, 80)],
  ['empty', ''],
  ['of another format', JSON.stringify({ ...backupContent, metadata: { format: 'other', version: 1 } })],
  ['without its key', JSON.stringify({ ...backupContent, network_key: {} })],
])('a backup that cannot be used is set aside, and its copy takes its place: %s', async (_what, content) => {
  const files = await setUp({ database, backup: content, backupCopy: backup });
  expect(await mendFiles(files, now)).toMatchObject([
    { file: files.backup, found: 'damaged', restored: true },
  ]);
  expect(await read(files.backup)).toBe(backup);
  expect(await asideIn(files)).toHaveLength(1);
});

test('a backup that is gone comes back from its copy; a damaged one without a copy is out of the way', async () => {
  const gone = await setUp({ database, backupCopy: backup });
  expect(await mendFiles(gone, now)).toMatchObject([{ found: 'missing', restored: true }]);
  expect(await read(gone.backup)).toBe(backup);
  const lost = await setUp({ database, backup: '{' });
  expect(await mendFiles(lost, now)).toMatchObject([{ found: 'damaged', restored: false }]);
  expect(await readdir(lost.folder)).not.toContain('coordinator_backup.json');
});

test('what was set aside does not pile up', async () => {
  const files = await setUp({ database, backupCopy: backup });
  for (let time = 0; time < 6; time += 1) {
    await writeFile(files.backup, `{ ${time}`);
    await mendFiles(files, now + time);
  }
  const aside = (await asideIn(files)).toSorted();
  expect(aside).toHaveLength(3);
  expect(await read(join(files.folder, aside[2] ?? ''))).toBe('{ 5');
});

test('a network leaves traces: devices, what is left of their list, or a backup', async () => {
  const traces = async (content: Parameters<typeof setUp>[0]): Promise<string[]> => {
    const files = await setUp(content);
    return (await tracesIn(files)).map((file) => basename(file));
  };
  expect(await traces({})).toEqual([]);
  expect(await traces({ database: '' })).toEqual([]);
  expect(await traces({ database: coordinator })).toEqual([]);
  expect(await traces({ database })).toEqual(['database.db']);
  expect(await traces({ database: '{"id":1' })).toEqual(['database.db']);
  expect(await traces({ backup: '{' })).toEqual(['coordinator_backup.json']);
});
