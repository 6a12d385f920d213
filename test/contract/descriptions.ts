import { describe, expect, test } from 'vitest';
import { LockAddress } from '../../src/core/ids.ts';
import type { BenchKind } from './bench.ts';
import { never } from './scene.ts';
import type { Scene } from './scene.ts';

export const descriptions = (kind: BenchKind, scene: Scene): void => {
  describe('tells of its locks', () => {
    test('each once, by an address of its radio, with a lasting identity and a name', () => {
      const { driver } = scene;
      expect(driver.state).toBe('ready');
      expect(driver.stateDetail).toBeUndefined();
      expect(driver.concurrency).toBeGreaterThanOrEqual(1);
      expect(driver.radio).toMatch(/^[a-z][a-z0-9_-]{0,31}$/);
      const locks = driver.locks();
      expect(new Set(locks.map((lock) => lock.address)).size).toBe(locks.length);
      for (const lock of locks) {
        expect(lock.radio).toBe(driver.radio);
        expect(lock.address).toMatch(new RegExp(`^${driver.radio}:[a-z0-9]{1,32}$`));
        expect(lock.identities.length).toBeGreaterThan(0);
        for (const identity of lock.identities) expect(identity).toMatch(new RegExp(`^${driver.radio}:.`));
        expect(lock.name).not.toBe('');
        if (lock.battery !== undefined)
          expect(lock.battery).toSatisfy((level: number) => level >= 0 && level <= 1);
      }
      const all = (['plain', ...kind.characters] as const).map((character) => scene.lock(character).address);
      expect(locks.filter((lock) => lock.online).map((lock) => lock.address)).toEqual(
        expect.arrayContaining(all),
      );
    });

    test('the same as long as nothing happens to them', async () => {
      const before = scene.driver.locks();
      await scene.put(scene.lock());
      expect(scene.driver.locks()).toEqual(before);
    });

    test('whose capabilities make sense, and are what it can be asked for', async () => {
      for (const character of ['plain', ...kind.characters] as const) {
        const told = await scene.capabilities(scene.lock(character));
        expect(told.slots.first).toBeLessThanOrEqual(told.slots.last);
        for (const slot of told.reservedSlots) {
          expect(slot).toBeGreaterThanOrEqual(told.slots.first);
          expect(slot).toBeLessThanOrEqual(told.slots.last);
        }
        expect(told.codeLengths.length).toBeGreaterThan(0);
        expect([...told.codeLengths].sort((a, b) => a - b)).toEqual(told.codeLengths);
        for (const length of told.codeLengths) expect(length).toSatisfy((n: number) => n >= 1 && n <= 32);
        if (told.names !== undefined) expect('nameSlot' in scene.driver).toBe(true);
        if (told.yearDaySchedules !== undefined) expect(scene.driver.schedules).toBeDefined();
        if (told.repeatingSchedules === true) expect(scene.driver.schedules).toBeDefined();
        if (told.codeManners === true) expect(told.yearDaySchedules).toBeGreaterThan(0);
        if (told.autoLock === true) expect('configureAutoLock' in scene.driver).toBe(true);
        if (told.clock?.read === true) expect(scene.driver.clocks).toBeDefined();
        expect(await scene.capabilities(scene.lock(character))).toEqual(told);
      }
    });

    test('and knows nothing of others', async () => {
      const stranger = { ...scene.lock(), address: LockAddress(`${scene.driver.radio}:nobody`) };
      expect(await scene.driver.capabilities(stranger.address, never)).toBeUndefined();
      expect(scene.driver.inspect?.(stranger.address)).toBeUndefined();
      expect(await scene.read(stranger, 1)).toMatchObject({ kind: 'failed' });
      expect(await scene.write(stranger, 1, '482913')).toMatchObject({
        kind: 'failed',
        mayHaveLanded: false,
      });
      expect(await scene.clear(stranger, 1)).toMatchObject({ kind: 'failed', mayHaveLanded: false });
      expect(await scene.operate(stranger, 'unlock')).toMatchObject({ kind: 'failed' });
    });

    test('what it knows of their links, and of the radio, it tells without the radio', () => {
      for (const { address } of scene.driver.locks()) {
        const seen = scene.driver.inspect?.(address);
        if (seen === undefined) continue;
        for (const count of [seen.sent, seen.undelivered, seen.unanswered])
          expect(count).toBeGreaterThanOrEqual(0);
      }
      for (const [label, fact] of Object.entries(scene.driver.facts?.() ?? {})) {
        expect(label).not.toBe('');
        expect(typeof fact).toBe('string');
      }
    });
  });
};
