import { describe, expect, test } from 'vitest';
import type { LocalMinute, LocalWindow } from '../../src/core/model.ts';
import type { BenchKind, BenchLock } from './bench.ts';
import { clockOf } from './clocks.ts';
import { isYes, never } from './scene.ts';
import type { Scene } from './scene.ts';

const dayMs = 86_400_000;

const minuteOf = (wall: number): LocalMinute => {
  const at = new Date(wall);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
  };
};

const start = Date.UTC(2031, 6, 1, 15, 0);
const stop = Date.UTC(2031, 6, 4, 11, 30);
const stay: LocalWindow = { start: minuteOf(start), stop: minuteOf(stop) };
const later: LocalWindow = { start: minuteOf(start + 30 * dayMs), stop: minuteOf(stop + 30 * dayMs) };
const before: LocalWindow = { start: minuteOf(start - 30 * dayMs), stop: minuteOf(stop - 30 * dayMs) };

/** A code bound to its schedule, at the lock's keypad: what it holds shows in what opens the door. */
export const windows = (kind: BenchKind, scene: Scene): void => {
  const has = new Set<string>(kind.characters);
  const played = (['schedules', 'manners'] as const).filter((character) => has.has(character));
  if (played.length === 0) return;

  const bind = async (lock: BenchLock, slot: number, window: LocalWindow): Promise<void> => {
    const set = await scene.bench.settle(
      scene.driver.schedules!.setSchedule(lock.address, slot, window, never),
    );
    expect(set).toSatisfy(isYes);
  };
  const manner = async (lock: BenchLock) =>
    (await scene.capabilities(lock)).codeManners === true
      ? { manner: { scheduled: true, enabled: true } }
      : {};
  /** Somebody at the locked door enters the digits. */
  const opens = async (lock: BenchLock, digits: string): Promise<boolean> => {
    await lock.turn(true);
    await lock.keypad({ action: 'enter', code: digits });
    return !(await lock.locked());
  };
  const opensAt = async (lock: BenchLock, digits: string, wall: number): Promise<boolean> => {
    await clockOf(lock).put(wall);
    return opens(lock, digits);
  };
  const erase = async (lock: BenchLock, slot: number): Promise<void> => {
    expect(await scene.clear(lock, slot)).toSatisfy(isYes);
    const erased = scene.driver.schedules!.clearSchedule(lock.address, slot, never);
    expect(await scene.bench.settle(erased)).toSatisfy(isYes);
  };

  describe.each(played)('a code bound to its schedule, on a lock with %s', (character) => {
    test('opens the door from the minute its window begins to the minute it ends, and not a minute outside', async () => {
      const lock = scene.lock(character);
      const { slot, digits } = await scene.fresh(lock);
      await bind(lock, slot, stay);
      expect(await scene.write(lock, slot, digits, await manner(lock))).toSatisfy(isYes);
      for (const [wall, isOpen] of [
        [start - 60_000, false],
        [start + 1_000, true],
        [stop - 60_000, true],
        [stop + 61_000, false],
      ] as const)
        expect(await opensAt(lock, digits, wall), new Date(wall).toISOString()).toBe(isOpen);
      await erase(lock, slot);
    });

    test('follows its window where it is moved: into the future, over the present, into the past', async () => {
      const lock = scene.lock(character);
      const { slot, digits } = await scene.fresh(lock);
      const now = start + dayMs;
      await clockOf(lock).put(now);
      await bind(lock, slot, later);
      expect(await scene.write(lock, slot, digits, await manner(lock))).toSatisfy(isYes);
      for (const [window, isOpen] of [
        [later, false],
        [stay, true],
        [before, false],
      ] as const) {
        await bind(lock, slot, window);
        expect(await lock.scheduleAt?.(slot)).toEqual(window);
        expect(await opensAt(lock, digits, now)).toBe(isOpen);
      }
      await erase(lock, slot);
    });

    test('leaves nothing behind for the next tenant of its slot', async () => {
      const lock = scene.lock(character);
      const { slot, digits } = await scene.fresh(lock);
      await clockOf(lock).put(start + dayMs);
      await bind(lock, slot, before);
      expect(await scene.write(lock, slot, digits, await manner(lock))).toSatisfy(isYes);
      expect(await opens(lock, digits)).toBe(false);
      await erase(lock, slot);
      expect(await opens(lock, digits)).toBe(false);
      expect(await lock.scheduleAt?.(slot)).toBeUndefined();
      const { digits: next } = await scene.fresh(lock);
      expect(await scene.write(lock, slot, next)).toSatisfy(isYes);
      expect(await opens(lock, next)).toBe(true);
      expect(await opens(lock, digits)).toBe(false);
    });
  });
};
