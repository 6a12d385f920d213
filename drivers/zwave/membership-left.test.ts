import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import {
  addresses,
  byHand,
  installer,
  label,
  membershipOf,
  newLock,
  press,
  watcher,
} from '../../test/support/zwave-joining.ts';
import { never, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startAgain, startBench } from '../../test/support/zwave-membership.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

const side = zwaveLock(2);

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

/** A lock that was secured well, but in a pairing of which nobody here knows how it ended. */
const leftBehind = async (): Promise<{ sim: ZwaveSim; driver: LockDriver; qr: string }> => {
  const { sim, host, driver, membership } = await startBench(cleanup, [newLock]);
  const { qr } = await label(sim);
  expect(membership.leftBehind()).toEqual([]);
  await membership.pair(byHand, (await installer(sim)).hooks, never);
  expect(membership.leftBehind()).toEqual([]);
  await driver[Symbol.asyncDispose]();
  const record = { homeId: 0x7e570001, underWay: { kind: 'pairing', known: [1] }, unfinished: [] };
  await writeFile(join(host.dataDir, 'membership.json'), JSON.stringify(record));
  return { sim, driver: await startAgain(cleanup, { sim, host }), qr };
};

describe('a device that a pairing left behind', () => {
  test('is named at once after a start, until it has left', async () => {
    const { sim, driver } = await leftBehind();
    const membership = membershipOf(driver);
    expect(membership.leftBehind()).toEqual([side]);
    expect(addresses(driver)).toEqual([]);
    const { hooks } = watcher(async ({ kind }) => {
      if (kind === 'listening') await press(sim, 'locks/2/unpair');
    });
    expect(await membership.remove(side, 'exclude', hooks, never)).toEqual({
      kind: 'removed',
      address: side,
    });
    expect(membership.leftBehind()).toEqual([]);
  });

  test('is not named while it is only joining', async () => {
    const { sim, membership } = await startBench(cleanup, [newLock]);
    const meanwhile: unknown[] = [];
    const { pin } = await label(sim);
    const { hooks } = watcher(
      async ({ kind }) => {
        meanwhile.push(...membership.leftBehind());
        if (kind === 'listening') await press(sim, 'waiting/side-door/pair');
      },
      () => Promise.resolve(pin),
    );
    expect(await membership.pair(byHand, hooks, never)).toMatchObject({ kind: 'paired' });
    expect(meanwhile).toEqual([]);
  });

  test('and has been reset since, is paired anew by its QR code instead of being taken for a member', async () => {
    const { sim, driver, qr } = await leftBehind();
    await press(sim, 'locks/2/factory_reset', { network: true });
    const { hooks, kinds } = watcher(async ({ kind }) => {
      if (kind === 'provisioned') await press(sim, 'waiting/side-door/power_up');
    });
    const outcome = await membershipOf(driver).pair({ ...byHand, qrCode: qr }, hooks, never);
    expect(outcome).toMatchObject({ kind: 'paired', security: 'S2 Access Control' });
    expect(kinds()).toContain('provisioned');
    expect(addresses(driver)).toHaveLength(1);
    expect(membershipOf(driver).leftBehind()).toEqual([]);
  });
});
