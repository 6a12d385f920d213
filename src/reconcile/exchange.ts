import { learnChecksum } from '../core/learn-checksum.ts';
import { learnRead, learnUnavailable, learnUnread } from '../core/learn-read.ts';
import { beginIntent, learnWrite } from '../core/learn-write.ts';
import { learnNoChecksum } from '../core/lesson.ts';
import type { Capabilities, Device, Intent } from '../core/model.ts';
import { beginSchedule } from '../core/beside.ts';
import type { Action } from '../core/plan.ts';
import { beliefOf } from '../core/slots.ts';
import type { Failure, LockDriver, WriteOutcome } from '../ports/lock-driver.ts';
import { withDeadline } from './deadline.ts';
import { afterAside, aside } from './exchange-aside.ts';
import { circumstances } from './exchange-parts.ts';
import type { Exchanged, ExchangeParts } from './exchange-parts.ts';
import { afterClock, afterClockTold, readClock, setClock } from './exchange-clock.ts';
import type { ClockTold } from './exchange-clock.ts';
import { afterSchedule, afterScheduleRead, readSchedule, writeSchedule } from './exchange-schedules.ts';
import type { ScheduleWritten } from './exchange-schedules.ts';
import { entry, quiet, silenceOf } from './steps.ts';

/** A radio exchange that takes longer has failed, whatever its driver does. */
export const actionDeadlineMs = 30_000;

export type { Exchanged, ExchangeParts, Moment } from './exchange-parts.ts';

const timedOut = (): Failure => ({ kind: 'failed', why: 'timeout' });

/**
 * Does one action at the lock. For a write, the intent is durable before the frame leaves. Undefined when the
 * bridge is stopping: an intent then stays open, and the next start resolves it.
 */
export const exchange = async (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  action: Action,
  stop: AbortSignal,
): Promise<Exchanged | undefined> => {
  const { driver, clock } = parts;
  const bounded = <T>(work: (signal: AbortSignal) => Promise<T>, late: () => T): Promise<T> =>
    withDeadline(clock, actionDeadlineMs, stop, work, late);
  const { address } = device;
  switch (action.kind) {
    case 'read': {
      const outcome = await bounded((signal) => driver.readSlot(address, action.slot, signal), timedOut);
      return stop.aborted ? undefined : afterRead(parts, device, capabilities, action, outcome);
    }
    case 'checksum': {
      const outcome = await bounded((signal) => driver.checksum(address, signal), timedOut);
      return stop.aborted ? undefined : afterChecksum(parts, device, capabilities, outcome);
    }
    case 'set':
    case 'clear':
      return write(parts, device, capabilities, action, stop);
    case 'name':
    case 'clear_schedule': {
      const outcome = await bounded<WriteOutcome>(
        (signal) => aside(driver, address, action, signal),
        () => ({ ...timedOut(), mayHaveLanded: true }),
      );
      return stop.aborted ? undefined : afterAside(parts, device, capabilities, action, outcome);
    }
    case 'schedule': {
      const before = parts.store.lockState(device.deviceId);
      parts.store.putLockState(before, beginSchedule(before, action.slot, action.code));
      const written = await bounded<ScheduleWritten>(
        (signal) => writeSchedule(parts, address, capabilities, action, signal),
        () => ({ outcome: { ...timedOut(), mayHaveLanded: true }, found: undefined }),
      );
      return stop.aborted ? undefined : afterSchedule(parts, device, capabilities, action, written);
    }
    case 'read_schedule': {
      const outcome = await bounded((signal) => readSchedule(driver, address, action.slot, signal), timedOut);
      return stop.aborted ? undefined : afterScheduleRead(parts, device, capabilities, action, outcome);
    }
    case 'clock': {
      const outcome = await bounded((signal) => readClock(driver, address, signal), timedOut);
      return stop.aborted ? undefined : afterClock(parts, device, capabilities, outcome);
    }
    case 'set_clock': {
      const told = await bounded<ClockTold>(
        (signal) => setClock(parts, address, capabilities, signal),
        () => ({ outcome: { ...timedOut(), mayHaveLanded: true }, shown: undefined }),
      );
      return stop.aborted ? undefined : afterClockTold(parts, device, capabilities, told);
    }
    default:
      return action satisfies never;
  }
};

