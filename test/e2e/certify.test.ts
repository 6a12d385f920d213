import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BridgeClient } from '../support/bridge-client.ts';
import { certify as certifyBy, leastDelayMs } from '../support/certify.ts';
import type { CertifyRow } from '../support/certify.ts';
import { writes } from '../support/sim-record.ts';
import { goodLock, maskedLock, startWorld, type World } from '../support/world.ts';

const [good, masked, scheduled, picky, slow] = [2, 3, 4, 5, 6];
let world: World;
let client: BridgeClient;

beforeAll(async () => {
  world = await startWorld({
    locks: [
      goodLock(good, 6, { codes: { 2: '606060' } }),
      maskedLock(masked, 4, { codes: { 2: '13579' } }),
      goodLock(scheduled, 4, { schedules: {}, clock: { time_cc: true } }),
      goodLock(picky, 4, {
        user_code_version: 1,
        checksum: false,
        schedules: { needs_code: 'drops' },
        clock: { clock_cc: true },
      }),
      goodLock(slow, 4, { user_code_version: 1, checksum: false, behaviour: { read_back_delay_ms: 1_900 } }),
    ],
  });
  client = world.client;
  for (const node of [good, masked, scheduled, picky, slow]) await client.device(node);
});
afterAll(() => world[Symbol.asyncDispose]());

const certify = (name: string, ...more: string[]): Promise<CertifyRow> =>
  certifyBy(world.bridge, name, ...more);

test('certify finds out what a real driver shows of a lock, and leaves it as it was', async () => {
  const id = await client.createCode(good, '414243');
  await client.codeSet(id);
  const before = await world.sim.codes(good);
  const row = await certify('Lock 2');
  expect(row).toMatchObject({
    found: {
      read_back: 'full',
      duplicate: { refused: true, answer: 'refused: duplicate' },
      code_lengths: { taken: [4, 5, 6, 7, 8], refused: [9, 10] },
    },
  });
  expect(await leastDelayMs(world.bridge, 'Lock 2', 0), 'shown at once').toBe(0);
  expect(await world.sim.codes(good)).toEqual(before);
  await client.event('lockstep.lock_certified', { device_id: await client.device(good) });
  await client.codeSet(id);
});

test('certify sees that a lock masks, and leaves it as it was', async () => {
  const row = await certify('Lock 3');
  // This one says yes to any length, and stores 4 to 8 digits.
  expect(row).toMatchObject({ found: { read_back: 'masked', code_lengths: { taken: [4, 5, 6, 7, 8] } } });
  expect(await world.sim.codes(masked)).toEqual({ 2: '13579' });
  const after = client.lastSeq;
  const id = await client.createCode(masked, '515253');
  await client.event('access_code.set_on_device', { access_code_id: id }, after);
});

test('certify finds the order in which schedules work, and how far the clock is off', async () => {
  expect(await certify('Lock 4', '--quick')).toMatchObject({
    found: {
      schedules: { without_code: 'kept', when_code_came: 'kept', order: 'schedule_first' },
      clock: { resolution: 'second' },
    },
  });
  expect(await certify('Lock 5', '--quick')).toMatchObject({
    found: { schedules: { without_code: 'not_kept', with_code: 'kept', order: null } },
  });
  for (const node of [scheduled, picky]) expect(await world.sim.codes(node)).toEqual({});
});

test('certify measures how long a lock takes to show a code, and later codes wait for it (FIELD-BUGS 17)', async () => {
  expect(await leastDelayMs(world.bridge, 'Lock 6', 2_000)).toBe(2_000);
  const since = world.record.now;
  await client.codeSet(await client.createCode(slow, '616263'));
  expect(world.record.after(since, writes, slow), 'set once, not called a liar').toHaveLength(1);
});
