import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { LockAddress } from '../../src/core/ids.ts';
import {
  addresses,
  byHand,
  installer,
  newLock,
  press,
  waiting,
  watcher,
} from '../../test/support/zwave-joining.ts';
import { never, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startBench } from '../../test/support/zwave-membership.ts';

const old = { ...newLock, name: 'Front door', waiting: false, node: 2, product_id: 1 };

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

describe('a lock that was reset', () => {
  test('and is paired again takes the place of what the controller still lists', async () => {
    const { sim, driver, membership } = await startBench(cleanup, [newLock]);
    await membership.pair(byHand, (await installer(sim)).hooks, never);
    await press(sim, 'locks/2/factory_reset', { network: true });
    const outcome = await membership.pair(byHand, (await installer(sim)).hooks, never);
    expect(outcome).toMatchObject({ kind: 'paired', address: 'zwave:3' });
    expect(addresses(driver)).toEqual(['zwave:3']);
  });
});

describe('removing', () => {
  test('by the unpairing mode of the lock', async () => {
    const { sim, driver, membership } = await startBench(cleanup, [old], [2]);
    const { hooks, kinds } = watcher(async ({ kind }) => {
      if (kind === 'listening') await press(sim, 'locks/2/unpair');
    });
    expect(await membership.remove(zwaveLock(2), 'exclude', hooks, never)).toEqual({
      kind: 'removed',
      address: 'zwave:2',
    });
    expect(kinds()).toEqual(['listening']);
    expect(addresses(driver)).toEqual([]);
    expect(await waiting(sim)).toHaveLength(1);
  });

  test('another lock than the meant one may leave: that one is named', async () => {
    const { sim, driver, membership } = await startBench(
      cleanup,
      [old, { ...old, name: 'Back door', node: 3 }],
      [2, 3],
    );
    const { hooks } = watcher(async ({ kind }) => {
      if (kind === 'listening') await press(sim, 'locks/3/unpair');
    });
    expect(await membership.remove(zwaveLock(2), 'exclude', hooks, never)).toEqual({
      kind: 'removed',
      address: 'zwave:3',
    });
    expect(addresses(driver)).toEqual(['zwave:2']);
  });

  test('nobody within a minute, or stopped: nobody can leave any more', async () => {
    const { sim, driver, membership, hurry } = await startBench(cleanup, [old], [2]);
    hurry(300);
    const stop = new AbortController();
    const patient = watcher(() => undefined);
    expect(await membership.remove(zwaveLock(2), 'exclude', patient.hooks, never)).toMatchObject({
      kind: 'failed',
      why: 'nobody',
    });
    const { hooks } = watcher(() => {
      stop.abort();
    });
    expect(await membership.remove(zwaveLock(2), 'exclude', hooks, stop.signal)).toMatchObject({
      kind: 'failed',
      why: 'aborted',
    });
    await press(sim, 'locks/2/unpair');
    await wait(300);
    expect(addresses(driver)).toEqual(['zwave:2']);
    expect(await waiting(sim)).toEqual([]);
  });

  test('gone: struck off where it is silent, refused where it answers', async () => {
    const { sim, driver, membership } = await startBench(cleanup, [old], [2]);
    const { hooks } = watcher(() => undefined);
    expect(await membership.remove(zwaveLock(2), 'gone', hooks, never)).toMatchObject({
      kind: 'failed',
      why: 'still_answers',
    });
    expect(addresses(driver)).toEqual(['zwave:2']);
    await sim.behaviour(2, { offline: true });
    expect(await membership.remove(zwaveLock(2), 'gone', hooks, never)).toEqual({
      kind: 'removed',
      address: 'zwave:2',
    });
    expect(addresses(driver)).toEqual([]);
  });

  test('what is no lock of this network is not waited for', async () => {
    const { membership } = await startBench(cleanup, [old], [2]);
    const { hooks, steps } = watcher(() => undefined);
    for (const address of ['zwave:9', 'zwave:1', 'zigbee:2']) {
      expect(await membership.remove(LockAddress(address), 'exclude', hooks, never)).toMatchObject({
        kind: 'failed',
        why: 'unknown_lock',
      });
    }
    expect(steps).toEqual([]);
  });
});
