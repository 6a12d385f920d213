import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpBench } from '../../../test/support/http-bench.ts';
import type { Answer } from '../../app/answer.ts';
import { provesNobody } from './listen.ts';
import { StartError } from '../../ports/errors.ts';

let bench: HttpBench;

beforeEach(() => {
  bench = new HttpBench(['slow/get']);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('starting and closing', () => {
  it('makes the socket for its user and group only, or as told', async () => {
    await bench.start();
    expect(statSync(bench.socketPath).mode & 0o777).toBe(0o660);
    const other = join(bench.dir, 'o.sock');
    await bench.start({ socketPath: other, socketMode: 0o600 });
    expect(statSync(other).mode & 0o777).toBe(0o600);
  });

  it('takes over a socket file that a killed daemon left behind', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(join(bench.dir, 's'))}, () => process.stdout.write('up'))`;
    const killed = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(join(bench.dir, 's'))).toBe(true);
    bench.socketPath = join(bench.dir, 's');
    await bench.start();
    expect((await bench.ask('/health')).status).toBe(200);
  });

  it('does not take the socket away from a daemon that lives', async () => {
    await bench.start();
    await expect(bench.start()).rejects.toThrow(StartError);
    await expect(bench.start()).rejects.toThrow(/Another daemon answers at .*http\.socket/);
    expect((await bench.ask('/health')).status).toBe(200);
  });

  it('takes a socket for abandoned only when a connection to it is refused, or it has gone', () => {
    const codes = ['ECONNREFUSED', 'ENOENT', 'EACCES', 'EAGAIN', 'EPROTOTYPE', undefined];
    expect(codes.map(provesNobody)).toEqual([true, true, false, false, false, false]);
  });

  it('removes nothing that is not a socket', async () => {
    bench.socketPath = join(bench.dir, 'precious');
    writeFileSync(bench.socketPath, 'data');
    await expect(bench.start()).rejects.toThrow(/isn't a socket/);
    expect(statSync(bench.socketPath).size).toBe(4);
  });

  it.each([
    ['too long', () => join(bench.dir, 'x'.repeat(120)), /longer than 107 bytes.*http\.socket/],
    ['in a file', () => join(bench.dir, 'file', 'l.sock'), /No socket can be made.*http\.socket/],
  ])('says plainly that a socket path is %s', async (_name, path, message) => {
    writeFileSync(join(bench.dir, 'file'), '');
    bench.socketPath = path();
    await expect(bench.start()).rejects.toThrow(StartError);
    await expect(bench.start()).rejects.toThrow(message);
  });

  it('names the port in use and the key to change, and leaves no socket behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const attempt = bench.start({ listen: { host: '127.0.0.1', port } });
    await expect(attempt).rejects.toThrow(StartError);
    await expect(attempt).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use by another program; change http.listen.`,
    );
    expect(existsSync(bench.socketPath)).toBe(false);
    other.close();
  });

  it('lets a request in work end, and hangs up on it at the deadline', async () => {
    const face = await bench.start();
    let finish: (answer: Answer) => void = () => undefined;
    const inWork = () =>
      new Promise<Answer>((resolve) => {
        finish = resolve;
      });
    bench.app.answers.set('slow/get', inWork);
    const patient = bench.ask('/slow/get');
    await expect.poll(() => bench.app.calls.length).toBe(1);
    const closed = face.close();
    finish({ ok: true, body: {} });
    expect((await patient).status).toBe(200);
    await closed;

    const second = await bench.start();
    const doomed = bench.ask('/slow/get');
    doomed.catch(() => undefined);
    await expect.poll(() => bench.app.calls.length).toBe(2);
    const closing = second.close();
    await expect.poll(() => bench.clock.armed.size).toBe(1);
    for (const fire of bench.clock.armed) fire();
    await closing;
    await expect(doomed).rejects.toThrow();
    expect(existsSync(bench.socketPath)).toBe(false);
  });
});
