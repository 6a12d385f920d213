import { expect, test } from 'vitest';
import { SimulatedLock } from './lock.ts';
import { preset } from './presets.ts';
import { seededRandom } from '../shared/random.ts';

const frontDoor = (): SimulatedLock => new SimulatedLock(preset('one')![0]!, seededRandom(1));

test('a code is stored only if slot, length and digits are what the lock takes', () => {
  const lock = frontDoor();
  expect(lock.set(7, 'enabled', '0042')).toEqual({ ok: true, stored: true });
  expect(lock.slot(7)).toEqual({ status: 'enabled', code: '0042' });
  expect(lock.set(31, 'enabled', '1234')).toEqual({ ok: false, why: 'slot' });
  expect(lock.set(8, 'enabled', '123')).toEqual({ ok: false, why: 'format' });
  expect(lock.set(8, 'enabled', '123456789')).toEqual({ ok: false, why: 'format' });
  expect(lock.set(8, 'enabled', '****')).toEqual({ ok: false, why: 'format' });
  expect(lock.slot(8)).toBeUndefined();
  expect(lock.counters.refused).toBe(4);
});

test('a PIN that another slot holds is a duplicate, the same slot again is not (FIELD-BUGS 8)', () => {
  const lock = frontDoor();
  lock.set(7, 'enabled', '4321');
  expect(lock.set(8, 'enabled', '4321')).toEqual({ ok: false, why: 'duplicate' });
  expect(lock.set(7, 'disabled', '4321')).toEqual({ ok: true, stored: true });
  lock.change({ duplicate_check: false });
  expect(lock.set(8, 'enabled', '4321')).toEqual({ ok: true, stored: true });
});

test('clearing an empty slot succeeds, clearing a slot beyond the last is refused', () => {
  const lock = frontDoor();
  expect(lock.clear(9)).toEqual({ ok: true, stored: true });
  expect(lock.clear(31)).toEqual({ ok: false, why: 'slot' });
});

test('a full lock takes no new code but lets an occupied slot change (FIELD-BUGS 10)', () => {
  const lock = frontDoor();
  lock.change({ full: true });
  expect(lock.set(7, 'enabled', '4321')).toEqual({ ok: false, why: 'full' });
  expect(lock.set(1, 'enabled', '4321')).toEqual({ ok: true, stored: true });
});

test('a counted fault happens that many times and then no more', () => {
  const lock = frontDoor();
  lock.change({ refuse: 2 });
  expect(lock.set(7, 'enabled', '4321')).toEqual({ ok: false, why: 'told_to' });
  expect(lock.clear(7)).toEqual({ ok: false, why: 'told_to' });
  expect(lock.set(7, 'enabled', '4321')).toEqual({ ok: true, stored: true });
  expect(lock.behaviour.refuse).toBe(false);
});

test('a liar says success and keeps what it had (FIELD-BUGS 17)', () => {
  const lock = frontDoor();
  lock.change({ lie: 1 });
  expect(lock.set(7, 'enabled', '4321')).toEqual({ ok: true, stored: false });
  expect(lock.slot(7)).toBeUndefined();
  expect(lock.counters).toMatchObject({ sets_dropped: 1, sets_applied: 0 });
  expect(lock.set(7, 'enabled', '4321')).toEqual({ ok: true, stored: true });
});

test('one in four lies, the same ones for the same seed', () => {
  const lies = (seed: number): string => {
    const lock = new SimulatedLock(preset('default')![2]!, seededRandom(seed));
    return Array.from({ length: 400 }, () => {
      const change = lock.set(1, 'enabled', '4321');
      return change.ok && change.stored ? '.' : 'x';
    }).join('');
  };
  expect(lies(3)).toBe(lies(3));
  expect(lies(3)).not.toBe(lies(4));
  const share = lies(3).split('x').length / 400;
  expect(share).toBeGreaterThan(0.18);
  expect(share).toBeLessThan(0.32);
});

test('presets: the default has four characters and one lock that waits, a fleet as many locks as asked, others do not exist', () => {
  expect(preset('default')?.map((spec) => spec.node)).toEqual([2, 3, 4, 5, 0]);
  expect(preset('fleet-20')).toHaveLength(20);
  expect(preset('fleet-0')).toBeUndefined();
  expect(preset('fleet-232')).toBeUndefined();
  expect(preset('nonsense')).toBeUndefined();
});
