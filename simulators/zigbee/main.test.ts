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
  network: z.strictObject({ pan_id: z.number(), extended_pan_id: z.string(), channel: z.number() }),
  locks: z.array(z.looseObject({ id: z.string(), ieee: z.string(), name: z.string() })),
  waiting: z.array(z.looseObject({ id: z.string() })),
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
  expect(locks.map(({ id }) => id)).toEqual(['room-1', 'room-2', 'room-3']);
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

test('a bad network file is named with its field and without its key', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zigbee-network-'));
  const file = path.join(folder, 'network.json');
  const network = { pan_id: 0x1234, extended_pan_id: '0102030405060708', channel: 11 };
  await writeFile(file, JSON.stringify({ ...network, network_key: 'deadbeef' }));
  const { child, ended } = start('--network', file);
  const errors = await errorsOf(child);
  expect(errors).toContain(`${file} (--network): network_key: 32 hex digits`);
  expect(errors).not.toContain('deadbeef');
  expect(await ended).toBe(2);
  await writeFile(file, JSON.stringify({ ...network, network_key: 'ab'.repeat(16) }));
  const { ready } = start('--network', file);
  expect((await ready).network).toEqual(network);
  await rm(folder, { recursive: true });
});

test('a coordinator fresh from the factory has no network', async () => {
  const { control } = await start('--blank', '--locks', 'one').ready;
  const coordinator = await (await fetch(`${control}/coordinator`)).json();
  expect(coordinator).toMatchObject({ network: null, children: 0 });
});

test('a lock keeps its codes and its address, and the coordinator its network, when the simulator is killed', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zigbee-state-'));
  const args = ['--locks', 'one', '--state', path.join(folder, 'locks.json')];
  const first = start(...args);
  const { control, locks } = await first.ready;
  const { id } = locks[0]!;
  const body = JSON.stringify({ action: 'add', slot: 5, code: '505050' });
  await fetch(`${control}/locks/${id}/keypad`, { method: 'POST', body });
  const before: unknown = await (await fetch(`${control}/locks/${id}`)).json();
  first.child.kill('SIGKILL');
  await first.ended;
  const second = start(...args);
  const after: unknown = await (await fetch(`${(await second.ready).control}/locks/${id}`)).json();
  const schema = z.looseObject({ network_address: z.number(), slots: z.array(z.unknown()) });
  const { network_address, slots } = schema.parse(before);
  expect(after).toMatchObject({ network_address, slots });
  expect(slots).toContainEqual(expect.objectContaining({ slot: 5, code: '505050' }));
  await rm(folder, { recursive: true });
});

test('a bad state file ends it with code 1 and a message, not a stack', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zigbee-state-'));
  const file = path.join(folder, 'locks.json');
  await writeFile(file, JSON.stringify({ locks: {}, network: { stick: 1 } }));
  const { child, ended } = start('--state', file);
  const errors = await errorsOf(child);
  expect(errors).toMatch(/^simulators\/zigbee: \S*locks\.json \(--state\): network\.stick: .+\n$/);
  expect(await ended).toBe(1);
  await rm(folder, { recursive: true });
});
