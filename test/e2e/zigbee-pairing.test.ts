import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../support/until.ts';
import { goodZigbeeLock, startZigbeeWorld, type ZigbeeWorld } from '../support/zigbee-world.ts';

let world: ZigbeeWorld;
/** The device id of the lock that waits at first, once it has been paired. */
let side: string;

const lockstep = (line: string, stdin?: string) => world.bridge.cli(line.split(' '), stdin);
const pairingOf = (answer: Record<string, unknown>) =>
  z.looseObject({ pairing_id: z.string(), state: z.string() }).parse(answer['pairing']);
/** The session as it is when it has ended. */
const ended = (id: string) =>
  until('the end of the pairing', async () => {
    const now = pairingOf(await world.client.ask('lockstep/pairing/get', { pairing_id: id }));
    return now.state === 'running' ? undefined : now;
  });
const addresses = async () => {
  const { devices } = await world.client.ask('devices/list', {});
  return z
    .array(z.object({ x_address: z.string() }))
    .parse(devices)
    .map((one) => one.x_address);
};
/** A coordinator that stayed open would let strangers in. */
const closed = () =>
  until('the network to be closed', async () => (await world.sim.coordinator()).permit_join_seconds === 0);

beforeAll(async () => {
  world = await startZigbeeWorld({
    locks: [
      goodZigbeeLock('Front', 6, { codes: { 1: '258013' } }),
      goodZigbeeLock('Small', 2),
      goodZigbeeLock('Side', 8, { waiting: true }),
    ],
  });
  for (const id of ['front', 'small']) await world.client.device(world.at(id));
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

describe('pairing', () => {
  test('with nobody there and given up, leaves the network closed; meanwhile a second one is refused', async () => {
    const { pairing_id: id } = pairingOf(
      await world.client.ask('lockstep/pairing/start', { radio: 'zigbee' }),
    );
    await world.client.event('lockstep.pairing_step', { pairing_id: id, step: 'listening' });
    expect((await world.sim.coordinator()).permit_join_seconds).toBeGreaterThan(0);
    const second = await lockstep('pair zigbee');
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('(pairing_busy)') as string });
    await world.client.ask('lockstep/pairing/abort', { pairing_id: id });
    expect(await ended(id)).toMatchObject({ state: 'failed', error: { type: 'aborted', left_behind: null } });
    await closed();
  });

  test('on the command line asks for no PIN, and the new lock takes a code', async () => {
    const after = world.client.lastSeq;
    const running = lockstep('pair zigbee');
    await world.client.event('lockstep.pairing_step', { step: 'listening' }, after);
    await world.sim.pair('side');
    const { code, stdout, stderr } = await running;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/security +Zigbee network key/);
    expect(stdout).toMatch(/Next: lockstep codes create [0-9a-f]{8}/);
    side = await world.client.device(world.at('side'));
    const done = await world.client.event('lockstep.pairing_done', { kind: 'pair', device_id: side });
    const steps = world.client.events.filter((one) => one['pairing_id'] === done['pairing_id']);
    expect(steps.map((one) => one['step'])).toEqual(
      expect.arrayContaining(['starting', 'listening', 'found', 'added', 'interviewing']),
    );
    await closed();
    const id = await world.client.createCode(world.at('side'), '0471');
    await world.client.codeSet(id);
    expect(await world.sim.codes('side')).toEqual({ 1: '0471' });
  });

  test('with what Zigbee does not have is refused in words, and nothing begins to listen', async () => {
    for (const [option, what] of [
      ['--pin 12345', 'bad_pin'],
      ['--qr 90012345', 'bad_qr_code'],
    ]) {
      const { code, stderr } = await lockstep(`pair zigbee ${option ?? ''}`);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`(${what ?? ''})`)]);
      expect(stderr).toMatch(/Zigbee/);
      expect((await world.sim.coordinator()).permit_join_seconds).toBe(0);
    }
  });

  test('a stranger that joins while nobody pairs is not let in', async () => {
    await world.sim.coordinator({ introduce: true });
    expect(await addresses()).toHaveLength(3);
  });
});

