import { expect, vi } from 'vitest';
import type { DriverHost, LockDriver } from '../../src/ports/lock-driver.ts';
import type { Membership } from '../../src/ports/membership.ts';
import { temporaryHost } from './driver-host.ts';
import { giveKeys, interviewed, openZwave } from './zwave-driver.ts';
import { hasty, membershipOf } from './zwave-joining.ts';
import { startZwaveNetwork } from './zwave-network.ts';
import type { ZwaveSim } from './zwave-sim.ts';

/** The Z-Wave driver beside a simulated network, to take locks in and out. */
export interface MembershipBench {
  readonly sim: ZwaveSim;
  readonly host: DriverHost;
  readonly driver: LockDriver;
  readonly membership: Membership;
  /** What has been logged. */
  readonly lines: readonly string[];
  /** From now on whatever takes long (unless said, a minute or more) takes so many milliseconds instead. */
  readonly hurry: (insteadMs: number, longMs?: number) => void;
}

export const isReady = (driver: LockDriver): Promise<void> =>
  vi.waitFor(
    () => {
      expect(driver.state).toBe('ready');
    },
    { timeout: 40_000, interval: 10 },
  );

/** Another driver for the same network, with the files of the last one. */
export const startAgain = async (
  cleanup: AsyncDisposableStack,
  { sim, host }: Pick<MembershipBench, 'sim' | 'host'>,
): Promise<LockDriver> => {
  const { driver } = await openZwave(sim.serial, host);
  cleanup.use(driver);
  await isReady(driver);
  return driver;
};

/** Ready, the nodes `known` interviewed. */
export const startBench = async (
  cleanup: AsyncDisposableStack,
  locks: readonly object[],
  known: readonly number[] = [],
): Promise<MembershipBench> => {
  const sim = cleanup.use(await startZwaveNetwork({ locks }));
  const { host: plain, lines } = cleanup.use(await temporaryHost());
  const { clock, hurry } = hasty(plain.clock);
  const host = { ...plain, clock };
  await giveKeys(host);
  const driver = await startAgain(cleanup, { sim, host });
  await interviewed(driver, known);
  return { sim, host: plain, driver, membership: membershipOf(driver), lines, hurry };
};
