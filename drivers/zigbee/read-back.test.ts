import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { LockAddress } from '../../src/core/ids.ts';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { never, pinOf, readyZigbee, zigbeeLocksOf } from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';

/** For what comes soon, on a machine that has much else to do. */
const patienceMs = 20_000;

/** What a lock withholds once, and what it withholds for good. */

const ordinary = {
  manufacturer: 'Lockworks',
  model: 'Read-back 1',
  manufacturer_code: 0x1337,
  power: 'mains',
  slots: 20,
  code_length: { min: 4, max: 8 },
  codes: { 1: '147036', 2: '0042' },
};
const failure = 0x01;
const locks = [
  { ...ordinary, name: 'Busy' },
  { ...ordinary, name: 'Shy' },
  { ...ordinary, name: 'Closed', manufacturer: 'Yale', model: 'YRD226 TSDB', pin_over_air: false },
  { ...ordinary, name: 'Cards', codes: { 1: '', 2: '0042', 3: '' } },
  { ...ordinary, name: 'Zeros', codes: { 1: '147036', 2: '0000' }, behaviour: { mask: 'zeros' } },
  { ...ordinary, name: 'Guarded', schedules: {}, clock: {}, behaviour: { mask: 'stars' } },
  {
    ...ordinary,
    name: 'Reticent',
    schedules: {},
    clock: {},
    behaviour: { mask: 'stars' },
    missing_commands: [0x15],
  },
  { ...ordinary, name: 'Failing', behaviour: { unreadable: 'all', unreadable_status: failure } },
];
const ids = locks.map(({ name }) => name.toLowerCase());

const cleanup = new AsyncDisposableStack();
let sim: ZigbeeSim;
let driver: LockDriver;
let lock: (id: string) => LockAddress;

beforeAll(async () => {
  sim = cleanup.use(await startZigbeeNetwork({ locks }));
  const { host } = cleanup.use(await temporaryHost(false));
  lock = await zigbeeLocksOf(sim, ids);
  ({ driver } = await readyZigbee(sim, host, ids));
  cleanup.use(driver);
});
afterAll(() => cleanup.disposeAsync());

const code = (digits: string | undefined) => ({
  kind: 'read',
  reading: { kind: 'occupied', pin: digits === undefined ? 'masked' : pinOf(digits), enabled: true },
});
const masked = code(undefined);
const unsure = { kind: 'failed', why: 'timeout' };
const read = (id: string, slot: number) => driver.readSlot(lock(id), slot, never);
const readBack = async (id: string) => (await driver.capabilities(lock(id), never))?.readBack;

test.each([
  ['failure', failure],
  ['not authorized', 0x7e],
  ['unsupported', 0x81],
])(
  'a lock that has told codes, and answers "%s" once or for one slot, tells the others all the same',
  async (_, status) => {
    await sim.behaviour('busy', { unreadable: 'pins', unreadable_status: status });
    expect(await read('busy', 1)).toEqual(masked);
    await sim.behaviour('busy', { unreadable: 'all' });
    expect(await read('busy', 1)).toEqual(unsure);
    await sim.behaviour('busy', { unreadable: 'no' });
    expect(await read('busy', 1)).toEqual(code('147036'));
    await sim.behaviour('busy', { unreadable: 'all' });
    expect(await read('busy', 1)).toEqual(unsure);
    await sim.behaviour('busy', { unreadable: 'no' });
    expect(await read('busy', 2)).toEqual(code('0042'));
    expect(await readBack('busy')).toBe('full');
  },
);

test('one that fails again and again keeps its codes to itself, and is asked for the status only (FIELD-BUGS 2)', async () => {
  await sim.behaviour('shy', { unreadable: 'pins', unreadable_status: failure });
  for (let i = 0; i < 3; i += 1) expect(await read('shy', 1)).toEqual(masked);
  expect(await readBack('shy')).toBe('masked');
  await sim.resetFrames();
  expect(await read('shy', 1)).toEqual(masked);
  expect((await sim.frames())['shy']?.by_command).toEqual({
    get_user_status: 1,
    get_user_status_response: 1,
  });
  // That it is busy once more is no news of what it can do.
  await sim.behaviour('shy', { unreadable: 'all' });
  expect(await read('shy', 1)).toEqual(unsure);
  await sim.behaviour('shy', { unreadable: 'pins' });
  expect(await read('shy', 1)).toEqual(masked);
  expect(await readBack('shy')).toBe('masked');
});

test('one that fails at everything can be used, and is known not to be readable (FIELD-BUGS 15)', async () => {
  for (let i = 0; i < 3; i += 1) expect(await read('failing', 1)).toEqual(unsure);
  expect(await readBack('failing')).toBe('none');
});

test('a lost frame on the way to the leave to tell PINs is no refusal', async () => {
  expect(await read('closed', 1)).toEqual(code('147036'));
  await sim.resetFrames();
  await sim.behaviour('closed', { pin_over_air: false, answer_hold: true });
  const first = read('closed', 1);
  await vi.waitFor(async () => {
    expect((await sim.frames())['closed']?.by_command).toEqual({ get_pin_code: 1 });
  }, patienceMs);
  // The answer is out, and the next frame finds nobody.
  await sim.behaviour('closed', { answer_hold: false, mac_no_ack: 1 });
  expect(await first).toEqual({ kind: 'failed', why: 'unreachable' });
  await sim.behaviour('closed', { pin_over_air: true });
  expect(await read('closed', 1)).toEqual(code('147036'));
  expect(await readBack('closed')).toBe('full');
});

test('a card has no digits, and hides none of the codes in other slots', async () => {
  expect(await read('cards', 1)).toEqual(masked);
  expect(await read('cards', 2)).toEqual(code('0042'));
  expect(await read('cards', 3)).toEqual(masked);
  expect(await read('cards', 2)).toEqual(code('0042'));
  expect(await readBack('cards')).toBe('full');
});

test('zeros are a mask on a lock that has never told anything else, and digits on any other (FIELD-BUGS 1, 5)', async () => {
  expect(await read('zeros', 1)).toEqual(masked);
  expect(await driver.writeSlot(lock('zeros'), 3, pinOf('482913'), never)).toEqual({ kind: 'accepted' });
  expect(await read('zeros', 3)).toEqual(masked);
  expect(await readBack('zeros')).toBe('masked');
  await sim.behaviour('zeros', { mask: false });
  expect(await read('zeros', 3)).toEqual(code('482913'));
  expect(await read('zeros', 2)).toEqual(code('0000'));
  expect(await readBack('zeros')).toBe('full');
});

test('a lock with schedules that masks its codes tells what its users are all the same, or is not asked again', async () => {
  const manner = { scheduled: true, enabled: true };
  for (const id of ['guarded', 'reticent']) {
    expect(await driver.writeSlot(lock(id), 3, pinOf('304050'), never, manner)).toEqual({ kind: 'accepted' });
    // The first read finds out that it masks.
    expect(await read(id, 1)).toMatchObject({ reading: { pin: 'masked' } });
    expect(await readBack(id)).toBe('masked');
  }
  const guarded = { kind: 'occupied', pin: 'masked', enabled: true, userType: 'year_day' };
  expect(await read('guarded', 3)).toEqual({ kind: 'read', reading: guarded });
  expect(await read('guarded', 2)).toEqual({
    kind: 'read',
    reading: { ...guarded, userType: 'unrestricted' },
  });
  expect(await read('reticent', 3)).toEqual(masked);
  await sim.resetFrames();
  expect(await read('reticent', 3)).toEqual(masked);
  expect((await sim.frames())['reticent']?.application.to_lock).toBe(1);
});
