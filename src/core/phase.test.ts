import { expect, test } from 'vitest';
import { codeId, lockId, minuteMs, now, pin } from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import type { AccessCode } from './model.ts';
import { dueAt, phaseOf } from './phase.ts';

const leadMs = 30_000;
const code = (changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now, ...changes });
const timed = code({ timeFrame: { startsAt: now + 10 * minuteMs, endsAt: now + 20 * minuteMs } });

test('a code without a time frame is always due, until it is deleted', () => {
  expect(phaseOf(code(), now, leadMs)).toBe('due');
  expect(phaseOf(code({ deletingSince: now }), now, leadMs)).toBe('over');
});

test('a time-bound code is early until its lead begins, due until its end, and over from its end on', () => {
  const at = (ms: number): string => phaseOf(timed, now + ms, leadMs);
  expect(at(10 * minuteMs - leadMs - 1)).toBe('early');
  expect(at(10 * minuteMs - leadMs)).toBe('due');
  expect(at(20 * minuteMs - 1)).toBe('due');
  expect(at(20 * minuteMs)).toBe('over');
  expect(phaseOf({ ...timed, deletingSince: now }, now, leadMs)).toBe('over');
});

test('delays are counted from the lead, or from the wish where that came later', () => {
  expect(dueAt(timed, leadMs)).toBe(now + 10 * minuteMs - leadMs);
  expect(dueAt({ ...timed, wishedAt: now + 15 * minuteMs }, leadMs)).toBe(now + 15 * minuteMs);
  expect(dueAt(code(), leadMs)).toBe(now);
});
