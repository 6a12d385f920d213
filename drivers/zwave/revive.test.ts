import { expect, onTestFinished, test, vi } from 'vitest';
import { realClock, temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';

const minute = 60_000;

test('a lock that was off the air is found again, nobody touching it', async () => {
  const cleanup = new AsyncDisposableStack();
  onTestFinished(() => cleanup.disposeAsync());
  const sim = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
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
    { timeout: 30_000 },
  );
  hints.length = 0;
  await sim.behaviour(2, { offline: false });
  await hinted(hints, { kind: 'reachable', address: zwaveLock(2) });
  expect(driver.locks()[0]?.online).toBe(true);
});
