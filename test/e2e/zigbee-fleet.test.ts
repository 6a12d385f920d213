import { expect, test } from 'vitest';
import { goodZigbeeLock, startZigbeeWorld } from '../support/zigbee-world.ts';

const names = Array.from({ length: 24 }, (_, index) => `Room${index + 1}`);
const dead = ['room5', 'room11', 'room17'];
const each = 3;

test('24 locks, of which 3 are dead: the others have all their codes before the dead ones are given up', async () => {
  await using world = await startZigbeeWorld({ locks: names.map((name) => goodZigbeeLock(name, 8)) });
  const { client, sim, record } = world;
  const ids = names.map((name) => name.toLowerCase());
  for (const id of ids) await client.device(world.at(id));
  // Sleeping locks: their parents keep a frame for them for so long before it counts as lost.
  for (const id of dead) await sim.behaviour(id, { offline: true, expire_ms: 6_000 });
  const since = record.now;
  const after = client.lastSeq;
  const codes: string[] = [];
  const living = ids.filter((one) => !dead.includes(one));
  // The dead ones first, so that whoever serves in turn would stand there.
  for (const id of [...dead, ...living])
    for (let n = 0; n < each; n += 1) {
      const code = await client.createCode(
        world.at(id),
        `${n + 1}${String(ids.indexOf(id)).padStart(4, '0')}`,
      );
      if (living.includes(id)) codes.push(code);
    }
  for (const code of codes) await client.codeSet(code);
  // By what was told, and by no clock: a lock is said to be away after its second failure.
  const told = client.events.filter(({ seq }) => seq > after).map(({ event_type: type }) => type);
  expect(told.filter((type) => type === 'access_code.set_on_device')).toHaveLength(living.length * each);
  expect(told).not.toContain('device.disconnected');
  for (const id of dead) expect(await sim.codes(id)).toEqual({});
  for (const id of living) {
    expect(Object.keys(await sim.codes(id))).toHaveLength(each);
    expect(record.after(since, ['set_received'], id)).toHaveLength(each);
  }
}, 120_000);
