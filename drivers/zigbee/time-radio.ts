import type { FailureReason, WriteOutcome } from '../../src/ports/lock-driver.ts';
import type { LockAddress } from '../../src/core/ids.ts';
import type { ClockRadio, ScheduleRadio } from '../../src/ports/lock-time.ts';
import { capabilitiesOf } from './capabilities.ts';
import { readClock } from './lock-clock.ts';
import { clearSchedule, readSchedule, setSchedule } from './schedules.ts';
import type { ExchangeContext, Target } from './sending.ts';

/** How the driver lets exchanges through to a lock: deadline, turn, reachability and radio checked. */
export interface Door {
  read<T>(
    lock: LockAddress,
    signal: AbortSignal,
    work: (target: Target, context: ExchangeContext) => Promise<T>,
    failed: (why: FailureReason) => T,
  ): Promise<T>;
  write(
    lock: LockAddress,
    slot: number,
    signal: AbortSignal,
    work: (target: Target, context: ExchangeContext) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome>;
}

const hasSchedules = ({ device }: Target): boolean => (capabilitiesOf(device)?.yearDaySchedules ?? 0) > 0;

const unsupported = { kind: 'refused', why: 'unsupported' } as const;

export const scheduleRadio = (door: Door): ScheduleRadio => ({
  setSchedule: (lock, slot, window, signal) =>
    door.write(lock, slot, signal, (target, context) =>
      hasSchedules(target)
        ? setSchedule(target, slot, window, context)
        : Promise.resolve({ ...unsupported, certain: true }),
    ),
  clearSchedule: (lock, slot, signal) =>
    door.write(lock, slot, signal, (target, context) =>
      hasSchedules(target)
        ? clearSchedule(target, slot, context)
        : Promise.resolve({ ...unsupported, certain: true }),
    ),
  readSchedule: (lock, slot, signal) =>
    door.read(
      lock,
      signal,
      (target, context) =>
        hasSchedules(target) ? readSchedule(target, slot, context) : Promise.resolve(unsupported),
      (why) => ({ kind: 'failed', why }),
    ),
});

export const clockRadio = (door: Door): ClockRadio => ({
  readClock: (lock, signal) => door.read(lock, signal, readClock, (why) => ({ kind: 'failed', why })),
});
