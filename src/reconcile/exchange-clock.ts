import { learnClockSeen, learnClockTold } from '../core/clock-care.ts';
import { aheadMs } from '../core/certify.ts';
import type { LockAddress } from '../core/ids.ts';
import type { Capabilities, Device, LockState } from '../core/model.ts';
import { delay } from '../ports/clock.ts';
import type { LockDriver, WriteOutcome } from '../ports/lock-driver.ts';
import type { ClockOutcome } from '../ports/lock-time.ts';
import { afterHearing, circumstances } from './exchange-parts.ts';
import type { Exchanged, ExchangeParts } from './exchange-parts.ts';
import { clockRulesOf } from './loading.ts';
import { entry, quiet, silenceOf } from './steps.ts';

/** What telling the time takes. */
interface Radio extends Pick<ExchangeParts, 'clock'> {
  readonly driver: Pick<LockDriver, 'clocks'>;
}

const unsupported = { kind: 'refused', why: 'unsupported', certain: true } as const;

export const readClock = async (
  { clocks }: Pick<LockDriver, 'clocks'>,
  address: LockAddress,
  signal: AbortSignal,
): Promise<ClockOutcome> => clocks?.readClock(address, signal) ?? { kind: 'refused', why: 'unsupported' };

export interface ClockTold {
  readonly outcome: WriteOutcome;
  /** What its clock shows then. Undefined: it wasn't asked. */
  readonly shown: ClockOutcome | undefined;
}

/** Tells the lock the time, and looks whether its clock shows that: a yes alone moves no hands. */
export const setClock = async (
  { driver, clock }: Radio,
  address: LockAddress,
  { clock: able, readBackDelayMs = 0 }: Capabilities,
  signal: AbortSignal,
): Promise<ClockTold> => {
  const outcome = (await driver.clocks?.setClock?.(address, signal)) ?? unsupported;
  if (outcome.kind === 'refused' || outcome.kind === 'failed' || able?.read !== true)
    return { outcome, shown: undefined };
  if (readBackDelayMs > 0) await delay(clock, readBackDelayMs, signal);
  return { outcome, shown: await readClock(driver, address, signal) };
};

export const afterClockTold = (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  { outcome, shown }: ClockTold,
): Exchanged => {
  const before = parts.store.lockState(device.deviceId);
  const at = circumstances(parts, capabilities);
  const rules = clockRulesOf(parts, device, at.now);
  const silence = outcome.kind === 'failed' ? silenceOf(outcome.why) : undefined;
  const heard = afterHearing(before, outcome, at);
  // Undefined: meanwhile the time isn't known any more, and nothing can be said of what was told.
  const told = rules === undefined ? heard : learnClockTold(heard, outcome.kind, silence, { ...at, rules });
  const failuresBefore = before.clockCare?.failures ?? 0;
  const seen = shown === undefined ? told : withReading(parts, device, told, shown, at, failuresBefore);
  const why = 'why' in outcome ? { why: outcome.why } : {};
  return {
    before,
    lesson: quiet(seen),
    at,
    entries: [entry(`clock_set_${outcome.kind}`, undefined, { ...why, ...offsetIn(seen, shown) })],
    resolved: undefined,
    capabilities,
    outcome,
  };
};

export const afterClock = (
  parts: ExchangeParts,
  device: Device,
  capabilities: Capabilities,
  outcome: ClockOutcome,
): Exchanged => {
  const before = parts.store.lockState(device.deviceId);
  const at = circumstances(parts, capabilities);
  const state = withReading(parts, device, afterHearing(before, outcome, at), outcome, at);
  const detail = outcome.kind === 'clock' ? offsetIn(state, outcome) : { why: outcome.why };
  return {
    before,
    lesson: quiet(state),
    at,
    entries: [entry('clock_read', undefined, detail)],
    resolved: undefined,
    capabilities,
    outcome,
  };
};

const offsetIn = ({ clockSeen }: LockState, shown: ClockOutcome | undefined): { offset_ms?: number } =>
  shown?.kind === 'clock' && clockSeen?.offsetMs !== undefined ? { offset_ms: clockSeen.offsetMs } : {};

/** @param failuresBefore where it was set just before: how often that had failed already */
const withReading = (
  parts: ExchangeParts,
  device: Device,
  state: LockState,
  shown: ClockOutcome,
  at: Exchanged['at'],
  failuresBefore?: number,
): LockState => {
  const rules = clockRulesOf(parts, device, at.now);
  // A bridge that doesn't know the time can't judge another's clock. A lock out of reach says nothing of its own.
  if (rules === undefined || (shown.kind === 'failed' && silenceOf(shown.why) === 'unreachable'))
    return state;
  const offsetMs = shown.kind === 'clock' ? aheadMs(shown, at.now + rules.offsetMs) : undefined;
  return learnClockSeen(state, offsetMs, { ...at, rules }, failuresBefore);
};
