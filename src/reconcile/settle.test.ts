import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LifecycleBench, leadMs } from '../../test/support/lifecycle-bench.ts';
import { minuteMs, pin } from '../../test/support/lock-states.ts';
import type { AccessCodeId } from '../core/ids.ts';
import { lifecycleTable } from '../core/lifecycle-table.ts';
import type { AccessCode } from '../core/model.ts';
import { phaseOf } from '../core/phase.ts';
import { isConverged, slotOwnedBy } from '../core/slots.ts';

type Bench = LifecycleBench;
const pins = ['1234', '0042', '5555', '8080', '9191', '7003'];
const windowAt = (bench: Bench, inMinutes: number, minutes: number) => ({
  startsAt: bench.now + inMinutes * minuteMs,
  endsAt: bench.now + (inMinutes + minutes) * minuteMs,
});

type Move = (bench: Bench, ids: AccessCodeId[]) => void;
const pick = (ids: readonly AccessCodeId[], n: number): AccessCodeId | undefined =>
  ids.length === 0 ? undefined : ids[n % ids.length];

/** A PIN that no code of the bench has, as the requests make sure of. */
const freePin = ({ codes }: Bench, n: number): string | undefined =>
  [...pins.slice(n % pins.length), ...pins].find(
    (digits) => !codes.some((code) => code.pin.reveal() === digits || code.previousPin?.reveal() === digits),
  );

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc
    .record({
      n: fc.nat(99),
      window: fc.option(fc.tuple(fc.integer({ min: -5, max: 20 }), fc.integer({ min: 6, max: 30 }))),
      allowed: fc.boolean(),
    })
    .map(({ n, window, allowed }): Move => (bench, ids) => {
      const digits = freePin(bench, n);
      if (bench.codes.length > 3 || digits === undefined) return;
      const timeFrame = window === null ? undefined : windowAt(bench, window[0], window[1]);
      ids.push(bench.create(digits, { timeFrame, externalChangesAllowed: allowed }));
    }),
  fc.nat(99).map((n): Move => (bench, ids) => {
    const id = pick(ids, n);
    const digits = freePin(bench, n);
    if (id !== undefined && digits !== undefined) bench.update(id, { digits });
  }),
  fc
    .tuple(fc.nat(99), fc.integer({ min: -10, max: 20 }), fc.integer({ min: 1, max: 30 }))
    .map(([n, from, minutes]): Move => (bench, ids) => {
      const id = pick(ids, n);
      if (id !== undefined) bench.update(id, { timeFrame: windowAt(bench, from, minutes) });
    }),
  fc.nat(99).map((n): Move => (bench, ids) => {
    const id = pick(ids, n);
    if (id !== undefined) bench.remove(id);
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(undefined, '3131', '4747'))
    .map(([slot, digits]): Move => (bench) => {
      bench.person(slot, digits);
    }),
  fc.boolean().map((lost): Move => (bench) => {
    bench.radioLost = lost;
    bench.settle();
  }),
  fc.boolean().map((refuses): Move => (bench) => {
    bench.refuses = refuses;
  }),
  fc.integer({ min: 1_000, max: 20 * minuteMs }).map((ms): Move => (bench) => {
    bench.advance(ms);
  }),
  fc.constantFrom(1, 2, 5, 50).map((most): Move => (bench) => {
    bench.work(most);
  }),
  fc.constant<Move>((bench) => {
    bench.work();
  }),
);
const anyLife = fc.record({
  readBack: fc.constantFrom<('full' | 'masked' | 'none')[]>('full', 'full', 'masked', 'none'),
  moves: fc.array(anyMove, { minLength: 10, maxLength: 60 }),
});

/** A bench with one code that stands, and may be changed at the lock. */
const begun = (readBack: 'full' | 'masked' | 'none', ids: AccessCodeId[]): Bench => {
  const bench = new LifecycleBench({ readBack });
  ids.push(bench.create('1234', { externalChangesAllowed: true }));
  bench.work();
  bench.advance(minuteMs);
  return bench;
};

const proved = (bench: Bench, code: AccessCode): boolean => {
  const belief = slotOwnedBy(bench.state, code.accessCodeId);
  return belief !== undefined && isConverged(belief, code.pin, bench.able);
};

const checkStatus = (bench: Bench, code: AccessCode): void => {
  const phase = phaseOf(code, bench.now, leadMs);
  const belief = slotOwnedBy(bench.state, code.accessCodeId);
  switch (code.status) {
    case 'set':
      expect([phase, proved(bench, code), bench.radioLost]).toEqual(['due', true, false]);
      return;
    case 'unset':
      if (code.externalChange === undefined) expect([phase, belief]).toEqual(['early', undefined]);
      else expect(belief?.state.kind).not.toBe('occupied');
      return;
    case 'setting':
      expect(phase).toBe('due');
      return;
    case 'removing':
      expect(phase).not.toBe('due');
      return;
    case 'unknown':
      expect(proved(bench, code) && !bench.radioLost).toBe(false);
      return;
    default:
      code.status satisfies never;
  }
};

