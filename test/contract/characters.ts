import { describe, expect, test } from 'vitest';
import { crc16Ccitt } from '../../src/core/checksum.ts';
import type { AutoLock, LocalWindow } from '../../src/core/model.ts';
import type { BenchKind, BenchLock } from './bench.ts';
import { empty, isYes, never, occupied } from './scene.ts';
import type { Scene } from './scene.ts';

const masked = { kind: 'read', reading: { kind: 'occupied', pin: 'masked', enabled: true } };
const minute = (
  year: number,
  month: number,
  day: number,
  hour: number,
  at: number,
): LocalWindow['start'] => ({
  year,
  month,
  day,
  hour,
  minute: at,
});
const windows: readonly LocalWindow[] = [
  { start: minute(2027, 3, 28, 2, 30), stop: minute(2027, 10, 31, 2, 31) },
  { start: minute(2020, 1, 1, 0, 0), stop: minute(2028, 2, 29, 23, 59) },
];

export const characters = (kind: BenchKind, scene: Scene): void => {
  const has = new Set<string>(kind.characters);

  if (has.has('masking'))
    describe('a lock that masks its codes', () => {
      test('is occupied where it says so, and never read as empty or as digits (FIELD-BUGS 1, 4)', async () => {
        const lock = scene.lock('masking');
        const { slot } = await scene.put(lock);
        expect(await scene.read(lock, slot)).toEqual(masked);
        expect(await scene.capabilities(lock), 'and that is remembered').toMatchObject({
          readBack: 'masked',
        });
        expect(await scene.clear(lock, slot)).toSatisfy(isYes);
        expect(await scene.read(lock, slot)).toEqual(empty);
      });
    });

  if (has.has('unreadable'))
    describe('a lock that cannot be read', () => {
      test('says so, takes codes, and no slot of it is ever called empty (FIELD-BUGS 15)', async () => {
        const lock = scene.lock('unreadable');
        expect(await scene.capabilities(lock)).toMatchObject({ readBack: 'none' });
        const { slot, digits } = await scene.put(lock);
        expect((await scene.read(lock, slot)).kind).not.toBe('read');
        expect(await scene.clear(lock, slot)).toSatisfy(isYes);
        expect(Object.values(await lock.codes())).not.toContain(digits);
        expect((await scene.read(lock, slot)).kind).not.toBe('read');
      });
    });

  describe('a checksum', () => {
    if (has.has('checksum'))
      test('is that of what the lock holds', async () => {
        const lock = scene.lock('checksum');
        expect((await scene.capabilities(lock)).checksum).toBe(true);
        await scene.put(lock);
        const bytes = Object.entries(await lock.codes()).flatMap(([slot, code]) => [
          Number(slot) >> 8,
          Number(slot) & 255,
          1,
          ...Buffer.from(code, 'ascii'),
        ]);
        const value = crc16Ccitt(bytes);
        expect(await scene.bench.settle(scene.driver.checksum(lock.address, never))).toEqual({
          kind: 'checksum',
          value,
        });
      });

    if (!has.has('checksum'))
      test('is not claimed, and asking for it is a failure like any other', async () => {
        const lock = scene.lock();
        expect((await scene.capabilities(lock)).checksum).toBe(false);
        const outcome = await scene.bench.settle(scene.driver.checksum(lock.address, never));
        expect(outcome).toMatchObject({ kind: 'failed' });
      });
  });

  describe('a name', () => {
    if (has.has('names'))
      test('stands beside its code, and can be as long as the lock says', async () => {
        const lock = scene.lock('names');
        const { slot } = await scene.put(lock);
        const longest = (await scene.capabilities(lock)).names?.maxLength ?? 0;
        for (const name of ['Ada', 'x'.repeat(longest)]) {
          expect(await nameSlot(scene, lock, slot, name)).toMatchObject({ kind: 'accepted' });
          expect(await lock.nameAt?.(slot)).toBe(name);
        }
      });

    test('is not taken by a lock that has none', async () => {
      const lock = scene.lock();
      if ((await scene.capabilities(lock)).names !== undefined) return;
      const { slot } = await scene.put(lock);
      const outcome = await nameSlot(scene, lock, slot, 'Ada');
      if (outcome !== undefined) expect(outcome).toMatchObject({ kind: 'refused' });
    });
  });

  describe('a schedule', () => {
    if (has.has('schedules'))
      test('is read as it was written, wherever its edges are (FIELD-BUGS 25)', async () => {
        const lock = scene.lock('schedules');
        const { schedules } = scene.driver;
        expect((await scene.capabilities(lock)).yearDaySchedules).toBeGreaterThan(0);
        const { slot } = await scene.put(lock);
        expect(await readSchedule(scene, lock, slot)).toEqual({ kind: 'schedule', window: undefined });
        for (const window of windows) {
          const set = schedules?.setSchedule(lock.address, slot, window, never);
          expect(await scene.bench.settle(set!)).toSatisfy(isYes);
          expect(await lock.scheduleAt?.(slot)).toEqual(window);
          expect(await readSchedule(scene, lock, slot)).toEqual({ kind: 'schedule', window });
        }
        expect(await scene.bench.settle(schedules!.clearSchedule(lock.address, slot, never))).toSatisfy(
          isYes,
        );
        expect(await lock.scheduleAt?.(slot)).toBeUndefined();
        expect(await readSchedule(scene, lock, slot)).toEqual({ kind: 'schedule', window: undefined });
      });

    test('is no matter for a lock that has none: refused, or never claimed to stand', async () => {
      const lock = scene.lock();
      const { schedules } = scene.driver;
      if (schedules === undefined || (await scene.capabilities(lock)).yearDaySchedules !== undefined) return;
      const { slot } = await scene.put(lock);
      const set = await scene.bench.settle(schedules.setSchedule(lock.address, slot, windows[0]!, never));
      expect(set).toMatchObject({ kind: 'refused', why: 'unsupported' });
      expect(await readSchedule(scene, lock, slot)).not.toMatchObject({ window: { start: {} } });
    });
  });

  describe('a code with manners', () => {
    if (has.has('manners'))
      test('stands as it was said, and a plain one opens at all hours (FIELD-BUGS 29)', async () => {
        const lock = scene.lock('manners');
        expect((await scene.capabilities(lock)).codeManners).toBe(true);
        const { slot, digits } = await scene.fresh(lock);
        for (const manner of [
          { scheduled: true, enabled: false },
          { scheduled: true, enabled: true },
          { scheduled: false, enabled: false },
          { scheduled: false, enabled: true },
        ]) {
          expect(await scene.write(lock, slot, digits, { manner })).toSatisfy(isYes);
          expect(await lock.mannerAt?.(slot)).toEqual(manner);
          expect(await scene.read(lock, slot)).toEqual(occupied(digits, manner.enabled));
          const type = manner.scheduled ? 'year_day' : 'unrestricted';
          expect(await scene.userType(lock, slot)).toBe(kind.tellsUserType === true ? type : undefined);
        }
        await scene.write(lock, slot, digits, { manner: { scheduled: true, enabled: false } });
        expect(await scene.write(lock, slot, digits)).toSatisfy(isYes);
        expect(await lock.mannerAt?.(slot)).toEqual({ scheduled: false, enabled: true });
      });

    test('is refused by a lock that knows none, rather than written as one that opens', async () => {
      const lock = scene.lock();
      if ((await scene.capabilities(lock)).codeManners === true) return;
      const { slot, digits } = await scene.fresh(lock);
      for (const manner of [
        { scheduled: true, enabled: true },
        { scheduled: false, enabled: false },
      ])
        expect(await scene.write(lock, slot, digits, { manner })).toEqual({
          kind: 'refused',
          why: 'unsupported',
          certain: true,
        });
      expect((await lock.codes())[slot]).toBeUndefined();
      const plain = { scheduled: false, enabled: true };
      expect(await scene.write(lock, slot, digits, { manner: plain })).toSatisfy(isYes);
    });
  });

  describe('locking by itself', () => {
    if (has.has('auto_lock'))
      test('goes as it was set, after so many seconds or never, and is told as it is', async () => {
        const lock = scene.lock('auto_lock');
        expect((await scene.capabilities(lock)).autoLock).toBe(true);
        for (const wanted of [
          { enabled: true, delaySeconds: 30 },
          { enabled: true, delaySeconds: 60 },
          { enabled: false },
        ]) {
          scene.bench.hints.length = 0;
          expect(await configureAutoLock(scene, lock, wanted)).toMatchObject({ kind: 'done' });
          expect(await lock.autoLock?.()).toEqual(wanted);
          await scene.hinted({ kind: 'locks' });
          expect(scene.driver.locks().find(({ address }) => address === lock.address)?.autoLock).toEqual(
            wanted,
          );
        }
      });

    if (has.has('auto_lock'))
      test('is set for nobody whose signal was aborted before', async () => {
        const lock = scene.lock('auto_lock');
        const before = await lock.autoLock?.();
        const wanted = { enabled: true, delaySeconds: 45 };
        expect(await configureAutoLock(scene, lock, wanted, AbortSignal.abort())).toEqual({
          kind: 'failed',
          why: 'aborted',
        });
        expect(await lock.autoLock?.()).toEqual(before);
      });

    test('is not taken by a lock that has no such setting', async () => {
      const lock = scene.lock();
      if ((await scene.capabilities(lock)).autoLock === true) return;
      expect(scene.driver.locks().find(({ address }) => address === lock.address)).not.toHaveProperty(
        'autoLock',
      );
      const outcome = await configureAutoLock(scene, lock, { enabled: true, delaySeconds: 30 });
      if (outcome !== undefined) expect(outcome).toEqual({ kind: 'refused', why: 'unsupported' });
    });
  });
};

const nameSlot = async (
  scene: Scene,
  lock: BenchLock,
  slot: number,
  name: string,
): Promise<object | undefined> => {
  const naming = scene.driver.nameSlot?.(lock.address, slot, name, never);
  return naming && scene.bench.settle(naming);
};

const configureAutoLock = async (
  scene: Scene,
  lock: BenchLock,
  wanted: AutoLock,
  signal = never,
): Promise<object | undefined> => {
  const setting = scene.driver.configureAutoLock?.(lock.address, wanted, signal);
  return setting && scene.bench.settle(setting);
};

const readSchedule = async (scene: Scene, lock: BenchLock, slot: number): Promise<object> => {
  const { schedules } = scene.driver;
  if (schedules === undefined) throw new Error('the driver has no schedules');
  return scene.bench.settle(schedules.readSchedule(lock.address, slot, never));
};
