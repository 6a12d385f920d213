import { randomInt } from 'node:crypto';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, pinOf, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

const front = 2;
const cellar = 3;

const randomPin = (digits: number): string =>
  Array.from({ length: digits }, () => String(randomInt(10))).join('');

/** Two locks that give their codes away when asked, by either version of User Code CC. */
const locks = (codes: Record<number, Record<string, string>>): object[] => [
  {
    node: front,
    name: 'Front door',
    product_id: 1,
    security: 's2_access_control',
    supervision: true,
    power: 'battery',
    user_code_version: 2,
    checksum: true,
    slots: 8,
    code_length: { min: 4, max: 10 },
    events: [5, 6, 12, 13, 14, 15],
    codes: codes[front],
  },
  {
    node: cellar,
    name: 'Cellar',
    product_id: 4,
    security: 'none',
    supervision: true,
    power: 'mains',
    user_code_version: 1,
    slots: 6,
    code_length: { min: 4, max: 10 },
    events: [5, 6],
    codes: codes[cellar],
  },
];

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const setUp = async (codes: Record<number, Record<string, string>>) => {
  const cleanup = new AsyncDisposableStack();
  onTestFinished(() => cleanup.disposeAsync());
  const sim: ZwaveSim = cleanup.use(await startZwaveNetwork({ locks: locks(codes) }));
  const { host, lines } = cleanup.use(await temporaryHost());
  return { sim, host, lines, cache: join(host.dataDir, 'cache') };
};

test('no PIN reaches the cache, by any way, nor the log; a restart reads it and touches no code', async () => {
  const theirs = { [front]: { 1: randomPin(8), 2: randomPin(10) }, [cellar]: { 1: randomPin(8) } };
  const { sim, host, lines, cache } = await setUp(theirs);
  const pins = Object.values(theirs).flatMap((codes) => Object.values(codes));

  const first = await readyZwave(sim, host, [front, cellar]);
  for (const node of [front, cellar]) {
    const written = randomPin(9);
    const typed = randomPin(9);
    pins.push(written, typed);
    await first.driver.writeSlot(zwaveLock(node), 5, pinOf(written), never);
    await first.driver.readSlot(zwaveLock(node), 5, never);
    await sim.keypad(node, { action: 'add', slot: 6, code: typed });
    await first.driver.readSlot(zwaveLock(node), 6, never);
    await sim.keypad(node, { action: 'enter', code: written });
  }
  // The simulated locks must have given the codes away, or the search below proves nothing.
  expect(await first.driver.readSlot(zwaveLock(front), 1, never)).toEqual({
    kind: 'read',
    reading: { kind: 'occupied', pin: pinOf(theirs[front][1]), enabled: true },
  });
  const checksum = await first.driver.checksum(zwaveLock(front), never);
  const held = [await sim.codes(front), await sim.codes(cellar)];
  // zwave-js writes at most once a second; closing writes the rest, and both must be clean.
  await vi.waitFor(
    async () => {
      expect((await stat(join(cache, '7e570001.values.jsonl'))).size).toBeGreaterThan(1_000);
    },
    { timeout: 30_000, interval: 50 },
  );
  const search = async (): Promise<void> => {
    const files = await filesIn(host.dataDir);
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files) {
      const bytes = (await readFile(file)).toString('latin1');
      for (const pin of pins) {
        expect(bytes.includes(pin), `a PIN in ${file}`).toBe(false);
        expect(bytes.includes(Buffer.from(pin).toString('hex')), `a PIN in hex in ${file}`).toBe(false);
      }
      expect((await stat(file)).mode & 0o777, file).toBe(0o600);
    }
    for (const pin of pins) expect(lines.join('\n')).not.toContain(pin);
  };
  await search();
  await first.driver[Symbol.asyncDispose]();
  await search();
  const values = await readFile(join(cache, '7e570001.values.jsonl'), 'utf8');
  expect(values).toContain('supportedUsers');
  expect(values).not.toMatch(/"userCode\\?"/);
  expect(values).not.toContain('userCodeChecksum');
  expect(checksum.kind).toBe('checksum');

  await sim.resetFrames();
  const second = await readyZwave(sim, host, [front, cellar]);
  const commands = Object.keys((await sim.frames())[front]?.by_command ?? {});
  expect(commands, 'no interview from the cache').toEqual([]);
  expect([await sim.codes(front), await sim.codes(cellar)]).toEqual(held);
  expect(await second.driver.capabilities(zwaveLock(front), never)).toMatchObject({
    slots: { first: 1, last: 8 },
    checksum: true,
    reportsProgramming: true,
  });
  await second.driver[Symbol.asyncDispose]();
  await search();
});

test('a lost cache means another interview, and no code is touched (FIELD-BUGS 22)', async () => {
  const { sim, host, cache } = await setUp({ [front]: { 1: '1357', 7: '024680' }, [cellar]: { 2: '8642' } });
  const held = [await sim.codes(front), await sim.codes(cellar)];
  const first = await readyZwave(sim, host, [front, cellar]);
  await first.driver[Symbol.asyncDispose]();
  await rm(cache, { recursive: true });
  await sim.resetFrames();
  const second = await readyZwave(sim, host, [front, cellar]);
  await second.driver[Symbol.asyncDispose]();
  expect((await sim.frames())[front]?.by_command).toHaveProperty('UserCodeCCGet');
  expect([await sim.codes(front), await sim.codes(cellar)]).toEqual(held);
});

