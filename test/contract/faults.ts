import { describe, expect, test } from 'vitest';
import type { BenchKind, BenchLock, Fault } from './bench.ts';
import { empty, freshDigits, isYes, occupied } from './scene.ts';
import type { Scene } from './scene.ts';

export const faults = (kind: BenchKind, scene: Scene): void => {
  const plays = (fault: Fault): boolean => kind.faults.includes(fault);
  const heldIn = async (lock: BenchLock, slot: number): Promise<string | undefined> =>
    (await lock.codes())[slot];

  if (plays('offline'))
    describe('a lock off the air', () => {
      test('fails every call as such, and answers again when it is back', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.put(lock);
        const other = (await scene.spare(lock))[0]!;
        await lock.fault('offline');
        const gone = { kind: 'failed', why: expect.stringMatching(/^(asleep|unreachable)$/) as string };
        expect(await scene.write(lock, other, freshDigits(digits.length))).toMatchObject(gone);
        expect(await scene.read(lock, slot)).toMatchObject(gone);
        expect(await scene.clear(lock, slot)).toMatchObject(gone);
        expect(await scene.operate(lock, 'unlock')).toMatchObject(gone);
        expect(await heldIn(lock, slot)).toBe(digits);
        expect(await heldIn(lock, other)).toBeUndefined();
        await scene.until('it to be told of as offline', () =>
          scene.driver.locks().some((one) => one.address === lock.address && !one.online),
        );
        scene.bench.hints.length = 0;
        await lock.heal();
        expect(await scene.read(lock, slot)).toEqual(occupied(digits));
        await scene.hinted({ kind: 'reachable', address: lock.address });
        await scene.until('it to be told of as online', () =>
          scene.driver.locks().some((one) => one.address === lock.address && one.online),
        );
      });
    });

  if (plays('command_lost'))
    describe('a command that gets lost', () => {
      test('is never called done', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.fresh(lock);
        await lock.fault('command_lost');
        expect(await scene.write(lock, slot, digits)).toMatchObject({
          kind: 'failed',
          mayHaveLanded: expect.any(Boolean) as boolean,
        });
        expect(await heldIn(lock, slot)).toBeUndefined();
        await lock.heal();
        expect(await scene.read(lock, slot)).toEqual(empty);
      });
    });

  if (plays('answer_lost'))
    describe('an answer', () => {
      /** One after the other takes as many time-outs; each of these has a lock of its own. */
      const lost = async (lock: BenchLock): Promise<void> => {
        const { slot, digits } = await scene.fresh(lock);
        await lock.fault('answer_lost');
        expect(await scene.write(lock, slot, digits)).toEqual({
          kind: 'failed',
          why: 'timeout',
          mayHaveLanded: true,
        });
        expect(await heldIn(lock, slot)).toBe(digits);
        await lock.heal();
        expect(await scene.read(lock, slot)).toEqual(occupied(digits));
      };
      const unread = async (lock: BenchLock): Promise<void> => {
        const { slot } = await scene.put(lock);
        const stands = await scene.read(lock, slot);
        await lock.fault('answer_lost');
        expect(await scene.read(lock, slot)).toEqual({ kind: 'failed', why: 'timeout' });
        await lock.heal();
        expect(await scene.read(lock, slot)).toEqual(stands);
      };
      const late = async (lock: BenchLock): Promise<void> => {
        const { slot } = await scene.put(lock);
        const other = await scene.put(lock);
        const stands = await scene.read(lock, other.slot);
        const free = (await scene.spare(lock))[0]!;
        await lock.fault('answer_held');
        expect(await scene.read(lock, slot)).toEqual({ kind: 'failed', why: 'timeout' });
        await lock.heal();
        // A failure, at most, until the late one is out of the way.
        for (const [asked, answer] of [
          [free, empty],
          [other.slot, stands],
        ] as const) {
          const outcome = await scene.read(lock, asked);
          if (outcome.kind !== 'failed') expect(outcome).toEqual(answer);
          expect(await scene.read(lock, asked)).toEqual(answer);
        }
      };

      test('that gets lost leaves a write that may have landed, and a read without a result; a late one is not taken for that of a later call (FIELD-BUGS 16, 17)', async () => {
        const [first = 'plain', second = first] = kind.answersLate ?? [];
        const work = [
          () => lost(scene.lock()),
          () => unread(scene.lock(first)),
          () => late(scene.lock(second)),
        ];
        const cases = plays('answer_held') ? work : work.slice(0, 2);
        if (new Set(['plain', first, second]).size === 3) await Promise.all(cases.map((one) => one()));
        else for (const one of cases) await one();
      });
    });

  if (plays('refuses'))
    describe('a lock that says no', () => {
      test('has refused, for no reason and never for certain; what stands there stays', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.put(lock);
        const other = (await scene.spare(lock))[0]!;
        await lock.fault('refuses');
        const refused = { kind: 'refused', why: 'unspecified', certain: false };
        expect(await scene.write(lock, other, freshDigits(digits.length))).toEqual(refused);
        expect(await heldIn(lock, other)).toBeUndefined();
        expect(await heldIn(lock, slot)).toBe(digits);
      });
    });

  if (plays('full'))
    describe('a lock whose memory is full', () => {
      test('refuses a new code', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.fresh(lock);
        await lock.fault('full');
        expect(await scene.write(lock, slot, digits)).toMatchObject({
          kind: 'refused',
          why: expect.stringMatching(/^(full|unspecified)$/) as string,
        });
        expect(await heldIn(lock, slot)).toBeUndefined();
      });
    });

  if (plays('lies'))
    describe('a lock that says yes and stores nothing', () => {
      test('is not called proof, and the read that follows tells the truth (FIELD-BUGS 17)', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.fresh(lock);
        await lock.fault('lies');
        expect(await scene.write(lock, slot, digits)).toEqual({ kind: 'accepted' });
        expect(await heldIn(lock, slot)).toBeUndefined();
        expect(await scene.read(lock, slot)).toEqual(empty);
        await lock.heal();
        expect(await scene.write(lock, slot, digits)).toSatisfy(isYes);
      });
    });

  if (plays('offline') && kind.characters.length > 0)
    describe('one lock off the air', () => {
      test('holds up no other', async () => {
        const [gone, here] = [scene.lock(), scene.lock(kind.characters[0])];
        if (gone.address === here.address) return;
        const { slot, digits } = await scene.fresh(here);
        await gone.fault('offline');
        const failing = scene.operate(gone, 'unlock');
        expect(await scene.write(here, slot, digits)).toSatisfy(isYes);
        expect(await failing).toMatchObject({ kind: 'failed' });
      });
    });

  if (kind.rejoins)
    describe('a lock that joins its network again', () => {
      test('keeps its address, its identity and its codes', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.put(lock);
        const before = scene.driver.locks().find((one) => one.address === lock.address);
        await lock.rejoin?.();
        expect(await scene.read(lock, slot)).toEqual(occupied(digits));
        expect(scene.driver.locks().filter((one) => one.address === lock.address)).toEqual([before]);
        expect(scene.driver.locks().map((one) => one.identities)).toContainEqual(before?.identities);
      });
    });
};
