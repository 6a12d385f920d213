import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyCapabilities,
  anyLockState,
  anyPlanInput,
  belief,
  capabilities,
  codeId,
  empty,
  emptySlot,
  intentFor,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  planInput,
  standing,
  unmanagedId,
  wantedCode,
} from '../../test/support/lock-states.ts';
import type { LockState } from './model.ts';
import { doubtful, plan, priorities, secondLookMs } from './plan.ts';
import type { Action, PlanInput } from './plan.ts';
import { beliefOf, freshProofMs, slotsOf } from './slots.ts';

const runs = { numRuns: 1_000 };
const act = (input: PlanInput): Action | undefined => plan(input).action;
const open = (input: PlanInput): PlanInput => ({
  ...input,
  state: { ...input.state, health: { failures: 0, retryAt: undefined } },
});
const [a, b] = [codeId(1), codeId(2)];

test('plan never sets a slot of another or of nobody, unless it was proved empty within ten minutes', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const action = act(input);
      if (action?.kind !== 'set') return;
      const target = beliefOf(input.state, action.slot);
      expect([undefined, action.code]).toContain(target.owner);
      if (target.owner === action.code && target.state.kind === 'occupied') return;
      expect(target.unmanagedId).toBeUndefined();
      expect(target.state.kind).not.toBe('occupied');
      if (target.owner === undefined) expect(input.usable).toContain(action.slot);
      // A lock that can't be read has only our own ledger (FIELD-BUGS 15).
      if (input.capabilities.readBack === 'none') return;
      expect(target).toMatchObject({ state: empty, grade: 'proved', suspicion: undefined });
      expect(input.now - (target.evidenceAt ?? 0)).toBeLessThanOrEqual(freshProofMs);
    }),
    runs,
  );
});

test('plan never clears a slot that its code does not own', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const action = act(input);
      if (action?.kind === 'clear') expect(beliefOf(input.state, action.slot).owner).toBe(action.code);
    }),
    runs,
  );
});

test('plan writes only what is wished: sets wanted PINs, clears for removals and masked overwrites', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const action = act(input);
      if (action?.kind !== 'set' && action?.kind !== 'clear') return;
      const wish = input.wanted.find((one) => one.accessCodeId === action.code);
      if (action.kind === 'set') {
        expect(['present', 'preload']).toContain(wish?.wanted);
        expect(wish).toMatchObject({ pin: action.pin });
        expect(input.state.attempts.get(action.code)?.terminal).toBeUndefined();
      } else if (wish?.wanted === 'present') {
        const { state, mayBeScheduled } = beliefOf(input.state, action.slot);
        // Emptied for a PIN that would look the same, or because a schedule of another time may bind it.
        if (!mayBeScheduled) expect(state).toMatchObject({ pin: 'masked' });
      } else expect(['absent', 'preload']).toContain(wish?.wanted);
      const notBefore = input.state.attempts.get(action.code)?.notBefore ?? 0;
      expect(notBefore).toBeLessThanOrEqual(input.now);
    }),
    runs,
  );
});

test('while the breaker is open there is no action, and the plan wakes exactly when it closes', () => {
  fc.assert(
    fc.property(anyPlanInput, fc.integer({ min: 1, max: 10 * minuteMs }), (input, wait) => {
      const health = { failures: 1, retryAt: input.now + wait };
      const next = plan({ ...input, state: { ...input.state, health } });
      expect(next).toEqual({ action: undefined, wakeAt: input.now + wait });
    }),
    runs,
  );
});

