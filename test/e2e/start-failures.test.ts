import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient } from '../support/bridge-client.ts';
import { freePort } from '../support/mosquitto.ts';
import { SimRecord, writes } from '../support/sim-record.ts';
import { goodLock } from '../support/world.ts';
import { startZwaveNetwork } from '../support/zwave-network.ts';
import type { ZwaveSim } from '../support/zwave-sim.ts';

let sim: ZwaveSim;
let record: SimRecord;
const theirs = { 1: '258013' };
beforeAll(async () => {
  sim = await startZwaveNetwork({ locks: [goodLock(2, 4, { codes: theirs })] });
  record = await SimRecord.open(sim.control);
});
afterAll(async () => {
  await record[Symbol.asyncDispose]();
  await sim[Symbol.asyncDispose]();
});

const exitConfig = 78;

/** The words of a failed start: nothing for programmers, and nothing written to a lock. */
const failsWith = async (bridge: Bridge, code: number, ...says: RegExp[]): Promise<void> => {
  const from = bridge.output.length;
  const since = record.now;
  bridge.start();
  const ended = await bridge.endByItself();
  const told = bridge.output.slice(from);
  expect(ended, told).toEqual({ code, signal: null });
  for (const pattern of says) expect(told).toMatch(pattern);
  const complaint = told.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  expect(complaint[0]).toMatch(/^lockstep: /);
  expect(told).not.toMatch(/^\s+at |\.ts:\d+|node:internal|Error:/m);
  expect(record.after(since, writes)).toEqual([]);
  expect(await sim.codes(2)).toEqual(theirs);
};

const settings = (bridge: Bridge): Record<string, unknown> => ({
  data_dir: bridge.dataDir,
  clock: { trust: 'always' },
  mqtt: { url: 'embedded', listen: '127.0.0.1:0' },
  http: { listen: '127.0.0.1:0', socket: bridge.socket },
  drivers: [{ driver: 'zwave', path: sim.serial, keys_file: bridge.keysFile }],
});
const takenPort = async (): Promise<{ server: Server; port: number }> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { server, port: address.port };
};

describe('a config that is no good', () => {
  test.each<[string, (config: Record<string, unknown>) => unknown, RegExp[]]>([
    ['an unknown key', (config) => ({ ...config, brige_id: 'home' }), [/brige_id/, /did you mean bridge_id/]],
    [
      'a wrong value',
      (config) => ({ ...config, time_zone: 'Mars/Olympus' }),
      [/time_zone/, /Mars\/Olympus/, /allowed/],
    ],
    [
      'a key of the driver',
      (config) => ({ ...config, drivers: [{ driver: 'zwave', path: 7 }] }),
      [/drivers\[?\.?0\]?\.path/, /7/, /allowed/],
    ],
    [
      'an unknown driver',
      (config) => ({ ...config, drivers: [{ driver: 'zwaev' }] }),
      [/drivers/, /zwaev/, /zwave/],
    ],
    [
      'a schedule that is none',
      (config) => ({ ...config, audit: { schedule: '61 3 * * *' } }),
      [/audit\.schedule/, /61 3/],
    ],
    ['an empty file', () => null, [/lockstep\.yaml/]],
  ])('%s: exit 78, naming key, what was found and what is allowed', async (_what, change, says) => {
    await using bridge = await Bridge.create({ serial: sim.serial });
    bridge.configure(change(settings(bridge)));
    await failsWith(bridge, exitConfig, ...says);
  });

  test('no file at all: exit 78, saying where one is looked for', async () => {
    await using bridge = await Bridge.create({ serial: sim.serial });
    rmSync(bridge.configFile);
    await failsWith(bridge, exitConfig, /no configuration at .*lockstep\.yaml/, /lockstep demo/);
  });
});

test('a command whose config cannot be used says so, and asks no other daemon', async () => {
  await using bridge = await Bridge.create({ serial: sim.serial });
  writeFileSync(bridge.configFile, 'bridge_id: [');
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname;
  for (const file of [bridge.configFile, `${bridge.configFile}.missing`]) {
    const child = spawnSync(process.execPath, [cli, 'locks'], {
      env: { LOCKSTEP_CONFIG: file },
      encoding: 'utf8',
    });
    expect(child.status).toBe(2);
    expect(child.stderr).toContain(file);
  }
});

