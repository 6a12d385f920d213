import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { Heap } from '../core/heap.ts';
import { longestSleepMs, Wakeups } from './wakeups.ts';

const hour = 60 * 60_000;

const bench = (): { clock: VirtualClock; woken: string[]; wakeups: Wakeups<string> } => {
  const clock = new VirtualClock();
  const woken: string[] = [];
  const wakeups = new Wakeups<string>(clock, (key) => woken.push(key));
  return { clock, woken, wakeups };
};

test('each key is woken at its time, not before, and once', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('late', clock.now() + 2_000);
  wakeups.set('soon', clock.now() + 1_000);
  await clock.advance(999);
  expect(woken).toEqual([]);
  await clock.advance(1);
  expect(woken).toEqual(['soon']);
  await clock.advance(hour);
  expect(woken).toEqual(['soon', 'late']);
  expect(clock.timers, 'nothing left to wait for').toBe(0);
});

test('however many keys wait, there is one timer', () => {
  const { clock, wakeups } = bench();
  for (let n = 0; n < 100; n += 1) wakeups.set(`lock ${String(n)}`, clock.now() + 1_000 * (100 - n));
  expect(clock.timers).toBe(1);
});

test('times that were put off take no room for ever', () => {
  const { clock, wakeups } = bench();
  const push = vi.spyOn(Heap.prototype, 'push');
  wakeups.set('nearest', clock.now() + 1_000);
  for (let n = 0; n < 5_000; n += 1) wakeups.set('put off', clock.now() + hour + n);
  // The first is its own; the clock's timers have another.
  const [queue] = push.mock.contexts;
  push.mockRestore();
  expect(queue instanceof Heap && queue.size).toBeLessThan(100);
});

test('what was put off ever again is woken at its last time, and the others at theirs', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('first', clock.now() + 1_000);
  wakeups.set('last', clock.now() + 3_000);
  for (let n = 0; n < 200; n += 1) wakeups.set('put off', clock.now() + 2_000 + n);
  await clock.advance(2_198);
  expect(woken).toEqual(['first']);
  await clock.advance(hour);
  expect(woken).toEqual(['first', 'put off', 'last']);
});

test('a time in the past wakes at once, but never in the caller’s own turn', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('a', clock.now() - hour);
  expect(woken).toEqual([]);
  await clock.advance(0);
  expect(woken).toEqual(['a']);
});

test('a new time replaces the old one, and undefined removes it', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('a', clock.now() + 1_000);
  wakeups.set('a', clock.now() + 3_000);
  wakeups.set('b', clock.now() + 1_000);
  wakeups.set('b', undefined);
  expect(clock.timers).toBe(1);
  await clock.advance(2_999);
  expect(woken).toEqual([]);
  await clock.advance(1);
  expect(woken).toEqual(['a']);
});

test('what was removed leaves no timer, and is woken where it is set to the same time again', async () => {
  const { clock, woken, wakeups } = bench();
  const at = clock.now() + 1_000;
  wakeups.set('a', at);
  wakeups.set('a', undefined);
  expect(clock.timers).toBe(0);
  wakeups.set('a', at);
  await clock.advance(1_000);
  expect(woken).toEqual(['a']);
});

test('sleep is never longer than a minute, so that a step of the wall clock is noticed', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('a', clock.now() + 24 * hour);
  await clock.advance(30_000);
  clock.step(24 * hour);
  await clock.advance(longestSleepMs - 30_000);
  expect(woken, 'within a minute of the step').toEqual(['a']);
});

for (const ms of [-hour, hour])
  test(`when the wall clock is set ${ms < 0 ? 'back' : 'forward'}, all are woken within a minute to plan anew, once`, async () => {
    const { clock, woken, wakeups } = bench();
    wakeups.set('a', clock.now() + 10 * hour);
    wakeups.set('b', clock.now() + 20 * hour);
    await clock.advance(10_000);
    clock.step(ms);
    await clock.advance(longestSleepMs);
    expect(woken).toEqual(['a', 'b']);
    wakeups.set('a', clock.now() + hour);
    await clock.advance(hour - 1);
    expect(woken, 'the step has been noticed').toEqual(['a', 'b']);
    await clock.advance(1);
    expect(woken).toEqual(['a', 'b', 'a']);
  });

test('a step that is noticed as a key is set wakes all that waited before, though that puts the timer off', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('a', clock.now() + 10 * hour);
  await clock.advance(30_000);
  clock.step(-hour);
  wakeups.set('b', clock.now() + 20 * hour);
  await clock.advance(0);
  expect(woken).toEqual(['a']);
});

