import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DoorLockMode } from '@zwave-js/cc';
import { SupervisionStatus } from '@zwave-js/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UserIDStatus } from 'zwave-js';
import { z } from 'zod';
import { StateFileError } from '../shared/kept-state.ts';
import { type NetworkOptions, type SimulatedNetwork, startNetwork } from './network.ts';
import { preset } from './presets.ts';
import { StateFile } from './state-file.ts';
import { startHub } from './testing/hub.ts';

const one = preset('one')!;
const success = { status: SupervisionStatus.Success };
const cleanups: (() => Promise<unknown>)[] = [];
let folder: string;
let stateFile: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zwave-state-'));
  stateFile = path.join(folder, 'locks.json');
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const network = async (options: NetworkOptions = {}): Promise<SimulatedNetwork> => {
  const started = await startNetwork({ stateFile, ...options });
  cleanups.unshift(() => started.stop());
  return started;
};

const lockSchema = z.looseObject({
  slots: z.array(z.unknown()),
  locked: z.boolean(),
  battery: z.number().nullable(),
  behaviour: z.looseObject({ refuse: z.unknown() }),
  counters: z.record(z.string(), z.number()),
});
const at = async (net: SimulatedNetwork, node: number): Promise<z.infer<typeof lockSchema>> =>
  lockSchema.parse(await (await fetch(`${net.controlUrl}/locks/${node}`)).json());
const slotsAt = async (net: SimulatedNetwork, node: number): Promise<unknown> => (await at(net, node)).slots;
const post = (net: SimulatedNetwork, route: string, body: unknown): Promise<Response> =>
  fetch(`${net.controlUrl}${route}`, { method: 'POST', body: JSON.stringify(body) });

const inFile = (node: number): unknown =>
  z.object({ locks: z.record(z.string(), z.unknown()) }).parse(JSON.parse(readFileSync(stateFile, 'utf8')))
    .locks[node];

test('codes, bolt and battery survive a restart, behaviour and counters do not', async () => {
  const before = await network();
  const hub = await startHub(before.serialUrl);
  const userCode = hub.node(2).commandClasses['User Code'];
  expect(await userCode.set(7, UserIDStatus.Enabled, '070707')).toEqual(success);
  expect(await userCode.set(9, UserIDStatus.Disabled, '090909')).toEqual(success);
  expect(await userCode.clear(1)).toEqual(success);
  expect(await hub.node(2).commandClasses['Door Lock'].set(DoorLockMode.Unsecured)).toEqual(success);
  await hub.stop();
  await post(before, '/locks/3/keypad', { action: 'change', slot: 3, code: '31313' });
  await post(before, '/locks/4/keypad', { action: 'add', slot: 20, code: '2020202020' });
  await post(before, '/locks/4/keypad', { action: 'enter', code: '2020202020' });
  await post(before, '/locks/5/keypad', { action: 'delete', slot: 2 });
  await post(before, '/locks/5/battery', { level: 15 });
  await post(before, '/locks/2/behaviour', { refuse: true });
  await before.stop();

  const after = await network();
  const front = await at(after, 2);
  expect(front).toMatchObject({
    slots: [
      { slot: 7, status: 'enabled', code: '070707' },
      { slot: 9, status: 'disabled', code: '090909' },
    ],
    locked: false,
    battery: 87,
    behaviour: { refuse: false },
  });
  expect(new Set(Object.values(front.counters))).toEqual(new Set([0]));
  expect(await at(after, 3)).toMatchObject({
    slots: [{ slot: 3, status: 'enabled', code: '31313' }],
    locked: true,
    battery: null,
  });
  expect(await at(after, 4)).toMatchObject({
    slots: [{ slot: 20, status: 'enabled', code: '2020202020' }],
    locked: false,
  });
  expect(await at(after, 5)).toMatchObject({ slots: [], locked: true, battery: 15 });
});

test('a lock that was emptied stays empty, whoever emptied it', async () => {
  const locks = preset('default')!;
  const before = await network({ locks });
  const hub = await startHub(before.serialUrl);
  expect(await hub.node(2).commandClasses['User Code'].clear(0)).toEqual(success);
  await hub.stop();
  await post(before, '/locks/3/keypad', { action: 'delete_all' });
  await before.stop();
  const after = await network({ locks });
  expect(await slotsAt(after, 2)).toEqual([]);
  expect(await slotsAt(after, 3)).toEqual([]);
});

test('a change is in the file before it is told of, and before its answer leaves the lock', async () => {
  const net = await network({ locks: one });
  const hub = await startHub(net.serialUrl);
  cleanups.unshift(() => hub.stop());
  const held: Record<string, unknown> = {};
  net.log.subscribe((happening) => {
    held[happening.type] ??= inFile(2);
    return Promise.resolve();
  });
  await post(net, '/locks/2/behaviour', { answer_hold: true });
  const answered = hub.node(2).commandClasses['User Code'].set(8, UserIDStatus.Enabled, '080808');
  const code = { slots: { 8: { status: 'enabled', code: '080808' } } };
  await vi.waitFor(
    () => {
      expect(held['answer_held']).toMatchObject(code);
    },
    { timeout: 30_000 },
  );
  expect(held['set_received']).not.toMatchObject(code);
  expect(held['set_applied']).toMatchObject(code);
  await post(net, '/locks/2/behaviour', { answer_hold: false });
  expect(await answered).toEqual(success);
});

