import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StateFile } from './state-file.ts';
import { lockBench } from './testing/lock-bench.ts';
import { clusterId } from './zcl-cluster.ts';
import { unitMemory } from './unit.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zigbee-state-'));
  file = join(folder, 'state.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const traits = { schedules: { year_day: 1 }, clock: { asks: 'never' }, poll_control: true } as const;

test('a lock is after a restart what it was: codes, schedules, attributes, bindings, reporting, bolt, battery', async () => {
  using bench = lockBench({ ...traits, codes: { 1: '1234' } });
  bench.bind(clusterId.doorLock);
  await bench.ask('00 90 06 00 0000 30 0000 2c01');
  await bench.ask('00 91 02 4500 19 0200 2400 20 00');
  await bench.ask('01 92 0e 00 0300 00000000 10000000');
  await bench.ask('01 93 05 0300 03 01 04 30303037');
  await bench.unit.person.keypad({ action: 'delete', slot: 1 });
  await bench.unit.person.bolt({ locked: false, how: 'manual' });
  await bench.unit.person.battery(33);
  const before = unitMemory(bench.unit);
  new StateFile(file).keep([['bench', before]]);

  const recalled = new StateFile(file).recall('bench', bench.unit.spec);
  using again = lockBench({ ...traits, codes: { 1: '1234' } }, recalled);
  const after = unitMemory(again.unit);
  expect({ ...after, clock: undefined }).toEqual({ ...before, clock: undefined });
  expect(after).toMatchObject({
    locked: false,
    battery: 33,
    slots: { 3: { status: 'disabled', type: 'year_day', code: '0007' } },
    attributes: { '257/69': 2, '257/36': 0 },
    bindings: [{ cluster: 0x0101 }],
    reporting: [{ max: 300 }],
  });
  expect(Object.keys(after.slots)).toEqual(['3']);
  await again.unit.person.bolt({ locked: true, how: 'manual' });
  expect(await again.unasked()).toMatch(/0a00003001$/);
});

test('the file is for its owner only, and keeps what it is told nothing new of', () => {
  using bench = lockBench({ codes: { 1: '1234' } });
  const state = new StateFile(file);
  state.keep([['one', unitMemory(bench.unit)]]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const next = new StateFile(file);
  const saved = { stick: { serial: 7, items: {} }, shelf: null, units: {} };
  next.keepNetwork(saved);
  next.keep([['two', unitMemory(bench.unit)]]);
  const last = new StateFile(file);
  expect(last.network).toEqual(saved);
  expect(last.recall('one', bench.unit.spec)?.slots).toEqual(last.recall('two', bench.unit.spec)?.slots);
  expect(last.recall('three', bench.unit.spec)).toBeUndefined();
});

test('after its close nothing is written any more', () => {
  using bench = lockBench();
  const state = new StateFile(file);
  state.keep([['one', unitMemory(bench.unit)]]);
  state.close();
  const before = readFileSync(file, 'utf8');
  state.keep([['two', unitMemory(bench.unit)]]);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a file that is none is refused by name and field, without its content, and stays as it is', () => {
  using bench = lockBench({ codes: { 1: '1234' } });
  const open = (): unknown => new StateFile(file);
  writeFileSync(file, '{"locks"');
  expect(open).toThrow(`${file} (--state): not JSON`);
  const { slots, ...memory } = unitMemory(bench.unit);
  writeFileSync(
    file,
    JSON.stringify({ locks: { a: { ...memory, slots: { 1: { ...slots[1], code: '12x4' } } } } }),
  );
  const before = readFileSync(file, 'utf8');
  expect(open).toThrow(`${file} (--state): locks.a.slots.1.code: `);
  expect(open).not.toThrow('12x4');
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(() => {
    new StateFile(join(folder, 'no', 'such')).keep([]);
  }).toThrow('not writable (ENOENT)');
});

test('a slot that the lock has not is a file of another network', () => {
  using bench = lockBench({ slots: 10 });
  using small = lockBench({ slots: 2 });
  const state = new StateFile(file);
  const held = { status: 'enabled', type: 'unrestricted', code: '1234' } as const;
  state.keep([['a', { ...unitMemory(bench.unit), slots: { 3: held } }]]);
  expect(() => state.recall('a', small.unit.spec)).toThrow(
    `${file} (--state): locks.a.slots.3: Bench has slots 1 to 2`,
  );
  expect(state.recall('a', bench.unit.spec)?.slots).toEqual({ 3: held });
});
