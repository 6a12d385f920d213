import { expect, test } from 'vitest';
import { newAccessCode } from './access-code.ts';
import { actionDeadline } from './action-deadline.ts';
import { priorities, read } from './actions.ts';
import type { Action } from './actions.ts';
import { AccessCodeId, DeviceId } from './ids.ts';
import type { AccessCode } from './model.ts';
import { Pin } from './pin.ts';
import { unknownLock, unknownSlot } from './slots.ts';

const now = 1_800_000_000_000;
const minute = 60_000;
const leadMs = 30_000;

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const aCode = (n: number, wish: Partial<AccessCode>): AccessCode => {
  const pin = Pin.parse(String(1_000 + n));
  if (pin === undefined) throw new Error('not a PIN');
  const ids = { accessCodeId: AccessCodeId(uuid(n)), deviceId: DeviceId(uuid(0)) };
  return newAccessCode({ ...ids, pin, at: now - 9 * minute, ...wish });
};

const coming = (n: number, inMs: number, more: Partial<AccessCode> = {}): AccessCode =>
  aCode(n, {
    timeFrame: { startsAt: now + inMs, endsAt: now + inMs + minute },
    ...more,
  });

const of = (action: Action, codes: readonly AccessCode[], owner?: AccessCode): number | undefined => {
  const slots = owner === undefined ? [] : [[7, { ...unknownSlot(7), owner: owner.accessCodeId }] as const];
  const state = { ...unknownLock(DeviceId(uuid(0))), slots: new Map(slots) };
  const at = actionDeadline(action, codes, state, now, leadMs);
  return at === undefined ? undefined : at - now;
};

const set = ({ accessCodeId, pin }: AccessCode): Action => ({
  kind: 'set',
  slot: 7,
  code: accessCodeId,
  pin,
  priority: priorities.set,
});

test('a code is to be written a lead before it begins, or when it was asked for', () => {
  const codes = [coming(1, 10_000), aCode(2, { wishedAt: now - minute })];
  expect(of(set(codes[0]!), codes)).toBe(10_000 - leadMs);
  expect(of(set(codes[1]!), codes)).toBe(-minute);
});

test('a code is to be gone when its time was over, or when it was to be deleted', () => {
  const code = coming(1, -5 * minute, { deletingSince: now - 4 * minute });
  const clear: Action = { kind: 'clear', slot: 7, code: code.accessCodeId, priority: priorities.removal };
  expect(of(clear, [code])).toBe(-4 * minute);
  const over = coming(2, -5 * minute);
  expect(of({ ...clear, code: over.accessCodeId }, [over]), 'not yet noticed').toBe(0);
});

test('a code that was moved to later is to be off the lock since that was asked for', () => {
  const code = coming(1, 90 * minute, {
    status: 'removing',
    timeFrameBefore: { from: undefined, at: now - 2 * minute },
  });
  const clear: Action = { kind: 'clear', slot: 7, code: code.accessCodeId, priority: priorities.removal };
  expect(of(clear, [code])).toBe(-2 * minute);
  expect(of(clear, [{ ...code, timeFrameBefore: undefined, wishedAt: now - 3 * minute }])).toBe(-3 * minute);
});

test('a look at the slot of a code is as urgent as the code', () => {
  const code = coming(1, 20_000);
  expect(of(read(7, 'verify', priorities.verify), [code], code)).toBe(20_000 - leadMs);
});

test('a look at a free slot before a write is as urgent as the first code that has none', () => {
  const own = coming(1, 1_000);
  const codes = [coming(3, 9_000), own, coming(2, 5_000), coming(4, 0, { deletingSince: now })];
  expect(of(read(8, 'fresh_proof', priorities.set), codes, own)).toBe(5_000 - leadMs);
  expect(of({ kind: 'checksum', why: 'fresh_proof', priority: priorities.set }, codes, own)).toBe(
    5_000 - leadMs,
  );
  expect(of(read(8, 'fresh_proof', priorities.set), codes.toReversed(), own)).toBe(5_000 - leadMs);
});

test('nothing is said of what no code waits for', () => {
  const codes = [coming(1, 1_000)];
  expect(of(read(8, 'suspicion', priorities.audit), codes)).toBeUndefined();
  expect(of({ kind: 'checksum', why: 'audit', priority: priorities.audit }, codes)).toBeUndefined();
  expect(of({ kind: 'clock', priority: priorities.audit }, codes)).toBeUndefined();
});
