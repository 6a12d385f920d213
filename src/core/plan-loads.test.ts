import { describe, expect, test } from 'vitest';
import {
  attempt,
  capabilities,
  codeId,
  emptySlot,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  planInput,
  standing,
  wantedCode,
} from '../../test/support/lock-states.ts';
import type { Attempt, LockState, SlotBelief, WantedCode } from './model.ts';
import { Waits } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { evicted, isParked, loadQueue } from './plan-loads.ts';

const [a, b, c] = [codeId(1), codeId(2), codeId(3)];
const able = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true },
});
const inMinutes = (minutes: number): number => now + minutes * minuteMs;
const soon = wantedCode(a, '1234', { wanted: 'preload', neededAt: inMinutes(30) });
const later = wantedCode(b, '2345', { wanted: 'preload', neededAt: inMinutes(60) });
const due = wantedCode(c, '3456', { neededAt: now });
const loaded = [standing(1, a, '1234'), standing(2, b, '2345')];

const inputOf = (
  slots: readonly SlotBelief[],
  wanted: readonly WantedCode[],
  more: Partial<PlanInput> = {},
  changes: Partial<LockState> = {},
): PlanInput => planInput(lockState(slots, changes), wanted, { capabilities: able, usable: [1, 2], ...more });
const tried = (changes: Partial<Attempt>, code = c): Partial<LockState> => ({
  attempts: new Map([[code, attempt(code, changes)]]),
});

describe('a code that stands ahead of its time', () => {
  const victims = (...given: Parameters<typeof inputOf>): unknown[] => [...evicted(inputOf(...given))];

  test('makes room for one whose time it is, the latest first, and no more than are needed', () => {
    expect(victims(loaded, [soon, later, due])).toEqual([b]);
    expect(victims(loaded, [later, soon, due])).toEqual([b]);
    expect(victims(loaded, [soon, later, { ...due, neededAt: undefined }])).toEqual([b]);
    const another = wantedCode(codeId(4), '4567', { neededAt: now });
    expect(victims(loaded, [soon, later, due, another])).toEqual([a, b]);
    expect(victims(loaded, [soon, later, due], { usable: [1, 2, 3] }), 'a slot is free').toEqual([]);
  });

  test('makes none for one that needs none, or cannot be set', () => {
    expect(victims(loaded, [soon, later, { ...due, neededAt: now + 1 }]), 'not yet').toEqual([]);
    expect(victims(loaded, [soon, later, due], {}, tried({ terminal: 'format' }))).toEqual([]);
    expect(victims(loaded, [soon, later, { ...due, pin: pin('123456789') }])).toEqual([]);
    const stands = [loaded[0]!, standing(2, c, '9999')];
    expect(victims(stands, [soon, due]), 'it has its slot').toEqual([]);
    expect(victims(loaded, [soon, later, { ...due, wanted: 'as_is' }])).toEqual([]);
  });

  test('makes none where one that leaves gives its slot up', () => {
    const leaving = wantedCode(codeId(4), '4567', { wanted: 'absent' });
    const slots = [loaded[0]!, standing(2, leaving.accessCodeId, '4567')];
    expect(victims(slots, [soon, due, leaving])).toEqual([]);
    expect(victims(loaded, [soon, later, due, leaving]), 'it has none').toEqual([b]);
  });

  test('makes way for one with its PIN whose time is before', () => {
    const same = { ...later, pin: soon.pin };
    const slots = [loaded[0]!, standing(2, b, '1234')];
    expect(victims(slots, [soon, same])).toEqual([b]);
    expect(victims(slots, [soon, { ...same, neededAt: soon.neededAt }])).toEqual([]);
    expect(victims(slots, [{ ...soon, wanted: 'absent' }, same])).toEqual([]);
    expect(victims(loaded, [soon, later, { ...due, pin: soon.pin }], { usable: [1, 2, 3] })).toEqual([a]);
    expect(victims([loaded[0]!], [soon, same]), 'it is on no slot').toEqual([]);
  });
});

describe('codes to be loaded', () => {
  const queue = (...given: Parameters<typeof inputOf>): unknown[] =>
    [...loadQueue(inputOf(...given), new Waits())].map(({ code, hindrance }) => [
      code.accessCodeId,
      hindrance,
    ]);
  const free = [emptySlot(1), emptySlot(2)];

  test('take the free slots in the order of their times, but what is due comes before them', () => {
    const third = wantedCode(c, '3456', { wanted: 'preload', dueAt: inMinutes(45) });
    expect(queue(free, [later, third, soon])).toEqual([
      [a, undefined],
      [c, undefined],
      [b, 'no_free_slot'],
    ]);
    expect(queue(free, [later, due, soon])).toEqual([
      [a, undefined],
      [b, 'no_free_slot'],
    ]);
    // Written ahead of its time, it is due all the same.
    expect(queue(free, [soon, later, { ...due, neededAt: inMinutes(1) }]).at(-1)).toEqual([
      b,
      'no_free_slot',
    ]);
    expect(queue(free, [due]), 'none is to be loaded').toEqual([]);
  });

  test('are waited for where they were tried, and take no slot from the next meanwhile', () => {
    const waiting = tried({ notBefore: inMinutes(1) }, a);
    expect(queue(free, [soon, later], { usable: [1] }, waiting)).toEqual([
      [a, 'waits'],
      [b, undefined],
    ]);
    const told = (count: number): unknown => queue(free, [soon], {}, tried({ count }, a))[0];
    expect([told(4), told(5)]).toEqual([
      [a, undefined],
      [a, 'loading_failed'],
    ]);
    const held = { ...emptySlot(1), owner: a, suspicion: 'uncertain' as const };
    expect(queue([held], [soon])).toEqual([[a, 'in_doubt']]);
    expect(queue(loaded, [soon, later])).toEqual([
      [a, 'stands'],
      [b, 'stands'],
    ]);
  });

  test('stand disabled only where the lock takes them so', () => {
    const disabled = { ...standing(1, a, '1234'), state: occupied('1234', false) };
    const parking = { ...able, scheduleOrder: 'code_disabled_first' } as const;
    const is = (slot: SlotBelief, capable = parking): boolean =>
      isParked(inputOf([slot], [], { capabilities: capable }), slot);
    expect([is(disabled), is(standing(1, a, '1234')), is(emptySlot(1))]).toEqual([true, false, false]);
    expect(isParked(inputOf([disabled], []), disabled)).toBe(false);
  });
});
