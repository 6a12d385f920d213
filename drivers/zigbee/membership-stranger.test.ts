import { afterEach, expect, test, vi } from 'vitest';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { never, openZigbee, zigbeeLock } from '../../test/support/zigbee-driver.ts';
import { isReady, watcher } from '../../test/support/zigbee-membership.ts';
import { giveNetwork } from '../../test/support/zigbee-session.ts';
import { startStrangers } from '../../test/support/zigbee-strangers.ts';
import type { StrangersBench } from '../../test/support/zigbee-strangers.ts';
import { addresses, byHand, membershipOf } from '../../test/support/zwave-joining.ts';

const lamp = '0x00124b00000000aa';
const plug = '0x00124b00000000bb';

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

const setUp = async (): Promise<{ air: StrangersBench; driver: LockDriver }> => {
  const air = cleanup.use(await startStrangers());
  const { host } = cleanup.use(await temporaryHost(false));
  await giveNetwork(host, air.network);
  const { driver } = await openZigbee(air.serial, host);
  cleanup.use(driver);
  await isReady(driver);
  return { air, driver };
};

test('what is no lock is told to leave again, and nothing of it stays', async () => {
  const { air, driver } = await setUp();
  const { hooks, kinds } = watcher(({ kind }) => {
    if (kind === 'listening') air.joins(lamp);
  });
  const outcome = await membershipOf(driver).pair(byHand, hooks, never);
  expect(outcome).toMatchObject({ kind: 'failed', why: 'not_a_lock', leftBehind: undefined });
  expect(outcome.kind === 'failed' && outcome.message).toContain(zigbeeLock(lamp));
  expect(kinds()).toEqual(['listening', 'found', 'added', 'interviewing', 'leaving']);
  expect(air.members()).toBe(0);
  expect(membershipOf(driver).leftBehind()).toEqual([]);
  expect(addresses(driver)).toEqual([]);
});

test('who slips in while another is being taken in is told to leave, and is not asked anything', async () => {
  const { air, driver } = await setUp();
  const { hooks } = watcher(({ kind }) => {
    if (kind === 'listening') air.joins(lamp);
    if (kind === 'interviewing') air.joins(plug);
  });
  await membershipOf(driver).pair(byHand, hooks, never);
  await vi.waitFor(() => {
    expect(air.members()).toBe(0);
  });
  expect(addresses(driver)).toEqual([]);
  expect(membershipOf(driver).leftBehind()).toEqual([]);
});