test('an open intent is read before anything else happens but a removal elsewhere (FIELD-BUGS 32)', () => {
  fc.assert(
    fc.property(anyPlanInput, fc.integer({ min: 1, max: 6 }), (input, slot) => {
      fc.pre(input.capabilities.readBack !== 'none' && input.capabilities.readBackDelayMs === undefined);
      const intents = [intentFor(slot, a, '1234')];
      const target = { ...beliefOf(input.state, slot), lookAfter: undefined };
      const state = { ...open(input).state, slots: new Map(input.state.slots).set(slot, target) };
      const action = act({ ...input, state, intents });
      // A code ahead of its time that isn't known to be bound by its schedule is as urgent as a removal.
      if (action?.kind === 'clear' || action?.kind === 'read_schedule') {
        expect(action.priority).toBe(priorities.removal);
        expect(action.slot).not.toBe(slot);
      } else expect(action).toMatchObject({ kind: 'read', why: 'resolve' });
      const noRemovals = input.wanted.filter((one) => one.wanted === 'present');
      const calm = [...state.slots].map(([n, one]) => [n, { ...one, suspicion: undefined }] as const);
      expect(
        act({ ...input, state: { ...state, slots: new Map(calm) }, wanted: noRemovals, intents }),
      ).toEqual({ kind: 'read', slot, why: 'resolve', priority: priorities.resolve });
    }),
    runs,
  );
});

test('a slot in doubt is never written before it was read', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      fc.pre(input.capabilities.readBack !== 'none');
      const action = act(input);
      if (action?.kind !== 'set' && action?.kind !== 'clear') return;
      expect(beliefOf(input.state, action.slot).suspicion).not.toBe('uncertain');
      expect(input.intents.map((intent) => intent.slot)).not.toContain(action.slot);
    }),
    runs,
  );
});

test('a slot whose reads were not answered is not asked before its time, and does not hold up the others', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const action = act(input);
      if (action?.kind !== 'read') return;
      expect(beliefOf(input.state, action.slot).lookAfter ?? 0).toBeLessThanOrEqual(input.now);
    }),
    runs,
  );
  const mute = belief(1, { lookAfter: now + minuteMs, misses: 1 });
  expect(act(planInput(lockState([mute, emptySlot(2)]), [wantedCode(a, '1234')]))).toMatchObject({
    kind: 'set',
    slot: 2,
  });
});

test('with an action there is nothing to wait for; without one, the wake-up lies in the future', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const { action, wakeAt } = plan(input);
      if (action !== undefined) expect(wakeAt).toBeUndefined();
      else if (wakeAt !== undefined) expect(wakeAt).toBeGreaterThan(input.now);
    }),
    runs,
  );
});

test('when the wake-up has come, nothing waits for it any longer: plans never spin', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const { wakeAt } = plan(input);
      if (wakeAt === undefined) return;
      const then = plan({ ...input, now: wakeAt });
      expect(then.action !== undefined || then.wakeAt === undefined || then.wakeAt > wakeAt).toBe(true);
    }),
    runs,
  );
});

test('the same PIN is never set while another managed slot holds or may hold it (FIELD-BUGS 9)', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const action = act(input);
      if (action?.kind !== 'set') return;
      for (const other of input.state.slots.values()) {
        if (other.slot === action.slot || other.owner === undefined) continue;
        if (other.state.kind === 'empty' && other.grade === 'proved') continue;
        expect(action.pin.equals(other.written)).toBe(false);
        const owner = input.wanted.find((one) => one.accessCodeId === other.owner);
        expect(action.pin.equals(owner?.previousPin)).toBe(false);
        if (other.state.kind === 'occupied' && other.state.pin !== 'masked')
          expect(action.pin.equals(other.state.pin)).toBe(false);
      }
    }),
    runs,
  );
});

const convergedState = fc
  .record({
    masked: fc.boolean(),
    owned: fc.shuffledSubarray([1, 2, 3, 4, 5, 6]),
    foreign: fc.boolean(),
    lies: fc.boolean(),
  })
  .map(({ masked, owned, foreign, lies }) => {
    const ours = owned.slice(0, 3);
    const pins = ['1234', '0042', '5555'];
    const slots = [1, 2, 3, 4, 5, 6].map((slot) => {
      const at = ours.indexOf(slot);
      if (at >= 0) {
        const one = standing(slot, codeId(at), pins[at]!, masked);
        return { ...one, evidenceAt: (one.writtenAt ?? 0) + secondLookMs };
      }
      return foreign && slot === owned[3]
        ? belief(slot, {
            state: occupied('9999'),
            grade: 'proved',
            source: 'read',
            unmanagedId: unmanagedId(1),
          })
        : emptySlot(slot);
    });
    const wanted = ours.map((_slot, at) => wantedCode(codeId(at), pins[at]!));
    return { state: lockState(slots, { seenToLie: lies }), wanted };
  });

