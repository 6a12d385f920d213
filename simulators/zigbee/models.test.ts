import { expect, test } from 'vitest';
import { modelNames } from './models.ts';
import { preset } from './presets.ts';
import type { LockSpec } from './spec.ts';
import { type LockBench, lockBench } from './testing/lock-bench.ts';

const spec = (name: string): LockSpec => preset(`model-${name}`)![0]!;
/** The model on a table, its events bound to the coordinator. */
const onTable = (name: string): LockBench => {
  const bench = lockBench(spec(name));
  bench.bind(0x0101, 0x0001);
  return bench;
};
const ascii = (digits: string): string => Buffer.from(digits, 'latin1').toString('hex');
const u16 = (value: number): string =>
  value
    .toString(16)
    .padStart(4, '0')
    .replace(/(..)(..)/, '$2$1');
const setPin = (slot: number, digits: string): string =>
  `01 90 05 ${u16(slot)} 01 00 ${digits.length.toString(16).padStart(2, '0')} ${ascii(digits)}`;
/** Set PIN Code Response with this status. */
const answer = (status: number): RegExp => new RegExp(`^(09|19)9005${status.toString(16).padStart(2, '0')}$`);

test('each model is in preset models once, and by itself', () => {
  const all = preset('models')!;
  expect(all.length).toBeGreaterThanOrEqual(15);
  expect(all.map(({ name }) => name)).toEqual(modelNames);
  expect(new Set(all.map(({ manufacturer, model }) => `${manufacturer} ${model}`)).size).toBe(all.length);
  for (const each of all) expect(preset(`model-${each.name}`)).toEqual([each]);
  expect(preset('model-nonsense')).toBeUndefined();
});

test('every model holds the codes it was delivered with, and takes one more by its own rules', async () => {
  for (const name of modelNames) {
    using bench = onTable(name);
    const { lock } = bench.unit;
    lock.change({ lie: false });
    const held = Object.entries(lock.spec.codes);
    expect(lock.occupied().map(([slot, { code }]) => [String(slot), code])).toEqual(held);
    for (const [slot] of lock.occupied()) expect(lock.hasSlot(slot), name).toBe(true);
    const free = lock.lowestFreeSlot()!;
    const pin = '8'.repeat(lock.codeLength.min);
    expect(await bench.ask(setPin(free, pin)), name).toMatch(answer(0));
    expect(await bench.ask(setPin(free, '7'.repeat(lock.codeLength.max + 1))), name).toMatch(answer(1));
    expect(lock.enter(pin)).toEqual({ opens: true, slot: free });
  }
});

test('a Yale masks its PINs until it may tell them, and again once it has forgotten that', async () => {
  using bench = onTable('yale-assure');
  const get = '01 91 06 0100';
  const shown = (octets: string): RegExp => new RegExp(`^..910601000100${octets}$`);
  expect(await bench.ask(get)).toMatch(shown('06ffffffffffff'));
  await bench.ask('00 92 02 3200 10 01');
  expect(await bench.ask(get)).toMatch(shown(`06${ascii('147036')}`));
  bench.unit.lock.change({ pin_over_air: false });
  expect(await bench.ask(get)).toMatch(shown('06ffffffffffff'));
});

test("a Yale's master code can only be replaced by another of its kind", async () => {
  using bench = onTable('yale-assure');
  expect(await bench.ask(setPin(0, '1234'))).toMatch(answer(1));
  expect(await bench.ask('01 93 05 0000 01 03 04 31323334')).toMatch(/^..930500$/);
});

test("an iRevo's events have the octets of their slot exchanged (FIELD-BUGS 19)", async () => {
  using bench = onTable('yale-irevo');
  await bench.ask('00 94 02 4500 19 ffff');
  await bench.unit.person.keypad({ action: 'add', slot: 7, code: '90210' });
  // Source keypad, PIN added, slot 7 with its low octet last.
  expect(await bench.unasked(0x0101)).toMatch(/^....2100020007/);
});

test('an operation event of a YMC420 ends with its time (zigbee2mqtt 8946)', async () => {
  using bench = onTable('yale-ymc420');
  await bench.ask('00 95 02 4100 19 ffff');
  await bench.unit.person.keypad({ action: 'enter', code: '147036' });
  const event = await bench.unasked(0x0101);
  // Frame control, sequence number, command, source, code, slot, PIN, time, and no text.
  expect(event).toMatch(/^09..200002010006313437303336[0-9a-f]{8}$/);
});

test('a Kwikset counts its slots from 0, and keeps quiet about a code that was deleted', async () => {
  using bench = onTable('kwikset-smartcode');
  expect(await bench.ask(setPin(30, '8631'))).not.toMatch(answer(0));
  expect(await bench.ask(setPin(29, '8631'))).toMatch(answer(0));
  await bench.ask('00 96 02 4500 19 ffff');
  await bench.idle();
  bench.untaken();
  await bench.unit.person.keypad({ action: 'delete', slot: 2 });
  await bench.idle();
  expect(bench.untaken(0x0101).filter((frame) => frame.slice(4, 6) === '21')).toEqual([]);
});
