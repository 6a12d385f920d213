import { isDisplaced } from '../../core/ids.ts';
import { lockResetError, resetMessage } from '../../core/lifecycle.ts';
import { foreignSince } from '../../core/foreign-changes.ts';
import type { Instant } from '../../core/model.ts';
import type { AnswerValue } from '../answer.ts';
import { span } from '../doctor/words.ts';
import { iso } from '../objects/common.ts';
import type { DeviceFacts } from './properties.ts';

const error = (error_code: string, message: string, since: Instant): AnswerValue => ({
  error_code,
  message,
  created_at: iso(since),
  is_device_error: true,
});

const warning = (
  warning_code: string,
  message: string,
  since: Instant,
  more: Readonly<Record<string, number>> = {},
): AnswerValue => ({ warning_code, message, created_at: iso(since), ...more });

/** What is wrong with a lock as such, whatever its codes. */
export const deviceErrors = ({ device, state, hubLostSince }: DeviceFacts): AnswerValue[] => {
  if (device.removedAt !== undefined)
    return [
      error(
        'device_removed',
        'The lock was removed from the network; its access codes wait here for another lock. It may still hold their PINs.',
        device.removedAt,
      ),
    ];
  const offlineSince = device.offlineSince ?? device.createdAt;
  const errors: AnswerValue[] = [];
  if (state.reset !== undefined)
    errors.push(error(lockResetError, resetMessage(state.reset.why), state.reset.at));
  if (isDisplaced(device.address))
    errors.push(
      error(
        'lockstep_lock_displaced',
        'Another lock answers at its place. Move its access codes there: lockstep replace OLD NEW',
        offlineSince,
      ),
    );
  else if (hubLostSince !== undefined)
    errors.push(error('hub_disconnected', "The lock's radio is not available.", hubLostSince));
  else if (!device.online)
    errors.push(error('device_disconnected', 'The lock does not answer.', offlineSince));
  if (device.poolLack?.kind === 'empty')
    errors.push(
      error(
        'empty_backup_access_code_pool',
        'No backup access code stands ready on this lock.',
        device.poolLack.since,
      ),
    );
  return errors;
};

/** What is worth knowing of a lock although it works. */
export const deviceWarnings = (facts: DeviceFacts): AnswerValue[] => {
  const { device } = facts;
  if (device.removedAt !== undefined) return [];
  const warnings: AnswerValue[] = [];
  if (device.poolLack?.kind === 'partial')
    warnings.push(
      warning(
        'partial_backup_access_code_pool',
        'Fewer backup access codes than wanted stand ready on this lock.',
        device.poolLack.since,
      ),
    );
  const foreign = foreignSince(device.foreignChanges, facts.now);
  if (foreign !== undefined)
    warnings.push(
      warning(
        'third_party_integration_detected',
        'Something else writes access codes to this lock too.',
        foreign,
      ),
    );
  const clock = clockOff(facts);
  if (clock !== undefined) warnings.push(clock);
  const full = fullSince(facts);
  if (full !== undefined)
    warnings.push(
      warning('max_access_codes_reached', 'Every slot that may be used on this lock is taken.', full, {
        active_access_code_count: facts.usable.length,
        max_active_access_code_count: facts.usable.length,
      }),
    );
  return warnings;
};

/** Its clock was last seen to be off by more than its codes can bear. */
const clockOff = ({ device, state }: DeviceFacts): AnswerValue | undefined => {
  const since = state.clockCare?.wrongSince;
  const offsetMs = state.clockSeen?.offsetMs;
  if (since === undefined) return undefined;
  const off =
    offsetMs === undefined
      ? "The lock's clock was wrong when it was last read"
      : `The lock's clock is ${span(Math.abs(offsetMs))} ${offsetMs > 0 ? 'fast' : 'slow'}`;
  const means = 'no code is loaded ahead of its time by it';
  const cure =
    device.capabilities?.clock?.set === true
      ? 'The bridge sets it; where this stays, the lock does not keep its time: see to its batteries.'
      : "The bridge cannot set it: set it at the lock, or by its maker's app.";
  return warning('lockstep_clock_off', `${off}: ${means}. ${cure}`, since);
};

/** Since when codes stand in all slots that the bridge may use, ours or others'. Undefined: they don't. */
const fullSince = ({ device, state, usable }: DeviceFacts): Instant | undefined => {
  if (usable.length === 0) return undefined;
  let since = device.createdAt;
  for (const slot of usable) {
    const belief = state.slots.get(slot);
    if (belief?.state.kind !== 'occupied') return undefined;
    since = Math.max(since, belief.unmanagedSince ?? belief.writtenAt ?? belief.evidenceAt ?? since);
  }
  return since;
};
