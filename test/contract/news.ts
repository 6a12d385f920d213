import { describe, expect, test } from 'vitest';
import type { BenchKind, News } from './bench.ts';
import { freshDigits } from './scene.ts';
import type { Scene } from './scene.ts';

export const news = (kind: BenchKind, scene: Scene): void => {
  const tells = (one: News): boolean => kind.news.includes(one);

  describe('what happens at the door', () => {
    if (tells('programming'))
      test('a code added, changed or deleted at the keypad hints at its slot', async () => {
        const lock = scene.lock();
        expect((await scene.capabilities(lock)).reportsProgramming).toBe(true);
        const { slot, digits } = await scene.fresh(lock);
        const hint = { kind: 'slot', address: lock.address, slot } as const;
        for (const action of ['add', 'change', 'delete'] as const) {
          scene.bench.hints.length = 0;
          await lock.keypad({
            action,
            slot,
            ...(action === 'delete' ? {} : { code: freshDigits(digits.length) }),
          });
          await scene.hinted(hint);
        }
      });

    if (tells('keycode'))
      test('a code entered is an unlocking with its slot, without the code', async () => {
        const lock = scene.lock();
        const { slot, digits } = await scene.put(lock);
        await lock.turn(true);
        scene.bench.hints.length = 0;
        await lock.keypad({ action: 'enter', code: digits });
        const expected = {
          kind: 'access',
          action: 'unlocked',
          method: 'keycode',
          slot,
          address: lock.address,
        } as const;
        await scene.hinted(expected);
        expect(JSON.stringify(scene.bench.hints)).not.toContain(digits);
        await scene.until('the description to follow', () =>
          scene.driver.locks().some((one) => one.address === lock.address && one.locked === false),
        );
      });

    if (tells('manual'))
      test('a bolt turned by hand is an access, and changes the description', async () => {
        const lock = scene.lock();
        for (const locked of [false, true]) {
          scene.bench.hints.length = 0;
          await lock.turn(locked);
          const action = locked ? 'locked' : 'unlocked';
          await scene.hinted({ kind: 'access', address: lock.address, action, method: 'manual' });
          await scene.until('the description to follow', () =>
            scene.driver.locks().some((one) => one.address === lock.address && one.locked === locked),
          );
        }
      });

    if (tells('battery'))
      test('a battery that gets weaker changes the description', async () => {
        const lock = scene.lock();
        scene.bench.hints.length = 0;
        await lock.drain(42);
        await scene.hinted({ kind: 'locks' });
        await scene.until('the description to follow', () =>
          scene.driver.locks().some((one) => one.address === lock.address && one.battery === 0.42),
        );
      });

    if (tells('lockout'))
      test('wrong codes, again and again, are a lockout (FIELD-BUGS 30)', async () => {
        const lock = scene.lock('plain');
        const { digits } = await scene.fresh(lock);
        for (let i = 0; i < 5; i += 1)
          await lock.keypad({ action: 'enter', code: freshDigits(digits.length) });
        await scene.hinted({ kind: 'keypad_lockout', address: lock.address });
      });

    test('has one listener, until it is taken away', async () => {
      const lock = scene.lock();
      const { slot, digits } = await scene.put(lock);
      const heard: unknown[] = [];
      const end = scene.driver.onHint((hint) => heard.push(hint));
      await lock.turn(false);
      await lock.turn(true);
      await lock.keypad({ action: 'delete', slot });
      end();
      const before = heard.length;
      end();
      await scene.read(lock, slot);
      await lock.keypad({ action: 'add', slot, code: digits });
      await scene.read(lock, slot);
      expect(heard.length).toBe(before);
      scene.driver.onHint((hint) => {
        scene.bench.hints.push(hint);
      });
    });
  });

  if (tells('all_deleted'))
    describe('all codes deleted at the keypad', () => {
      test('hints at the lock as a whole, and says so (FIELD-BUGS 31)', async () => {
        const lock = scene.lock('plain');
        await scene.put(lock);
        const before = await lock.codes();
        scene.bench.hints.length = 0;
        await lock.keypad({ action: 'delete_all' });
        await scene.hinted({ kind: 'slot', address: lock.address, slot: undefined, allDeleted: true });
        for (const [slot, code] of Object.entries(before))
          await lock.keypad({ action: 'add', slot: Number(slot), code });
      });
    });
};