test('a port in use: exit 1, naming the port and the key to change', async () => {
  await using bridge = await Bridge.create({ serial: sim.serial });
  const { server, port } = await takenPort();
  const listen = `127.0.0.1:${port}`;
  bridge.configure({ ...settings(bridge), mqtt: { url: 'embedded', listen } });
  await failsWith(bridge, 1, new RegExp(String(port)), /mqtt\.listen/);
  bridge.configure({ ...settings(bridge), http: { listen, socket: bridge.socket } });
  await failsWith(bridge, 1, new RegExp(String(port)), /http\.listen/);
  server.close();
});

test('a data directory that cannot be one: exit 1, naming it', async () => {
  await using bridge = await Bridge.create({ serial: sim.serial });
  // Not by its mode: the tests may run as root, who may write anywhere.
  writeFileSync(bridge.dataDir, 'a file');
  await failsWith(bridge, 1, new RegExp(bridge.dataDir));
});

test('a data directory beneath a file: exit 1, naming it', async () => {
  await using bridge = await Bridge.create({ serial: sim.serial });
  const file = join(bridge.dir, 'file');
  writeFileSync(file, '');
  bridge.configure({ ...settings(bridge), data_dir: join(file, 'data') });
  await failsWith(bridge, 1, /file\/data/);
});

describe('beside a data directory in use', () => {
  let used: Bridge;
  const key = (): string => join(used.dataDir, 'lockstep.key');
  beforeAll(async () => {
    used = await Bridge.create({ serial: sim.serial });
    used.start();
    await using client = await BridgeClient.connect(used.mqttUrl, used.base);
    await client.device(2);
  });
  afterAll(() => used[Symbol.asyncDispose]());

  test('a second daemon: exit 1, and the first goes on', async () => {
    await using second = await Bridge.create({ serial: sim.serial });
    second.configure({ ...settings(second), data_dir: used.dataDir });
    await failsWith(second, 1, /another Lockstep daemon/, new RegExp(used.dataDir));
    expect((await used.cli(['status'])).code).toBe(0);
  });

  test('its Z-Wave keys file gone: exit 78, naming the file (FIELD-BUGS 34)', async () => {
    await used.end('SIGTERM');
    rmSync(used.keysFile);
    await failsWith(used, exitConfig, new RegExp(used.keysFile), /in use before/, /backup/);
  });

  test('another key: exit 78; no key: exit 78, naming the file; none is made', async () => {
    await using bridge = await Bridge.create({ serial: sim.serial });
    const keyFile = join(bridge.dir, 'other.key');
    bridge.configure({ ...settings(bridge), data_dir: used.dataDir, secrets: { key_file: keyFile } });
    await failsWith(bridge, exitConfig, /key/, /other\.key/, /restore/);
    writeFileSync(keyFile, randomBytes(32).toString('hex'), { mode: 0o600 });
    await failsWith(bridge, exitConfig, /key/);
    writeFileSync(keyFile, 'not a key', { mode: 0o600 });
    await failsWith(bridge, exitConfig, /other\.key/, /malformed/);
    bridge.configure({ ...settings(bridge), data_dir: used.dataDir });
    rmSync(key());
    await failsWith(bridge, exitConfig, /lockstep\.key is missing/, /backup/);
  });
});

test('a keys file missing at the first start beside a Z-Wave network that knows nodes: exit 78, naming the file; no keys are made (FIELD-BUGS 34)', async () => {
  await using bridge = await Bridge.create({ serial: sim.serial });
  rmSync(bridge.keysFile);
  await failsWith(bridge, exitConfig, new RegExp(bridge.keysFile), /already knows 1 other/, /backup/);
  // And again: the failed start has not made it look like a new one.
  await failsWith(bridge, exitConfig, new RegExp(bridge.keysFile));
});

test('a stick that is not there keeps nothing from starting: the bridge says so and waits', async () => {
  const port = await freePort();
  await using bridge = await Bridge.create({ serial: `tcp://127.0.0.1:${port}` });
  bridge.start();
  await using client = await BridgeClient.connect(bridge.mqttUrl, bridge.base);
  await client.until('the lost radio on MQTT', () =>
    /"state":"lost"/.test(client.latest.get(`${bridge.base}/bridge`) ?? ''),
  );
  expect((await bridge.cli(['status'])).stdout).toMatch(/zwave/);
});
