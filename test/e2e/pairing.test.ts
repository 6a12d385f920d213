import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../support/until.ts';
import { goodLock, startWorld, type World } from '../support/world.ts';

const waitingSchema = z.object({
  id: z.string(),
  name: z.string(),
  pin: z.string().nullable(),
  qr: z.string().nullable(),
});
const serialSchema = z.object({ mode: z.string() });

/** The locks that are in the network from the beginning. */
const known = ['zwave:2', 'zwave:3', 'zwave:5'];

let world: World;
/** The device id of the lock that waits at first, once it has been paired. */
let side: string;
let pin: string;

const control = async (path: string, body?: object): Promise<unknown> => {
  const response = await fetch(`${world.sim.control}${path}`, {
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return response.json();
};
const waiting = async () => z.array(waitingSchema).parse(await control('/waiting'));
const waitingNames = async () => (await waiting()).map((one) => one.name);
const stickIs = (mode: string) =>
  until(`the stick to be ${mode}`, async () => serialSchema.parse(await control('/serial')).mode === mode);
const lockstep = (line: string, stdin?: string) => world.bridge.cli(line.split(' '), stdin);
const json = (text: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(text));
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

/** A User Credential lock, whose PINs have 6 to 8 digits. */
const longPins = (node: number): object => ({
  ...goodLock(node, 10),
  user_code_version: undefined,
  checksum: undefined,
  user_credential: { credential_slots: 10 },
  code_length: { min: 6, max: 8 },
});

beforeAll(async () => {
  const name = 'Side door';
  const held = { ...goodLock(0, 8), name, node: undefined, waiting: true, pairing_button: 'held' };
  world = await startWorld({
    locks: [goodLock(2, 6, { codes: { 1: '258013' } }), goodLock(3, 2), longPins(5), held],
  });
  for (const node of [2, 3, 5]) await world.client.device(node);
  pin = (await waiting()).find((one) => one.name === name)?.pin ?? '';
}, 180_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('pairing', () => {
  test('with a wrong PIN fails, and leaves nobody in the network', async () => {
    const wrong = pin === '11111' ? '22222' : '11111';
    const { code, stderr } = await lockstep('pair zwave', `${wrong}\n`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('(wrong_pin)')]);
    expect(await waitingNames()).toContain('Side door');
    expect(await addresses()).toEqual(known);
    await stickIs('idle');
    await world.client.event('lockstep.pairing_failed', { kind: 'pair' });
  });

  test('given up while the lock waits for its PIN leaves nobody in the network', async () => {
    const begun = pairingOf(await world.client.ask('lockstep/pairing/start', { radio: 'zwave' }));
    const id = begun.pairing_id;
    await world.client.event('lockstep.pairing_step', { pairing_id: id, step: 'pin_needed' });
    const second = await lockstep('pair zwave');
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('(pairing_busy)') as string });
    await world.client.ask('lockstep/pairing/abort', { pairing_id: id });
    expect(await ended(id)).toMatchObject({ state: 'failed', error: { type: 'aborted', left_behind: null } });
    expect(await waitingNames()).toContain('Side door');
    expect(await addresses()).toEqual(known);
    await stickIs('idle');
  });

  test('on the command line asks for the PIN, and the new lock takes a code', async () => {
    const { code, stdout } = await lockstep('pair zwave', `${pin}\n`);
    expect(code).toBe(0);
    expect(stdout).toContain('S2 Access Control');
    expect(stdout).toMatch(/Next: lockstep codes create [0-9a-f]{8}/);
    expect(await waitingNames()).not.toContain('Side door');
    side = await world.client.device(4);
    await world.client.event('lockstep.pairing_done', { kind: 'pair', device_id: side });
    const id = await world.client.createCode(4, '0471');
    await world.client.codeSet(id);
    expect(await world.sim.codes(4)).toEqual({ 1: '0471' });
  });

  test('each step was an event, the lock was known before the end, and no PIN went anywhere', async () => {
    const done = await world.client.event('lockstep.pairing_done');
    const steps = world.client.events.filter((one) => one['pairing_id'] === done['pairing_id']);
    expect(steps.map((one) => one['step'])).toEqual(
      expect.arrayContaining([
        'starting',
        'listening',
        'found',
        'securing',
        'pin_needed',
        'added',
        'interviewing',
      ]),
    );
    const known = await world.client.event('device.added', { device_id: side });
    expect(known.seq).toBeLessThan(done.seq);
    const everywhere = world.bridge.output + JSON.stringify(world.client.heard);
    expect(everywhere).toContain('pin_needed');
    // Not as a part of longer numbers and ids.
    expect(everywhere).not.toMatch(new RegExp(`(?<![0-9a-f-])${pin}(?![0-9a-f])`));
  });

  test('Ctrl-C while the radio listens ends it, and the radio listens no more', async () => {
    const interrupt = new AbortController();
    const after = world.client.lastSeq;
    const running = world.bridge.cli(['pair', 'zwave'], '', interrupt.signal);
    await world.client.event('lockstep.pairing_step', { step: 'listening' }, after);
    interrupt.abort();
    const { code, stderr } = await running;
    expect([code, stderr]).toEqual([1, expect.stringContaining('Interrupted.')]);
    await stickIs('idle');
  });

  test('on a radio that is not there is refused', async () => {
    const { code, stderr } = await lockstep('pair zigbee');
    expect([code, stderr]).toEqual([1, expect.stringContaining('no zigbee driver is configured')]);
  });
});

