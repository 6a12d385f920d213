import type { Driver, ZWaveNode } from 'zwave-js';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import type { ClockRadio, ScheduleRadio } from '../../src/ports/lock-time.ts';
import type { Door } from '../shared/door.ts';
import type { TimeSource } from './library-time.ts';
import { readClock } from './lock-clock.ts';
import { clearSchedule, hasSchedules, readSchedule, setSchedule } from './schedules.ts';
import type { ExchangeContext } from './sending.ts';
import { setClock } from './told-time.ts';

export interface NodeDoor extends Door<ZWaveNode, ExchangeContext> {
  driver(): Driver | undefined;
}

const unsupported = { kind: 'refused', why: 'unsupported' } as const;
const notSent: WriteOutcome = { kind: 'failed', why: 'radio_down', mayHaveLanded: false };

export const scheduleRadio = (door: NodeDoor): ScheduleRadio => ({
  setSchedule: (lock, slot, window, signal) =>
    door.write(lock, slot, signal, async (node, context) => {
      const driver = door.driver();
      if (driver === undefined) return notSent;
      if (!hasSchedules(node, slot)) return { ...unsupported, certain: true };
      return setSchedule(driver, node, slot, window, context);
    }),
  clearSchedule: (lock, slot, signal) =>
    door.write(lock, slot, signal, async (node, context) => {
      const driver = door.driver();
      if (driver === undefined) return notSent;
      if (!hasSchedules(node, slot)) return { ...unsupported, certain: true };
      return clearSchedule(driver, node, slot, context);
    }),
  readSchedule: (lock, slot, signal) =>
    door.read(
      lock,
      signal,
      async (node, context) => {
        const driver = door.driver();
        if (driver === undefined) return { kind: 'failed', why: 'radio_down' };
        return hasSchedules(node, slot) ? readSchedule(driver, node, slot, context) : unsupported;
      },
      (why) => ({ kind: 'failed', why }),
    ),
});

export const clockRadio = (door: NodeDoor, source: TimeSource): ClockRadio => ({
  readClock: (lock, signal) =>
    door.read(
      lock,
      signal,
      (node, context) => readClock(node, source.timeZoneOf(lock), context),
      (why) => ({ kind: 'failed', why }),
    ),
  setClock: (lock, signal) =>
    door.read<WriteOutcome>(
      lock,
      signal,
      async (node, context) => {
        const driver = door.driver();
        return driver === undefined ? notSent : setClock(driver, node, source, context);
      },
      (why, sent) => ({ kind: 'failed', why, mayHaveLanded: sent ?? true }),
    ),
});
