import { expect, test } from 'vitest';
import { writes } from '../support/sim-record.ts';
import { goodLock, startWorld } from '../support/world.ts';

/** zwave-js waits three times 1.6 s for an acknowledgement, then tries a restart of the stick for another 6 s. */
const noticedLimitMs = 30_000;
const backLimitMs = 30_000;

test('a controller that hangs is told as lost, no lock is blamed, and what was asked meanwhile is done once it answers', async () => {
  await using world = await startWorld({
    locks: [goodLock(2, 4, { codes: { 1: '258013' } }), goodLock(3, 4)],
  });
  const { bridge, client, record, sim } = world;
  const radio = (): string => client.latest.get(`${bridge.base}/bridge`) ?? '';
  for (const node of [2, 3]) await client.device(node);
  const since = record.now;
  const events = client.lastSeq;

  await sim.line({ mute: true });
  const id = await client.createCode(2, '1111');
  await client.until(
    'the radio lost',
    () => /"state":"lost","detail":"[^"]*does not answer/.test(radio()),
    noticedLimitMs,
  );
  await client.until(
    'the reason on the code',
    () => client.code(id)?.errors.some((error) => error.error_code === 'hub_disconnected'),
    noticedLimitMs,
  );
  // zwave-js opens the line anew and says that all is well; it is not, and so says the bridge.
  await bridge.says(/trying again[^]*trying again/);
  expect(radio()).toContain('"state":"lost"');
  expect(client.code(id)?.status).toBe('setting');
  for (const node of [2, 3]) await client.radioBlamed(node);
  expect(
    client.events.filter(({ seq, event_type }) => seq > events && event_type.startsWith('device.')),
  ).toEqual([]);
  expect(record.after(since, writes)).toEqual([]);

  await sim.line({ mute: false });
  await client.until('the radio back', () => radio().includes('"state":"ready"'), backLimitMs);
  expect(await client.codeSet(id, backLimitMs)).toMatchObject({ errors: [] });
  expect(await sim.codes(2)).toEqual({ 1: '258013', 2: '1111' });
  expect(record.after(since, writes).map(({ node, slot }) => [node, slot])).toEqual([[2, 2]]);
}, 120_000);
