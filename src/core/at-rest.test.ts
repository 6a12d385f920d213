import { expect, test } from 'vitest';
import { codeId, lockId, minuteMs, now, pin } from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import { isAtRest } from './at-rest.ts';
import type { AccessCode } from './model.ts';

const resting = newAccessCode({
  ...{ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now },
  timeFrame: { startsAt: now + minuteMs, endsAt: now + 2 * minuteMs },
  status: 'unset',
});
const finding = { code: 'any', message: '', created_at: now, extra: {} };

test('a code is at rest while nothing is open about it but that its time is yet to come', () => {
  expect(isAtRest(resting)).toBe(true);
});

test.each<Partial<AccessCode>>([
  { status: 'setting' },
  { timeFrame: undefined },
  { deletingSince: now },
  { errors: [finding] },
  { warnings: [finding] },
  { previousPin: pin('5678') },
  { timeFrameBefore: { from: undefined, at: now } },
  { nameBefore: { from: null, at: now } },
  { setAt: now },
  { isScheduledOnDevice: true },
  { externalChange: 'modified' },
  { isBackup: true },
  { backupFor: codeId(2) },
  { pulledBackupId: codeId(2) },
  { arrivalRisk: { reason: 'no_space', since: now } },
])('one that has more open is looked at: %j', (change) => {
  expect(isAtRest({ ...resting, ...change })).toBe(false);
});
