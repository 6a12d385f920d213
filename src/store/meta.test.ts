import { expect, test } from 'vitest';
import type { ClockMemory } from '../core/clock-trust.ts';
import { Database } from './database.ts';
import { TestBed } from './testing/test-bed.ts';

const known: ClockMemory = {
  ...{ floor: 1_793_534_400_000, floorAt: 45_434_530, boot: '032394f0', offset: 1_793_488_965_470.25 },
  ...{ since: 1_793_534_000_000, isTrusted: true, overruled: 1_793_000_000_000 },
};

test('what is known of the time outlives the process, but not a transaction that is given up', () => {
  using bed = new TestBed();
  const store = bed.open();
  expect(store.clockMemory()).toBeUndefined();
  store.putClockMemory(known);
  expect(() =>
    store.transaction(() => {
      store.putClockMemory({ ...known, floor: 0 });
      throw new Error('given up');
    }),
  ).toThrow('given up');
  store.close();
  const again = bed.open();
  expect(again.clockMemory()).toEqual(known);
  const bare: ClockMemory = { ...known, offset: undefined, overruled: undefined, isTrusted: false };
  again.putClockMemory(bare);
  expect(again.clockMemory()).toEqual(bare);
});

test('where it can’t be read, nothing is known', () => {
  using bed = new TestBed();
  const store = bed.open();
  store.putClockMemory(known);
  store.close();
  for (const value of ['', '{', 'null', '{"floor":"x"}']) {
    const database = Database.open(bed.databaseFile);
    database.run("UPDATE meta SET value = ? WHERE key = 'clock'", value);
    database.close();
    const again = bed.open();
    expect(again.clockMemory()).toBeUndefined();
    again.close();
  }
});
