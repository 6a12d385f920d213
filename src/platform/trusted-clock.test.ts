import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { MachineBench, trustedMachine as trusted } from '../../test/support/machine-bench.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** What the system may trim at a time, and how exactly that is measured. */
const trimMs = 5 * minute + 500;

test('what the config vouches for is believed at once, and the system is never asked', async () => {
  const bench = new MachineBench();
  await bench.restart({ always: true });
  expect([bench.trust, bench.clock.now()]).toEqual(['trusted by config', bench.noon]);
  await bench.wall.advance(day);
  expect([bench.trust, bench.asked]).toEqual(['trusted by config', 0]);
});

describe('the time that is told', () => {
  test('is the wall while that is trusted, and the floor, running on, while it isn’t', async () => {
    const bench = await trusted();
    expect(bench.clock.now()).toBe(bench.wall.now());
    bench.wall.step(day);
    expect([bench.clock.isTrusted, bench.clock.now()]).toEqual([false, bench.wall.now() - day]);
    await bench.wall.advance(30_250.4);
    const { floor, since } = bench.clock.report();
    for (const told of [bench.clock.now(), floor, since]) expect(Number.isInteger(told)).toBe(true);
    await bench.wall.advance(hour - 2 * minute);
    // Two words of the system's have borne it out.
    expect([bench.clock.isTrusted, bench.clock.now()]).toEqual([true, bench.wall.now()]);
  });

  test('doesn’t go back to before what was told when the trust is lost', async () => {
    const bench = await trusted();
    bench.synchronised = undefined;
    bench.wall.step(4 * minute);
    const told = bench.clock.now();
    bench.wall.step(-day);
    expect([bench.clock.now(), bench.clock.report().floor, bench.clock.isTrusted]).toEqual([
      told,
      told,
      false,
    ]);
    await bench.wall.advance(hour);
    expect(bench.clock.now()).toBeGreaterThanOrEqual(told + hour);
  });

  test('never goes back by more than the five minutes of a trim, whatever the machine does', async () => {
    const happening = fc.oneof(
      fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 0, max: hour }) }),
      fc.record({ kind: fc.constant('sleep'), ms: fc.integer({ min: 0, max: 9 * hour }) }),
      fc.record({ kind: fc.constant('step'), ms: fc.integer({ min: -6 * minute, max: 6 * minute }) }),
      fc.record({ kind: fc.constant('step'), ms: fc.integer({ min: -2 * day, max: 2 * day }) }),
      fc.record({ kind: fc.constantFrom('synchronised', 'silent', 'trust', 'restart'), ms: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (all) => {
        const bench = await trusted();
        let highest = bench.clock.now();
        for (const { kind, ms } of all) {
          if (kind === 'pass') await bench.wall.advance(ms);
          else if (kind === 'sleep') bench.wall.suspend(ms);
          else if (kind === 'step') bench.wall.step(ms);
          else if (kind === 'trust') bench.clock.trust(false);
          else if (kind === 'restart') await bench.restart();
          else bench.synchronised = kind === 'synchronised' ? true : undefined;
          const { clock } = bench;
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(highest - (clock.isTrusted ? trimMs : 0));
          highest = Math.max(highest, now);
        }
        bench.clock.stop();
      }),
      { numRuns: 60 },
    );
  });
});

