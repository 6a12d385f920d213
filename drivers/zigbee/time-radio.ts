import type { DriverHost } from '../../src/ports/lock-driver.ts';
import type { WriteOutcome } from '../../src/ports/outcomes.ts';
import type { ClockRadio, ScheduleRadio } from '../../src/ports/lock-time.ts';
import type { Door } from '../shared/door.ts';
import { capabilitiesOf } from './capabilities.ts';
import { readClock, setClock } from './clock-exchange.ts';
import { toldTo } from './lock-clock.ts';
import { notesOf } from './notes.ts';
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

/** @param changed called when what is known of the lock has changed with it */
export const clockRadio = (
  door: LockDoor,
  host: Pick<DriverHost, 'timeToTell' | 'timeZoneOf'>,
  changed: () => void,
): ClockRadio => {
  const learning = async <T>({ device }: Target, work: () => Promise<T>): Promise<T> => {
    const before = notesOf(device).clock;
    const outcome = await work();
    if (notesOf(device).clock !== before) changed();
    return outcome;
  };
  return {
    readClock: (lock, signal) =>
      door.read(
        lock,
        signal,
        (target, context) => learning(target, () => readClock(target, context)),
        (why) => ({ kind: 'failed', why }),
      ),
    setClock: (lock, signal) =>
      door.read<WriteOutcome>(
        lock,
        signal,
        (target, context) =>
          learning(target, () => setClock(target, () => toldTo(target.device, host), context)),
        (why, sent) => ({ kind: 'failed', why, mayHaveLanded: sent ?? true }),
      ),
  };
};
