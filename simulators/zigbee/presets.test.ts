import { describe, expect, test } from 'vitest';
import { unitIds } from '../shared/unit-ids.ts';
import { EventLog } from './events.ts';
import { lockFileSchema, preset } from './presets.ts';
import { buildUnit, closeUnit, emptyUnit } from './unit.ts';

describe('presets', () => {
  test.each([
    ['default', ['Attic', 'Studio', 'Gate', 'Flat', 'Shed', 'Terrace']],
    ['one', ['Attic']],
    ['waiting', ['Attic', 'Terrace']],
    ['fleet-3', ['Room 1', 'Room 2', 'Room 3']],
    ['model-kwikset-smartcode', ['kwikset-smartcode']],
  ])('%s', (name, names) => {
    expect(preset(name)?.map((spec) => spec.name)).toEqual(names);
  });

  test('of all kinds and models can be built', () => {
    const kinds = preset('kinds') ?? [];
    const models = preset('models') ?? [];
    expect(kinds.length).toBeGreaterThan(5);
    expect(models.length).toBeGreaterThanOrEqual(10);
    expect(new Set(unitIds([...kinds, ...models])).size).toBe(kinds.length + models.length);
  });

  test('end with one of another name', () => {
    for (const name of ['', 'fleet-0', 'fleet-251', 'model-', 'model-nobody', 'all'])
      expect(preset(name)).toBeUndefined();
  });

  test('wait with the button held or to be pressed', () => {
    expect(preset('default')?.at(-1)).toMatchObject({ waiting: true, pairing_button: 'held' });
    expect(preset('waiting')?.at(-1)).toMatchObject({ waiting: true, pairing_button: 'press' });
  });
});

describe('a file of locks', () => {
  const plain = {
    name: 'Barn',
    manufacturer: 'A',
    model: 'B',
    manufacturer_code: 1,
    slots: 5,
    code_length: { min: 4, max: 6 },
  };
  const complaint = (raw: unknown): string => {
    const issue = lockFileSchema.safeParse(raw).error?.issues[0];
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  };

  test('takes a lock as it is described, or a model with what else is said of it', () => {
    const locks = lockFileSchema.parse([
      plain,
      { model_of: 'kwikset-smartcode', name: 'Shop', slots: 5, codes: {} },
    ]);
    expect(locks[0]).toMatchObject({ name: 'Barn', endpoint: 1, power: 'battery', event_masks: 0 });
    expect(locks[1]).toMatchObject({ name: 'Shop', manufacturer: 'Kwikset', endpoint: 2, slots: 5 });
  });

  test.each([
    [
      [{ ...plain, model_of: 'nobody' }],
      /^0\.model_of: found "nobody"; allowed is one of .*kwikset-smartcode/,
    ],
    [[{ ...plain, schedules: {} }], /^0\.clock: needed for schedules/],
    [[{ ...plain, codes: { 6: '1234' } }], /^0\.codes: beyond the slots/],
    [[{ ...plain, code_length: { min: 6, max: 4 } }], /^0\.code_length: min may not be above max/],
    [[{ ...plain, ieee: '0xABC' }], /^0\.ieee: 0x and 16 hex digits/],
    [
      [
        { ...plain, ieee: '0x0000000000000001' },
        { ...plain, ieee: '0x0000000000000001' },
      ],
      /ieee addresses must differ/,
    ],
    [[], /Too small/],
  ])('says what is wrong: %#', (raw, message) => {
    expect(complaint(raw)).toMatch(message);
  });
});

describe('units', () => {
  const options = { seed: 1, log: new EventLog(), keep: () => undefined };
  const [attic] = preset('one') ?? [];
  if (attic === undefined) throw new Error('no lock');

  test('have an address of their own, the same with the same seed, unless the file gives one', () => {
    const ieee = (id: string, seed: number, given?: string): string => {
      const spec = given === undefined ? attic : { ...attic, ieee: given };
      const unit = buildUnit(spec, id, 0, undefined, { ...options, seed });
      closeUnit(unit);
      return unit.device.ieee;
    };
    expect(ieee('a', 1)).toMatch(/^0x000d6f[0-9a-f]{10}$/);
    expect(ieee('a', 1)).toBe(ieee('a', 1));
    expect(new Set([ieee('a', 1), ieee('b', 1), ieee('a', 2)]).size).toBe(3);
    expect(ieee('a', 1, '0x0011223344556677')).toBe('0x0011223344556677');
  });

  test('that replace another are empty, with another address under the same id', () => {
    const unit = buildUnit(attic, 'attic', 0, undefined, options);
    const other = emptyUnit(unit, 1, options);
    expect(unit.lock.occupied()).toHaveLength(1);
    expect(other.lock.occupied()).toEqual([]);
    expect(other.id).toBe('attic');
    expect(other.device.ieee).not.toBe(unit.device.ieee);
    for (const each of [unit, other]) closeUnit(each);
  });

  test('work on a command as long as they are told, unless they say so themselves', () => {
    const delay = (behaviour: object): unknown => {
      const unit = buildUnit({ ...attic, behaviour }, 'a', 0, undefined, { ...options, delayMs: 20 });
      closeUnit(unit);
      return unit.lock.behaviour.delay_ms;
    };
    expect([delay({}), delay({ delay_ms: 5 })]).toEqual([20, 5]);
  });
});
