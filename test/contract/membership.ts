import { describe, expect, test } from 'vitest';
import { LockAddress } from '../../src/core/ids.ts';
import type { MembershipStep } from '../../src/ports/membership.ts';
import type { BenchKind } from './bench.ts';
import { never } from './scene.ts';
import type { Scene } from './scene.ts';

const byHand = { qrCode: undefined, dskPin: undefined };

export const membership = (kind: BenchKind, scene: Scene): void => {
  if (kind.takesNewcomers)
    describe('taking locks in and out', () => {
      const hooks = (steps: string[]): Parameters<NonNullable<Scene['driver']['membership']>['pair']>[1] => ({
        onStep: (step: MembershipStep) => {
          steps.push(step.kind);
          scene.bench.newcomer?.onStep(step);
        },
        askPin: () => Promise.resolve(scene.bench.newcomer?.labelPin),
      });

      test('is not begun where it was given up before, nor for a lock that nobody knows', async () => {
        const { membership: door, radio } = scene.driver;
        const before = scene.driver.locks().length;
        const aborted = await scene.bench.settle(door!.pair(byHand, hooks([]), AbortSignal.abort()));
        expect(aborted).toMatchObject({ kind: 'failed', why: 'aborted', leftBehind: undefined });
        const nobody = await scene.bench.settle(
          door!.remove(LockAddress(`${radio}:nobody`), 'gone', hooks([]), never),
        );
        expect(nobody).toMatchObject({ kind: 'failed', why: 'unknown_lock' });
        expect(scene.driver.locks()).toHaveLength(before);
        expect(door!.leftBehind()).toEqual([]);
      });

      test('is one at a time: the second is told that it is busy, the first ends when it is given up', async () => {
        const { membership: door } = scene.driver;
        const abort = new AbortController();
        const quiet = { onStep: () => undefined, askPin: () => Promise.resolve(undefined) };
        const first = door!.pair(byHand, quiet, abort.signal);
        expect(await scene.bench.settle(door!.pair(byHand, quiet, never))).toMatchObject({
          kind: 'failed',
          why: 'busy',
        });
        abort.abort();
        expect(await scene.bench.settle(first)).toMatchObject({ kind: 'failed', why: 'aborted' });
      });

      test('a lock that joins is told of and can be used, and then leaves again', async () => {
        const { driver, bench } = scene;
        const steps: string[] = [];
        const joined = await bench.settle(driver.membership!.pair(byHand, hooks(steps), never));
        expect(joined).toMatchObject({ kind: 'paired' });
        if (joined.kind !== 'paired') return;
        expect(steps[0]).toBe('listening');
        expect(steps).toEqual(expect.arrayContaining(['found', 'added', 'interviewing']));
        const { address } = joined;
        expect(driver.locks().map((one) => one.address)).toContain(address);
        const told = await bench.settle(driver.capabilities(address, never));
        expect(told?.slots.last).toBeGreaterThan(0);
        const read = await bench.settle(driver.readSlot(address, told?.slots.last ?? 0, never));
        expect(read).toMatchObject({ kind: 'read' });
        const left = await bench.settle(driver.membership!.remove(address, 'exclude', hooks([]), never));
        expect(left).toEqual({ kind: 'removed', address });
        expect(driver.locks().map((one) => one.address)).not.toContain(address);
      });
    });
};
