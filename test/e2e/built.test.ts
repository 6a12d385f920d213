import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gateway } from '../contract/benches/gateway.ts';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient } from '../support/bridge-client.ts';
import { until } from '../support/until.ts';

const here = join(import.meta.dirname, '../..');
const cleanup = new AsyncDisposableStack();
let built: string;
const buildMostMs = 240_000;

beforeAll(async () => {
  // A build of its own: what is in `dist` may be older than the sources.
  built = mkdtempSync(join(tmpdir(), 'lockstep-built-'));
  cleanup.defer(() => {
    rmSync(built, { recursive: true, force: true });
  });
  cpSync(join(here, 'package.json'), join(built, 'package.json'));
  symlinkSync(join(here, 'node_modules'), join(built, 'node_modules'));
  const options = ['--noCheck', '--incremental', 'false', '--outDir', join(built, 'dist')];
  const tsc = join(here, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json'), ...options]);
}, buildMostMs);
afterAll(() => cleanup.disposeAsync());

test("the built daemon works with somebody else's driver, whose PINs are of its own making", async () => {
  const gateway = new Gateway([{ id: 'front', name: 'Front door', masks: false }]);
  await gateway.listen();
  cleanup.defer(() => gateway.close());
  const bridge = cleanup.use(
    await Bridge.create({
      program: [join(built, 'dist/src/cli.js'), 'daemon', '--config'],
      settings: { drivers: [{ driver: join(here, 'examples/http-locks.mjs'), url: gateway.url }] },
    }),
  );
  // Compiled programs are kept by their paths, and these are new each time.
  bridge.start({ NODE_DISABLE_COMPILE_CACHE: '1' });
  const client = cleanup.use(await BridgeClient.connect(bridge.mqttUrl, bridge.base));
  const id = await client.createCode('http-locks:front', '004711');
  await client.codeSet(id);
  const { codes } = gateway.lock('front');
  expect(Object.fromEntries(codes)).toEqual({ 1: '258013', 2: '004711' });
  await client.ask('access_codes/delete', { access_code_id: id });
  await until('the code to be gone', () => !codes.has(2));
});
