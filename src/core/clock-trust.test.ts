import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  floorNow,
  leapOpenMs,
  leapWaitMs,
  learnReading,
  learnWord,
  recalled,
  startOfTrust,
  steadyMs,
} from './clock-trust.ts';
import type { ClockMemory, ClockReading, TrustState } from './clock-trust.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const built = Date.UTC(2026, 9, 1);
const noon = Date.UTC(2026, 10, 1, 12);

type Vouched = ClockReading['vouched'];
const at = (wall: number, elapsed: number, vouched?: Vouched): ClockReading => ({ wall, elapsed, vouched });
/** Trusted at noon by the system, elapsed 0. */
const trustedAtNoon = (): TrustState => learnReading(startOfTrust(noon, 0), at(noon, 0, 'system'));

const saysOf = ({ distrust, by }: TrustState): string => distrust ?? `trusted by ${String(by)}`;

describe('a clock that nobody has vouched for', () => {
  test('isn’t trusted, whatever it shows', () => {
    for (const wall of [0, built, built + hour, noon, noon + 3_650 * day]) {
      const { by, distrust } = learnReading(startOfTrust(built, 0), at(wall, 0));
      expect([by, distrust]).toEqual([undefined, wall < built ? 'behind_floor' : 'unsynchronised']);
    }
  });

  test('of which nothing is known yet isn’t trusted either', () => {
    expect(saysOf(startOfTrust(noon, 0))).toBe('unsynchronised');
    expect([startOfTrust(noon, 0), trustedAtNoon()].map((state) => leapOpenMs(state, 0))).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('near the floor it is trusted with the first word', () => {
    expect(saysOf(learnReading(startOfTrust(noon, 0), at(noon + steadyMs, 0, 'system')))).toBe(
      'trusted by system',
    );
  });

  test('far ahead of the floor it takes two words, a minute apart, that agree', () => {
    let state = learnReading(startOfTrust(built, 0), at(noon, 0, 'system'));
    expect([saysOf(state), leapOpenMs(state, 0)]).toEqual(['leapt', leapWaitMs]);
    state = learnReading(state, at(noon + leapWaitMs - 1, leapWaitMs - 1, 'system'));
    expect(saysOf(state)).toBe('leapt');
    expect(floorNow(state, leapWaitMs - 1), 'one word moves no floor').toBe(built + leapWaitMs - 1);
    state = learnReading(state, at(noon + leapWaitMs, leapWaitMs, 'system'));
    expect([saysOf(state), floorNow(state, leapWaitMs)]).toEqual(['trusted by system', noon + leapWaitMs]);
  });

  test('how long the second word is waited for counts from the first, however long the machine has run', () => {
    const first = learnReading(startOfTrust(built, 0), at(noon, hour, 'system'));
    expect([0, leapWaitMs - 1, 2 * leapWaitMs].map((ms) => leapOpenMs(first, hour + ms))).toEqual([
      leapWaitMs,
      1,
      0,
    ]);
    expect(saysOf(learnReading(first, at(noon + 1, hour + 1, 'system')))).toBe('leapt');
  });

  test('two words that contradict each other are none', () => {
    for (const away of [-day, steadyMs + 1, day]) {
      let state = learnReading(startOfTrust(built, 0), at(noon, 0, 'system'));
      state = learnReading(state, at(noon + 2 * minute + away, 2 * minute, 'system'));
      expect(saysOf(state)).toBe('leapt');
      state = learnReading(state, at(noon + 3 * minute + away, 3 * minute, 'system'));
      expect(saysOf(state), 'a minute after the second').toBe('trusted by system');
    }
    const first = learnReading(startOfTrust(built, 0), at(noon, 0, 'system'));
    expect(saysOf(learnReading(first, at(noon + minute + steadyMs, minute, 'system')))).toBe(
      'trusted by system',
    );
  });

  test('a word that was taken back between the two begins anew', () => {
    let state = learnReading(startOfTrust(built, 0), at(noon, 0, 'system'));
    state = learnReading(state, at(noon + minute, minute));
    state = learnReading(state, at(noon + 2 * minute, 2 * minute, 'system'));
    expect(saysOf(state)).toBe('leapt');
  });

  test('what the config vouches for is believed as the process starts, and only then at once', () => {
    expect(saysOf(learnReading(startOfTrust(built, 0), at(noon, 0, 'config'), true))).toBe(
      'trusted by config',
    );
    expect(saysOf(learnReading(startOfTrust(built, 0), at(noon, 0, 'config')))).toBe('leapt');
    expect(saysOf(learnReading(startOfTrust(noon, 0), at(built, 0, 'config'), true))).toBe('behind_floor');
    expect(saysOf(learnReading(startOfTrust(built, 0), at(noon, 0, 'system'), true)), 'the system errs').toBe(
      'leapt',
    );
  });
});

describe('a trusted clock', () => {
  test('stays trusted while it runs on steadily, whoever has gone silent', () => {
    const state = learnReading(trustedAtNoon(), at(noon + 2 * day, 2 * day));
    expect([saysOf(state), floorNow(state, 2 * day)]).toEqual(['trusted by system', noon + 2 * day]);
  });

  test('that leaps ahead is not trusted until it leaps back, or two words bear it out', () => {
    const leapt = learnReading(trustedAtNoon(), at(noon + day, minute));
    expect([saysOf(leapt), floorNow(leapt, minute)]).toEqual(['leapt', noon + minute]);
    expect(saysOf(learnReading(leapt, at(noon + 2 * minute, 2 * minute)))).toBe('trusted by carried');
    const once = learnReading(leapt, at(noon + day, minute, 'system'));
    const twice = learnReading(once, at(noon + day + minute, 2 * minute, 'system'));
    expect([saysOf(once), saysOf(twice)]).toEqual(['leapt', 'trusted by system']);
    expect(floorNow(twice, 2 * minute)).toBe(noon + day + minute);
  });

  test('that leaps ahead needs two words of the config’s too', () => {
    const start = learnReading(startOfTrust(built, 0), at(noon, 0, 'config'), true);
    const once = learnReading(start, at(noon + day, minute, 'config'));
    const twice = learnReading(once, at(noon + day + minute, 2 * minute, 'config'));
    expect([saysOf(once), saysOf(twice)]).toEqual(['leapt', 'trusted by config']);
  });

  test('that goes back by more than it may is behind the floor, whoever vouches for it', () => {
    for (const vouched of [undefined, 'system', 'config'] as const) {
      const state = learnReading(trustedAtNoon(), at(noon - day, minute, vouched), true);
      expect([saysOf(state), floorNow(state, minute)]).toEqual(['behind_floor', noon + minute]);
    }
  });

  test('that goes back by a little stays trusted, and the floor where it was', () => {
    const state = learnReading(trustedAtNoon(), at(noon - steadyMs, 0, 'system'));
    expect([saysOf(state), floorNow(state, 0)]).toEqual(['trusted by system', noon]);
  });

  test('isn’t led away by many small steps that nobody vouches for', () => {
    let state = trustedAtNoon();
    state = learnReading(state, at(noon + 4 * minute, 0));
    expect(saysOf(state)).toBe('trusted by system');
    state = learnReading(state, at(noon + 8 * minute, 0));
    expect(saysOf(state)).toBe('unsynchronised');
    expect(saysOf(learnReading(trustedAtNoon(), at(noon + steadyMs, 0)))).toBe('trusted by system');
  });

  test('is followed through as many small steps as are vouched for', () => {
    let state = learnReading(trustedAtNoon(), at(noon + 4 * minute, 0, 'config'));
    expect(saysOf(state), 'whose word it rests on now').toBe('trusted by config');
    state = learnReading(state, at(noon + 8 * minute, 0));
    expect(saysOf(state)).toBe('trusted by config');
  });
});

describe('the operator’s word', () => {
  test('is taken at once, and holds while the clock runs on steadily', () => {
    const state = learnWord(startOfTrust(built, 0), at(noon, hour), false);
    if (state === 'behind_floor') throw new Error('refused');
    expect(saysOf(state)).toBe('trusted by operator');
    expect(saysOf(learnReading(state, at(noon + day, hour + day)))).toBe('trusted by operator');
    expect(saysOf(learnReading(state, at(noon + 2 * day, hour + day)))).toBe('leapt');
  });

  test('is taken for a clock that is five minutes before the floor', () => {
    const state = learnReading(trustedAtNoon(), at(noon - day, 0));
    expect(learnWord(state, at(noon - steadyMs, 0), false)).toMatchObject({ by: 'operator', floor: noon });
    expect(learnWord(state, at(noon - steadyMs - 1, 0), false)).toBe('behind_floor');
  });

  test('is refused against the floor, unless it is to be lowered', () => {
    const state = learnReading(trustedAtNoon(), at(noon - day, minute));
    expect(learnWord(state, at(noon - day, minute), false)).toBe('behind_floor');
    const lowered = learnWord(state, at(noon - day, minute), true);
    if (lowered === 'behind_floor') throw new Error('refused');
    expect([saysOf(lowered), floorNow(lowered, minute)]).toEqual(['trusted by operator', noon - day]);
  });
});

describe('what is recalled', () => {
  const memory = (changes: Partial<ClockMemory> = {}): ClockMemory => ({
    ...{ floor: noon, floorAt: hour, boot: 'a', offset: noon - hour, since: noon, isTrusted: true },
    ...changes,
  });

  test('goes on within one start of the machine: the floor runs on, and the trust is carried', () => {
    const state = recalled(memory(), built, 'a', 2 * hour);
    expect(floorNow(state, 2 * hour)).toBe(noon + hour);
    expect(saysOf(learnReading(state, at(noon + hour, 2 * hour)))).toBe('trusted by carried');
    expect(saysOf(learnReading(state, at(noon + hour + day, 2 * hour)))).toBe('leapt');
  });

  test('goes on where the machine’s count of what has passed was rounded', () => {
    const offsets = [hour - 1_000, hour - 1_001].map((elapsed) => {
      const state = recalled(memory(), built, 'a', elapsed);
      expect(floorNow(state, elapsed)).toBe(noon);
      return state.offset;
    });
    expect(offsets).toEqual([noon - hour, undefined]);
  });

  test('is the floor alone after the machine was started anew', () => {
    for (const [boot, elapsed] of [
      ['b', 2 * hour],
      [undefined, 2 * hour],
      ['a', minute],
    ] as const) {
      const state = recalled(memory(), built, boot, elapsed);
      expect(floorNow(state, elapsed)).toBe(noon);
      expect(saysOf(learnReading(state, at(noon + minute, elapsed)))).toBe('unsynchronised');
      expect(state.offset, 'nothing is there for the clock to run on from').toBeUndefined();
    }
  });

  test('is never before the build, unless the operator has said that the build’s time is wrong', () => {
    const late = noon + 9 * day;
    expect(floorNow(recalled(undefined, late, 'a', 0), 0)).toBe(late);
    expect(floorNow(recalled(memory(), late, 'b', 0), 0)).toBe(late);
    expect(floorNow(recalled(memory({ overruled: late }), late, 'b', 0), 0)).toBe(noon);
    expect(floorNow(recalled(memory({ overruled: late }), late + day, 'b', 0), 0)).toBe(late + day);
  });
});

/** One thing that happens to a machine. */
type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'wall'; readonly ms: number }
  | { readonly kind: 'vouch'; readonly vouched: Vouched }
  | { readonly kind: 'word'; readonly setFloor: boolean }
  | { readonly kind: 'restart'; readonly reboots: boolean; readonly offMs: number };

const span = fc.oneof(
  fc.integer({ min: -10 * minute, max: 10 * minute }),
  fc.integer({ min: -400 * day, max: 400 * day }),
);
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 3 * hour }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wall' as const), ms: span }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('vouch' as const),
        vouched: fc.constantFrom<Vouched>(undefined, 'system', 'config'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('word' as const), setFloor: fc.constant(false) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('restart' as const),
        reboots: fc.boolean(),
        offMs: fc.integer({ min: 0, max: day }),
      }),
    },
  ),
  { maxLength: 40, size: 'max' },
);