describe('whatever is asked for, whatever the lock, people and the clock do', () => {
  test('no path leaves the table, and each status says only what is known', () => {
    const seen = new Set<string>();
    const property = fc.property(anyLife, ({ readBack, moves }) => {
      const ids: AccessCodeId[] = [];
      const bench = begun(readBack, ids);
      for (const move of moves) {
        move(bench, ids);
        bench.settle();
        for (const code of bench.codes) checkStatus(bench, code);
      }
      for (const { from, situation, to } of bench.steps) {
        seen.add(situation);
        expect([from, situation, to]).toEqual([from, situation, lifecycleTable[situation][from]]);
      }
    });
    fc.assert(property, { numRuns: 200 });
    // Always the same lives, so that these are known to come into everything but native schedules.
    fc.assert(property, { numRuns: 500, seed: 5 });
    const all = Object.keys(lifecycleTable).filter((one) => one !== 'scheduled' && one !== 'preloading');
    expect([...seen].sort()).toEqual(all.sort());
  });

  test('each end is told once and last, and what was never told to be on the lock is not told to be off it', () => {
    fc.assert(
      fc.property(anyLife, ({ readBack, moves }) => {
        const ids: AccessCodeId[] = [];
        const bench = begun(readBack, ids);
        for (const move of moves) move(bench, ids);
        for (const id of ids) {
          const told = bench.told(id);
          const ends = told.filter((type) => type === 'deleted');
          expect(ends).toHaveLength(bench.code(id) === undefined ? 1 : 0);
          if (ends.length > 0) expect(told.at(-1)).toBe('deleted');
          let isOn = false;
          for (const type of told) {
            if (type === 'removed_from_device' && readBack === 'none') expect(isOn).toBe(true);
            if (type === 'set_on_device') isOn = true;
            if (type === 'removed_from_device' || type === 'deleted_external_to_seam') isOn = false;
          }
        }
      }),
    );
  });

  test('in the end the lock holds what was asked for, and nothing of what was not', () => {
    fc.assert(
      fc.property(anyLife, ({ moves }) => {
        const ids: AccessCodeId[] = [];
        const bench = begun('full', ids);
        for (const move of moves) move(bench, ids);
        bench.radioLost = false;
        bench.refuses = false;
        for (const slot of [1, 2, 3, 4, 5, 6]) bench.read(slot);
        // All back-off is over by then.
        for (let round = 0; round < 12; round += 1) {
          bench.advance(16 * minuteMs);
          bench.work();
        }
        // Somebody has taken all its codes off: nothing is written before an operator says so.
        fc.pre(bench.state.reset === undefined);
        const wanted = bench.codes.filter((code) => code.status === 'set');
        for (const code of bench.codes)
          if (phaseOf(code, bench.now, leadMs) === 'due' && code.externalChange === undefined)
            expect([code.status, code.errors.map((one) => one.code)]).toEqual(
              code.status === 'set'
                ? ['set', expect.any(Array)]
                : ['setting', expect.arrayContaining([expect.stringMatching(/no_space|duplicate/)])],
            );
        const held = [...bench.slots.values()].map((one) => one.reveal()).sort();
        const strangers = [...bench.state.slots.values()].filter(
          (belief) => belief.owner === undefined && belief.state.kind === 'occupied',
        );
        expect(held.length).toBe(wanted.length + strangers.length);
        for (const code of wanted) expect(held).toContain(code.pin.reveal());
      }),
    );
  });
});

test('what failed while a code was being set says nothing about its removal, once its time is over', () => {
  const bench = new LifecycleBench();
  const id = bench.create('1234', { timeFrame: windowAt(bench, 0, 30) });
  bench.work();
  bench.refuses = true;
  bench.update(id, { digits: '4321' });
  for (let tries = 0; tries < 8; tries += 1) {
    bench.work(2);
    bench.advance(minuteMs);
  }
  expect(bench.state.attempts.get(id)?.count).toBeGreaterThan(2);
  bench.advance(22 * minuteMs);
  expect(bench.code(id)).toMatchObject({ status: 'removing', errors: [] });
  expect(bench.state.attempts.size).toBe(0);
});

describe('a code that may be changed at the lock', () => {
  test('and is put back there as it was, is set again without a warning', () => {
    const ids: AccessCodeId[] = [];
    const bench = begun('full', ids);
    bench.create('5555');
    bench.work();
    bench.advance(20 * minuteMs);
    bench.person(1, undefined);
    bench.work();
    expect(bench.codes[0]).toMatchObject({ status: 'unset', externalChange: 'removed' });
    bench.person(1, '1234');
    expect(bench.codes[0]).toMatchObject({ status: 'set', externalChange: undefined, warnings: [] });
  });

  test('and is not allowed to be any more, is wanted as it was asked for', () => {
    const bench = begun('full', []);
    bench.create('5555');
    bench.work();
    bench.advance(20 * minuteMs);
    bench.person(1, undefined);
    const [left] = bench.codes;
    if (left === undefined) throw new Error('no code');
    bench.store.putAccessCode({ ...left, externalChangesAllowed: false });
    bench.settle();
    expect(bench.codes[0]).toMatchObject({ status: 'setting', externalChange: undefined });
    bench.work();
    expect(bench.slots.get(1)?.reveal()).toBe('1234');
  });

  test('was not deleted by somebody where the whole lock turns out to have been reset', () => {
    const bench = begun('full', []);
    bench.create('5555', { externalChangesAllowed: true });
    bench.work();
    bench.advance(20 * minuteMs);
    bench.person(1, undefined);
    bench.person(2, undefined);
    expect(bench.state.reset).toBeDefined();
    for (const code of bench.codes)
      expect(code).toMatchObject({ status: 'setting', externalChange: undefined });
  });
});

test('a code that lost its slot to somebody else before it was proved there says so, and goes elsewhere', () => {
  const bench = new LifecycleBench();
  const id = bench.create('1234');
  bench.work(1);
  bench.slots.set(1, pin('9999'));
  bench.read(1);
  expect(bench.code(id)?.errors.map((one) => one.code)).toEqual(['replaced_by_newer_access_code']);
  bench.work();
  expect(bench.code(id)).toMatchObject({ status: 'set', errors: [] });
  expect([...bench.slots].map(([slot, held]) => [slot, held.reveal()])).toEqual([
    [1, '9999'],
    [2, '1234'],
  ]);
});
