import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../../src/core/model.ts';
import { quirkOf, quirks } from './index.ts';
import type { Product } from './index.ts';
import { lengths } from '../../shared/quirk.ts';
import { corrected, eventUserOf, pinUsersOf } from './quirk.ts';
import type { Quirk } from './quirk.ts';

const claimed: Capabilities = {
  slots: { first: 1, last: 30 },
  reservedSlots: [],
  codeLengths: lengths(4, 8),
  readBack: 'full',
  checksum: false,
  reportsProgramming: true,
  power: 'mains',
  remoteLock: true,
  yearDaySchedules: 2,
  codeManners: true,
};

describe('the table', () => {
  test('has a row for each model that the issue names, and names no lock twice', () => {
    expect(quirks.length).toBeGreaterThanOrEqual(15);
    expect(new Set(quirks.map(({ name }) => name)).size).toBe(quirks.length);
    const ids = quirks.filter(({ firmware }) => firmware === undefined).flatMap((row) => row.ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('tells of each row where it comes from', () => {
    for (const row of quirks) expect(row.source.length, row.name).toBeGreaterThan(20);
  });

  test('puts something right in every row', () => {
    for (const row of quirks) expect(Object.keys(row.corrects), row.name).not.toEqual([]);
  });

  test('is told to people, row by row', () => {
    const told = readFileSync(join(import.meta.dirname, '../../../docs/locks.md'), 'utf8');
    for (const row of quirks) {
      expect(told).toContain(`\`${row.name}\``);
      expect(told).toContain(row.models);
    }
  });
});

describe('a row', () => {
  const row = (name: string, more: Partial<Quirk> = {}): Quirk => ({
    name,
    models: name,
    ids: ['A1'],
    source: 'a test',
    corrects: {},
    ...more,
  });
  const nameOf = (product: Partial<Product>, table?: readonly Quirk[]): string | undefined =>
    quirkOf({ manufacturer: undefined, model: undefined, firmware: undefined, ...product }, table)?.name;

  test('is found by what the lock calls itself', () => {
    expect(nameOf({ manufacturer: 'Yale', model: 'YRD226 TSDB' })).toBe('yale-assure');
    expect(nameOf({ manufacturer: 'ASSA ABLOY iRevo', model: '06ffff2027' })).toBe('yale-irevo');
    expect(nameOf({ manufacturer: 'Kwikset', model: 'SMARTCODE_DEADBOLT_5' })).toBe('kwikset-smartcode');
    expect(nameOf({ manufacturer: 'Yale', model: 'YRD226' })).toBeUndefined();
    expect(nameOf({ manufacturer: 'Yale' })).toBeUndefined();
  });

  test('with a maker is not for locks of others, nor for one that tells no maker', () => {
    expect(nameOf({ manufacturer: 'Danalock', model: 'YRD226 TSDB' })).toBeUndefined();
    expect(nameOf({ model: 'YRD226 TSDB' })).toBeUndefined();
    expect(nameOf({ manufacturer: 'EasyAccess AS', model: 'easyCodeTouch_v1' })).toBe('onesti-easyaccess');
    expect(nameOf({ model: 'easyCodeTouch_v1' })).toBe('onesti-easyaccess');
  });

  test('is found though the lock pads its names', () => {
    expect(nameOf({ manufacturer: 'Schlage\0\0', model: 'BE468 \0' })).toBe('schlage-be468-zigbee');
  });

  test('for some firmware only holds for that, and not for one that is unknown or no number', () => {
    const table = [
      row('old', { firmware: { before: '1.10' } }),
      row('new', { firmware: { from: '1.10', before: '3' } }),
    ];
    const found = (firmware: string | undefined): string | undefined =>
      nameOf({ model: 'A1', firmware }, table);
    expect(found('1.9')).toBe('old');
    expect(found('v001.009.052')).toBe('old');
    expect(found('1.10')).toBe('new');
    expect(found('02.03.03')).toBe('new');
    expect(found('3.0')).toBeUndefined();
    expect(found('release')).toBeUndefined();
    expect(found(undefined)).toBeUndefined();
  });
});

describe('corrections', () => {
  test('that say nothing leave what the lock claims', () => {
    expect(corrected(claimed, {})).toEqual(claimed);
  });

  test('give the number of PIN users where the attribute is bogus, or not known', () => {
    expect(pinUsersOf(255, { pinUsers: 30 })).toBe(30);
    expect(pinUsersOf(undefined, { pinUsers: 30 })).toBe(30);
    expect(pinUsersOf(250, {})).toBe(250);
    expect(pinUsersOf(undefined, undefined)).toBeUndefined();
  });

  test('take slots away and never add any', () => {
    expect(corrected(claimed, { lastSlot: 25 }).slots).toEqual({ first: 1, last: 25 });
    expect(corrected(claimed, { lastSlot: 250 }).slots).toEqual({ first: 1, last: 30 });
  });

  test('shift the slots of a lock that counts from 0, and leave out those of its own (FIELD-BUGS 19)', () => {
    expect(corrected(claimed, { countsFromZero: true }).slots).toEqual({ first: 0, last: 29 });
    expect(corrected(claimed, { countsFromZero: true, firstSlot: 3 }).slots).toEqual({ first: 3, last: 29 });
  });

  test('can deny year-day schedules, and with them what is said with each code', () => {
    const denied = corrected(claimed, { yearDaySchedules: 0 });
    expect(denied).not.toHaveProperty('yearDaySchedules');
    expect(denied).not.toHaveProperty('codeManners');
    expect(corrected(claimed, { yearDaySchedules: 1 })).toMatchObject({
      yearDaySchedules: 1,
      codeManners: true,
    });
  });

  test('can limit year-day schedules and say their order, but not invent them', () => {
    const { yearDaySchedules: schedules, codeManners, ...without } = claimed;
    expect([schedules, codeManners]).toEqual([2, true]);
    const order = { yearDaySchedules: 1, scheduleOrder: 'code_disabled_first' } as const;
    expect(corrected(without, order)).toEqual(without);
    expect(corrected(claimed, order).scheduleOrder).toBe('code_disabled_first');
  });

  test('deny programming reports, and never promise them', () => {
    expect(corrected(claimed, { reportsProgramming: false }).reportsProgramming).toBe(false);
    expect(corrected({ ...claimed, reportsProgramming: false }, {}).reportsProgramming).toBe(false);
  });

  test('tell how a lock reads back, never more than it was seen to', () => {
    expect(corrected(claimed, { readBack: 'masked' }).readBack).toBe('masked');
    expect(corrected({ ...claimed, readBack: 'none' }, { readBack: 'masked' }).readBack).toBe('none');
    expect(corrected(claimed, { readBackDelayMs: 4_200, duplicateCheck: true })).toMatchObject({
      readBackDelayMs: 4_200,
      duplicateCheck: true,
    });
  });

  test('tell of batteries and of one code length', () => {
    expect(corrected(claimed, { onBatteries: true }).power).toBe('battery');
    expect(corrected(claimed, { oneCodeLength: true })).toMatchObject({
      oneCodeLength: true,
      codeLengths: claimed.codeLengths,
    });
    expect(corrected(claimed, { codeLength: { min: 4, max: 4 } }).codeLengths).toEqual([4]);
  });
});

describe('the user id of a programming event', () => {
  test('is turned round where the bytes are exchanged (FIELD-BUGS 19)', () => {
    expect(eventUserOf(0x0500, { swapsEventUser: true })).toBe(5);
    expect(eventUserOf(0xfa00, { swapsEventUser: true })).toBe(250);
  });

  test('stands where the lock says it right, and on locks that count so far', () => {
    expect(eventUserOf(5, { swapsEventUser: true })).toBe(5);
    expect(eventUserOf(0xffff, { swapsEventUser: true })).toBe(0xffff);
    expect(eventUserOf(0x0300, {})).toBe(0x0300);
    expect(eventUserOf(0x0300, undefined)).toBe(0x0300);
  });
});
