import { describe, expect, test } from 'vitest';
import {
  attempt,
  codeId,
  emptySlot,
  lockState,
  minuteMs,
  now,
  pin,
  planInput,
  standing,
  wantedCode,
} from '../../test/support/lock-states.ts';
import type { SlotBelief, WantedCode } from './model.ts';
import { plan } from './plan.ts';
import type { Action, PlanInput } from './plan.ts';

const [a, b] = [codeId(1), codeId(2)];
const act = (
  slots: readonly SlotBelief[],
  wanted: readonly WantedCode[],
  more: Partial<PlanInput> = {},
): unknown =>
  plan(planInput(lockState(slots), wanted, { usable: slots.map((one) => one.slot), ...more })).action;
const ahead = { neededAt: now + minuteMs };

describe('a code whose time is yet to come', () => {
  test('is taken off the lock where it stands there, and not written where it does not', () => {
    const early = wantedCode(a, '1234', { wanted: 'absent', ...ahead });
    expect(act([standing(1, a, '1234')], [early])).toMatchObject({ kind: 'clear', slot: 1, code: a });
    expect(act([emptySlot(1)], [early])).toBeUndefined();
  });

  test('written ahead of it, leaves the last slot to one that is due earlier and waits for its next try', () => {
    const first = wantedCode(a, '1234', { dueAt: now - minuteMs });
    const second = wantedCode(b, '2345', { dueAt: now, ...ahead });
    const waiting = attempt(a, { notBefore: now + 10_000 });
    const attempts = new Map([[a, waiting]]);
    const next = (slots: readonly SlotBelief[], wanted: readonly WantedCode[]): Action | undefined =>
      plan(planInput(lockState(slots, { attempts }), wanted, { usable: slots.map((one) => one.slot) }))
        .action;
    expect(next([emptySlot(1)], [first, second])).toBeUndefined();
    expect(next([emptySlot(1), emptySlot(2)], [first, second])).toMatchObject({ kind: 'set', code: b });
    // Once it is needed itself, it is nobody's turn but its own.
    expect(next([emptySlot(1)], [first, { ...second, neededAt: now }])).toMatchObject({
      kind: 'set',
      code: b,
    });
    // One that can't be set as things are is owed nothing.
    attempts.set(a, { ...waiting, terminal: 'format' });
    expect(next([emptySlot(1)], [first, second])).toMatchObject({ kind: 'set', code: b });
  });
});

describe('a PIN that changes hands', () => {
  const leaving = wantedCode(a, '1234', { wanted: 'absent' });
  const next = wantedCode(b, '1234');

  test('is written for the next only when it is proved gone from where it stood', () => {
    expect(act([standing(1, a, '1234'), emptySlot(2)], [leaving, next])).toMatchObject({ kind: 'clear' });
    const cleared: SlotBelief = { ...emptySlot(1), ...owned, grade: 'accepted', source: 'write' };
    expect(act([cleared, emptySlot(2)], [leaving, next])).toMatchObject({ kind: 'read', slot: 1 });
    expect(act([{ ...cleared, grade: 'proved' }, emptySlot(2)], [leaving, next])).toMatchObject({
      kind: 'set',
      slot: 2,
      code: b,
    });
  });

  test('is not, while the one that is to replace it in its slot is not proved there', () => {
    const changing = wantedCode(a, '5678', { previousPin: pin('1234') });
    const overwritten: SlotBelief = {
      ...standing(1, a, '5678'),
      grade: 'accepted',
      source: 'write',
      confirmed: false,
    };
    expect(act([overwritten, emptySlot(2)], [changing, next])).toMatchObject({ kind: 'read', slot: 1 });
    expect(act([standing(1, a, '5678'), emptySlot(2)], [wantedCode(a, '5678'), next])).toMatchObject({
      kind: 'set',
      slot: 2,
    });
  });

  const owned = { owner: a, written: pin('1234'), writtenAt: now - minuteMs, landed: 'yes' } as const;
});