describe('replacing', () => {
  test('by a lock with too few slots is refused, with nothing done', async () => {
    const more = [await world.client.createCode(4, '1593'), await world.client.createCode(4, '7264')];
    for (const id of more) await world.client.codeSet(id);
    const before = await world.client.codes();
    const { code, stderr } = await lockstep('replace zwave:4 zwave:3');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('3 access codes would move, but Lock 3 has room for 2'),
    ]);
    expect(await world.client.codes()).toEqual(before);
    for (const id of more) await world.client.ask('access_codes/delete', { access_code_id: id });
    for (const id of more) await world.client.event('access_code.deleted', { access_code_id: id });
  });

  test('by a lock that takes other PIN lengths is refused, naming the code and no PIN', async () => {
    const before = await world.client.codes();
    const answer = await world.client.request('lockstep/devices/replace', {
      old_device_id: side,
      new_device_id: await world.client.device(5),
    });
    expect(answer).toMatchObject({ ok: false, error: { type: 'code_constraints_violated' } });
    expect(answer.error?.message).toContain('it takes 6, 7, 8 digits): "A guest"');
    expect(JSON.stringify(answer)).not.toContain('0471');
    expect(await world.client.codes()).toEqual(before);
  });
});

describe('removing', () => {
  test('a lock with codes is refused until it is said what becomes of them', async () => {
    const { code, stderr } = await lockstep('remove zwave:4 --yes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('--keep-codes')]);
  });

  test('keeping its codes, then moving them to another lock, loses none', async () => {
    const [kept] = (await world.client.codes()).filter((one) => one.device_id === side);
    const after = world.client.lastSeq;
    const running = lockstep('remove zwave:4 --yes --keep-codes');
    await world.client.event('lockstep.pairing_step', { step: 'listening' }, after);
    await control('/locks/4/unpair', {});
    expect(await running).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('has left the network') as string,
    });
    expect(await waitingNames()).toContain('Side door');
    await world.client.event('device.removed', { device_id: side });
    await world.client.until('the code without a device', () =>
      world.client
        .code(kept?.access_code_id ?? '')
        ?.errors.some(({ error_code }) => error_code === 'device_removed'),
    );
    expect((await lockstep('locks')).stdout).toMatch(/zwave:removed +removed/);
    const { code, stdout } = await lockstep(`replace ${side} zwave:3`);
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 access code moved')]);
    expect(await world.client.codeSet(kept?.access_code_id ?? '')).toMatchObject({ x_slot: 1 });
    expect(await world.sim.codes(3)).toEqual({ 1: '0471' });
    await world.client.until('the emptied topics of the removed lock', () =>
      [`devices/${side}`, `devices/${side}/slots`].every(
        (topic) => world.client.latest.get(`${world.bridge.base}/${topic}`) === '',
      ),
    );
  });

  test('paired again, it has the same id', async () => {
    const answer = json((await lockstep(`pair zwave --json --pin ${pin}`)).stdout);
    expect(pairingOf(answer)).toMatchObject({ state: 'done', device_id: side });
  });

  test('replaced while off the air, it loses the PINs that were ours once it is back, and nothing else', async () => {
    // From before it was removed: nobody's here any more.
    expect(await world.sim.codes(4)).toEqual({ 1: '0471' });
    const id = await world.client.createCode(4, '5566');
    await world.client.codeSet(id);
    const after = world.client.lastSeq;
    await world.sim.behaviour(4, { offline: true });
    await world.client.request('locks/lock_door', { device_id: side });
    await world.client.event('device.disconnected', { device_id: side }, after);
    const { code, stdout } = await lockstep('replace zwave:4 zwave:3');
    expect([code, stdout]).toEqual([0, expect.stringContaining('may still hold 1 PIN: taken off')]);
    // On the lock it came from, it was set in the same slot.
    await world.client.event(
      'access_code.set_on_device',
      { access_code_id: id, device_id: await world.client.device(3) },
      after,
    );
    expect(world.client.code(id)).toMatchObject({ x_slot: 2 });
    expect(await world.sim.codes(3)).toEqual({ 1: '0471', 2: '5566' });
    expect(await world.sim.codes(4)).toEqual({ 1: '0471', 2: '5566' });
    await world.sim.behaviour(4, { offline: false });
    await world.client.event('access_code.deleted', { device_id: side }, after);
    expect(await world.sim.codes(4)).toEqual({ 1: '0471' });
    await world.client.event('device.connected', { device_id: side }, after);
  });

  test('a lock off the air is refused, telling of --gone; and --gone, while it answers, too', async () => {
    const answering = await lockstep('remove zwave:4 --yes --gone');
    expect([answering.code, answering.stderr]).toEqual([1, expect.stringContaining('(still_answers)')]);
    const after = world.client.lastSeq;
    await world.sim.behaviour(4, { offline: true });
    // Somebody has to try for the radio to notice.
    await world.client.request('locks/lock_door', { device_id: side });
    await world.client.event('device.disconnected', { device_id: side }, after);
    const { code, stderr } = await lockstep('remove zwave:4 --yes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('--gone')]);
    const gone = await lockstep('remove zwave:4 --yes --gone');
    expect([gone.code, gone.stderr]).toEqual([0, '']);
    expect(await addresses()).toEqual(known);
  });
});
