import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { BridgeClient } from '../support/bridge-client.ts';
import { certify as certifyBy, leastDelayMs } from '../support/certify.ts';
import type { CertifyRow } from '../support/certify.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import { goodZigbeeLock, maskedZigbeeLock, startZigbeeWorld } from '../support/zigbee-world.ts';
import type { ZigbeeLock, ZigbeeWorld } from '../support/zigbee-world.ts';

let world: ZigbeeWorld;
let client: BridgeClient;

/** A simulated model of the quirk table. */
const model = (name: string, of: string, serial: number): ZigbeeLock => {
  const lock = { name, ieee: `0x00124b01${serial.toString(16).padStart(8, '0')}`, model_of: of };
  return lock;
};

const scheduled = { schedules: {}, clock: { server: true } };

beforeAll(async () => {
  world = await startZigbeeWorld({
    locks: [
      goodZigbeeLock('Good', 6, { codes: { 2: '606060' } }),
      maskedZigbeeLock('Masked', 4, { codes: { 2: '13579' } }),
      goodZigbeeLock('First', 4, scheduled),
      goodZigbeeLock('Second', 4, { ...scheduled, schedules: { needs_code: 'drops' } }),
      goodZigbeeLock('Future', 4, { ...scheduled, schedules: { refuses_past: true } }),
      goodZigbeeLock('Never', 4, { ...scheduled, schedules: { needs_code: 'drops', code_drops: true } }),
      goodZigbeeLock('Slow', 4, { behaviour: { read_back_delay_ms: 1_900 } }),
      model('Dana', 'danalock-v3-zigbee', 1),
      model('Kwik', 'kwikset-smartcode', 2),
      model('Schlage', 'schlage-be468-zigbee', 3),
    ],
  });
  client = world.client;
  for (const id of await world.sim.ids()) await client.device(world.at(id));
});
afterAll(() => world[Symbol.asyncDispose]());

const clockSchema = z.object({ offset_s: z.number() });
/** What of a trial would be left there. */
const insideSchema = z.object({ slots: z.array(z.unknown()), schedules: z.array(z.unknown()) });

const certify = (name: string, ...more: string[]): Promise<CertifyRow> =>
  certifyBy(world.bridge, name, ...more);

test('certify finds out what a real driver shows of a Zigbee lock, and leaves it as it was', async () => {
  const id = await client.createCode(world.at('good'), '414243');
  await client.codeSet(id);
  const before = await world.sim.codes('good');
  expect(await certify('Good')).toMatchObject({
    found: {
      read_back: 'full',
      duplicate: { refused: true, answer: 'refused: duplicate' },
      code_lengths: { taken: [4, 5, 6, 7, 8], refused: [9, 10] },
    },
  });
  expect(await leastDelayMs(world.bridge, 'Good', 0), 'shown at once').toBe(0);
  expect(await world.sim.codes('good')).toEqual(before);
  await client.codeSet(id);
});

test('certify sees that a Zigbee lock masks, and leaves it as it was (FIELD-BUGS 1)', async () => {
  expect(await certify('Masked')).toMatchObject({
    found: { read_back: 'masked', code_lengths: { taken: [4, 5, 6, 7, 8] } },
  });
  expect(await world.sim.codes('masked')).toEqual({ 2: '13579' });
  const after = client.lastSeq;
  const id = await client.createCode(world.at('masked'), '515253');
  await client.event('access_code.set_on_device', { access_code_id: id }, after);
});

test.each([
  ['First', { without_code: 'kept', when_code_came: 'kept', order: 'schedule_first' }],
  ['Second', { without_code: 'not_kept', code_disabled_first: 'kept', order: 'code_disabled_first' }],
  ['Future', { without_code: 'kept', when_code_came: 'kept', order: 'schedule_first' }],
  ['Never', { without_code: 'not_kept', order: null }],
])(
  'certify finds the order in which the schedules of the lock "%s" work, and how right its clock is (FIELD-BUGS 29)',
  async (name, schedules) => {
    const { found } = await certify(name, '--quick');
    expect(found).toMatchObject({ schedules, clock: { resolution: 'second' } });
    // It has asked us for the time, which goes by whole seconds.
    expect(Math.abs(clockSchema.parse(found['clock']).offset_s)).toBeLessThanOrEqual(2);
    const lock = insideSchema.parse(await world.sim.tell(`/locks/${name.toLowerCase()}`));
    expect(lock).toEqual({ slots: [], schedules: [] });
  },
);

test('certify measures how long a Zigbee lock takes to show a code, and later codes wait for it (FIELD-BUGS 17)', async () => {
  expect(await leastDelayMs(world.bridge, 'Slow', 2_000)).toBe(2_000);
  const since = world.record.now;
  await client.codeSet(await client.createCode(world.at('slow'), '616263'));
  expect(world.record.after(since, writes, 'slow'), 'set once, not called a liar').toHaveLength(1);
});

test.each([
  ['Dana', { read_back: 'full', code_lengths: { taken: [4, 5, 6, 7, 8, 9, 10], refused: [] } }],
  ['Kwik', { read_back: 'full', code_lengths: { taken: [4, 5, 6, 7, 8], refused: [9, 10] } }],
  ['Schlage', { read_back: 'full' }],
])('what certify finds of the model "%s" is what its quirk row says', async (name, found) => {
  const before = await world.sim.codes(name.toLowerCase());
  const row = await certify(name);
  expect(row).toMatchObject({ found });
  expect(row.found['schedules']).toBeNull();
  expect(await world.sim.codes(name.toLowerCase())).toEqual(before);
});

test('slot 0 of a lock that counts from 0 is a slot like any other: looked at, given, emptied (FIELD-BUGS 19)', async () => {
  const kwik = world.at('kwik');
  const shown = (owner: string | null): Promise<unknown> =>
    until(`slot 0 to be shown as ${owner}`, async () =>
      (await client.slots(kwik)).find((one) => one.slot === 0 && one.owner === owner),
    );
  await shown('unmanaged');
  // It keeps quiet about that.
  await world.sim.keypad('kwik', { action: 'delete', slot: 0 });
  const { code } = await world.bridge.cli(['repair', 'Kwik', '--slot', '0', '--wait']);
  expect(code).toBe(0);
  expect(await shown(null)).toMatchObject({ state: 'empty' });
  const id = await client.createCode(kwik, '818283');
  expect(await client.codeSet(id)).toMatchObject({ x_slot: 0 });
  expect((await world.sim.codes('kwik'))[0]).toBe('818283');
  await client.ask('access_codes/delete', { access_code_id: id });
  await until('slot 0 to be empty', async () => !('0' in (await world.sim.codes('kwik'))));
});