test('a converged lock gets no frame but for its clock, at any time from then on, and no wake-up (FIELD-BUGS 1, 2)', () => {
  fc.assert(
    fc.property(convergedState, anyCapabilities, fc.nat(), ({ state, wanted }, able, later) => {
      const then = now + secondLookMs + later * 1_000;
      expect(
        plan(planInput(state, wanted, { capabilities: able, now: then, clockRules: undefined })),
      ).toEqual({
        action: undefined,
        wakeAt: undefined,
      });
    }),
    runs,
  );
});

test('plan changes nothing of what it is given and says the same twice', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const before = structuredCloneOf(input.state);
      expect(plan(input)).toEqual(plan(input));
      expect(structuredCloneOf(input.state)).toEqual(before);
    }),
  );
});
const structuredCloneOf = (state: LockState): string =>
  JSON.stringify([[...state.slots], [...state.attempts], state]);

test('removals come before sets, sets in the order they are due', () => {
  const state = lockState([standing(1, a, '1234'), ...[2, 3, 4].map((slot) => emptySlot(slot))]);
  const late = wantedCode(b, '2345', { dueAt: now - 1 });
  const early = wantedCode(codeId(3), '3456', { dueAt: now - 9 });
  const gone = wantedCode(a, '1234', { wanted: 'absent' });
  expect(act(planInput(state, [late, early, gone]))).toMatchObject({ kind: 'clear', slot: 1, code: a });
  expect(act(planInput(state, [late, early, wantedCode(a, '1234')]))).toMatchObject({
    kind: 'set',
    slot: 2,
    code: codeId(3),
  });
});

test('a masked slot of ours gets a new PIN only after it was emptied (FIELD-BUGS 1)', () => {
  const state = lockState([standing(1, a, '1234', true)]);
  expect(act(planInput(state, [wantedCode(a, '4321')]))).toMatchObject({ kind: 'clear', slot: 1, code: a });
  const cleared = lockState([
    belief(1, { owner: a, state: empty, grade: 'accepted', evidenceAt: now, written: pin('1234') }),
  ]);
  expect(act(planInput(cleared, [wantedCode(a, '4321')]))).toMatchObject({ kind: 'read', slot: 1 });
});

test('a proof of emptiness older than ten minutes, or from the future, is renewed first', () => {
  for (const ageMs of [freshProofMs + 1, -1])
    expect(act(planInput(lockState([emptySlot(1, ageMs)]), [wantedCode(a, '1234')]))).toMatchObject({
      kind: 'read',
      slot: 1,
      why: 'fresh_proof',
    });
  expect(act(planInput(lockState([emptySlot(1, freshProofMs)]), [wantedCode(a, '1234')]))).toMatchObject({
    kind: 'set',
    slot: 1,
  });
});

test('where a checksum proves anything, one renews the proof for all slots', () => {
  const able = capabilities({ checksum: true });
  const stale = [1, 2, 3, 4, 5, 6].map((slot) => emptySlot(slot, 2 * freshProofMs));
  const wanted = [wantedCode(a, '1234')];
  expect(act(planInput(lockState(stale), wanted, { capabilities: able }))).toMatchObject({
    kind: 'checksum',
  });
  const untrusted = lockState(stale, { checksumTrusted: false });
  expect(act(planInput(untrusted, wanted, { capabilities: able }))).toMatchObject({ kind: 'read', slot: 1 });
  expect(act(planInput(lockState(stale.slice(1)), wanted, { capabilities: able }))).toMatchObject({
    kind: 'read',
  });
});

test('a code without room asks for nothing, and waits for nothing', () => {
  const full = lockState(
    [1, 2, 3, 4, 5, 6].map((slot) =>
      belief(slot, {
        state: occupied('9999'),
        grade: 'proved',
        source: 'read',
        unmanagedId: unmanagedId(slot),
      }),
    ),
  );
  expect(plan(planInput(full, [wantedCode(a, '1234')]))).toEqual({ action: undefined, wakeAt: undefined });
});

