import { describe, expect, test } from 'vitest';
import { codeId, lockId, lockState, minuteMs, now, standing } from '../../test/support/lock-states.ts';
import { learnPowered } from './clock-care.ts';
import { LockAddress, RadioId } from './ids.ts';
import type { Device, LockState } from './model.ts';

const hourMs = 60 * minuteMs;

describe('batteries that were taken out may have taken the time with them: what it showed is forgotten', () => {
  const device: Device = {
    ...{ deviceId: lockId, radio: RadioId('simulated'), address: LockAddress('simulated:1'), identities: [] },
    ...{ name: '', manufacturer: undefined, model: undefined, capabilities: undefined, createdAt: 0 },
    ...{ online: true, locked: undefined, battery: 0.5 },
  };
  const isForgotten = (
    before: Partial<Device>,
    after: Partial<Device>,
    ageMs = hourMs,
    clockSeen: LockState['clockSeen'] = { at: now - ageMs, offsetMs: 0 },
  ): boolean => {
    const state = lockState([standing(1, codeId(1), '1234')], { clockSeen });
    const next = learnPowered(state, { ...device, ...before }, { ...device, ...after }, now);
    expect(next).toEqual({ ...state, clockSeen: next.clockSeen });
    if (next.clockSeen !== undefined) expect(next).toBe(state);
    return next.clockSeen === undefined;
  };
  const gone = { online: false };

  test('where the lock is back, unless it was looked at within the hour', () => {
    expect(isForgotten(gone, {})).toBe(true);
    expect([isForgotten(gone, {}, hourMs - 1), isForgotten(gone, {}, 1 - hourMs)]).toEqual([false, false]);
    expect(isForgotten(gone, {}, -hourMs), 'the clock was set back').toBe(true);
    expect([isForgotten({}, gone), isForgotten({}, {}), isForgotten(gone, gone)]).toEqual([
      ...[false, false, false],
    ]);
  });

  test('where it tells of a fifth more charge, and not where it tells of none', () => {
    const from = (before: number | undefined, after: number | undefined): boolean =>
      isForgotten({ battery: before }, { battery: after }, 0);
    expect([from(0.5, 0.75), from(0, 0.2), from(0.5, 0.69), from(1, 0.5)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([from(undefined, 1), from(0.5, undefined), from(0, undefined)]).toEqual([false, false, false]);
  });
});
