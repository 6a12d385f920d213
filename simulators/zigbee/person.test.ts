import { describe, expect, test } from 'vitest';
import { lockBench } from './testing/lock-bench.ts';
import { unitMemory } from './unit.ts';
import { clusterId } from './zcl-cluster.ts';

const { alarms } = clusterId;

describe('the keypad', () => {
  const wrong = { action: 'enter', code: '9999' } as const;

  test('goes dead after five wrong codes in a row, with an alarm, and comes back (FIELD-BUGS 30)', async () => {
    using bench = lockBench({ codes: { 4: '1234' }, behaviour: { lockout_ms: 40 } });
    bench.bind(alarms);
    const { person } = bench.unit;
    for (let i = 0; i < 5; i += 1) expect(await person.keypad(wrong)).toMatchObject({ reason: 'wrong_code' });
    expect(await person.keypad({ action: 'enter', code: '1234' })).toEqual({
      accepted: false,
      reason: 'keypad_disabled',
    });
    // Alarm 4 (wrong code entry limit) of cluster 0x0101.
    expect(await bench.unasked(alarms)).toMatch(/^09..00040101$/);
    await expect.poll(() => bench.happened()).toContain('keypad_enabled');
    expect(await person.keypad({ action: 'enter', code: '1234' })).toMatchObject({ accepted: true });
  });

  test('counts to WrongCodeEntryLimit, anew after a right code', async () => {
    using bench = lockBench({ codes: { 4: '1234' } });
    await bench.ask('00 90 02 3000 20 02');
    // None at all is no limit.
    expect(await bench.ask('00 91 02 3000 20 00')).toBe('189104' + '873000');
    const { person } = bench.unit;
    await person.keypad(wrong);
    await person.keypad({ action: 'enter', code: '1234' });
    await person.keypad(wrong);
    expect(await person.keypad(wrong)).toMatchObject({ reason: 'wrong_code' });
    expect(await person.keypad(wrong)).toMatchObject({ reason: 'keypad_disabled' });
  });

  test('sends no alarm that the alarm mask leaves out', async () => {
    using bench = lockBench({ event_masks: 0 });
    bench.bind(alarms);
    for (let i = 0; i < 5; i += 1) await bench.unit.person.keypad(wrong);
    expect(bench.happened()).toContain('keypad_disabled');
    expect(bench.untaken()).toEqual([]);
  });

  test('changes no code where EnableLocalProgramming is off, and opens the door all the same', async () => {
    using bench = lockBench({ codes: { 4: '1234' } });
    await bench.ask('00 90 02 2800 10 00');
    const { person, lock } = bench.unit;
    const no = { accepted: false, reason: 'not_allowed' };
    expect(await person.keypad({ action: 'add', slot: 5, code: '5555' })).toEqual(no);
    expect(await person.keypad({ action: 'delete_all' })).toEqual(no);
    expect(lock.occupied()).toHaveLength(1);
    expect(await person.keypad({ action: 'enter', code: '1234' })).toMatchObject({ accepted: true });
    await bench.ask('00 91 02 2800 10 01');
    expect(await person.keypad({ action: 'delete', slot: 4 })).toMatchObject({ accepted: true });
  });

  test("has rules: no occupied slot twice, no empty one changed or deleted, no other's PIN, no wrong length", async () => {
    using bench = lockBench({ slots: 2, codes: { 1: '1234' } });
    const { person } = bench.unit;
    const no = (reason: string): object => ({ accepted: false, reason });
    expect(await person.keypad({ action: 'add', slot: 1, code: '5555' })).toEqual(no('occupied'));
    expect(await person.keypad({ action: 'change', slot: 2, code: '5555' })).toEqual(no('empty'));
    expect(await person.keypad({ action: 'delete', slot: 2 })).toEqual(no('empty'));
    expect(await person.keypad({ action: 'add', code: '1234' })).toEqual(no('duplicate'));
    expect(await person.keypad({ action: 'add', code: '123' })).toEqual(no('format'));
    expect(await person.keypad({ action: 'add', slot: 3, code: '5555' })).toEqual(no('slot'));
    expect(await person.keypad({ action: 'code_length', length: 6 })).toEqual(no('unsupported'));
    expect(await person.keypad({ action: 'add', code: '5555' })).toEqual({ accepted: true, slot: 2 });
    expect(await person.keypad({ action: 'add', code: '6666' })).toEqual(no('full'));
  });
});

test('a factory reset tells by an alarm, empties everything and forgets what was written', async () => {
  using bench = lockBench({ codes: { 4: '1234' }, schedules: {}, clock: { asks: 'never' }, event_masks: 2 });
  bench.bind(alarms);
  await bench.ask('00 90 02 2400 20 00');
  await bench.ask('01 91 0e 00 0400 00000000 10000000');
  await bench.unit.person.factoryReset();
  expect(await bench.unasked(alarms)).toMatch(/^09..00010101$/);
  expect(bench.unit.lock.occupied()).toEqual([]);
  const { slots, attributes, schedules } = unitMemory(bench.unit);
  expect({ slots, attributes, users: schedules?.users }).toEqual({ slots: {}, attributes: {}, users: {} });
  expect(bench.kept.at(-1)?.schedules?.users).toEqual({});
});