test('a lock seen to lie is looked at again ten minutes after the write, once', () => {
  const state = lockState([standing(1, a, '1234')], { seenToLie: true });
  const wanted = [wantedCode(a, '1234')];
  const lookAt = now - 2 * minuteMs + secondLookMs;
  expect(plan(planInput(state, wanted))).toEqual({ action: undefined, wakeAt: lookAt });
  expect(act(planInput(state, wanted, { now: lookAt }))).toMatchObject({ kind: 'read', why: 'second_look' });
  const looked = lockState([{ ...standing(1, a, '1234'), evidenceAt: lookAt }], { seenToLie: true });
  expect(plan(planInput(looked, wanted, { now: lookAt }))).toEqual({ action: undefined, wakeAt: undefined });
});

test('adoption asks for the checksum once, then reads unknown slots in order, rests, and never asks twice', () => {
  const able = capabilities({ checksum: true, reservedSlots: [1] });
  const fresh = lockState([], { adopted: false });
  expect(act(planInput(fresh, [], { capabilities: able }))).toMatchObject({ kind: 'checksum', why: 'adopt' });
  const told = lockState([], { adopted: false, checksum: { value: 7, at: now } });
  expect(act(planInput(told, [], { capabilities: able }))).toMatchObject({ kind: 'read', slot: 2 });
  expect(plan(planInput(told, [], { capabilities: able, adoptNotBefore: now + 5 })).wakeAt).toBe(now + 5);
  const unavailable = { ...told, slots: new Map([[2, belief(2, { source: 'read' })]]) };
  expect(
    act(planInput(unavailable, [], { capabilities: able })),
    'slot 2 answered that it is not for us',
  ).toMatchObject({ kind: 'read', slot: 3 });
});

test('a lock that cannot be read is never read (FIELD-BUGS 15)', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const able = { ...input.capabilities, readBack: 'none' as const };
      expect(act({ ...input, capabilities: able })?.kind).not.toBe('read');
    }),
    runs,
  );
});

test('on a lock that cannot be read, a code that may stand in its slot is cleared when unwanted (FIELD-BUGS 15, 27)', () => {
  const able = capabilities({ readBack: 'none', reportsProgramming: false });
  // The set timed out in a slot that our ledger had as empty: it may have landed.
  const inDoubt = belief(1, {
    owner: a,
    state: empty,
    grade: 'accepted',
    evidenceAt: now - minuteMs,
    source: 'write',
    written: pin('1234'),
    writtenAt: now,
    suspicion: 'uncertain',
  });
  const wanted = [wantedCode(a, '1234', { wanted: 'absent' })];
  expect(act(planInput(lockState([inDoubt]), wanted, { capabilities: able }))).toMatchObject({
    kind: 'clear',
    slot: 1,
    code: a,
  });
});

test('what needs another look comes in the order of what it may cost: our unproved writes first', () => {
  const state = lockState([
    { ...emptySlot(1), suspicion: 'audit' },
    belief(2, { state: occupied('9999'), grade: 'proved', unmanagedId: unmanagedId(1), suspicion: 'hint' }),
    { ...standing(3, a, '1234'), suspicion: 'hint' },
    { ...standing(4, b, '2345'), grade: 'accepted', confirmed: false },
    emptySlot(5),
    { ...emptySlot(9), suspicion: 'hint' },
  ]);
  const able = capabilities();
  expect(doubtful(state, slotsOf(able)).map((one) => one.slot)).toEqual([4, 3, 2, 1]);
});

test('every plan leads somewhere: a read or checksum is only asked for where its answer can change a belief', () => {
  fc.assert(
    fc.property(anyLockState, anyCapabilities, (state, able) => {
      const action = act(planInput(state, [], { capabilities: able }));
      if (action?.kind !== 'checksum' || action.why === 'adopt' || action.why === 'wipe') return;
      expect(able.checksum && state.checksumTrusted).toBe(true);
      for (const slot of slotsOf(able)) expect(beliefOf(state, slot).state.kind).not.toBe('unknown');
    }),
    runs,
  );
});
