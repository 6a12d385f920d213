import type { ClockRadio, ScheduleRadio } from '../../src/ports/lock-time.ts';
import type { Door } from '../shared/door.ts';
import { capabilitiesOf } from './capabilities.ts';
import { readClock } from './lock-clock.ts';
import { clearSchedule, readSchedule, setSchedule } from './schedules.ts';
import type { ExchangeContext, Target } from './sending.ts';

export type LockDoor = Door<Target, ExchangeContext>;

const hasSchedules = ({ device }: Target): boolean => (capabilitiesOf(device)?.yearDaySchedules ?? 0) > 0;

const unsupported = { kind: 'refused', why: 'unsupported' } as const;

export const scheduleRadio = (door: LockDoor): ScheduleRadio => ({
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

export const clockRadio = (door: LockDoor): ClockRadio => ({
  readClock: (lock, signal) => door.read(lock, signal, readClock, (why) => ({ kind: 'failed', why })),
});