/** A machine with its state of trust; looks at itself after each step. */
class Life {
  wall = noon;
  elapsed = 0;
  /** Time that has truly passed. */
  passed = 0;
  vouched: Vouched;
  boot = 0;
  state = startOfTrust(built, 0);

  take(step: Step): void {
    if (step.kind === 'pass') this.#pass(step.ms);
    else if (step.kind === 'wall') this.wall += step.ms;
    else if (step.kind === 'vouch') this.vouched = step.vouched;
    else if (step.kind === 'word') {
      const told = learnWord(this.state, this, step.setFloor);
      if (told !== 'behind_floor') this.state = told;
    } else this.#restart(step.reboots, step.offMs);
    this.state = learnReading(this.state, this);
  }

  #pass(ms: number): void {
    this.wall += ms;
    this.elapsed += ms;
    this.passed += ms;
  }

  #restart(reboots: boolean, offMs: number): void {
    const memory: ClockMemory = {
      floor: floorNow(this.state, this.elapsed),
      floorAt: this.elapsed,
      boot: String(this.boot),
      offset: this.state.offset,
      since: 0,
      isTrusted: this.state.by !== undefined,
    };
    this.#pass(offMs);
    if (reboots) {
      this.boot += 1;
      this.elapsed = 0;
    }
    this.state = recalled(memory, built, String(this.boot), this.elapsed);
  }
}