test('a lie and a refusal leave the file as it was (FIELD-BUGS 17)', async () => {
  const net = await network({ locks: one });
  const { lock } = net.places.get(2)!;
  const before = inFile(2);
  lock.change({ lie: 1 });
  expect(lock.set(7, 'enabled', '070707')).toEqual({ ok: true, stored: false });
  lock.change({ refuse: 1 });
  expect(lock.clear(1)).toEqual({ ok: false, why: 'told_to' });
  expect(inFile(2)).toEqual(before);
  lock.set(7, 'enabled', '070707');
  expect(inFile(2)).not.toEqual(before);
});

test('locks that only the file knows are left alone, locks that only the preset knows start as it says', async () => {
  const first = await network({ locks: one });
  await post(first, '/locks/2/keypad', { action: 'add', slot: 4, code: '040404' });
  await first.stop();
  const all = await network();
  expect(await slotsAt(all, 2)).toHaveLength(2);
  expect(await slotsAt(all, 5)).toEqual([{ slot: 2, status: 'enabled', code: '0420' }]);
  await post(all, '/locks/5/keypad', { action: 'change', slot: 2, code: '5555' });
  await all.stop();
  const few = await network({ locks: one });
  expect([...few.places.keys()]).toEqual([2]);
  await post(few, '/locks/2/keypad', { action: 'delete', slot: 4 });
  await few.stop();
  const again = await network();
  expect(await slotsAt(again, 2)).toHaveLength(1);
  expect(await slotsAt(again, 5)).toEqual([{ slot: 2, status: 'enabled', code: '5555' }]);
});

test("the file is its owner's alone from the start, whatever lay there before", async () => {
  await writeFile(stateFile, '{"locks":{}}');
  await writeFile(`${stateFile}.tmp`, 'left by a killed process');
  await chmod(stateFile, 0o644);
  await chmod(`${stateFile}.tmp`, 0o644);
  const net = await network({ locks: one });
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
  expect(inFile(2)).toMatchObject({ slots: { 1: { code: '258013' } } });
  await post(net, '/locks/2/keypad', { action: 'delete_all' });
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
  expect(inFile(2)).toMatchObject({ slots: {} });
  expect(existsSync(`${stateFile}.tmp`)).toBe(false);
});

test('a command that a stopped network still works on never reaches the file', async () => {
  const first = await network({ locks: one });
  const { lock } = first.places.get(2)!;
  await first.stop();
  const second = await network({ locks: one });
  lock.set(7, 'enabled', '070707');
  await second.stop();
  expect(inFile(2)).not.toHaveProperty('slots.7');
});

test('a change that cannot be kept is not answered', async () => {
  // The library that runs the locks prints what a command fails with.
  const told = vi.spyOn(console, 'error').mockReturnValue(undefined);
  const net = await network({ locks: one });
  const hub = await startHub(net.serialUrl);
  cleanups.unshift(() => hub.stop());
  await rm(folder, { recursive: true });
  const message = `${stateFile} (--state): not writable (ENOENT)`;
  const person = await post(net, '/locks/2/keypad', { action: 'add', code: '123123' });
  expect(person.status).toBe(500);
  expect(await person.json()).toEqual({ error: message });
  expect(await hub.node(2).commandClasses['User Code'].set(7, UserIDStatus.Enabled, '070707')).not.toEqual(
    success,
  );
  expect(told).toHaveBeenCalledWith(expect.objectContaining({ message }));
  told.mockRestore();
});

const lockOf = (change: object): string =>
  JSON.stringify({ locks: { 2: { locked: true, battery: 50, slots: {}, ...change } } });

test.each([
  ['not JSON', 'not JSON', '{"locks":'],
  ['an empty file', 'not JSON', ''],
  ['an array', 'file: ', '[]'],
  ['no locks', 'locks: ', '{}'],
  ['an unknown key', 'locks.2: Unrecognized key: "door"', lockOf({ door: 'open' })],
  ['a bolt in words', 'locks.2.locked: ', lockOf({ locked: 'yes' })],
  ['a battery above 100', 'locks.2.battery: ', lockOf({ battery: 101 })],
  ['a slot 0', 'locks.2.slots.0: ', lockOf({ slots: { 0: { status: 'enabled', code: '987654' } } })],
  ['a status', 'locks.2.slots.4.status: ', lockOf({ slots: { 4: { status: 'on', code: '987654' } } })],
  [
    'a code',
    'locks.2.slots.4.code: 4 to 10 digits, as a string',
    lockOf({ slots: { 4: { status: 'enabled', code: '987654x' } } }),
  ],
  [
    'a slot beyond the last',
    'locks.2.slots.31: Front door has slots 1 to 30',
    lockOf({ slots: { 31: { status: 'enabled', code: '987654' } } }),
  ],
])(
  'a bad state file is named with its field, without digits, and left as it is: %s',
  async (_, field, text) => {
    await writeFile(stateFile, text);
    const failure: unknown = await startNetwork({ stateFile, locks: one }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StateFileError);
    const message = failure instanceof Error ? failure.message : '';
    expect(message).toContain(`${stateFile} (--state): ${field}`);
    expect(message).not.toContain('987654');
    expect(readFileSync(stateFile, 'utf8')).toBe(text);
  },
);

test('a state file that cannot be read or written is said so at the start', async () => {
  expect(() => new StateFile(folder)).toThrow(`${folder} (--state): not readable (EISDIR)`);
  const nowhere = path.join(folder, 'missing', 'locks.json');
  await expect(startNetwork({ stateFile: nowhere, locks: one })).rejects.toThrow(
    `${nowhere} (--state): not writable (ENOENT)`,
  );
});
