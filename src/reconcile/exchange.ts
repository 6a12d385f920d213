import { AccessCodeId } from '../core/ids.ts';
import type { LockAddress } from '../core/ids.ts';
import { learnChecksum } from '../core/learn-checksum.ts';
import { learnRead, learnUnavailable, learnUnread } from '../core/learn-read.ts';
import { beginIntent, learnWrite } from '../core/learn-write.ts';
import { learnNoChecksum, learnReachable, learnSilence } from '../core/lesson.ts';
import type { Circumstances, Lesson } from '../core/lesson.ts';
import type { Capabilities, Device, Intent, LockState } from '../core/model.ts';
import { learnNaming, learnScheduleCleared } from '../core/beside.ts';
import type { Action } from '../core/plan.ts';
import { beliefOf } from '../core/slots.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  ChecksumOutcome,
  Failure,
  LockDriver,
  ReadOutcome,
  WriteOutcome,
} from '../ports/lock-driver.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { withDeadline } from './deadline.ts';
import { entry, quiet, silenceOf } from './steps.ts';
import type { Entry } from './steps.ts';

/** Moments between two durable steps, for tests that end the process there. */
export type Moment = 'intent_committed' | 'answer_unread' | 'belief_committed' | 'event_unpublished';

/** A radio exchange that takes longer has failed, whatever its driver does. */
export const actionDeadlineMs = 30_000;

export interface ExchangeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly driver: LockDriver;
  readonly moment: (moment: Moment) => void;
}

/** One exchange with a lock and what was learned by it, not yet stored. */
export interface Exchanged {
  readonly before: LockState;
  readonly lesson: Lesson;
  readonly at: Circumstances;
  readonly entries: readonly Entry[];
  /** The slot whose open intents have their result now. */
  readonly resolved: number | undefined;
  /** The capabilities, where this exchange has shown them to be other than they were. */
  readonly capabilities: Capabilities;
  /** What the driver answered. */
  readonly outcome: ReadOutcome | WriteOutcome | ChecksumOutcome;
}

/** Cuts a random integer into a jitter in [0, 1). */
const jitterSteps = 1_000;

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
    case 'clear': {
      const { prior, intent } = begin(parts, device, action);
      parts.moment('intent_committed');
      const outcome = await bounded<WriteOutcome>(
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
    }
    case 'name':
    case 'clear_schedule': {
      const outcome = await bounded<WriteOutcome>(
        (signal) => aside(driver, address, action, signal),
        () => ({ ...timedOut(), mayHaveLanded: true }),
      );
      return stop.aborted ? undefined : afterAside(parts, device, capabilities, action, outcome);
    }
    default:
      return action satisfies never;
  }
};

type Aside = Extract<Action, { kind: 'name' | 'clear_schedule' }>;

/** What goes beside a code: repeating it does no harm, so it needs no intent. */
const aside = async (
  driver: LockDriver,
  address: LockAddress,
  action: Aside,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  const unsupported = { kind: 'refused', why: 'unsupported', certain: true } as const;
  if (action.kind === 'name')
    return (await driver.nameSlot?.(address, action.slot, action.name, signal)) ?? unsupported;
  const { schedules } = driver;
  if (schedules === undefined) return unsupported;
  const outcome = await schedules.clearSchedule(address, action.slot, signal);
  if (outcome.kind !== 'accepted') return outcome;
  const left = await schedules.readSchedule(address, action.slot, signal);
  if (left.kind === 'failed') return { ...left, mayHaveLanded: true };
  const stands = left.kind === 'schedule' && left.window !== undefined;
  return stands ? { kind: 'refused', why: 'unspecified', certain: false } : { kind: 'confirmed' };
};

const afterAside = (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  action: Aside,
  outcome: WriteOutcome,
): Exchanged => {
  const before = parts.store.lockState(device.deviceId);
  const at = circumstances(parts, capabilities);
  const said = outcome.kind === 'confirmed' || outcome.kind === 'accepted';
  // A lock that knows no schedules has none of ours.
  const done = said || (action.kind === 'clear_schedule' && isUnsupported(outcome));
  const heard =
    outcome.kind === 'failed' ? learnSilence(before, silenceOf(outcome.why), at) : learnReachable(before);
  const state =
    action.kind === 'name'
      ? learnNaming(heard, action.slot, action.name, done, at)
      : learnScheduleCleared(heard, action.slot, done, at);
  const detail = 'why' in outcome ? { why: outcome.why } : {};
  const entries = [
    entry(
      `${action.kind}_${outcome.kind}`,
      action.slot,
      detail,
      action.kind === 'name' ? action.code : undefined,
    ),
  ];
  return { before, lesson: quiet(state), at, entries, resolved: undefined, capabilities, outcome };
};

const isUnsupported = (outcome: WriteOutcome): boolean =>
  outcome.kind === 'refused' && outcome.why === 'unsupported';

const circumstances = ({ clock, random }: ExchangeParts, capabilities: Capabilities): Circumstances => ({
  now: clock.now(),
  capabilities,
  jitter: random.integer(jitterSteps) / jitterSteps,
  freshId: AccessCodeId(random.uuid()),
});

const begin = (
  { store, clock, random }: ExchangeParts,
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
    createdAt: clock.now(),
  };
  const before = store.lockState(deviceId);
  store.transaction(() => {
    store.putLockState(before, beginIntent(before, intent));
    store.addIntent(intent);
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
