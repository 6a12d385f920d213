import { learnScheduleRead, learnScheduleWritten } from '../core/beside.ts';
import { sameWindow } from '../core/certify.ts';
import type { LockAddress } from '../core/ids.ts';
import { learnReachable, learnSilence } from '../core/lesson.ts';
import type { Capabilities, Device, LocalWindow } from '../core/model.ts';
import type { Action } from '../core/plan.ts';
import { delay } from '../ports/clock.ts';
import type { LockDriver, WriteOutcome } from '../ports/lock-driver.ts';
import type { ScheduleOutcome } from '../ports/lock-time.ts';
import { afterHearing, circumstances } from './exchange-parts.ts';
import type { Exchanged, ExchangeParts } from './exchange-parts.ts';
import { entry, quiet, silenceOf } from './steps.ts';

type Schedule = Extract<Action, { kind: 'schedule' }>;

/** What writing a schedule takes. */
interface Radio extends Pick<ExchangeParts, 'clock'> {
  readonly driver: Pick<LockDriver, 'schedules'>;
}

export interface ScheduleWritten {
  readonly outcome: WriteOutcome;
  /** What the lock shows now; undefined where it wasn't found out. */
  readonly found: LocalWindow | 'none' | undefined;
}

const unsupported = { kind: 'refused', why: 'unsupported', certain: true } as const;

/** Writes a schedule and reads it back: only what the lock shows binds anything. */
export const writeSchedule = async (
  { driver, clock }: Radio,
  address: LockAddress,
  { readBackDelayMs = 0 }: Capabilities,
  { slot, window }: Pick<Schedule, 'slot' | 'window'>,
  signal: AbortSignal,
): Promise<ScheduleWritten> => {
  const { schedules } = driver;
  if (schedules === undefined) return { outcome: unsupported, found: 'none' };
  const outcome = await schedules.setSchedule(address, slot, window, signal);
  if (outcome.kind === 'failed') return { outcome, found: undefined };
  if (readBackDelayMs > 0) await delay(clock, readBackDelayMs, signal);
  const left = await schedules.readSchedule(address, slot, signal);
  if (left.kind === 'failed') return { outcome: { ...left, mayHaveLanded: true }, found: undefined };
  const found = left.kind === 'schedule' ? (left.window ?? 'none') : undefined;
  if (found !== undefined && found !== 'none' && sameWindow(window, found))
    return { outcome: { kind: 'confirmed' }, found };
  const refused = { kind: 'refused', why: 'unspecified', certain: false } as const;
  return { outcome: outcome.kind === 'refused' ? outcome : refused, found };
};

export const afterSchedule = (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  { slot, code, window }: Schedule,
  { outcome, found }: ScheduleWritten,
): Exchanged => {
  const before = parts.store.lockState(device.deviceId);
  const at = circumstances(parts, capabilities);
  const heard =
    outcome.kind === 'failed' ? learnSilence(before, silenceOf(outcome.why), at) : learnReachable(before);
  const detail = 'why' in outcome ? { why: outcome.why } : {};
  return {
    before,
    lesson: quiet(learnScheduleWritten(heard, slot, window, found, at)),
    at,
    entries: [entry(`schedule_${outcome.kind}`, slot, detail, code)],
    resolved: undefined,
    capabilities,
    outcome,
  };
};

export const readSchedule = async (
  { schedules }: Pick<LockDriver, 'schedules'>,
  address: LockAddress,
  slot: number,
  signal: AbortSignal,
): Promise<ScheduleOutcome> =>
  schedules === undefined
    ? { kind: 'refused', why: 'unsupported' }
    : schedules.readSchedule(address, slot, signal);

export const afterScheduleRead = (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  { slot }: Extract<Action, { kind: 'read_schedule' }>,
  outcome: ScheduleOutcome,
): Exchanged => {
  const before = parts.store.lockState(device.deviceId);
  const at = circumstances(parts, capabilities);
  const heard = afterHearing(before, outcome, at);
  const found = outcome.kind === 'schedule' ? (outcome.window ?? 'none') : 'no_answer';
  const detail = outcome.kind === 'schedule' ? {} : { why: outcome.why };
  return {
    before,
    lesson: quiet(learnScheduleRead(heard, slot, found, at)),
    at,
    entries: [entry(`schedule_read`, slot, detail)],
    resolved: undefined,
    capabilities,
    outcome,
  };
};
