import { learnNaming, learnScheduleCleared } from '../core/beside.ts';
import type { LockAddress } from '../core/ids.ts';
import { learnReachable, learnSilence } from '../core/lesson.ts';
import type { Capabilities, Device } from '../core/model.ts';
import type { Action } from '../core/plan.ts';
import type { LockDriver, WriteOutcome } from '../ports/lock-driver.ts';
import { circumstances } from './exchange-parts.ts';
import type { Exchanged, ExchangeParts } from './exchange-parts.ts';
import { entry, quiet, silenceOf } from './steps.ts';

type Aside = Extract<Action, { kind: 'name' | 'clear_schedule' }>;

/** What goes beside a code: repeating it does no harm, so it needs no intent. */
export const aside = async (
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

export const afterAside = (
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