/** A write of a code: undefined when the bridge is stopping, and the intent stays open. */
const write = async (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  action: Extract<Action, { kind: 'set' | 'clear' }>,
  stop: AbortSignal,
): Promise<Exchanged | undefined> => {
  const { driver, clock } = parts;
  const { address } = device;
  const { prior, intent } = begin(parts, device, action);
  parts.moment('intent_committed');
  const outcome = await withDeadline<WriteOutcome>(
    clock,
    actionDeadlineMs,
    stop,
    (signal) =>
      action.kind === 'set'
        ? driver.writeSlot(address, action.slot, action.pin, signal, action.manner)
        : driver.clearSlot(address, action.slot, signal),
    () => ({ ...timedOut(), mayHaveLanded: true }),
  );
  parts.moment('answer_unread');
  if (stop.aborted) return undefined;
  const at = circumstances(parts, capabilities);
  const before = parts.store.lockState(device.deviceId);
  const lesson = learnWrite(before, prior, intent, outcome, at);
  const detail = 'why' in outcome ? { why: outcome.why } : {};
  const entries = [entry(`${action.kind}_${outcome.kind}`, action.slot, detail, action.code)];
  return { before, lesson, at, entries, resolved: action.slot, capabilities, outcome };
};

const begin = (
  { store, clock, random, clockTrust }: ExchangeParts,
  { deviceId }: Device,
  action: Extract<Action, { kind: 'set' | 'clear' }>,
): { readonly prior: ReturnType<typeof beliefOf>; readonly intent: Intent } => {
  const intent: Intent = {
    id: random.uuid(),
    deviceId,
    slot: action.slot,
    kind: action.kind,
    accessCodeId: action.code,
    pin: action.kind === 'set' ? action.pin : undefined,
    ...(action.kind === 'set' && action.manner !== undefined ? { manner: action.manner } : {}),
    createdAt: clock.now(),
  };
  const before = store.lockState(deviceId);
  store.transaction(() => {
    store.putLockState(before, beginIntent(before, intent));
    store.addIntent(intent);
    clockTrust.remember();
  });
  return { prior: beliefOf(before, action.slot), intent };
};

const afterRead = (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  { slot, why }: Extract<Action, { kind: 'read' }>,
  outcome: Awaited<ReturnType<LockDriver['readSlot']>>,
): Exchanged => {
  const before = parts.store.lockState(device.deviceId);
  const at = circumstances(parts, capabilities);
  switch (outcome.kind) {
    case 'failed': {
      const lesson = learnUnread(before, slot, silenceOf(outcome.why), at);
      const entries = [entry('no_answer', slot, { why: outcome.why, to: 'read' })];
      return { before, lesson, at, entries, resolved: undefined, capabilities, outcome };
    }
    case 'unavailable': {
      const lesson = learnUnavailable(before, slot, at);
      const entries = [entry('slot_unavailable', slot, {})];
      const ours = beliefOf(before, slot).owner !== undefined;
      return { before, lesson, at, entries, resolved: ours ? undefined : slot, capabilities, outcome };
    }
    case 'read': {
      const { reading } = outcome;
      const masks =
        reading.kind === 'occupied' && reading.pin === 'masked' && capabilities.readBack === 'full';
      const known: Capabilities = masks ? { ...capabilities, readBack: 'masked' } : capabilities;
      const lesson = learnRead(before, slot, reading, { ...at, capabilities: known });
      // The first look at a lock is told of as a whole, when it is done.
      const entries = why === 'adopt' ? [] : [entry('read', slot, { why, found: reading.kind })];
      return { before, lesson, at, entries, resolved: slot, capabilities: known, outcome };
    }
    default:
      return outcome satisfies never;
  }
};

const afterChecksum = (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  outcome: Awaited<ReturnType<LockDriver['checksum']>>,
): Exchanged => {
  const before = parts.store.lockState(device.deviceId);
  const at = circumstances(parts, capabilities);
  const shared = { before, at, resolved: undefined, capabilities, outcome };
  if (outcome.kind === 'failed') {
    const lesson = quiet(learnNoChecksum(before, silenceOf(outcome.why), at));
    return {
      ...shared,
      lesson,
      entries: [entry('no_answer', undefined, { why: outcome.why, to: 'checksum' })],
    };
  }
  return {
    ...shared,
    lesson: learnChecksum(before, outcome.value, at),
    entries: [entry('checksum', undefined, {})],
  };
};
