import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { Client } from './client.ts';

let dir: string;
let server: Server;
/** What the daemon's next answers say that the time is. */
let headers: Readonly<Record<string, string>>;
const clock = new VirtualClock();

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-client-'));
  server = createServer((request, response) => {
    if (request.url !== '/hang') response.writeHead(200, headers).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(join(dir, 's'), resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

const open = (): Client => {
  const { signal } = new AbortController();
  return new Client({ socketPath: join(dir, 's'), source: 'test', showCodes: false, clock, signal });
};

test('a daemon that gives no answer is given up after a minute', async () => {
  const answer = open().call('hang', {}, z.object({}));
  let isOver = false;
  void answer.finally(() => (isOver = true));
  await clock.advance(59_999);
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect(await answer).toMatchObject({
    failure: { exit: 3, message: expect.stringContaining('60 s') as string },
  });
});

test("ages are counted by the bridge's clock as of its last answer that told it, until then by this machine's", async () => {
  const client = open();
  const after = async (told?: string): Promise<number> => {
    headers = told === undefined ? {} : { 'x-lockstep-time': told };
    expect(await client.call('lockstep/status', {}, z.object({}))).toMatchObject({ ok: true });
    return client.now();
  };
  // A daemon of an older release tells nothing.
  for (const told of [undefined, 'noon']) expect(await after(told)).toBe(clock.now());
  expect(await after('1700000000123')).toBe(1_700_000_000_123);
  for (const told of [undefined, 'noon']) expect(await after(told)).toBe(1_700_000_000_123);
  expect(await after('1600000000000'), 'a floor that was lowered').toBe(1_600_000_000_000);
  expect(clock.timers, 'no deadline is left behind').toBe(0);
});
