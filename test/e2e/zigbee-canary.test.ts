import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Canaries, filesOf, leaks } from '../support/canaries.ts';
import { until } from '../support/until.ts';
import {
  goodZigbeeLock,
  maskedZigbeeLock,
  startZigbeeWorld,
  type ZigbeeWorld,
} from '../support/zigbee-world.ts';

/** Nine locks are looked at for the first time: a machine with much else to do needs as long for it as for the rest. */
const adoptionMost = 90_000;

/** Where the network key may stand: the coordinator's backup would be none without it. */
const isBackup = (leak: string): boolean =>
  /\/zigbee\/coordinator_backup[^/]*\.json: network key$/.test(leak);

/** Set, changed, deleted, read, and what a person does at the door. */
const ordinaryWays = async (canaries: Canaries, { client, sim, at }: ZigbeeWorld): Promise<void> => {
  const front = at('front');
  const kept = await client.createCode(front, canaries.make('created'));
  const changed = await client.createCode(front, canaries.make('before an update'));
  const deleted = await client.createCode(front, canaries.make('deleted'));
  await client.codeSet(await client.createCode(at('masked'), canaries.make('on a lock that masks')));
  for (const id of [kept, changed, deleted]) await client.codeSet(id);
  const after = client.lastSeq;
  await client.ask('access_codes/update', { access_code_id: changed, code: canaries.make('updated') });
  await client.event('access_code.set_on_device', { access_code_id: changed }, after);
  await client.ask('access_codes/delete', { access_code_id: deleted });
  await client.event('access_code.deleted', { access_code_id: deleted });
  // The lock's own events carry PINs (ZCL 7.3.2.17.35), and some locks tell what was typed.
  await sim.behaviour('front', { event_carries_pin: true, typed_pin_attribute: true, trailing_bytes: true });
  await sim.keypad('front', { action: 'add', slot: 12, code: canaries.make('added at the keypad') });
  await client.event('access_code.unmanaged.created', { x_slot: 12 });
  await sim.keypad('front', { action: 'change', slot: 12, code: canaries.make('changed at the keypad') });
  await client.event('access_code.unmanaged.removed', { x_slot: 12 });
  const entered = await client.createCode(front, '24680');
  await client.codeSet(entered);
  await sim.keypad('front', { action: 'enter', code: '24680' });
  await client.event('lock.unlocked', { access_code_id: entered });
  await sim.keypad('front', { action: 'enter', code: canaries.make('a wrong entry') });
};

/** What goes wrong, by the lock where it does: each its own, since failures make the next try wait. */
const faults = {
  undelivered: { aps_no_ack: 1 },
  unheard: { mac_no_ack: 1 },
  routeless: { no_route: 1 },
  refusing: { refuse: 1 },
  lying: { lie: 1 },
  full: { full: true },
  mute: { lose_answers: true },
} as const;

/** herdsman puts what it was asked to send into the text of each error. */
const failingWays = async (canaries: Canaries, { client, sim, at }: ZigbeeWorld): Promise<void> => {
  const tries = Object.entries(faults).map(async ([lock, fault]) => {
    await sim.behaviour(lock, fault);
    const id = await client.createCode(at(lock), canaries.make(`for a lock that is ${lock}`));
    await until(`the outcome at a lock that is ${lock}`, async () => {
      const { entries } = await client.ask('lockstep/history', { access_code_id: id });
      return /"kind":"set_/.test(JSON.stringify(entries));
    });
  });
  await Promise.all(tries);
};

/** A line cut in the middle of a write, and sticks that are not ours: then the network's own key is looked at. */
const coordinatorWays = async (canaries: Canaries, world: ZigbeeWorld): Promise<void> => {
  const { client, sim, record, at, bridge } = world;
  const radio = (): string => client.latest.get(`${bridge.base}/bridge`) ?? '';
  await sim.behaviour('front', { answer_hold: true });
  const since = record.now;
  await client.createCode(at('front'), canaries.make('under way when the line was cut'));
  await record.next('front', 'set_received', since);
  await sim.coordinator({ drop: true });
  await sim.behaviour('front', { answer_hold: false });
  await client.until('the radio back', () => radio().includes('"state":"ready"'));
  const network_key = '00112233445566778899aabbccddee0f';
  canaries.takeKey("a stranger's network key", network_key);
  await sim.coordinator({
    exchange: { pan_id: 0x1234, extended_pan_id: '00112233aabbccdd', channel: 20, network_key },
  });
  await client.until('the refusal', () => /"state":"lost","detail":"[^"]*4660/.test(radio()));
  await sim.coordinator({ restore: true });
  await client.until('the radio back', () => radio().includes('"state":"ready"'), 60_000);
};

/** As `leaks`, but for the key where it belongs. */
const leaksOf = (canaries: Canaries, world: ZigbeeWorld): string[] =>
  leaks(canaries, world).filter((leak) => !isBackup(leak));

test('no PIN and no network key stands in a log, a topic, a payload or a file but the backup of the coordinator (FIELD-BUGS 26)', async () => {
  const canaries = new Canaries();
  await using world = await startZigbeeWorld({
    locks: [
      goodZigbeeLock('Front', 14, { codes: { 1: canaries.make('there before us') } }),
      maskedZigbeeLock('Masked', 4, { codes: { 1: canaries.make('there before us, masked') } }),
      ...Object.keys(faults).map((fault) => goodZigbeeLock(fault, 4)),
    ],
  });
  const { bridge, client, record } = world;
  canaries.takeKey('network key', world.sim.network.network_key);
  for (const id of ['front', 'masked', ...Object.keys(faults)])
    await client.device(world.at(id), adoptionMost);
  await ordinaryWays(canaries, world);
  await failingWays(canaries, world);
  await coordinatorWays(canaries, world);
  for (const args of [['codes', 'list'], ['slots', 'Front'], ['history', 'Front'], ['events'], ['doctor']])
    expect((await bridge.cli(args)).code).toBeLessThan(2);
  expect(leaksOf(canaries, world)).toEqual([]);
  const since = record.now;
  await client.createCode(world.at('front'), canaries.make('under way when killed'));
  await record.next('front', 'set_received', since);
  await bridge.end('SIGKILL');
  expect(leaksOf(canaries, world)).toEqual([]);
  await client.restarted(() => bridge.start());
  await client.until('the restart', () =>
    /"state":"ready"[^}]*"locks":9/.test(client.latest.get(`${bridge.base}/bridge`) ?? ''),
  );
  await bridge.end('SIGTERM');
  expect(leaksOf(canaries, world)).toEqual([]);
  // Each place was looked at, and a secret in any of them would be seen.
  expect(canaries.count).toBeGreaterThan(20);
  const names = filesOf(join(bridge.dataDir, 'zigbee')).map((file) => file.split('/').at(-1));
  expect(names).toEqual(expect.arrayContaining(['database.db', 'coordinator_backup.json']));
  expect(leaks(canaries, world).some(isBackup)).toBe(true);
  expect(bridge.output).toMatch(/"level":"debug"/);
  writeFileSync(join(bridge.dataDir, 'zigbee', 'planted'), `x${canaries.make('planted')}x`);
  expect(leaksOf(canaries, world)).toEqual([expect.stringMatching(/zigbee\/planted: planted/)]);
}, 240_000);
