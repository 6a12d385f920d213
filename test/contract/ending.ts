import { describe, expect, test } from 'vitest';
import type { BenchKind } from './bench.ts';
import { never, occupied, pinOf, usedSecrets } from './scene.ts';
import type { Scene } from './scene.ts';

const down = { kind: 'failed', why: 'radio_down' };

/** Time for a hint to come that should not come, milliseconds. */
const graceMs = 50;

export const ending = (kind: BenchKind, scene: Scene): void => {
  if (kind.losesRadio)
    describe('a radio that is gone for a moment', () => {
      test('is told of, fails every call without a frame, and comes back by itself', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.put(lock);
        const { driver, bench } = scene;
        bench.hints.length = 0;
        await bench.radio?.lose();
        await scene.until('the radio to be lost', () => driver.state === 'lost');
        await scene.hinted({ kind: 'radio' });
        expect(driver.stateDetail).toBeTruthy();
        expect(await scene.read(lock, slot)).toEqual(down);
        expect(await scene.write(lock, slot, '4711')).toEqual({ ...down, mayHaveLanded: false });
        expect(await scene.clear(lock, slot)).toEqual({ ...down, mayHaveLanded: false });
        expect(await scene.operate(lock, 'unlock')).toMatchObject(down);
        expect((await lock.codes())[slot]).toBe(digits);
        bench.hints.length = 0;
        await bench.radio?.giveBack();
        await scene.until('the radio to be back', () => driver.state === 'ready');
        await scene.hinted({ kind: 'radio' });
        expect(driver.stateDetail).toBeUndefined();
        expect(await scene.read(lock, slot)).toEqual(occupied(digits));
      });
    });

  test('no PIN stands in what is logged, described or inspected (FIELD-BUGS 26)', () => {
    const { driver, bench } = scene;
    const locks = driver.locks();
    const said = JSON.stringify([
      bench.logged,
      locks,
      locks.map((one) => driver.inspect?.(one.address)),
      driver.facts?.(),
    ]);
    expect(usedSecrets().length).toBeGreaterThan(5);
    expect(usedSecrets().filter((digits) => said.includes(digits))).toEqual([]);
    const asBytes = usedSecrets().map((digits) => [...Buffer.from(digits, 'ascii')].join(','));
    expect(asBytes.filter((bytes) => said.includes(bytes))).toEqual([]);
  });

  // The last one: nothing can be done with the driver afterwards.
  describe('closing', () => {
    test('settles what is under way, also where no answer comes, twice is once, and leaves nothing to be asked or heard', async () => {
      const { driver, hints } = scene.bench;
      const settle = <T>(work: Promise<T>): Promise<T> => scene.bench.settle(work);
      const lock = scene.lock();
      const { slot, digits } = await scene.fresh(lock);
      const held = kind.faults.includes('answer_held');
      if (held) await lock.fault('answer_held');
      const writing = driver.writeSlot(lock.address, slot, pinOf(digits), never);
      await settle(Promise.all([writing, driver[Symbol.asyncDispose]()]));
      if (held) expect(await writing).toMatchObject({ kind: 'failed' });
      await settle(Promise.all([driver[Symbol.asyncDispose]()]));
      expect(driver.state).toBe('closed');
      hints.length = 0;
      await lock.heal();
      await lock.turn(false);
      await new Promise((resolve) => setTimeout(resolve, graceMs));
      expect(await scene.read(lock, slot)).toEqual(down);
      expect(await scene.write(lock, slot, digits)).toEqual({ ...down, mayHaveLanded: false });
      expect(await scene.clear(lock, slot)).toEqual({ ...down, mayHaveLanded: false });
      expect(await scene.operate(lock, 'lock')).toMatchObject(down);
      expect(await settle(driver.checksum(lock.address, never))).toMatchObject({ kind: 'failed' });
      await expect(settle(driver.capabilities(lock.address, never))).resolves.not.toBeNull();
      for (const look of [
        () => driver.locks(),
        () => driver.stateDetail,
        () => driver.facts?.(),
        () => driver.inspect?.(lock.address),
      ])
        expect(look).not.toThrow();
      expect(hints).toEqual([]);
    });
  });
};
