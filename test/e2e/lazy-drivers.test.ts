import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Bridge, type BridgeOptions } from '../support/bridge.ts';
import { BridgeClient } from '../support/bridge-client.ts';
import { startZigbeeNetwork } from '../support/zigbee-network.ts';
import { startZwaveNetwork } from '../support/zwave-network.ts';

const cleanup = new AsyncDisposableStack();
afterAll(() => cleanup.disposeAsync());

const statusSchema = z.looseObject({
  drivers: z.array(z.looseObject({ driver: z.string(), state: z.string() })),
});
const preload = join(import.meta.dirname, '../support/loaded-packages.ts');

/** The packages that a daemon with these radios has loaded by the time that they are all ready. */
const loadedBy = async (radios: number, options: BridgeOptions): Promise<string[]> => {
  const bridge = cleanup.use(await Bridge.create(options));
  const file = join(bridge.dir, 'loaded.json');
  bridge.start({ NODE_OPTIONS: `--import=${preload}`, LOADED_PACKAGES: file });
  const client = cleanup.use(await BridgeClient.connect(bridge.mqttUrl, bridge.base));
  await client.until('the radios to be ready', () => {
    const told = client.latest.get(`${bridge.base}/bridge`);
    if (told === undefined) return undefined;
    const { drivers } = statusSchema.parse(JSON.parse(told));
    return drivers.length === radios && drivers.every(({ state }) => state === 'ready');
  });
  await bridge.end('SIGTERM');
  return z.array(z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
};

test('a bridge loads the library of a radio only where it has one: neither, either, each without the other', async () => {
  const zwave = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
  const zigbee = cleanup.use(await startZigbeeNetwork({ locks: 'one' }));
  const [none, onlyZwave, onlyZigbee] = await Promise.all([
    loadedBy(0, {}),
    loadedBy(1, { serial: zwave.serial }),
    loadedBy(1, { zigbee: { serial: zigbee.serial, network: zigbee.network } }),
  ]);
  const ofZwave = /^(zwave-js|@zwave-js\/.*)$/;
  const ofZigbee = /^zigbee-/;
  // That it is seen at all what is loaded, by `import` and by `require`.
  expect(none).toEqual(expect.arrayContaining(['zod', 'better-sqlite3']));
  expect(none.filter((name) => ofZwave.test(name) || ofZigbee.test(name))).toEqual([]);
  expect(onlyZwave).toContain('zwave-js');
  expect(onlyZwave.filter((name) => ofZigbee.test(name))).toEqual([]);
  expect(onlyZigbee).toContain('zigbee-herdsman');
  expect(onlyZigbee.filter((name) => ofZwave.test(name))).toEqual([]);
});
