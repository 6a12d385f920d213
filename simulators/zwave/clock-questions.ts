import type { CommandClass } from '@zwave-js/cc';
import {
  TimeCCDateGet,
  TimeCCDateReport,
  TimeCCTimeGet,
  TimeCCTimeOffsetGet,
  TimeCCTimeOffsetReport,
  TimeCCTimeReport,
} from '@zwave-js/cc/TimeCC';
import type { MockNodeBehavior } from '@zwave-js/testing';
import { zoneOf } from './clock-behaviours.ts';
import type { EventLog } from './events.ts';
import type { LockClock } from './lock-clock.ts';
import type { SimulatedLock } from './lock.ts';
import type { LockVoice } from './user-code.ts';

const dayMs = 86_400_000;

type Told = 'zone' | 'date' | 'time';

/** In this order: date and time are local. Each when the one before it was answered. */
const questions = { zone: TimeCCTimeOffsetGet, date: TimeCCDateGet, time: TimeCCTimeGet } as const;
const following = { zone: 'date', date: 'time', time: undefined } as const;

const ask = (voice: LockVoice, about: Told): Promise<void> =>
  voice.report((nodeId) => new questions[about]({ nodeId }));

/** The lock asks the hub for its zone, the date and the time (Time CC, which a hub supports). */
export const askForTime = (voice: LockVoice): Promise<void> => ask(voice, 'zone');

const takeAnswer = (clock: LockClock, cc: CommandClass): Told | undefined => {
  const local = clock.local();
  const midnight = Math.floor(local / dayMs) * dayMs;
  if (cc instanceof TimeCCTimeReport) {
    clock.setLocal(midnight + ((cc.hour * 60 + cc.minute) * 60 + cc.second) * 1_000);
    return 'time';
  }
  if (cc instanceof TimeCCDateReport) {
    clock.setLocal(Date.UTC(cc.year, cc.month - 1, cc.day) + (local - midnight));
    return 'date';
  }
  if (!(cc instanceof TimeCCTimeOffsetReport)) return undefined;
  clock.setZone(zoneOf(cc));
  return 'zone';
};

/** Sets the lock's clock by what the hub answers. */
export const clockAnswerBehaviour = (
  lock: SimulatedLock,
  log: EventLog,
  voice: LockVoice,
): MockNodeBehavior => ({
  async handleCC(_controller, _node, cc) {
    const told = lock.clock && takeAnswer(lock.clock, cc);
    if (told === undefined) return undefined;
    lock.changed();
    await log.emit(lock.spec.node, 'clock_told', { action: told });
    const next = following[told];
    if (next !== undefined) void ask(voice, next);
    return { action: 'stop' };
  },
});
