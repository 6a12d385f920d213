import { describe, expect, test } from 'vitest';
import type { BenchKind, BenchLock } from './bench.ts';
import { occupied, pinOf } from './scene.ts';
import type { Scene } from './scene.ts';

const calls: readonly [
  string,
  (scene: Scene, lock: BenchLock, signal: AbortSignal) => Promise<object>,
  boolean,
][] = [
  ['a read', ({ driver }, lock, signal) => driver.readSlot(lock.address, 3, signal), false],
  ['a write', ({ driver }, lock, signal) => driver.writeSlot(lock.address, 3, pinOf('000111'), signal), true],
  ['a removal', ({ driver }, lock, signal) => driver.clearSlot(lock.address, 3, signal), true],
  ['a checksum', ({ driver }, lock, signal) => driver.checksum(lock.address, signal), false],
  ['an operation', ({ driver }, lock, signal) => driver.operate(lock.address, 'unlock', signal), false],
];

export const signals = (kind: BenchKind, scene: Scene): void => {
  describe('a call whose signal was aborted before', () => {
    test.each(calls)('%s sends nothing', async (what, call, writes) => {
      const sums = kind.characters.includes('checksum');
      if (what === 'a checksum' && !sums) return;
      const lock = scene.lock(what === 'a checksum' ? 'checksum' : 'plain');
      const [before, bolt] = [await lock.codes(), await lock.locked()];
      const outcome = await call(scene, lock, AbortSignal.abort());
      expect(outcome).toMatchObject({
        kind: 'failed',
        why: 'aborted',
        ...(writes ? { mayHaveLanded: false } : {}),
      });
      expect(await lock.codes()).toEqual(before);
      expect(await lock.locked()).toBe(bolt);
    });

    test('asking for capabilities, too', async () => {
      const asked = scene.driver.capabilities(scene.lock().address, AbortSignal.abort());
      await expect(scene.bench.settle(asked)).resolves.not.toBeNull();
    });
  });

  if (kind.faults.includes('answer_held'))
    describe('a call whose signal is aborted meanwhile', () => {
      test('settles although no answer comes; a write may have landed, and the lock is there for the next call', async () => {
        const lock = scene.lock();
        const stands = await scene.put(lock);
        const { slot, digits } = await scene.fresh(lock);
        await lock.fault('answer_held');
        const abort = new AbortController();
        const writing = scene.write(lock, slot, digits, { signal: abort.signal });
        await scene.bench.settle(landed(lock, slot));
        abort.abort();
        expect(await writing).toEqual({ kind: 'failed', why: 'aborted', mayHaveLanded: true });
        await lock.heal();
        expect(await scene.read(lock, stands.slot)).toEqual(occupied(stands.digits));
        expect(await scene.read(lock, slot)).toEqual(occupied(digits));
      });

      test('reading has just failed', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.put(lock);
        await lock.fault('answer_held');
        const abort = new AbortController();
        const reading = scene.read(lock, slot, abort.signal);
        setImmediate(() => {
          abort.abort();
        });
        expect(await reading).toEqual({ kind: 'failed', why: 'aborted' });
        await lock.heal();
        expect(await scene.read(lock, slot)).toEqual(occupied(digits));
      });
    });
};

const landed = async (lock: BenchLock, slot: number): Promise<void> => {
  while ((await lock.codes())[slot] === undefined) await new Promise((resolve) => setImmediate(resolve));
};
