import { expect, test } from 'vitest';
import { temporaryHost } from '../../test/support/driver-host.ts';
import {
  interviewed,
  never,
  openZwave,
  pinOf,
  readyZwave,
  zwaveLock,
} from '../../test/support/zwave-driver.ts';
import { isReady } from '../../test/support/zwave-membership.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import { goodLock } from '../../test/support/world.ts';

const lock = zwaveLock(2);

test('the longest PIN fits although it is the first that a lock hears after a start, with the entropy of S2', async () => {
  await using sim = await startZwaveNetwork({
    locks: [goodLock(2, 4, { code_length: { min: 4, max: 10 } })],
  });
  await using bench = await temporaryHost();
  const { driver: first } = await readyZwave(sim, bench.host, [2]);
  await first[Symbol.asyncDispose]();
  await using stack = new AsyncDisposableStack();
  const { driver } = await openZwave(sim.serial, bench.host);
  stack.use(driver);
  await isReady(driver);
  await interviewed(driver, [2]);
  await sim.resetFrames();
  expect(await driver.writeSlot(lock, 1, pinOf('1234567890'), never)).toEqual({ kind: 'accepted' });
  expect(await sim.codes(2)).toEqual({ 1: '1234567890' });
  // The short question that came first, and its answer: else this test proves nothing.
  expect((await sim.frames())[2]?.by_command).toMatchObject({ UserCodeCCUsersNumberGet: 1 });
});
