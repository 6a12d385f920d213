import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Gateway } from '../contract/benches/gateway.ts';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient } from '../support/bridge-client.ts';
import { until } from '../support/until.ts';

const example = join(import.meta.dirname, '../../examples/http-locks.mjs');

/** A driver that is broken in every way that it can be. */
const broken = `
const broken = () => { throw new Error('broken, with 482913 in it'); };
export const plugin = {
  name: 'broken', contract: 1, parseOptions: () => ({}),
  open: async () => ({
    radio: 'broken', concurrency: 1, state: 'ready',
    locks: () => [{ address: 'broken:1', radio: 'broken', identities: ['broken:1'], name: 'Broken', online: true }],
    capabilities: async () => ({ slots: { first: 1, last: 2 }, reservedSlots: [], codeLengths: [4, 5, 6],
      readBack: 'full', checksum: false, reportsProgramming: false, power: 'mains', remoteLock: true }),
    readSlot: broken, writeSlot: broken, clearSlot: broken, operate: broken, onHint: broken, inspect: broken,
  }),
};`;

describe("drivers of third parties in a bridge's config", () => {
  const cleanup = new AsyncDisposableStack();
  let gateway: Gateway;
  let bridge: Bridge;
  let client: BridgeClient;
  const front = 'http-locks:front';

  beforeAll(async () => {
    gateway = new Gateway([{ id: 'front', name: 'Front door', masks: false }]);
    await gateway.listen();
    cleanup.defer(() => gateway.close());
    bridge = cleanup.use(await Bridge.create({}));
    writeFileSync(join(bridge.dir, 'broken.mjs'), broken);
    const config: unknown = JSON.parse(readFileSync(bridge.configFile, 'utf8'));
    const drivers = [{ driver: example, url: gateway.url }, { driver: './broken.mjs' }];
    bridge.configure({ ...(typeof config === 'object' ? config : {}), drivers });
    bridge.start();
    client = cleanup.use(await BridgeClient.connect(bridge.mqttUrl, bridge.base));
  });
  afterAll(() => cleanup.disposeAsync());

  test('a code gets onto the lock of a driver loaded by its path, and off again', async () => {
    const id = await client.createCode(front, '004711');
    await client.codeSet(id);
    expect(Object.fromEntries(gateway.lock('front').codes)).toEqual({ 1: '258013', 2: '004711' });
    await client.ask('access_codes/delete', { access_code_id: id });
    await until('the code to be gone', () => !gateway.lock('front').codes.has(2));
  });

  test('what somebody does at its keypad is found out', async () => {
    gateway.keypad('front', { action: 'add', slot: 5, code: '97531' });
    await client.event('access_code.unmanaged.created', { x_slot: 5 });
    gateway.keypad('front', { action: 'enter', code: '97531' });
    await client.event('lock.unlocked', { method: 'keycode' });
  });

  test('one that throws whatever it is asked keeps nobody else from working, and its words hold no PIN', async () => {
    await until('the broken driver to be complained of', () =>
      bridge.output.includes('that is a bug of the driver'),
    );
    const id = await client.createCode(front, '862400');
    await client.codeSet(id);
    expect(bridge.output).not.toContain('482913');
    const { code, stdout } = await bridge.cli(['status']);
    expect(code).toBe(0);
    expect(stdout).toContain('broken');
  });

  test('what is wrong with one ends the start with 78, before any radio is opened', async () => {
    await using other = await Bridge.create({ settings: { drivers: [{ driver: './none.mjs' }] } });
    other.start();
    expect(await other.endByItself()).toMatchObject({ code: 78 });
    expect(other.output).toMatch(
      /drivers\[0\]\.driver: found ".\/none\.mjs", but there is no file .*none\.mjs/,
    );
    writeFileSync(join(other.dir, 'none.mjs'), 'export const plugin = ;');
    other.start();
    expect(await other.endByItself()).toMatchObject({ code: 78 });
    expect(other.output).toMatch(
      /none\.mjs can't be read as JavaScript \(Unexpected token ';'\); try: node --check/,
    );
  });
});
