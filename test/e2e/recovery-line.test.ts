import { afterAll, beforeAll, expect, test } from 'vitest';
import { createdId } from '../support/bridge-client.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import { goodLock, startWorld, type World } from '../support/world.ts';

const backLimitMs = 30_000;
/** Less than the 30 s for which an exchange may wait, and the 65 s for which zwave-js waits for a stick's word. */
const notHeldUpMs = 20_000;
const stateOf = (text: string | undefined): string | undefined =>
  /"drivers":\[\{[^\]]*?"state":"(\w+)"/.exec(text ?? '')?.[1];

/** Each test goes on with the daemon and the codes of those before. */
let world: World;
beforeAll(async () => {
  world = await startWorld({ locks: [goodLock(2, 6, { codes: { 1: '258013' } }), goodLock(3, 6)] });
  for (const node of [2, 3]) await world.client.device(node);
});
afterAll(() => world[Symbol.asyncDispose]());

test('a stick unplugged in the middle of a write for longer than zwave-js bears: a new driver brings all that was asked meanwhile (FIELD-BUGS 12)', async () => {
  const { bridge, client, sim, record } = world;
  const state = (): string | undefined => stateOf(client.latest.get(`${bridge.base}/bridge`));
  const [kept, changed, removed] = [
    await client.createCode(2, '1111'),
    await client.createCode(2, '2222'),
    await client.createCode(3, '3333'),
  ];
  for (const id of [kept, changed, removed]) await client.codeSet(id);

  // Its report is lost with the line: nobody knows whether the code has landed.
  await sim.behaviour(2, { answer_hold: true });
  let since = record.now;
  const cut = await client.createCode(2, '4444');
  await record.next(2, 'set_applied', since);
  await sim.line({ drop: true, accept: false });
  await client.until('the lost line', () => state() === 'lost');
  await sim.behaviour(2, { answer_hold: false });

  // Nobody reaches the locks; everything asked is taken all the same.
  since = record.now;
  const asked = await client.ask('access_codes/create', { device_id: await client.device(3), code: '5555' });
  await client.ask('access_codes/update', { access_code_id: changed, code: '6666' });
  await client.ask('access_codes/delete', { access_code_id: removed });
  await bridge.says(/controller lost, trying again/);
  expect(record.after(since, writes)).toEqual([]);
  expect(state()).toBe('lost');
  await client.until('what is told of both codes', () => {
    const told = [createdId(asked), removed].map((id) => client.code(id)?.status);
    return told.join() === 'setting,removing';
  });

  await sim.line({ accept: true });
  await client.until('the line back', () => state() === 'ready', backLimitMs);
  for (const id of [kept, changed, cut, createdId(asked)])
    expect(await client.codeSet(id, backLimitMs), id).toMatchObject({ errors: [] });
  await client.until('the removed code to be gone', () => client.code(removed) === undefined, backLimitMs);
  expect([await sim.codes(2), Object.values(await sim.codes(3))]).toEqual([
    { 1: '258013', 2: '1111', 3: '6666', 4: '4444' },
    ['5555'],
  ]);
  // One write for each wish, none for the write that had landed, none for what stood there already.
  expect(record.after(since, writes, 2).map(({ type, slot }) => [type, slot])).toEqual([['set_received', 3]]);
  expect(
    record
      .after(since, writes, 3)
      .map(({ type }) => type)
      .sort(),
  ).toEqual(['clear_received', 'set_received']);
}, 120_000);

test('a line lost while a write is on its way: the slot is read when it is back, and not written again (FIELD-BUGS 32)', async () => {
  const { client, sim, record } = world;
  // The lock has the code, and its answer is on the way when the line goes.
  await sim.behaviour(2, { answer_hold: true });
  const since = record.now;
  const id = await client.createCode(2, '7777');
  await record.next(2, 'set_applied', since);
  await sim.line({ drop: true });
  await sim.behaviour(2, { answer_hold: false });
  expect(await client.codeSet(id, notHeldUpMs)).toMatchObject({ errors: [], x_slot: 5 });
  expect(record.after(since, ['set_received', 'clear_received', 'read']).map(({ type }) => type)).toEqual([
    'set_received',
    'read',
  ]);
  expect(await sim.codes(2)).toMatchObject({ 5: '7777' });
}, 180_000);

test('a line lost while the stick still seeks a lock: nothing waits for what the stick had to say of it', async () => {
  const { client, sim } = world;
  await sim.behaviour(2, { offline: true, no_ack_ms: 60_000 });
  await sim.resetFrames();
  const away = await client.createCode(2, '8888');
  await until('the stick to seek the lock', async () => ((await sim.frames())[2]?.unanswered ?? 0) > 0);
  await sim.line({ drop: true });
  await sim.behaviour(2, { offline: false });
  const here = await client.createCode(3, '9999');
  for (const id of [here, away]) await client.codeSet(id, notHeldUpMs);
  expect(Object.values(await sim.codes(2))).toEqual(['258013', '1111', '6666', '4444', '7777', '8888']);
  expect(Object.values(await sim.codes(3)).sort()).toEqual(['5555', '9999']);
}, 120_000);
