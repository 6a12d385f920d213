import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient } from '../support/bridge-client.ts';
import { askDoctor, complaints } from '../support/doctor.ts';
import { filesOf } from '../support/canaries.ts';
import { until } from '../support/until.ts';
import { goodLock } from '../support/world.ts';
import { addressIn, goodZigbeeLock, introduce } from '../support/zigbee-world.ts';
import { startZigbeeNetwork } from '../support/zigbee-network.ts';
import type { ZigbeeSim } from '../support/zigbee-sim.ts';
import { startZwaveNetwork } from '../support/zwave-network.ts';
import type { ZwaveSim } from '../support/zwave-sim.ts';

const stack = new AsyncDisposableStack();
let zwave: ZwaveSim;
let zigbee: ZigbeeSim;
let bridge: Bridge;
let client: BridgeClient;
let attic: string;
const front = 2;

beforeAll(async () => {
  const locks = [goodZigbeeLock('Attic', 6)];
  attic = addressIn(locks)('attic');
  zwave = stack.use(await startZwaveNetwork({ locks: [goodLock(front, 6)] }));
  zigbee = stack.use(await startZigbeeNetwork({ locks }));
  bridge = stack.use(
    await Bridge.create({
      serial: zwave.serial,
      zigbee: { serial: zigbee.serial, network: zigbee.network },
    }),
  );
  await introduce(bridge, zigbee.control);
  bridge.start();
  client = stack.use(await BridgeClient.connect(bridge.mqttUrl, bridge.base));
  for (const lock of [front, attic]) await client.device(lock);
}, 120_000);
afterAll(() => stack.disposeAsync());

const stateOf = (driver: string): string | undefined =>
  new RegExp(`"driver":"${driver}","state":"(\\w+)"`).exec(
    client.latest.get(`${bridge.base}/bridge`) ?? '',
  )?.[1];

test('both radios serve their locks side by side, and each is told by its name', async () => {
  const codes = [await client.createCode(front, '1111'), await client.createCode(attic, '2222')];
  for (const id of codes) await client.codeSet(id);
  expect([await zwave.codes(front), await zigbee.codes('attic')]).toEqual([{ 1: '1111' }, { 1: '2222' }]);
  const { stdout } = await bridge.cli(['status']);
  expect(stdout).toMatch(/zwave +ready, locks: 1/);
  // The lamp that the bridge knows from another hub is none of its business.
  expect(stdout).toMatch(/zigbee +ready, locks: 1\n(?! +left behind)/);
  const locks = await bridge.cli(['locks']);
  expect(locks.stdout).toMatch(/zigbee:…[0-9a-f]{4} +online/);
});

test('the same PIN may stand on a lock of each', async () => {
  for (const lock of [front, attic]) await client.codeSet(await client.createCode(lock, '334455'));
});

test.each([
  ['zwave', 'zigbee'],
  ['zigbee', 'zwave'],
])(
  'a dead %s coordinator does not hold %s',
  async (dead, alive) => {
    const line = (up: boolean): Promise<unknown> =>
      dead === 'zwave'
        ? zwave.line(up ? { accept: true } : { drop: true, accept: false })
        : zigbee.coordinator({ accept: up });
    const [away, here] = dead === 'zwave' ? [front, attic] : [attic, front];
    await line(false);
    await client.until(`${dead} lost`, () => stateOf(dead) === 'lost');
    const pin = dead === 'zwave' ? '5566' : '6677';
    const waiting = await client.createCode(away, pin);
    await client.codeSet(await client.createCode(here, pin));
    expect(stateOf(alive)).toBe('ready');
    expect(complaints((await askDoctor(bridge)).findings).join('\n')).toMatch(`problem radio ${dead}: lost`);
    // And at a new start, with that radio still missing.
    if (dead === 'zigbee') {
      await bridge.end('SIGTERM');
      await client.restarted(() => bridge.start());
      const operated = await until('the other radio to work', async () => {
        const answer = await client.request('locks/lock_door', {
          device_id: await client.device(here),
          sync: true,
        });
        return JSON.stringify(answer).includes('"success"') && answer;
      });
      expect(operated.ok).toBe(true);
    }
    await line(true);
    await client.until(`${dead} ready again`, () => stateOf(dead) === 'ready');
    await client.codeSet(waiting);
  },
  120_000,
);

test('what the Zigbee library writes down is for nobody else', async () => {
  // Files come and go while it runs.
  await bridge.end('SIGTERM');
  const folder = join(bridge.dataDir, 'zigbee');
  const backup = join(folder, 'coordinator_backup.json');
  const files = filesOf(folder);
  expect(files).toContain(backup);
  for (const file of files) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});
