import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { delay } from '../../src/ports/clock.ts';
import type { MembershipStep } from '../../src/ports/membership.ts';
import { realClock, temporaryHost } from '../../test/support/driver-host.ts';
import { configured, giveNetwork, never, openZigbee } from '../../test/support/zigbee-driver.ts';
import { attic, atticLock, presser, terraceLock } from '../../test/support/zigbee-membership.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';
import { byHand, membershipOf } from '../../test/support/zwave-joining.ts';

const cleanup = new AsyncDisposableStack();
afterAll(() => cleanup.disposeAsync());

const clock = { asks: 'local_time', server: true };
const clockSchema = z.looseObject({ clock: z.looseObject({ local: z.string() }) });
const yearAt = async (sim: ZigbeeSim, id: string): Promise<string> =>
  clockSchema.parse(await sim.lock(id)).clock.local.slice(0, 4);

/** The lock asks for the time again and again, wherever it is. @returns the end of it */
const pester = (sim: ZigbeeSim, id: string): (() => Promise<number>) => {
  let asked = 0;
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) {
      const where = (await sim.waiting()).includes(id) ? 'waiting' : 'locks';
      await sim.tell(`/${where}/${id}/clock`, { ask: true }).then(
        () => (asked += 1),
        () => undefined,
      );
      await delay(realClock, 25);
    }
  })();
  return async () => {
    over.abort();
    await asking;
    return asked;
  };
};

test('a bridge that does not know the time tells it to no lock: not at its start, nor while one joins and is interviewed', async () => {
  let isKnown = false;
  const sim = cleanup.use(
    await startZigbeeNetwork({
      locks: [
        { ...atticLock, clock },
        { ...terraceLock, clock },
      ],
    }),
  );
  const { host: plain } = cleanup.use(await temporaryHost(false));
  const host = { ...plain, timeToTell: () => (isKnown ? realClock.now() : undefined) };
  await giveNetwork(sim, host);
  await sim.tell('/locks/attic/clock', { local: '2001-01-01T00:00:00' });
  await sim.tell('/waiting/terrace/clock', { local: '2001-01-01T00:00:00' });

  const stopAttic = pester(sim, 'attic');
  const { driver } = await openZigbee(sim.serial, host);
  cleanup.use(driver);
  await configured(host, driver, [attic]);
  let stopTerrace: (() => Promise<number>) | undefined;
  const { hooks } = presser(sim, 'terrace');
  const watched = {
    ...hooks,
    onStep: (step: MembershipStep) => {
      if (step.kind === 'found') stopTerrace = pester(sim, 'terrace');
      hooks.onStep(step);
    },
  };
  expect(await membershipOf(driver).pair(byHand, watched, never)).toMatchObject({ kind: 'paired' });
  expect(await stopAttic()).toBeGreaterThan(10);
  expect(await stopTerrace?.()).toBeGreaterThan(3);
  expect([await yearAt(sim, 'attic'), await yearAt(sim, 'terrace')]).toEqual(['2001', '2001']);

  // As soon as it does, they learn it at their next question.
  isKnown = true;
  for (const id of ['attic', 'terrace']) {
    await sim.tell(`/locks/${id}/clock`, { ask: true });
    await vi.waitFor(async () => {
      expect(await yearAt(sim, id)).not.toBe('2001');
    }, 20_000);
  }
});
