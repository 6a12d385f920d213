import { AccessCodeId } from '../core/ids.ts';
import { learnReachable, learnSilence } from '../core/lesson.ts';
import type { Circumstances, Lesson } from '../core/lesson.ts';
import type { Capabilities, LockState } from '../core/model.ts';
import type { Clock } from '../ports/clock.ts';
import type { ChecksumOutcome, LockDriver, ReadOutcome, WriteOutcome } from '../ports/lock-driver.ts';
import type { ClockOutcome, ScheduleOutcome } from '../ports/lock-time.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { ZoneParts } from './loading.ts';
import { silenceOf } from './steps.ts';
import type { Entry } from './steps.ts';

/** Moments between two durable steps, for tests that end the process there. */
export type Moment = 'intent_committed' | 'answer_unread' | 'belief_committed' | 'event_unpublished';

export interface ExchangeParts extends ZoneParts {
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
  readonly outcome: ReadOutcome | WriteOutcome | ChecksumOutcome | ScheduleOutcome | ClockOutcome;
}

/** Cuts a random integer into a jitter in [0, 1). */
const jitterSteps = 1_000;

export const circumstances = (
  { clock, random }: ExchangeParts,
  capabilities: Capabilities,
): Circumstances => ({
  now: clock.now(),
  capabilities,
  jitter: random.integer(jitterSteps) / jitterSteps,
  freshId: AccessCodeId(random.uuid()),
});

/** Whether the lock was heard at all. */
export const afterHearing = (
  before: LockState,
  outcome: Exchanged['outcome'],
  at: Circumstances,
): LockState =>
  outcome.kind === 'failed' ? learnSilence(before, silenceOf(outcome.why), at) : learnReachable(before);
