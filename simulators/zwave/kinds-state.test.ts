import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SimulatedLock } from './lock.ts';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { preset } from './presets.ts';

const kinds = preset('kinds')!;
let folder: string;
let stateFile: string;
const running: SimulatedNetwork[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zwave-kinds-'));
  stateFile = path.join(folder, 'locks.json');
});
afterEach(async () => {
  for (const network of running.splice(0)) await network.stop();
  await rm(folder, { recursive: true, force: true });
});
const start = async (): Promise<SimulatedNetwork> => {
  const network = await startNetwork({ stateFile, locks: kinds });
  running.push(network);
  return network;
};
const lockOf = (network: SimulatedNetwork, node: number): SimulatedLock => network.places.get(node)!.lock;
const july = {
  startYear: 26,
  startMonth: 7,
  startDay: 1,
  startHour: 15,
  startMinute: 0,
  stopYear: 26,
  stopMonth: 7,
  stopDay: 3,
  stopHour: 11,
  stopMinute: 0,
};

test('users, names, schedules, zone and code length survive a restart; a clock without a battery does not', async () => {
  const before = await start();
  await before.places.get(2)!.person.keypad({ action: 'add', code: '777777' });
  lockOf(before, 2).users?.putUser(3, { name: 'Grace', active: false, type: 'general', by: 'radio' });
  lockOf(before, 2).changed();
  const book = lockOf(before, 4).schedules!;
  book.set(1, 1, july, true);
  lockOf(before, 4).clock?.setZone({ standard_minutes: 60, dst_minutes: 120 });
  lockOf(before, 4).clock?.setRunning(Date.UTC(2030, 0, 1));
  lockOf(before, 4).changed();
  lockOf(before, 5).clock?.setRunning(Date.UTC(2030, 0, 1));
  lockOf(before, 5).changed();
  expect(lockOf(before, 6).setParameter(16, 6)).toBe('wiped');
  const users = lockOf(before, 2).users?.memory;
  await before.stop();

  const after = await start();
  expect(lockOf(after, 2).users?.memory).toEqual(users);
  expect(lockOf(after, 2).users?.user(1)?.name).toBe('Ada');
  expect(lockOf(after, 2).users?.user(3)).toMatchObject({ name: 'Grace', active: false });
  expect(lockOf(after, 2).occupied()).toEqual([
    [1, { status: 'enabled', code: '258013' }],
    [2, { status: 'enabled', code: '777777' }],
  ]);
  expect(lockOf(after, 4).schedules?.get(1, 1)).toEqual(july);
  expect(lockOf(after, 4).schedules?.admits(1, Date.UTC(2026, 0, 1))).toBe(false);
  expect(lockOf(after, 4).clock?.zone).toEqual({ standard_minutes: 60, dst_minutes: 120 });
  expect(new Date(lockOf(after, 4).clock!.local()).getUTCFullYear()).toBe(2030);
  expect(new Date(lockOf(after, 5).clock!.local()).getUTCFullYear()).toBe(2000);
  expect(lockOf(after, 6).codeLength).toEqual({ min: 6, max: 6 });
  expect(lockOf(after, 6).occupied()).toEqual([]);
});

test('a factory reset takes users, schedules and parameters too', async () => {
  const network = await start();
  lockOf(network, 4).schedules?.set(1, 1, july, true);
  lockOf(network, 6).setParameter(16, 6);
  for (const node of [2, 4, 6]) {
    const init = { method: 'POST', body: '{"network":false}' };
    const response = await fetch(`${network.controlUrl}/locks/${node}/factory_reset`, init);
    expect(response.status).toBe(200);
  }
  expect(lockOf(network, 2).users?.users()).toEqual([]);
  expect(lockOf(network, 4).schedules?.memory).toEqual({});
  expect(lockOf(network, 6).codeLength).toEqual({ min: 4, max: 4 });
});

test.each([
  [
    'a name',
    'user_credential.users.1.name',
    { user_credential: { users: { 1: { name: 7 } }, credentials: {} } },
  ],
  [
    'a PIN',
    'user_credential.credentials.1.code',
    { user_credential: { users: {}, credentials: { 1: { user: 1, code: '987654x', by: 'local' } } } },
  ],
  ['a schedule', 'schedules.1.year_day.1', { schedules: { 1: { enforced: true, year_day: { 1: {} } } } }],
  ['a parameter', 'parameters.16', { parameters: { 16: 'six' } }],
])('a bad state file is named with its field and without digits: %s', async (_, field, memory) => {
  const locks = { 2: { locked: true, slots: {}, ...memory } };
  await writeFile(stateFile, JSON.stringify({ locks }));
  const failure: unknown = await start().catch((error: unknown) => error);
  expect(String(failure)).toContain(`${stateFile} (--state): locks.2.${field}`);
  expect(String(failure)).not.toContain('987654');
});
