import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writes } from '../support/sim-record.ts';
import { goodLock, lyingLock, maskedLock, startWorld } from '../support/world.ts';

/** zwave-js's files, and what can become of them while the bridge is off (facts page ZWAVE, trap 1). */
const damages: readonly {
  readonly what: string;
  readonly files: RegExp;
  readonly how: (file: string) => void;
}[] = [
  {
    what: 'the values deleted',
    files: /\.values\.jsonl$/,
    how: (file) => {
      rmSync(file);
    },
  },
  {
    what: 'the network torn off in the middle',
    files: /[0-9a-f]{8}\.jsonl$/,
    how: (file) => {
      truncateSync(file, Math.floor(statSync(file).size / 2));
    },
  },
  {
    what: 'all filled with zeros, as after a power cut',
    files: /\.jsonl$/,
    how: (file) => {
      writeFileSync(file, Buffer.alloc(statSync(file).size));
    },
  },
];

test('whatever becomes of the Z-Wave cache, no slot is wiped, no code is written again, and the locks stay the same (FIELD-BUGS 12, 21, 22, 23)', async () => {
  await using world = await startWorld({
    locks: [
      goodLock(2, 4, { codes: { 1: '258013' } }),
      maskedLock(3, 4, { codes: { 2: '13579' } }),
      lyingLock(4, 4, 1_000_000),
    ],
  });
  const { bridge, client, record, sim } = world;
  const nodes = [2, 3, 4];
  const cache = join(bridge.dataDir, 'zwave', 'cache');
  const devices = await Promise.all(nodes.map((node) => client.device(node)));
  let pin = 1_110;
  for (const node of nodes) await client.codeSet(await client.createCode(node, String((pin += 1))));
  const held = async (): Promise<unknown> => Promise.all(nodes.map((node) => sim.codes(node)));
  const before = await held();
  expect(before).toEqual([{ 1: '258013', 2: '1111' }, { 1: '1112', 2: '13579' }, { 1: '1113' }]);

  for (const { what, files, how } of damages) {
    await bridge.end('SIGTERM');
    const hit = readdirSync(cache).filter((name) => files.test(name));
    expect(hit.length, what).toBeGreaterThan(0);
    for (const name of hit) how(join(cache, name));
    const [since, seq] = [record.now, client.lastSeq];
    await client.restarted(() => bridge.start());
    // The bolt moves: each lock has been interviewed again and takes commands.
    for (const node of nodes) {
      expect(await client.device(node), what).toBe(devices[node - 2]);
      await client.until(
        `node ${node}, ${what}`,
        async () => {
          const { action_attempt } = await client.ask('locks/lock_door', {
            device_id: devices[node - 2],
            sync: true,
          });
          return JSON.stringify(action_attempt).includes('"success"');
        },
        30_000,
      );
    }
    await client.until('all codes set', async () =>
      (await client.codes()).every(({ status }) => status === 'set'),
    );
    expect(record.after(since, writes), what).toEqual([]);
    expect(await held(), what).toEqual(before);
    // Out of reach while they are interviewed again, perhaps; nothing else has happened.
    const reach = /^(device\.(dis)?connected|lock\.locked|action_attempt\..*)$/;
    const told = client.events.filter((event) => event.seq > seq).map((event) => event.event_type);
    expect(
      told.filter((type) => !reach.test(type)),
      what,
    ).toEqual([]);
  }

  // And work goes on: a code is set and removed on each.
  for (const node of nodes) {
    const id = await client.createCode(node, String((pin += 1)));
    await client.codeSet(id);
    await client.ask('access_codes/delete', { access_code_id: id });
    await client.until('it gone', () => client.code(id) === undefined);
  }
  expect(await held()).toEqual(before);
}, 240_000);
