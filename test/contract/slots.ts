import { describe, expect, test } from 'vitest';
import type { BenchKind } from './bench.ts';
import { empty, freshDigits, isYes, occupied, untyped } from './scene.ts';
import type { Scene } from './scene.ts';

export const slots = (kind: BenchKind, scene: Scene): void => {
  describe('a slot', () => {
    test('takes a code of each length that the lock allows, leading zeros kept, and gives it back (FIELD-BUGS 18)', async () => {
      const lock = scene.lock();
      const { codeLengths } = await scene.capabilities(lock);
      const [slot = 0] = await scene.spare(lock);
      expect(await scene.read(lock, slot)).toEqual(empty);
      for (const length of codeLengths) {
        const digits = freshDigits(length);
        expect(digits).toMatch(/^00?\d/);
        expect(await scene.write(lock, slot, digits)).toSatisfy(isYes);
        expect((await lock.codes())[slot]).toBe(digits);
        expect(await scene.read(lock, slot)).toEqual(occupied(digits));
      }
      expect(await scene.clear(lock, slot)).toSatisfy(isYes);
      expect((await lock.codes())[slot]).toBeUndefined();
      expect(await scene.read(lock, slot)).toEqual(empty);
    });

    test('may be written with the same PIN again, and cleared when it is empty', async () => {
      const lock = scene.lock();
      const { slot, digits } = await scene.put(lock);
      expect(await scene.write(lock, slot, digits)).toSatisfy(isYes);
      expect((await lock.codes())[slot]).toBe(digits);
      for (let time = 0; time < 2; time += 1) expect(await scene.clear(lock, slot)).toSatisfy(isYes);
      expect((await lock.codes())[slot]).toBeUndefined();
    });

    test('at both ends of the range can be used, and the codes beside it stay as they are', async () => {
      const lock = scene.lock();
      const before = await lock.codes();
      const spare = await scene.spare(lock);
      for (const slot of [spare[0]!, spare.at(-1)!]) {
        const { codeLengths } = await scene.capabilities(lock);
        const digits = freshDigits(codeLengths.at(-1)!);
        expect(await scene.write(lock, slot, digits)).toSatisfy(isYes);
        expect(await lock.codes()).toEqual({ ...before, [slot]: digits });
        expect(await scene.clear(lock, slot)).toSatisfy(isYes);
        expect(await lock.codes()).toEqual(before);
      }
    });

    test('that the lock does not have, or keeps for itself, is never written, cleared or called empty', async () => {
      for (const character of ['plain', ...kind.characters] as const) {
        const lock = scene.lock(character);
        const { slots: range, reservedSlots, codeLengths } = await scene.capabilities(lock);
        const before = await lock.codes();
        for (const slot of [
          range.first - 1,
          range.last + 1,
          -1,
          1.5,
          NaN,
          65_535,
          ...reservedSlots.slice(0, 3),
        ]) {
          const refused = { kind: 'refused', why: 'unsupported', certain: true };
          expect(await scene.write(lock, slot, freshDigits(codeLengths[0]!)), `slot ${slot}`).toEqual(
            refused,
          );
          expect(await scene.clear(lock, slot), `slot ${slot}`).toEqual(refused);
          expect((await scene.read(lock, slot)).kind, `slot ${slot}`).not.toBe('read');
        }
        expect(await lock.codes()).toEqual(before);
      }
    });

    test('takes no code of another length: refused as such, and for certain', async () => {
      const lock = scene.lock();
      const { codeLengths } = await scene.capabilities(lock);
      const before = await lock.codes();
      const { slot } = await scene.fresh(lock);
      for (const length of [codeLengths[0]! - 1, codeLengths.at(-1)! + 1]) {
        expect(await scene.write(lock, slot, freshDigits(length))).toEqual({
          kind: 'refused',
          why: 'format',
          certain: true,
        });
        expect(await lock.codes()).toEqual(before);
      }
    });

    test('whose PIN another slot holds is refused, and never for certain: it may be our own that landed (FIELD-BUGS 8)', async () => {
      const lock = scene.lock();
      const { slot, digits } = await scene.put(lock);
      const second = (await scene.spare(lock)).find((one) => one !== slot)!;
      const outcome = await scene.write(lock, second, digits);
      const stands = (await lock.codes())[second] === digits;
      expect(stands).toBe(!kind.refusesDuplicates);
      if (stands) expect(outcome).toSatisfy(isYes);
      else {
        expect(outcome).toMatchObject({ kind: 'refused', certain: false });
        expect(outcome).toSatisfy(
          (one: typeof outcome) => 'why' in one && ['duplicate', 'unspecified'].includes(one.why),
        );
      }
      expect((await lock.codes())[slot]).toBe(digits);
    });

    test('is read as the lock holds it, however often and whatever is asked beside it (FIELD-BUGS 16)', async () => {
      const lock = scene.lock();
      const held = [await scene.put(lock), await scene.put(lock), await scene.put(lock)];
      const [free = 0] = await scene.spare(lock);
      const asked = [...held, ...held, ...held].map(({ slot }) => slot).concat(free);
      const outcomes = await scene.bench.settle(
        Promise.all(
          asked.map((slot) => scene.driver.readSlot(lock.address, slot, new AbortController().signal)),
        ),
      );
      expect(outcomes.map(untyped)).toEqual(
        [...held, ...held, ...held].map(({ digits }) => occupied(digits)).concat(empty),
      );
    });
  });

  describe('as many calls at once as it says that it bears', () => {
    test('are all carried out', async () => {
      const locks = [...new Set((['plain', ...kind.characters] as const).map((one) => scene.lock(one)))];
      const work = await Promise.all(locks.map(async (lock) => ({ lock, ...(await scene.fresh(lock)) })));
      for (let from = 0; from < work.length; from += scene.driver.concurrency) {
        const turn = work.slice(from, from + scene.driver.concurrency);
        const outcomes = await Promise.all(
          turn.map(({ lock, slot, digits }) => scene.write(lock, slot, digits)),
        );
        for (const outcome of outcomes) expect(outcome).toSatisfy(isYes);
      }
      for (const { lock, slot, digits } of work) expect((await lock.codes())[slot]).toBe(digits);
    });
  });

  describe('the bolt', () => {
    test('moves, and is confirmed only where the lock itself has said so', async () => {
      const lock = scene.lock();
      if (!(await scene.capabilities(lock)).remoteLock) {
        expect(await scene.operate(lock, 'unlock')).toEqual({ kind: 'refused', why: 'unsupported' });
        return;
      }
      for (const action of ['unlock', 'lock'] as const) {
        expect(await scene.operate(lock, action)).toMatchObject({ kind: 'done' });
        expect(await lock.locked()).toBe(action === 'lock');
        await scene.until(
          'the description to follow',
          () => described(scene)?.locked === (action === 'lock'),
        );
      }
    });
  });
};

const described = (scene: Scene): ReturnType<Scene['driver']['locks']>[number] | undefined =>
  scene.driver.locks().find((one) => one.address === scene.lock().address);
