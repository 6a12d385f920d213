import { z } from 'zod';
import type { Reaction } from './reaction.ts';

/** What a person with the lock's service software can do to its clock. */
export const clockAdjustmentSchema = z.strictObject({
  /** What it shall show, its own local time. */
  local: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, 'local time of the lock, like 2026-07-01T12:30:00')
    .refine((text) => !Number.isNaN(Date.parse(`${text}Z`)), 'a date and time that exist')
    .optional(),
  /** Seconds to put it forward, or back where negative. */
  add_s: z.number().min(-4e9).max(4e9).optional(),
  ppm: z.number().min(-1_000_000).max(1_000_000).optional(),
});

/** A lock's clock as its service software has it; all times in milliseconds as `Date.UTC` counts them. */
interface ServiceClock {
  readonly ppm: number;
  readonly zone: object;
  local(): number;
  running(): number;
  setLocal(ms: number): void;
  setRunning(ms: number): void;
  runAt(ppm: number): void;
}

export const adjustClock = (
  lock: { readonly clock: ServiceClock | undefined; changed(): void },
  { local, add_s, ppm }: z.infer<typeof clockAdjustmentSchema>,
): Reaction => {
  const { clock } = lock;
  if (clock === undefined) return { accepted: false, reason: 'no_clock' };
  if (local !== undefined) clock.setLocal(Date.parse(`${local}Z`));
  if (add_s !== undefined) clock.setRunning(clock.running() + add_s * 1_000);
  if (ppm !== undefined) clock.runAt(ppm);
  lock.changed();
  return { accepted: true };
};

/** For the control interface; nothing where the lock has no clock. */
export const clockInside = (clock: ServiceClock | undefined): { readonly clock?: object } =>
  clock === undefined
    ? {}
    : {
        clock: {
          local: new Date(clock.local()).toISOString().slice(0, 19),
          ppm: clock.ppm,
          zone: clock.zone,
        },
      };
