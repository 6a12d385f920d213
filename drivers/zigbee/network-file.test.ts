import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../src/ports/errors.ts';
import { isUndecided, markDecided, markUndecided } from '../shared/first-start.ts';
import type { SecretPlace } from '../shared/first-start.ts';
import {
  decideNetwork,
  hasPublicKey,
  makeNetwork,
  nameOf,
  readNetwork,
  writeNetwork,
} from './network-file.ts';

const key = '8f1e2d3c4b5a69788796a5b4c3d2e1f0';
const valid = { pan_id: 6754, extended_pan_id: 'DDDDdddd00000001', channel: 15, network_key: key };

const place = async (content?: unknown): Promise<SecretPlace> => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-network-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'network.json');
  if (content !== undefined)
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return { file, marker: join(folder, 'no-coordinator-yet') };
};

const complaint = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('nothing was refused');
};

test('a network file is read as the design has it', async () => {
  const { file } = await place(valid);
  const network = await readNetwork(file);
  expect(network).toEqual({
    panId: 6754,
    extendedPanId: 'dddddddd00000001',
    channel: 15,
    networkKey: [...Buffer.from(key, 'hex')],
  });
  expect(network && nameOf(network)).toBe('PAN 6754, extended PAN dddddddd00000001, channel 15');
});

test.each([
  [{ ...valid, pan_id: 65_535 }, 'pan_id: found 65535, allowed: a whole number from 1 to 65534'],
  [{ ...valid, pan_id: 0 }, 'pan_id: found 0'],
  [{ ...valid, pan_id: '0x1a62' }, 'pan_id: found "0x1a62"'],
  [{ ...valid, extended_pan_id: 'dd' }, 'extended_pan_id: found "dd", allowed: 16 hexadecimal digits'],
  [{ ...valid, extended_pan_id: '0000000000000000' }, 'extended_pan_id: found "0000000000000000"'],
  [{ ...valid, channel: 27 }, 'channel: found 27, allowed: a whole number from 11 to 26'],
  [{ ...valid, channel: [15] }, 'channel: found [15]'],
  [
    { ...valid, network_key: key.slice(2) },
    'network_key: found 30 characters, allowed: 32 hexadecimal digits',
  ],
  [{ ...valid, network_key: [...Buffer.from(key, 'hex')] }, 'network_key: found a list of 16 numbers'],
  [{ ...valid, network_key: 'f'.repeat(32) }, 'network_key: found 32 characters'],
  [{ pan_id: 6754 }, 'extended_pan_id: found nothing'],
  [{ ...valid, panid: 1 }, 'unknown key panid'],
  [[valid], 'must be a JSON object'],
  [`{"network_key": "${key}"`, 'not valid JSON'],
])('what is wrong with a network file is said, without its key: %#', async (content, expected) => {
  const { file } = await place(content);
  const said = await complaint(() => readNetwork(file));
  expect(said).toContain(`${file}: `);
  expect(said).toContain(expected);
  expect(said.toLowerCase()).not.toContain(key.slice(0, 6));
});

test('a made network is random, quiet, legal and not known to everybody', () => {
  const made = Array.from({ length: 200 }, makeNetwork);
  for (const network of made) {
    expect(network.panId).toBeGreaterThan(0);
    expect(network.panId).toBeLessThan(0xffff);
    expect([11, 15, 20, 25]).toContain(network.channel);
    expect(network.networkKey).toHaveLength(16);
    expect(hasPublicKey(network)).toBe(false);
  }
  expect(new Set(made.map(({ networkKey }) => networkKey.join())).size).toBe(200);
  expect(new Set(made.map(({ extendedPanId }) => extendedPanId)).size).toBe(200);
  expect(new Set(made.map(({ channel }) => channel)).size).toBe(4);
  const known = { ...makeNetwork(), networkKey: [...Buffer.from('01030507090b0d0f00020406080a0c0d', 'hex')] };
  expect(hasPublicKey(known)).toBe(true);
});

test('a network is written for its owner only, and survives being read again', async () => {
  const at = await place();
  const network = makeNetwork();
  await writeNetwork(at.file, network);
  expect(await readNetwork(at.file)).toEqual(network);
  expect((await stat(at.file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(at.file, '..'))).toEqual(['network.json']);
  const names = (await readFile(at.file, 'utf8')).match(/"\w+(?=":)/g) ?? [];
  expect(names.map((name) => name.slice(1))).toEqual(Object.keys(valid));
});

test('FIELD-BUGS 34: a network is made for a new installation only', async () => {
  const at = await place();
  expect(await decideNetwork(at, true, [])).toEqual({ kind: 'make_if_alone' });
  const said = await complaint(() => decideNetwork(at, false, []));
  expect(said).toContain(`${at.file}: the Zigbee network file is missing`);
  expect(said).toContain('Restore this file from your backup');
  // A first start that met no coordinator stays a first start.
  await markUndecided(at, 'no coordinator yet');
  expect(await decideNetwork(at, false, [])).toEqual({ kind: 'make_if_alone' });
  // Unless herdsman's files tell of a network after all.
  const trace = '/data/coordinator_backup.json';
  expect(await complaint(() => decideNetwork(at, true, [trace]))).toContain(`${trace} tells of a network`);
});

test('a first start is one until a coordinator has the network', async () => {
  const at = await place(valid);
  expect(await isUndecided(at)).toBe(false);
  await markUndecided(at, 'no coordinator yet');
  expect(await decideNetwork(at, true, [])).toMatchObject({ kind: 'use', network: { panId: 6754 } });
  expect(await isUndecided(at)).toBe(true);
  await markDecided(at);
  expect(await readdir(join(at.file, '..'))).toEqual(['network.json']);
});

test('a network file that cannot be read is an error of the settings, not a missing one', async () => {
  const at = await place();
  await mkdir(at.file);
  expect(await complaint(() => decideNetwork(at, true, []))).toContain("can't be read");
});
