import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../../src/core/model.ts';
import { lengths } from '../../shared/quirk.ts';
import { quirkOf, quirks } from './index.ts';
import type { Quirk } from './quirk.ts';
import { corrected } from './quirk.ts';

const claimed: Capabilities = {
  slots: { first: 1, last: 30 },
  reservedSlots: [],
  codeLengths: lengths(4, 10),
  readBack: 'full',
  checksum: false,
  reportsProgramming: true,
  power: 'battery',
  remoteLock: true,
  yearDaySchedules: 2,
};

describe('the table', () => {
  test('has a row for each model that the issue names, and names no product twice', () => {
    expect(quirks.length).toBeGreaterThanOrEqual(14);
    expect(new Set(quirks.map(({ name }) => name)).size).toBe(quirks.length);
    const products = quirks.filter(({ firmware }) => firmware === undefined).flatMap((row) => row.products);
    expect(new Set(products).size).toBe(products.length);
    for (const { products: ids } of quirks)
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{4}:[0-9a-f]{4}:[0-9a-f]{4}$/);
  });

  test('tells of each row where it comes from', () => {
    for (const row of quirks) expect(row.source.length, row.name).toBeGreaterThan(20);
  });

  test('is told to people, row by row', () => {
    const told = readFileSync(join(import.meta.dirname, '../../../docs/locks.md'), 'utf8');
    for (const row of quirks) {
      expect(told).toContain(`\`${row.name}\``);
      expect(told).toContain(row.models);
    }
  });

  test("has only products that zwave-js's device list knows, but for one that its source lists itself", () => {
    const config = dirname(createRequire(import.meta.url).resolve('@zwave-js/config/package.json'));
    const known = new Set<string>();
    for (const maker of new Set(quirks.flatMap((row) => row.products.map((id) => id.slice(0, 4))))) {
      const folder = join(config, 'config/devices', `0x${maker}`);
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')))
        for (const [, type, id] of readFileSync(join(folder, file), 'utf8').matchAll(
          /"productType": "0x([0-9a-f]{4})",[^{}]*?"productId": "0x([0-9a-f]{4})"/g,
        ))
          known.add(`${maker}:${type ?? ''}:${id ?? ''}`);
    }
    const unknown = quirks.flatMap(({ products }) => products.filter((id) => !known.has(id)));
    expect(unknown).toEqual(['022e:0001:0001']); // SmartThings' samsung-lock
  });
});

describe('a row', () => {
  const row = (name: string, firmware?: Quirk['firmware']): Quirk => ({
    name,
    models: name,
    products: ['0001:0002:0003'],
    ...(firmware === undefined ? {} : { firmware }),
    source: 'a test',
    corrects: {},
  });

  test('is found by the numbers of the product', () => {
    expect(quirkOf({ id: '003b:6341:5044', firmware: '113.22' })?.name).toBe('schlage-be469');
    expect(quirkOf({ id: '003b:6341:5045', firmware: '113.22' })).toBeUndefined();
    expect(quirkOf(undefined)).toBeUndefined();
  });

  test('for some firmware only holds for that, and not for one that is unknown', () => {
    const table = new Map([
      ['0001:0002:0003', [row('old', { before: '1.10' }), row('new', { from: '1.10', before: '3' })]],
    ]);
    const found = (firmware: string | undefined): string | undefined =>
      quirkOf({ id: '0001:0002:0003', firmware }, table)?.name;
    expect(found('1.9')).toBe('old');
    expect(found('1.10')).toBe('new');
    expect(found('2.99.7')).toBe('new');
    expect(found('3.0')).toBeUndefined();
    expect(found(undefined)).toBeUndefined();
  });
});

describe('corrections', () => {
  test('that say nothing leave what the lock claims', () => {
    expect(corrected(claimed, {}, undefined)).toEqual(claimed);
  });

  test('take slots away and never add any', () => {
    expect(corrected(claimed, { lastSlot: 25 }, undefined).slots).toEqual({ first: 1, last: 25 });
    expect(corrected(claimed, { lastSlot: 250 }, undefined).slots).toEqual({ first: 1, last: 30 });
  });

  test('allow the one length that the lock has set, and any while it is not known (FIELD-BUGS 6)', () => {
    const one = { codeLength: { min: 4, max: 8 }, lengthParameter: 16 };
    expect(corrected(claimed, one, 6)).toMatchObject({ codeLengths: [6], oneCodeLength: true });
    expect(corrected(claimed, one, undefined)).toMatchObject({
      codeLengths: [4, 5, 6, 7, 8],
      oneCodeLength: true,
    });
    expect(corrected(claimed, one, 99).codeLengths).toEqual([4, 5, 6, 7, 8]);
    expect(corrected(claimed, {}, 6)).not.toHaveProperty('oneCodeLength');
  });

  test('can deny year-day schedules, and limit them, but not invent them', () => {
    expect(corrected(claimed, { yearDaySchedules: 0 }, undefined)).not.toHaveProperty('yearDaySchedules');
    expect(corrected(claimed, { yearDaySchedules: 1 }, undefined).yearDaySchedules).toBe(1);
    const { yearDaySchedules: claimedSchedules, ...without } = claimed;
    expect(claimedSchedules).toBe(2);
    const order = { yearDaySchedules: 1, scheduleOrder: 'schedule_first' } as const;
    expect(corrected(without, order, undefined)).toEqual(without);
    expect(corrected(claimed, order, undefined).scheduleOrder).toBe('schedule_first');
  });

  test('deny programming reports, and never promise them', () => {
    expect(corrected(claimed, { reportsProgramming: false }, undefined).reportsProgramming).toBe(false);
    expect(corrected({ ...claimed, reportsProgramming: false }, {}, undefined).reportsProgramming).toBe(
      false,
    );
  });

  test('tell how a lock reads back and checks for duplicates', () => {
    const row = { readBack: 'none', duplicateCheck: false, readBackDelayMs: 5_000 } as const;
    expect(corrected(claimed, row, undefined)).toMatchObject(row);
  });
});
