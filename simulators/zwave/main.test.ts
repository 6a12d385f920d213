import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';

const main = path.join(import.meta.dirname, 'main.ts');
const readySchema = z.strictObject({
  serial: z.string().regex(/^tcp:\/\/127\.0\.0\.1:\d+$/),
  control: z.string().regex(/^http:\/\/127\.0\.0\.1:\d+$/),
  locks: z.array(z.looseObject({ node: z.number(), name: z.string() })),
  waiting: z.array(z.looseObject({ id: z.string(), pin: z.string().nullable() })),
});
type Ready = z.infer<typeof readySchema>;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const start = (
  ...args: string[]
): { child: ChildProcess; ready: Promise<Ready>; ended: Promise<unknown> } => {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  const ready = (async (): Promise<Ready> => {
    for await (const line of createInterface({ input: child.stdout }))
      return readySchema.parse(JSON.parse(line));
    throw new Error('ended without a line');
  })();
  ready.catch(() => undefined);
  const ended = once(child, 'exit').then(([code]: unknown[]) => code);
  return { child, ready, ended };
};

const errorsOf = async (child: ChildProcess): Promise<string> => {
  let text = '';
  for await (const chunk of child.stderr ?? []) text += String(chunk);
  return text;
};

test('it says in one line where it listens, and SIGTERM ends it, whoever is connected', async () => {
  const { child, ready, ended } = start('--port', '0', '--control-port', '0', '--locks', 'fleet-3');
  const { serial, control, locks } = await ready;
  expect(locks.map(({ node }) => node)).toEqual([2, 3, 4]);
  expect((await fetch(`${control}/locks`)).status).toBe(200);
  const client = net.connect(Number(new URL(serial).port), '127.0.0.1');
  await once(client, 'connect');
  const stream = await fetch(`${control}/events`);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  client.destroy();
  await stream.body?.cancel().catch(() => undefined);
});

test('POST /stop ends it, and so does the end of its parent', async () => {
  const stopped = start();
  const { control } = await stopped.ready;
  expect((await fetch(`${control}/stop`, { method: 'POST' })).status).toBe(200);
  expect(await stopped.ended).toBe(0);
  const orphan = start('--exit-with-parent');
  await orphan.ready;
  orphan.child.stdin?.end();
  expect(await orphan.ended).toBe(0);
});

test('a port in use is named together with its flag', async () => {
  const taken = net.createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (const flag of ['--port', '--control-port']) {
    const { child, ended } = start(flag, String(port));
    expect(await errorsOf(child)).toContain(`port ${port} is in use: choose another with ${flag}`);
    expect(await ended).toBe(1);
  }
  taken.close();
});

test.each([
  [['--port', '70000'], 2, '--port: found "70000"'],
  [['--locks', 'nonsense'], 2, '--locks: found "nonsense"'],
  [['--colour', 'red'], 2, 'usage:'],
])('%s is refused with a message', async (args, code, message) => {
  const { child, ended } = start(...args);
  expect(await errorsOf(child)).toContain(message);
  expect(await ended).toBe(code);
});

test('a lock of a file can be a model, but for what else the file says of it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zwave-locks-'));
  const file = path.join(folder, 'locks.json');
  await writeFile(file, JSON.stringify([{ model: 'yale-yrl-zw2', node: 7, name: 'Lobby', slots: 30 }]));
  const { locks, control } = await start('--locks', file).ready;
  expect(locks).toMatchObject([{ node: 7, name: 'Lobby' }]);
  const lock = await (await fetch(`${control}/locks/7`)).json();
  expect(lock).toMatchObject({ security: 's0', slots: [{ slot: 1, code: '147036' }] });
  await writeFile(file, JSON.stringify([{ model: 'yale-yrl-zw9', node: 7, name: 'Lobby' }]));
  const unknown = start('--locks', file);
  expect(await errorsOf(unknown.child)).toMatch(
    /locks\.json \(--locks\): 0\.model: found "yale-yrl-zw9"; allowed is one of schlage-be469, .*samsung-shp/,
  );
  expect(await unknown.ended).toBe(2);
  await rm(folder, { recursive: true });
});

test('a bad keys file is named with its field and without a key', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zwave-keys-'));
  const file = path.join(folder, 'keys.json');
  await writeFile(file, JSON.stringify({ S0_Legacy: 'deadbeef' }));
  const { child, ended } = start('--keys', file);
  const errors = await errorsOf(child);
  expect(errors).toContain(`${file} (--keys): S0_Legacy: 32 hex digits`);
  expect(errors).not.toContain('deadbeef');
  expect(await ended).toBe(1);
  await rm(folder, { recursive: true });
});

test('a lock keeps its codes when the simulator is killed', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zwave-state-'));
  const args = ['--locks', 'one', '--state', path.join(folder, 'locks.json')];
  const first = start(...args);
  const body = JSON.stringify({ action: 'add', slot: 5, code: '505050' });
  await fetch(`${(await first.ready).control}/locks/2/keypad`, { method: 'POST', body });
  first.child.kill('SIGKILL');
  await first.ended;
  const second = start(...args);
  const answer = await fetch(`${(await second.ready).control}/locks/2`);
  expect(await answer.json()).toMatchObject({
    slots: [
      { slot: 1, status: 'enabled', code: '258013' },
      { slot: 5, status: 'enabled', code: '505050' },
    ],
  });
  await rm(folder, { recursive: true });
});

test('a bad state file ends it with code 1 and a message, not a stack', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zwave-state-'));
  const file = path.join(folder, 'locks.json');
  await writeFile(file, JSON.stringify({ locks: { 2: { locked: true, battery: 150, slots: {} } } }));
  const { child, ended } = start('--state', file);
  const errors = await errorsOf(child);
  expect(errors).toMatch(/^simulators\/zwave: \S+locks\.json \(--state\): locks\.2\.battery: .+\n$/);
  expect(await ended).toBe(1);
  await rm(folder, { recursive: true });
});
