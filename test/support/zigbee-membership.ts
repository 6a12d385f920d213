import { vi, expect } from 'vitest';
import type { DriverHost, Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import type { Membership, MembershipHooks, MembershipStep } from '../../src/ports/membership.ts';
import { temporaryHost } from './driver-host.ts';
import { giveNetwork, openZigbee, zigbeeLock } from './zigbee-driver.ts';
import { startZigbeeNetwork } from './zigbee-network.ts';
import type { ZigbeeSim } from './zigbee-sim.ts';
import { hasty, membershipOf } from './zwave-joining.ts';

/** Listens always, so that failures are quick. */
const plain = {
  power: 'mains',
  manufacturer: 'Lockstep',
  model: 'V3-BTZB',
  manufacturer_code: 0x115c,
  slots: 20,
  code_length: { min: 4, max: 8 },
} as const;

/** A lock that waits to be paired; its button has to be pressed. */
export const terraceLock = { ...plain, name: 'Terrace', waiting: true, ieee: '0x000d6f00aa00bb01' } as const;
/** One that is in the network. */
export const atticLock = { ...plain, name: 'Attic', ieee: '0x000d6f00aa00bb02' } as const;
export const terrace = zigbeeLock(terraceLock.ieee);
export const attic = zigbeeLock(atticLock.ieee);

/** The Zigbee driver beside a simulated network, to take locks in and out. */
export interface ZigbeeMembershipBench {
  readonly sim: ZigbeeSim;
  readonly host: DriverHost;
  readonly driver: LockDriver;
  readonly hints: readonly Hint[];
  readonly membership: Membership;
  /** What has been logged. */
  readonly lines: readonly string[];
  /** From now on whatever takes long (unless said, a minute or more) takes so many milliseconds instead. */
  readonly hurry: (insteadMs: number, longMs?: number) => void;
}

export const isReady = (driver: LockDriver): Promise<void> =>
  vi.waitFor(
    () => {
      expect(driver.state, driver.stateDetail).toBe('ready');
    },
    { timeout: 20_000, interval: 10 },
  );

/** A network of these locks, and a driver that knows those in it. */
export const startBench = async (
  cleanup: AsyncDisposableStack,
  locks: string | readonly object[],
): Promise<ZigbeeMembershipBench> => {
  const sim = cleanup.use(await startZigbeeNetwork({ locks }));
  const { host: plain, lines } = cleanup.use(await temporaryHost(false));
  const { clock, hurry } = hasty(plain.clock);
  await giveNetwork(sim, plain);
  const { driver, hints } = await openZigbee(sim.serial, { ...plain, clock });
  cleanup.use(driver);
  await isReady(driver);
  return { sim, host: plain, driver, hints, membership: membershipOf(driver), lines, hurry };
};

/** Another driver for the same network, with the files of the last one. */
export const startAgain = async (
  cleanup: AsyncDisposableStack,
  { sim, host }: Pick<ZigbeeMembershipBench, 'sim' | 'host'>,
): Promise<LockDriver> => {
  const { driver } = await openZigbee(sim.serial, host);
  cleanup.use(driver);
  await isReady(driver);
  return driver;
};

export interface Watcher {
  readonly hooks: MembershipHooks;
  readonly steps: readonly MembershipStep[];
  /** Each kind of step once, in their order. */
  readonly kinds: () => string[];
}

/** Somebody who does something at some of the steps. */
export const watcher = (act: (step: MembershipStep) => unknown = () => undefined): Watcher => {
  const steps: MembershipStep[] = [];
  const hooks: MembershipHooks = {
    onStep: (step) => {
      steps.push(step);
      Promise.resolve(act(step)).catch((error: unknown) => {
        process.stderr.write(`at step ${step.kind}: ${String(error)}\n`);
      });
    },
    askPin: () => Promise.reject(new Error('Zigbee asks for no PIN')),
  };
  return { hooks, steps, kinds: () => [...new Set(steps.map(({ kind }) => kind))] };
};

/** Somebody who presses the button of this lock when the radio listens. */
export const presser = (sim: ZigbeeSim, id: string): Watcher =>
  watcher(({ kind }) => (kind === 'listening' ? sim.pair(id) : undefined));
