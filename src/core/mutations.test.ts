import { expect, test } from 'vitest';
import { codeId, lockId, minuteMs, now, pin } from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import type { AccessCode } from './model.ts';
import { pendingMutations } from './mutations.ts';

const leadMs = 30_000;
const later = { startsAt: now + 60 * minuteMs, endsAt: now + 90 * minuteMs };
const code = newAccessCode({ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now });
const kinds = (changes: Partial<AccessCode>): string[] =>
  pendingMutations({ ...code, ...changes }, leadMs).map((one) => one.kind);

test('each status has what is on its way, and a code that is as it should be has nothing', () => {
  expect(kinds({})).toEqual(['creating']);
  expect(kinds({ status: 'set' })).toEqual([]);
  expect(kinds({ status: 'unknown' })).toEqual([]);
  expect(kinds({ status: 'removing', deletingSince: now, previousPin: pin('4321') })).toEqual(['deleting']);
  expect(kinds({ previousPin: pin('4321') })).toEqual(['updating_code']);
  expect(kinds({ status: 'set', nameBefore: { from: 'Anna', at: now } })).toEqual(['updating_name']);
  expect(kinds({ status: 'set', timeFrameBefore: { from: undefined, at: now } })).toEqual([
    'updating_time_frame',
  ]);
});

test('one that waits for its time says until when; loaded ahead, or left off the lock, it waits for nothing', () => {
  expect(pendingMutations({ ...code, status: 'unset', timeFrame: later }, leadMs)).toMatchObject([
    { kind: 'deferring_creation', scheduledAt: later.startsAt - leadMs, at: now },
  ]);
  expect(kinds({ status: 'unset', timeFrame: later, isScheduledOnDevice: true })).toEqual([]);
  expect(kinds({ status: 'unset', timeFrame: later, externalChange: 'removed' })).toEqual([]);
});