describe('whatever happens to the machine', () => {
  test('the floor never goes back, and runs on with what passes', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const life = new Life();
        for (const step of all) {
          const before = floorNow(life.state, life.elapsed);
          const passes = step.kind === 'pass' ? step.ms : 0;
          life.take(step);
          const floor = floorNow(life.state, life.elapsed);
          expect(floor).toBeGreaterThanOrEqual(before + passes);
          const { offset = -Infinity } = life.state;
          expect(floor, 'nor before the clock that was right').toBeGreaterThanOrEqual(offset + life.elapsed);
        }
      }),
    );
  });

  test('a trusted clock is never more than five minutes before the floor', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const life = new Life();
        for (const step of all) {
          life.take(step);
          if (life.state.by !== undefined)
            expect(life.wall).toBeGreaterThanOrEqual(floorNow(life.state, life.elapsed) - steadyMs);
        }
      }),
    );
  });

  test('the floor is never ahead of the truth while only a right clock is vouched for', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const life = new Life();
        for (const step of all) {
          const truth = noon + life.passed;
          // Who vouches sees the truth; the operator too. Others can do with the clock what they like.
          const isRight = Math.abs(life.wall - truth) < 1;
          if (step.kind === 'word' && !isRight) continue;
          if (step.kind === 'wall' || (step.kind === 'vouch' && !isRight)) life.vouched = undefined;
          if (step.kind === 'vouch' && !isRight) continue;
          life.take(step);
          // A clock that runs on within five minutes of the one that was right is still taken for it.
          expect(floorNow(life.state, life.elapsed)).toBeLessThanOrEqual(noon + life.passed + steadyMs);
        }
      }),
    );
  });

  test('one wrong word of the system’s moves nothing: it takes two, a minute apart', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10 * minute, max: 400 * day }),
        fc.integer({ min: 0, max: leapWaitMs - 1 }),
        (ahead, later) => {
          let state = trustedAtNoon();
          state = learnReading(state, at(noon + ahead, 0, 'system'));
          state = learnReading(state, at(noon + ahead + later, later, 'system'));
          expect([saysOf(state), floorNow(state, later)]).toEqual(['leapt', noon + later]);
        },
      ),
    );
  });
});