test('values lost beside a network cache that says all is known are asked for again, and no code is touched', async () => {
  const { sim, host, cache } = await setUp({ [front]: { 1: '1357' }, [cellar]: { 2: '8642' } });
  const held = [await sim.codes(front), await sim.codes(cellar)];
  const first = await readyZwave(sim, host, [front, cellar]);
  await first.driver[Symbol.asyncDispose]();
  // As a kill leaves it that comes between the two files.
  const values = join(cache, '7e570001.values.jsonl');
  const lines = (await readFile(values, 'utf8')).split('\n');
  const kept = lines.filter((line) => !line.includes('commandClass\\":99'));
  expect(kept.length).toBeLessThan(lines.length);
  await writeFile(values, kept.join('\n'));
  await sim.resetFrames();
  const second = await readyZwave(sim, host, [front, cellar]);
  const commands = Object.keys((await sim.frames())[front]?.by_command ?? {});
  expect(commands).not.toContain('UserCodeCCGet');
  expect(await second.driver.capabilities(zwaveLock(front), never)).toMatchObject({
    slots: { first: 1, last: 8 },
    checksum: true,
  });
  expect(await second.driver.readSlot(zwaveLock(front), 1, never)).toMatchObject({ kind: 'read' });
  expect(await second.driver.writeSlot(zwaveLock(front), 2, pinOf('7777'), never)).toEqual({
    kind: 'accepted',
  });
  await second.driver[Symbol.asyncDispose]();
  expect([await sim.codes(front), await sim.codes(cellar)]).toEqual([{ ...held[0], 2: '7777' }, held[1]]);
});

test('a mask seen is remembered over a restart (FIELD-BUGS 2)', async () => {
  const { sim, host } = await setUp({ [front]: { 1: '1357' }, [cellar]: { 2: '8642' } });
  await sim.behaviour(cellar, { mask: true });
  const first = await readyZwave(sim, host, [front, cellar]);
  expect(await first.driver.capabilities(zwaveLock(cellar), never)).toMatchObject({ readBack: 'masked' });
  await first.driver[Symbol.asyncDispose]();
  const second = await readyZwave(sim, host, [front, cellar]);
  expect(await second.driver.capabilities(zwaveLock(cellar), never)).toMatchObject({ readBack: 'masked' });
  expect(await second.driver.capabilities(zwaveLock(front), never)).toMatchObject({ readBack: 'full' });
  await second.driver[Symbol.asyncDispose]();
});

/** A lock that keeps users and their PINs. */
const usersLock = {
  node: front,
  name: 'Users',
  product_id: 0x11,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_credential: { credential_slots: 12 },
  slots: 9,
  code_length: { min: 4, max: 10 },
  events: [5, 6],
};

test('PINs of users do not reach the cache; what the lock can do survives a restart, and its loss', async () => {
  const cleanup = new AsyncDisposableStack();
  onTestFinished(() => cleanup.disposeAsync());
  const theirs = randomPin(10);
  const sim = cleanup.use(await startZwaveNetwork({ locks: [{ ...usersLock, codes: { 1: theirs } }] }));
  const { host } = cleanup.use(await temporaryHost());
  const values = join(host.dataDir, 'cache', '7e570001.values.jsonl');
  const written = randomPin(9);
  const typed = randomPin(9);
  const able = { slots: { first: 1, last: 9 }, readBack: 'full', names: { maxLength: 24 } };

  const first = await readyZwave(sim, host, [front]);
  await first.driver.writeSlot(zwaveLock(front), 5, pinOf(written), never);
  await sim.keypad(front, { action: 'add', slot: 6, code: typed });
  await hinted(first.hints, { kind: 'slot', address: zwaveLock(front), slot: 6 });
  expect(await first.driver.readSlot(zwaveLock(front), 6, never)).toMatchObject({
    reading: { pin: pinOf(typed) },
  });
  expect(await first.driver.capabilities(zwaveLock(front), never)).toMatchObject(able);
  await first.driver[Symbol.asyncDispose]();
  for (const file of await filesIn(host.dataDir)) {
    const bytes = (await readFile(file)).toString('latin1');
    for (const pin of [theirs, written, typed]) {
      expect(bytes.includes(pin), `a PIN in ${file}`).toBe(false);
      expect(bytes.includes(Buffer.from(pin).toString('hex')), `a PIN in hex in ${file}`).toBe(false);
    }
  }

  await sim.resetFrames();
  const second = await readyZwave(sim, host, [front]);
  expect(Object.keys((await sim.frames())[front]?.by_command ?? {}), 'no interview').toEqual([]);
  expect(await second.driver.capabilities(zwaveLock(front), never)).toMatchObject(able);
  await second.driver[Symbol.asyncDispose]();

  const lines = (await readFile(values, 'utf8')).split('\n');
  const kept = lines.filter((line) => !line.includes('commandClass\\":131'));
  expect(kept.length).toBeLessThan(lines.length);
  await writeFile(values, kept.join('\n'));
  const third = await readyZwave(sim, host, [front]);
  expect(await third.driver.capabilities(zwaveLock(front), never)).toMatchObject(able);
  await third.driver[Symbol.asyncDispose]();
  expect(await sim.codes(front)).toEqual({ 1: theirs, 5: written, 6: typed });
});
