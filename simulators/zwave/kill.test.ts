import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SupervisionStatus } from '@zwave-js/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { UserIDStatus } from 'zwave-js';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { preset } from './presets.ts';
import { startHub } from './testing/hub.ts';

const success = { status: SupervisionStatus.Success };
const cleanups: (() => Promise<unknown>)[] = [];
let net: SimulatedNetwork;
let cacheDir: string;
beforeAll(async () => {
  net = await startNetwork({ locks: preset('one')! });
  cacheDir = await mkdtemp(path.join(tmpdir(), 'zwave-cache-'));
  cleanups.push(
    () => net.stop(),
    () => rm(cacheDir, { recursive: true, force: true }),
  );
});
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

test('hubs killed in the middle of their work leave a stick that the next one can use', async () => {
  const client = path.join(import.meta.dirname, 'testing', 'client.ts');
  for (let kill = 0; kill < 3; kill += 1) {
    const child = spawn(process.execPath, [client, net.serialUrl, cacheDir], {
      env: { ...process.env, NODE_ENV: 'test' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    const before = net.places.get(2)!.lock.counters.sets_received;
    await vi.waitFor(
      () => {
        expect(net.places.get(2)!.lock.counters.sets_received).toBeGreaterThan(before + 2 + kill);
      },
      { timeout: 40_000, interval: 1 },
    );
    child.kill('SIGKILL');
    await exited;
  }
  const hub = await startHub(net.serialUrl, { cacheDir });
  cleanups.unshift(() => hub.stop());
  expect(await hub.node(2).commandClasses['User Code'].set(20, UserIDStatus.Enabled, '202020')).toEqual(
    success,
  );
  const { lock } = net.places.get(2)!;
  expect(lock.slot(1)?.code).toBe('258013');
  expect(lock.counters).toMatchObject({ all_cleared: 0, clears_received: 0 });
});