test('a step while nothing waits does not wake what is set after it', async () => {
  const { clock, woken, wakeups } = bench();
  clock.step(hour);
  wakeups.set('a', clock.now() + hour);
  await clock.advance(hour - 1);
  expect(woken).toEqual([]);
  await clock.advance(1);
  expect(woken).toEqual(['a']);
});

test('when the wall clock is trimmed, wake-ups keep to it', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('a', clock.now() + 10_000);
  clock.step(-1_500);
  await clock.advance(11_499);
  expect(woken).toEqual([]);
  await clock.advance(1);
  expect(woken).toEqual(['a']);
});

test('a wake-up more than 2^31 ms away comes in its own time, not at once', async () => {
  const clock = new VirtualClock();
  const sleeps: number[] = [];
  const woken: string[] = [];
  const watched = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms: number, fn: () => void) => {
      sleeps.push(ms);
      return clock.after(ms, fn);
    },
  };
  const wakeups = new Wakeups<string>(watched, (key) => woken.push(key));
  wakeups.set('a', clock.now() + 2 ** 31 + 5_000);
  await clock.advance(2 ** 31 + 4_999);
  expect(woken).toEqual([]);
  expect(Math.max(...sleeps)).toBe(longestSleepMs);
  await clock.advance(1);
  expect(woken).toEqual(['a']);
});

test('a key may set its next wake-up while it is woken', async () => {
  const clock = new VirtualClock();
  const times: number[] = [];
  const wakeups = new Wakeups<string>(clock, (key) => {
    times.push(clock.monotonic());
    if (times.length < 3) wakeups.set(key, clock.now() + 500);
  });
  wakeups.set('a', clock.now() + 500);
  await clock.advance(hour);
  expect(times).toEqual([500, 1_000, 1_500]);
});

test('after stop nothing is woken and no timer is left', async () => {
  const { clock, woken, wakeups } = bench();
  wakeups.set('a', clock.now() + 1_000);
  wakeups.stop();
  expect(clock.timers).toBe(0);
  await clock.advance(hour);
  expect(woken).toEqual([]);
  wakeups.set('b', clock.now() + 2_000);
  await clock.advance(hour);
  expect(woken, 'what waited before is forgotten').toEqual(['b']);
});

test('however keys are set and the wall clock steps, none is woken early but for a step, and none over a minute late', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('set' as const),
      key: fc.nat(3),
      ms: fc.integer({ min: -1_000, max: hour }),
    }),
    fc.record({ kind: fc.constant('remove' as const), key: fc.nat(3) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(5 * 60_000) }),
    fc.record({ kind: fc.constant('step' as const), ms: fc.integer({ min: -hour, max: hour }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
      const clock = new VirtualClock();
      const wanted = new Map<number, number>();
      const overdueSince = new Map<number, number>();
      // Those that waited when the clock was set may be woken at any time from then on.
      const mayBeEarly = new Set<number>();
      const wakeups = new Wakeups<number>(clock, (key) => {
        if (!mayBeEarly.delete(key))
          expect(clock.now(), 'early').toBeGreaterThanOrEqual(wanted.get(key) ?? Infinity);
        expect(wanted.has(key), 'not asked for').toBe(true);
        wanted.delete(key);
        overdueSince.delete(key);
      });
      for (const one of steps) {
        if (one.kind === 'set') {
          wanted.set(one.key, clock.now() + one.ms);
          mayBeEarly.delete(one.key);
          wakeups.set(one.key, clock.now() + one.ms);
        } else if (one.kind === 'remove') {
          wanted.delete(one.key);
          mayBeEarly.delete(one.key);
          wakeups.set(one.key, undefined);
        } else if (one.kind === 'step') {
          clock.step(one.ms);
          for (const key of wanted.keys()) mayBeEarly.add(key);
        } else await clock.advance(one.ms);
        for (const [key, at] of wanted) {
          if (at > clock.now()) overdueSince.delete(key);
          else if (!overdueSince.has(key)) overdueSince.set(key, clock.monotonic());
          const since = overdueSince.get(key) ?? clock.monotonic();
          expect(clock.monotonic() - since, 'late').toBeLessThanOrEqual(longestSleepMs);
        }
        for (const key of overdueSince.keys()) if (!wanted.has(key)) overdueSince.delete(key);
      }
    }),
  );
});