describe('a pairing cut off by kill -9', () => {
  test('leaves the network closed at the next start, is told as ended, and can be done again', async () => {
    await lockstep('remove Side --yes --forget-codes');
    const after = world.client.lastSeq;
    const { pairing_id: id } = pairingOf(
      await world.client.ask('lockstep/pairing/start', { radio: 'zigbee' }),
    );
    await world.client.event('lockstep.pairing_step', { pairing_id: id, step: 'listening' }, after);
    await world.bridge.end('SIGKILL');
    expect((await world.sim.coordinator()).permit_join_seconds).toBeGreaterThan(0);
    await world.client.restarted(() => world.bridge.start());
    await closed();
    const told = await world.client.event('lockstep.pairing_failed', { pairing_id: id });
    expect(told).toMatchObject({ error: { type: 'interrupted' } });
    await world.client.device(world.at('front'));
    await world.sim.pair('side');
    expect(await lockstep('pair zigbee')).toMatchObject({ code: 0 });
    expect(await world.client.device(world.at('side'))).toBe(side);
  });
});

describe('removing', () => {
  test('a lock with codes is refused until it is said what becomes of them', async () => {
    const id = await world.client.createCode(world.at('side'), '5566');
    await world.client.codeSet(id);
    const { code, stderr } = await lockstep('remove Side --yes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('--keep-codes')]);
  });

  test('it leaves at once with nobody at the door; paired again it has the same id and its kept code', async () => {
    const [kept] = (await world.client.codes()).filter((one) => one.device_id === side);
    const { code, stdout } = await lockstep('remove Side --yes --keep-codes');
    expect(code).toBe(0);
    expect(stdout).toContain('Nobody has to be there');
    expect(await world.sim.waiting()).toEqual(['side']);
    await world.client.until('the code without a device', () =>
      world.client
        .code(kept?.access_code_id ?? '')
        ?.errors.some(({ error_code }) => error_code === 'device_removed'),
    );
    await world.sim.pair('side');
    expect(await lockstep('pair zigbee')).toMatchObject({ code: 0 });
    expect(await world.client.device(world.at('side'))).toBe(side);
    expect(await world.client.codeSet(kept?.access_code_id ?? '')).toMatchObject({ device_id: side });
    expect(Object.values(await world.sim.codes('side'))).toContain('5566');
  });

  test('replaced by another lock, its codes move', async () => {
    const [kept] = (await world.client.codes()).filter((one) => one.device_id === side);
    const { code, stdout } = await lockstep('replace Side Small');
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 access code moved')]);
    // On the lock it came from, it was set, too.
    await world.client.event('access_code.set_on_device', {
      access_code_id: kept?.access_code_id ?? '',
      device_id: await world.client.device(world.at('small')),
    });
    expect(await world.sim.codes('small')).toEqual({ 1: '5566' });
  });

  test('off the air it is refused, telling of --gone; and --gone, while it answers, too', async () => {
    const answering = await lockstep('remove Side --yes --gone --forget-codes');
    expect([answering.code, answering.stderr]).toEqual([1, expect.stringContaining('(still_answers)')]);
    const after = world.client.lastSeq;
    await world.sim.behaviour('side', { offline: true, expire_ms: 300 });
    // Somebody has to try for the radio to notice.
    for (let n = 0; n < 2; n += 1) await world.client.request('locks/lock_door', { device_id: side });
    await world.client.event('device.disconnected', { device_id: side }, after);
    const { code, stderr } = await lockstep('remove Side --yes --forget-codes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('--gone')]);
    expect(await lockstep('remove Side --yes --gone --forget-codes')).toMatchObject({ code: 0 });
    expect(await addresses()).toEqual([world.at('front'), world.at('small')]);
  });
});
