import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mendCaches } from './cache-check.ts';

const line = (k: string, v: unknown = true): string => `${JSON.stringify({ k, v })}\n`;
const network = [
  line('cacheFormat', 2),
  line('controller.provisioningList', [{ dsk: '00000' }]),
  line('node.2.interviewStage', 'Complete'),
  line('node.2.endpoint.0.commandClass.0x63', {}),
].join('');
const values = line('{"nodeId":2,"commandClass":99,"property":"supportedUsers"}', 30);
const metadata = line('{"nodeId":2,"commandClass":99,"property":"userCode"}', {});

const cache = async (files: Readonly<Record<string, string>> = {}): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-cache-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const all = {
    '7e570001.jsonl': network,
    '7e570001.values.jsonl': values,
    '7e570001.metadata.jsonl': metadata,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
  return folder;
};

const network1 = (folder: string): Promise<string> => readFile(join(folder, '7e570001.jsonl'), 'utf8');

test('a whole cache is left as it is, the end of a file and an empty line notwithstanding', async () => {
  const folder = await cache({ '7e570001.values.jsonl': `${values}\n${values.trimEnd()}` });
  expect(await mendCaches(folder)).toBe(false);
  expect(await network1(folder)).toBe(network);
  expect(await readdir(folder)).toHaveLength(3);
});

test.each(['', '.values', '.metadata'])(
  'a line cut short in any of its files (%s): nothing is left of the nodes, SmartStart entries are',
  async (part) => {
    const folder = await cache();
    const file = join(folder, `7e570001${part}.jsonl`);
    await truncate(file, (await readFile(file)).length - 4);
    expect(await mendCaches(folder)).toBe(true);
    expect(await readdir(folder)).toEqual(['7e570001.jsonl']);
    expect(await network1(folder)).toBe(network.split('\n').slice(0, 2).join('\n') + '\n');
    expect(await mendCaches(folder), 'and that is whole').toBe(false);
  },
);

test('zeros in place of text, as a power cut leaves them, are damage', async () => {
  const folder = await cache({ '7e570001.values.jsonl': '\0'.repeat(100) });
  expect(await mendCaches(folder)).toBe(true);
  expect(await readdir(folder)).toEqual(['7e570001.jsonl']);
});

test.each(['.values', '.metadata'])('a file that is missing or empty (%s) is damage', async (part) => {
  const missing = await cache();
  await rm(join(missing, `7e570001${part}.jsonl`));
  expect(await mendCaches(missing)).toBe(true);
  const empty = await cache({ [`7e570001${part}.jsonl`]: '' });
  expect(await mendCaches(empty)).toBe(true);
});

test('files that zwave-js was compacting are its own to restore', async () => {
  const folder = await cache({ '7e570001.values.jsonl.bak': values });
  await rm(join(folder, '7e570001.values.jsonl'));
  expect(await mendCaches(folder)).toBe(false);
  expect(await readdir(folder)).toContain('7e570001.values.jsonl.bak');
});

test('damage to one network says nothing of another', async () => {
  const folder = await cache({
    '12345678.jsonl': network,
    '12345678.values.jsonl': '{',
    '12345678.metadata.jsonl': metadata,
  });
  expect(await mendCaches(folder)).toBe(true);
  expect(await network1(folder)).toBe(network);
  expect((await readdir(folder)).sort()).toEqual([
    '12345678.jsonl',
    '7e570001.jsonl',
    '7e570001.metadata.jsonl',
    '7e570001.values.jsonl',
  ]);
});

test('a controller without nodes has no values, and that is no damage', async () => {
  const alone = line('cacheFormat', 2) + line('node.1.interviewStage', 'Complete');
  const folder = await cache({ '7e570001.jsonl': alone, '7e570001.values.jsonl': '' });
  expect(await mendCaches(folder)).toBe(false);
  expect(await network1(folder)).toBe(alone);
});
