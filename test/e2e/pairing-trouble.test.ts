import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../support/until.ts';
import { goodLock, startWorld, type World } from '../support/world.ts';

const waitingSchema = z.object({ name: z.string(), pin: z.string().nullable(), qr: z.string().nullable() });
const locksSchema = z.object({ locks: z.array(z.object({ node: z.number(), name: z.string() })) });

let world: World;
let pin: string;

const control = async (path: string, body?: object): Promise<unknown> => {
  const response = await fetch(`${world.sim.control}${path}`, {
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return response.json();
};
const side = async () =>
  z
    .array(waitingSchema)
    .parse(await control('/waiting'))
    .find((one) => one.name === 'Side door');
const lockstep = (line: string, stdin?: string) => world.bridge.cli(line.split(' '), stdin);
const addresses = async () => {
  const { devices } = await world.client.ask('devices/list', {});
  return z
    .array(z.object({ x_address: z.string() }))
    .parse(devices)
    .map((one) => one.x_address);
};

beforeAll(async () => {
  const held = {
    ...goodLock(0, 8),
    node: undefined,
    name: 'Side door',
    waiting: true,
    pairing_button: 'held',
  };
  const open = { ...held, name: 'Shed', pairing_button: 'press', security: 'none' };
  world = await startWorld({ locks: [goodLock(2, 6), held, open] });
  await world.client.device(2);
  pin = (await side())?.pin ?? '';
}, 180_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test(
  'cut off by kill -9, a pairing is said to have ended, and what it left behind can be taken out by name',
  { timeout: 180_000 },
  async () => {
    const after = world.client.lastSeq;
    const begun = await world.client.ask('lockstep/pairing/start', { radio: 'zwave' });
    const { pairing_id } = z.object({ pairing_id: z.string() }).parse(begun['pairing']);
    await world.client.event('lockstep.pairing_step', { step: 'pin_needed' }, after);
    await world.bridge.end('SIGKILL');
    await world.client.restarted(() => world.bridge.start());
    await world.client.device(2);
    const told = await world.client.event('lockstep.pairing_failed', { pairing_id });
    expect(told).toMatchObject({ error: { type: 'interrupted' } });
    // It takes itself for a member already.
    const { locks } = locksSchema.parse(await control('/locks'));
    const address = `zwave:${locks.find((one) => one.name === 'Side door')?.node ?? 0}`;
    await until('the doctor to name it', async () => {
      const { stdout } = await lockstep('doctor');
      return stdout.includes(`lockstep remove ${address}`);
    });
    await world.client.until('the bridge topic to name it', () => {
      const bridge = world.client.latest.get(`${world.bridge.base}/bridge`) ?? '{}';
      return bridge.includes(`"left_behind":["${address}"]`);
    });
    expect(await lockstep(`remove ${address} --yes --gone`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(still_answers)') as string,
    });
    expect((await lockstep('remove zwave:99 --yes')).stderr).toContain(`Left behind by pairings: ${address}`);
    // Its button is held: it leaves as soon as the radio lets it.
    expect(await lockstep(`remove ${address} --yes`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('It can be paired now.') as string,
    });
    const { code, stderr } = await lockstep('pair zwave', `${pin}\n`);
    expect([code, stderr]).toEqual([0, 'PIN (5 digits): ']);
    expect(await addresses()).toHaveLength(2);
    expect((await lockstep('doctor')).stdout).not.toContain('lockstep remove zwave');
  },
);

test('removed and paired again by the QR text of its label, a lock asks for nothing', async () => {
  const after = world.client.lastSeq;
  const { locks } = locksSchema.parse(await control('/locks'));
  const node = locks.find((one) => one.name === 'Side door')?.node ?? 0;
  const running = lockstep(`remove zwave:${node} --yes`);
  await world.client.event('lockstep.pairing_step', { kind: 'remove', step: 'listening' }, after);
  await control(`/locks/${node}/unpair`, {});
  expect((await running).code).toBe(0);
  const qr = (await side())?.qr ?? '';
  const pairing = lockstep('pair zwave --qr -', qr);
  await world.client.event('lockstep.pairing_step', { step: 'provisioned' }, after);
  await control('/waiting/side-door/power_up', {});
  const { code, stdout } = await pairing;
  expect([code, stdout]).toEqual([0, expect.stringMatching(/security +S2 Access Control/)]);
  const everywhere = world.bridge.output + JSON.stringify(world.client.heard);
  expect(everywhere).toContain('provisioned');
  expect(everywhere).not.toContain(qr);
});

test('a lock without encryption is paired with a loud warning', async () => {
  await control('/waiting/shed/pair', {});
  const { code, stdout } = await lockstep('pair zwave');
  expect(code).toBe(0);
  expect(stdout).toContain('WARNING: This lock was paired without any encryption');
  expect(stdout).toMatch(/security +none/);
});
