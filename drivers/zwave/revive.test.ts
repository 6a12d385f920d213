import { expect, onTestFinished, test, vi } from 'vitest';
import { handClock, realClock, temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveSim } from '../../test/support/zwave-sim.ts';
import { Reviver } from './revive.ts';

const minute = 60_000;

const setUp = (): { reviver: Reviver; pinged: number[]; pass: (ms: number) => Promise<void> } => {
  const { clock, pass } = handClock();
  const pinged: number[] = [];
  const reviver = new Reviver(clock, (nodeId) => {
    pinged.push(nodeId);
    return Promise.resolve();
  });
  return {
    reviver,
    pinged,
    pass: async (ms) => {
      pass(ms);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
};

test('a silent node is pinged after 1, 2, 4 … minutes, at most once an hour', async () => {
  const { reviver, pinged, pass } = setUp();
  reviver.watch(2);
  await pass(minute - 1);
  expect(pinged).toEqual([]);
  await pass(1);
  expect(pinged).toEqual([2]);
  await pass(2 * minute - 1);
  expect(pinged).toEqual([2]);
  await pass(1);
  expect(pinged).toEqual([2, 2]);
  for (let hour = 0; hour < 24; hour += 1) await pass(60 * minute);
  expect(pinged.length).toBeLessThanOrEqual(26);
  expect(pinged.length).toBeGreaterThanOrEqual(24);
});

test('being found dead once more changes nothing, a sign of life ends it', async () => {
  const { reviver, pinged, pass } = setUp();
  reviver.watch(2);
  await pass(minute / 2);
  reviver.watch(2);
  await pass(minute / 2);
  expect(pinged).toEqual([2]);
  reviver.forget(2);
  await pass(1_000 * minute);
  expect(pinged).toEqual([2]);
});

test('a node that is forgotten while its ping is out stays forgotten', async () => {
  const { clock, pass } = handClock();
  const out = Promise.withResolvers<undefined>();
  let pings = 0;
  const reviver = new Reviver(clock, async () => {
    pings += 1;
    await out.promise;
  });
  reviver.watch(2);
  pass(minute);
  reviver.forgetAll();
  out.resolve(undefined);
  await out.promise;
  await Promise.resolve();
  pass(1_000 * minute);
  expect(pings).toBe(1);
});

test('a lock that was off the air is found again, nobody touching it', async () => {
  const cleanup = new AsyncDisposableStack();
  onTestFinished(() => cleanup.disposeAsync());
  const sim = cleanup.use(await startZwaveSim({ locks: 'one' }));
  const { host } = cleanup.use(await temporaryHost());
  // Whole minutes, which only the reviver waits for, pass in fifths of a second.
  const clock = {
    ...realClock,
    after: (ms: number, fn: () => void) => realClock.after(ms % minute === 0 ? ms / 300 : ms, fn),
  };
  const { driver, hints } = await readyZwave(sim, { ...host, clock }, [2]);
  cleanup.use(driver);
  await sim.behaviour(2, { offline: true });
  await driver.readSlot(zwaveLock(2), 1, never);
  expect(driver.locks()[0]?.online).toBe(false);
  await vi.waitFor(
    async () => {
      expect((await sim.frames())[2]?.unanswered).toBeGreaterThanOrEqual(3);
    },
    { timeout: 10_000 },
  );
  hints.length = 0;
  await sim.behaviour(2, { offline: false });
  await hinted(hints, { kind: 'reachable', address: zwaveLock(2) });
  expect(driver.locks()[0]?.online).toBe(true);
});
