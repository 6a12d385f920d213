import { z } from 'zod';
import type { Clock } from '../../src/ports/clock.ts';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import type {
  Membership,
  MembershipHooks,
  MembershipStep,
  PairingRequest,
} from '../../src/ports/membership.ts';
import type { ZwaveSim } from './zwave-sim.ts';

/** Locks of the simulated network that come and go, and a person who watches a pairing. */

/** A lock without S2 has nothing on its label. */
const printed = z
  .string()
  .nullable()
  .transform((text) => text ?? '');
const waitingSchema = z.array(
  z.object({ id: z.string(), name: z.string(), dsk: printed, pin: printed, qr: printed }),
);

/** A lock outside the network, and what stands on its label. */
export type WaitingLock = z.infer<typeof waitingSchema>[number];

/** An S2 lock out of its box. */
export const newLock = {
  name: 'Side door',
  waiting: true,
  product_id: 9,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  checksum: true,
  slots: 5,
  code_length: { min: 4, max: 8 },
  events: [1, 2, 3, 4, 5, 6, 12, 13, 14, 15],
  codes: { 2: '135790' },
  behaviour: { beam_ms: 0, no_ack_ms: 100 },
} as const;

export const waiting = async (sim: ZwaveSim): Promise<WaitingLock[]> =>
  waitingSchema.parse(await (await fetch(`${sim.control}/waiting`)).json());

/** The only one that waits. */
export const label = async (sim: ZwaveSim): Promise<WaitingLock> => {
  const [first] = await waiting(sim);
  if (first === undefined) throw new Error('no lock waits to be paired');
  return first;
};

/** What a person does at a lock: `waiting/ID/pair`, `locks/NODE/unpair`, … */
export const press = async (sim: ZwaveSim, route: string, body: object = {}): Promise<void> => {
  const response = await fetch(`${sim.control}/${route}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
};

const serialSchema = z.object({ mode: z.enum(['idle', 'adding', 'removing', 'smart_start']) });

/** What the stick itself does now: anything but `idle` lets somebody in or out. */
export const stickMode = async (sim: ZwaveSim): Promise<string> =>
  serialSchema.parse(await (await fetch(`${sim.control}/serial`)).json()).mode;

/** Somebody who watches the steps and does something at some of them. */
export const watcher = (
  act: (step: MembershipStep) => void | Promise<void>,
  askPin: MembershipHooks['askPin'] = () => Promise.resolve(undefined),
): { readonly hooks: MembershipHooks; readonly steps: MembershipStep[]; readonly kinds: () => string[] } => {
  const steps: MembershipStep[] = [];
  const hooks: MembershipHooks = {
    onStep: (step) => {
      steps.push(step);
      // What fails here would end the pairing, and the test with it, at its deadline only: say it at once.
      void Promise.resolve(act(step)).catch((error: unknown) => {
        process.stderr.write(`at step ${step.kind}: ${String(error)}\n`);
      });
    },
    askPin,
  };
  return { hooks, steps, kinds: () => [...new Set(steps.map(({ kind }) => kind))] };
};

/** Somebody who starts the lock's pairing mode when told to, and has read its label. */
export const installer = async (sim: ZwaveSim): Promise<ReturnType<typeof watcher>> => {
  const { id, pin } = await label(sim);
  return watcher(
    async ({ kind }) => {
      if (kind === 'listening') await press(sim, `waiting/${id}/pair`);
    },
    () => Promise.resolve(pin),
  );
};

/** Pairing by hand, nothing known beforehand. */
export const byHand: PairingRequest = { qrCode: undefined, dskPin: undefined };

export const membershipOf = (driver: LockDriver): Membership => {
  if (driver.membership === undefined) throw new Error('locks neither join nor leave by this driver');
  return driver.membership;
};

export const addresses = (driver: LockDriver): string[] =>
  driver
    .locks()
    .map(({ address }) => address)
    .sort();

/** A clock that can be told to let whatever takes long (unless said, a minute or more) pass in a moment. */
export const hasty = (
  clock: Clock,
): { readonly clock: Clock; readonly hurry: (insteadMs: number, longMs?: number) => void } => {
  let [instead, long] = [0, Infinity];
  return {
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, fn) => clock.after(delayMs >= long ? instead : delayMs, fn),
    },
    hurry: (insteadMs, longMs = 60_000) => {
      [instead, long] = [insteadMs, longMs];
    },
  };
};
