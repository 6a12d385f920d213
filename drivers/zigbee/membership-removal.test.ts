import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { temporaryHost } from '../../test/support/driver-host.ts';
import {
  configured,
  giveNetwork,
  never,
  openZigbee,
  pinOf,
  zigbeeLockOf,
} from '../../test/support/zigbee-driver.ts';
import { attic, atticLock, startBench, terrace, watcher } from '../../test/support/zigbee-membership.ts';
import type { ZigbeeMembershipBench } from '../../test/support/zigbee-membership.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import { addresses } from '../../test/support/zwave-joining.ts';

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

const setUp = (locks: readonly object[]): Promise<ZigbeeMembershipBench> => startBench(cleanup, locks);

describe('removal', () => {
  test('a lock is told to leave by radio, and nobody has to be there', async () => {
    const { sim, host, driver, membership, hints } = await setUp([atticLock]);
    await configured(host, driver, [attic]);
    const { hooks, steps } = watcher();
    expect(await membership.remove(attic, 'exclude', hooks, never)).toEqual({
      kind: 'removed',
      address: attic,
    });
    expect(steps).toEqual([{ kind: 'leaving', address: attic }]);
    expect(await sim.waiting()).toEqual(['attic']);
    expect(addresses(driver)).toEqual([]);
    expect(hints).toContainEqual({ kind: 'locks' });
  });

  test('a lock that does not hear it stays, and the words say what to do', async () => {
    const { sim, driver, membership, hurry } = await setUp([atticLock]);
    await sim.behaviour('attic', { offline: true });
    hurry(400, 10_000);
    const outcome = await membership.remove(attic, 'exclude', watcher().hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'nobody' });
    expect(outcome.kind === 'failed' && outcome.message).toContain('strike it off as gone');
    expect(addresses(driver)).toEqual([attic]);
  });

  test('a lock that says yes and stays is not called removed, and the words say what to do', async () => {
    const { sim, host, driver, membership, hurry } = await setUp([atticLock]);
    await configured(host, driver, [attic]);
    await sim.behaviour('attic', { ignores_leave: true });
    hurry(1_000, 3_000);
    const outcome = await membership.remove(attic, 'exclude', watcher().hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'unspecified', leftBehind: undefined });
    expect(outcome.kind === 'failed' && outcome.message).toContain('is still there. Reset it by hand');
    expect(addresses(driver)).toEqual([attic]);
    expect(await sim.waiting()).toEqual([]);
  });

  test('one that answers is not gone; one that is gone is struck off', async () => {
    const { sim, host, driver, membership } = await setUp([atticLock]);
    await configured(host, driver, [attic]);
    const alive = await membership.remove(attic, 'gone', watcher().hooks, never);
    expect(alive).toMatchObject({ kind: 'failed', why: 'still_answers' });
    await sim.behaviour('attic', { offline: true });
    const gone = await membership.remove(attic, 'gone', watcher().hooks, never);
    expect(gone).toEqual({ kind: 'removed', address: attic });
    expect(addresses(driver)).toEqual([]);
  });

  test('an address that nobody has is unknown, and nothing is sent', async () => {
    const { membership } = await setUp([atticLock]);
    for (const how of ['exclude', 'gone'] as const)
      expect(await membership.remove(terrace, how, watcher().hooks, never)).toMatchObject({
        kind: 'failed',
        why: 'unknown_lock',
      });
  });
});

describe('coming back', () => {
  test('FIELD-BUGS 31: a lock that joins again under another network address is the same lock', async () => {
    const { sim, host, driver } = await setUp([{ ...atticLock, codes: { 2: '1122334' } }]);
    await configured(host, driver, [attic]);
    const before = (await sim.lock('attic')).network_address;
    await sim.rejoin('attic');
    expect((await sim.lock('attic')).network_address).not.toBe(before);
    await vi.waitFor(async () => {
      const read = await driver.readSlot(attic, 2, never);
      expect(read).toMatchObject({ kind: 'read', reading: { kind: 'occupied', pin: pinOf('1122334') } });
    });
    expect(addresses(driver)).toEqual([attic]);
  });

  test('a lock of ours that joins while nobody pairs stays ours, and is not told to leave', async () => {
    const { sim, host, driver } = await setUp([atticLock]);
    await configured(host, driver, [attic]);
    await sim.coordinator({ introduce: true });
    expect((await driver.readSlot(attic, 2, never)).kind).toBe('read');
    expect(await sim.ids()).toEqual(['attic']);
    expect(await zigbeeLockOf(sim, 'attic')).toBe(attic);
  });

  test('a lock of ours that comes back while the radio still starts is not told to leave', async () => {
    const sim = cleanup.use(await startZigbeeNetwork({ locks: [atticLock] }));
    const { host } = cleanup.use(await temporaryHost(false));
    await giveNetwork(sim, host);
    const { driver } = await openZigbee(sim.serial, host);
    cleanup.use(driver);
    // As after a power cut: both begin at the same time.
    while (driver.state !== 'ready') await sim.coordinator({ introduce: true });
    expect(await sim.waiting()).toEqual([]);
    await configured(host, driver, [attic]);
    expect(await sim.waiting()).toEqual([]);
  });

  /** Struck off while it was off the air, and back on it. */
  const cameBack = async (): Promise<ZigbeeMembershipBench> => {
    const bench = await setUp([atticLock]);
    const { sim, host, driver, membership } = bench;
    await configured(host, driver, [attic]);
    await sim.behaviour('attic', { offline: true });
    await membership.remove(attic, 'gone', watcher().hooks, never);
    await sim.behaviour('attic', { offline: false });
    await sim.coordinator({ introduce: true });
    await vi.waitFor(() => {
      expect(membership.leftBehind()).toEqual([attic]);
    });
    return bench;
  };

  test('a lock that was struck off and comes back stays hidden until somebody decides', async () => {
    const { sim, driver, membership } = await cameBack();
    expect(addresses(driver)).toEqual([]);
    expect(await sim.ids()).toEqual(['attic']);
    const { hooks } = watcher();
    await vi.waitFor(async () => {
      expect(await membership.remove(attic, 'exclude', hooks, never)).toMatchObject({ kind: 'removed' });
    });
    expect(await sim.waiting()).toEqual(['attic']);
    expect(membership.leftBehind()).toEqual([]);
  });

  test('nothing is kept of one that leaves by itself after that', async () => {
    const { sim, host, membership } = await cameBack();
    const marks = join(host.dataDir, 'membership.json');
    expect(await readFile(marks, 'utf8')).toContain(atticLock.ieee);
    await sim.leave('attic');
    await vi.waitFor(async () => {
      expect(await readFile(marks, 'utf8')).not.toContain(atticLock.ieee);
    });
    expect(membership.leftBehind()).toEqual([]);
  });
});