describe('the system', () => {
  test('is asked every ten minutes while it is trusted, every minute while it isn’t, and at a step', async () => {
    const bench = await trusted();
    const since = bench.asked;
    await bench.wall.advance(hour);
    expect(bench.asked - since).toBe(6);
    bench.synchronised = false;
    bench.wall.step(-day);
    bench.clock.now();
    expect(bench.asked - since).toBe(7);
    await bench.wall.advance(10 * minute);
    expect(bench.asked - since).toBe(17);
  });

  test('that gives no answer is taken for silent after five seconds, and asked again', async () => {
    const bench = new MachineBench();
    bench.answer = () => new Promise(() => undefined);
    let begun = false;
    void bench.clock.begin(bench.keeper).then(() => (begun = true));
    await bench.wall.advance(4_999);
    expect(begun).toBe(false);
    await bench.wall.advance(1);
    expect([begun, bench.trust, bench.asked]).toEqual([true, 'unsynchronised', 1]);
    bench.answer = () => Promise.reject(new Error('broken'));
    await bench.wall.advance(2 * minute);
    expect([bench.trust, bench.asked]).toEqual(['unsynchronised', 3]);
  });

  test('isn’t believed of a clock that was set while it answered', async () => {
    const bench = await trusted();
    let answer: (said: boolean) => void = () => undefined;
    bench.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    // Up to the next question.
    const before = bench.asked + 1;
    await bench.wall.advance(9 * minute + 1_000);
    expect(bench.asked).toBe(before);
    bench.wall.step(day);
    bench.clock.now();
    answer(true);
    await bench.wall.advance(0);
    expect(bench.asked, 'asked anew').toBe(before + 1);
    await bench.wall.advance(4_900);
    bench.answer = () => Promise.resolve(true);
    answer(true);
    await bench.wall.advance(57_000);
    expect(bench.trust, 'a minute after the first, not yet after the second').toBe('leapt');
    await bench.wall.advance(5_000);
    expect(bench.trust).toBe('trusted by system');
  });
});

describe('a change of the trust', () => {
  test('is told in a turn of its own, never in that of whoever asks for the time, and stored before', async () => {
    const bench = await trusted();
    const heard = vi.fn(() => {
      expect(bench.memory?.isTrusted).toBe(false);
    });
    const off = bench.clock.onChange(heard);
    bench.synchronised = undefined;
    bench.wall.step(day);
    bench.clock.now();
    expect(heard).not.toHaveBeenCalled();
    await bench.wall.advance(0);
    expect(heard).toHaveBeenCalled();
    off();
    heard.mockClear();
    bench.clock.trust(false);
    await bench.wall.advance(hour);
    expect(heard).not.toHaveBeenCalled();
  });

  test('has its time, which a restart doesn’t move', async () => {
    const bench = await trusted();
    const { since } = bench.clock.report();
    await bench.wall.advance(hour);
    bench.synchronised = undefined;
    await bench.restart();
    expect([bench.trust, bench.clock.report().since]).toEqual(['trusted by carried', since]);
    bench.wall.step(-day);
    const lost = bench.clock.now();
    expect(bench.clock.report().since).toBe(lost);
  });
});

describe('what is remembered', () => {
  test('is written every ten minutes, at the end, and when somebody asks for it; after that no more', async () => {
    const bench = await trusted();
    const since = bench.written;
    await bench.wall.advance(hour);
    expect(bench.written - since).toBe(6);
    bench.clock.remember();
    expect(bench.written - since).toBe(7);
    bench.clock.stop();
    expect(bench.written - since).toBe(8);
    bench.clock.stop();
    bench.clock.remember();
    await bench.wall.advance(hour);
    expect([bench.written - since, bench.wall.timers]).toEqual([8, 0]);
  });

  test('is as often written where the clock isn’t trusted, for cards wear out', async () => {
    const bench = await trusted();
    bench.synchronised = undefined;
    bench.wall.step(-day);
    await bench.wall.advance(minute);
    const since = bench.written;
    await bench.wall.advance(day);
    expect(bench.written - since).toBeLessThan(150);
  });

  test('lets the floor of the next start be that of the last', async () => {
    const bench = await trusted();
    const last = bench.clock.now();
    bench.clock.stop();
    bench.boot = 'b';
    bench.synchronised = undefined;
    bench.wall.step(-day);
    await bench.restart();
    expect([bench.trust, bench.clock.now()]).toEqual(['behind_floor', last]);
  });

  test('that cannot be stored stops nothing', async () => {
    const bench = await trusted();
    bench.keeper.putClockMemory = () => {
      throw new Error('disk full');
    };
    await bench.wall.advance(hour);
    bench.wall.step(-day);
    expect(bench.clock.isTrusted).toBe(false);
    await bench.wall.advance(hour);
    bench.clock.stop();
  });
});
