import { describe, expect, test } from 'vitest';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import { delay } from '../../src/ports/clock.ts';
import { realClock } from '../support/driver-host.ts';
import type { ToldTime } from './benches/told-time.ts';
import type { BenchClock, BenchKind, BenchLock } from './bench.ts';
import { isYes, never } from './scene.ts';
import type { Scene } from './scene.ts';

/** Exchanges take their time, and clocks count whole seconds, or minutes. */
const nearMs = 5_000;
const minuteMs = 60_000;

/** With and without summer time, half hours and quarters, both ends of the world; the last is where the bench lives. */
const zones = [
  'Pacific/Kiritimati',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Marquesas',
  'Pacific/Pago_Pago',
  'Africa/Casablanca',
  'Europe/Berlin',
];

/** What a clock on the wall shows there, by none of the bridge's code. */
export const wallIn = (zone: string, now: number): number => {
  const text = new Date(now).toLocaleString('sv-SE', { timeZone: zone });
  return Date.parse(`${text.replace(' ', 'T')}Z`);
};

export const timeOf = ({ bench }: Scene): ToldTime => {
  if (bench.time === undefined) throw new Error('the bench says nothing of the time');
  return bench.time;
};

export const clockOf = ({ address, clock }: BenchLock): BenchClock => {
  if (clock === undefined) throw new Error(`the bench cannot reach the clock of ${address}`);
  return clock;
};

const setClock = (scene: Scene, lock: BenchLock, signal = never): Promise<WriteOutcome> => {
  const setting = scene.driver.clocks?.setClock?.(lock.address, signal);
  if (setting === undefined) throw new Error('the driver sets no clocks');
  return scene.bench.settle(setting);
};

const wrongMs = 3 * 3_600_000 + 17 * minuteMs;

export const clocks = (kind: BenchKind, scene: Scene): void => {
  if (!new Set<string>(kind.characters).has('clock')) return;

  /** How far the lock's clock is from what it should show. */
  const error = async (lock: BenchLock): Promise<number> => {
    const time = timeOf(scene);
    return Math.abs((await clockOf(lock).shown()) - wallIn(time.zone, time.now()));
  };

  describe("a lock's clock", () => {
    test('is read as the lock shows it, in its own zone, right or wrong', async () => {
      const lock = scene.lock('clock');
      expect((await scene.capabilities(lock)).clock).toMatchObject({ read: true });
      for (const wall of [Date.UTC(2031, 11, 31, 23, 58, 30), Date.UTC(2032, 1, 29, 0, 0, 15)]) {
        await clockOf(lock).put(wall);
        const shown = await scene.bench.settle(scene.driver.clocks!.readClock(lock.address, never));
        if (shown.kind !== 'clock') throw new Error(`it could not be read: ${JSON.stringify(shown)}`);
        const { year, month, day, hour, minute } = shown.local;
        const read = Date.UTC(year, month - 1, day, hour, minute, shown.second ?? 30);
        expect(Math.abs(read - wall)).toBeLessThan(shown.second === undefined ? minuteMs : nearMs);
      }
    });

    test('that is wrong is put right, wherever the lock is, and whatever zone it was told before (FIELD-BUGS 25)', async () => {
      const lock = scene.lock('clock');
      if ((await scene.capabilities(lock)).clock?.set !== true) return;
      const time = timeOf(scene);
      for (const zone of zones) {
        time.zone = zone;
        await clockOf(lock).put(wallIn(zone, time.now()) + wrongMs);
        expect(await error(lock)).toBeGreaterThan(minuteMs);
        expect(await setClock(scene, lock), zone).toSatisfy(isYes);
        expect(await error(lock), zone).toBeLessThan(nearMs);
        const shown = await scene.bench.settle(scene.driver.clocks!.readClock(lock.address, never));
        expect(shown).toMatchObject({ kind: 'clock' });
      }
    });

    test('is told nothing while the bridge does not know the time, and left as it is by an aborted signal', async () => {
      const lock = scene.lock('clock');
      if ((await scene.capabilities(lock)).clock?.set !== true) return;
      const time = timeOf(scene);
      await clockOf(lock).put(wallIn(time.zone, time.now()) - wrongMs);
      time.isKnown = false;
      try {
        expect(await setClock(scene, lock)).toMatchObject({ kind: 'refused' });
        await clockOf(lock).ask?.();
        // Whatever would be told is told by then.
        await scene.bench.settle(scene.driver.clocks!.readClock(lock.address, never));
        await scene.bench.settle(delay(realClock, 50));
        expect(await error(lock)).toBeGreaterThan(wrongMs - nearMs);
      } finally {
        time.isKnown = true;
      }
      expect(await setClock(scene, lock, AbortSignal.abort())).toMatchObject({
        kind: 'failed',
        why: 'aborted',
      });
      expect(await error(lock)).toBeGreaterThan(wrongMs - nearMs);
    });

    test('is answered, when it asks, with the time of its own zone, not of this process (FIELD-BUGS 25)', async () => {
      const lock = scene.lock('clock');
      const clock = clockOf(lock);
      if (clock.ask === undefined) return;
      const time = timeOf(scene);
      for (const zone of ['Pacific/Auckland', 'America/Los_Angeles', 'Europe/Berlin']) {
        time.zone = zone;
        await clock.put(wallIn(zone, time.now()) + wrongMs);
        await clock.ask();
        const limit = time.now() + 20_000;
        while ((await error(lock)) >= nearMs && time.now() < limit)
          await scene.bench.settle(delay(realClock, 20));
        expect(await error(lock), zone).toBeLessThan(nearMs);
      }
    });

    test('is nothing that a lock without one could be told', async () => {
      const lock = scene.lock();
      if ((await scene.capabilities(lock)).clock?.set === true) return;
      const setting = scene.driver.clocks?.setClock?.(lock.address, never);
      if (setting === undefined) return;
      expect(await scene.bench.settle(setting)).toEqual({
        kind: 'refused',
        why: 'unsupported',
        certain: true,
      });
    });
  });
};
