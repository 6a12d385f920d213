import { describe, expect, test, vi } from 'vitest';
import { MachineBench, trustedMachine } from '../../test/support/machine-bench.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const built = Date.UTC(2026, 9, 1);

/** A machine that was started anew, and on which nothing vouches for the time. */
const untold = async (): Promise<MachineBench> => {
  const bench = await trustedMachine();
  bench.synchronised = undefined;
  bench.clock.stop();
  bench.boot = 'b';
  await bench.restart();
  expect(bench.trust).toBe('unsynchronised');
  return bench;
};

test('before it has begun, it is not trusted, and it is no earlier than the program was built', async () => {
  const bench = new MachineBench();
  await bench.wall.advance(3 * hour);
  const clock = bench.process({ builtAt: built });
  await bench.wall.advance(hour);
  expect([clock.isTrusted, clock.report().since]).toEqual([false, built]);
  expect(Math.abs(clock.now() - built - hour)).toBeLessThanOrEqual(1);
});

describe('a floor that the operator has set', () => {
  test('below the time of the build holds in every later process, until there is a newer build', async () => {
    const bench = new MachineBench();
    bench.synchronised = undefined;
    bench.wall.step(-61 * day);
    const wall = bench.wall.now();
    await bench.restart({ builtAt: built });
    expect([bench.trust, bench.clock.trust(false)]).toEqual(['behind_floor', 'behind_floor']);
    expect([bench.clock.trust(true), bench.clock.now()]).toEqual(['trusted', wall]);
    for (const boot of ['b', 'c']) {
      bench.clock.stop();
      bench.boot = boot;
      bench.clock = bench.process({ builtAt: built });
      expect(bench.clock.now(), 'what is known of it is not recalled yet').toBeGreaterThanOrEqual(built);
      await bench.clock.begin(bench.keeper);
      expect([bench.trust, bench.clock.now()], boot).toEqual(['unsynchronised', wall]);
    }
    await bench.restart({ builtAt: built + hour });
    expect([bench.trust, bench.clock.now()]).toEqual(['behind_floor', built + hour]);
  });

  test('is gone back to when the trust is lost, not to what was told before', async () => {
    const bench = await trustedMachine();
    bench.synchronised = undefined;
    bench.clock.now();
    bench.wall.step(-day);
    bench.clock.trust(true);
    const set = bench.wall.now();
    expect(bench.clock.now()).toBe(set);
    bench.wall.step(-day);
    expect([bench.trust, bench.clock.now()]).toEqual(['behind_floor', set]);
  });
});

test("the operator's word is written down at once: no power cut takes it back", async () => {
  const bench = await untold();
  await bench.wall.advance(hour);
  bench.clock.trust(false);
  expect(bench.memory).toMatchObject({ isTrusted: true, floor: bench.wall.now() });
});

test('a leap that only a reading has seen is looked at again in a minute, not in ten', async () => {
  const bench = await trustedMachine();
  await bench.wall.advance(8 * minute);
  bench.wall.step(day);
  const { asked } = bench;
  await bench.wall.advance(minute);
  expect([bench.asked - asked, bench.clock.isTrusted]).toEqual([1, false]);
  await bench.wall.advance(minute);
  expect([bench.asked - asked, bench.trust]).toEqual([2, 'trusted by system']);
});

test('timers that come a little early cost nothing: the leap is borne out just then, the floor written as often', async () => {
  const bench = await trustedMachine();
  bench.earlyMs = 200;
  bench.wall.step(day);
  expect(bench.clock.isTrusted).toBe(false);
  await bench.wall.advance(59_900);
  expect(bench.trust).toBe('leapt');
  await bench.wall.advance(1_000);
  expect(bench.trust).toBe('trusted by system');
  const { written } = bench;
  await bench.wall.advance(hour);
  expect(bench.written - written).toBe(6);
});

describe('the floor', () => {
  test('is the highest that was told, though the system has trimmed its clock back since', async () => {
    const bench = await trustedMachine();
    bench.synchronised = undefined;
    bench.wall.step(4 * minute);
    const told = bench.clock.now();
    expect(bench.clock.report().floor).toBe(told);
    bench.clock.remember();
    expect(bench.memory?.floor).toBe(told);
    bench.wall.step(-4 * minute);
    expect([bench.clock.isTrusted, bench.clock.now()]).toEqual([true, bench.wall.now()]);
    bench.wall.step(-day);
    expect([bench.clock.isTrusted, bench.clock.now()]).toEqual([false, told]);
  });

  test('runs on while the machine is suspended', async () => {
    const bench = await untold();
    const from = bench.clock.now();
    bench.wall.suspend(9 * hour);
    const awakeMs = 2 * minute + 30_000.4;
    await bench.wall.advance(awakeMs);
    const told = bench.clock.now();
    expect(told).toBeGreaterThan(from + 9 * hour + awakeMs - 2);
    expect(told, 'never ahead of the time that it is').toBeLessThanOrEqual(bench.wall.truth());
    expect(bench.clock.report().floor).toBe(told);
  });
});

test('a report is of the clock as it is now: a step that nobody has seen yet is in it', async () => {
  const bench = await trustedMachine();
  bench.wall.step(-day);
  expect(bench.clock.report().distrust).toBe('behind_floor');
});

test('a clock that was trimmed back by almost all that it may be is not looked at over and over', async () => {
  const bench = await trustedMachine();
  bench.clock.now();
  const { asked } = bench;
  bench.wall.step(-4 * minute);
  bench.clock.now();
  bench.wall.step(-59_800);
  for (let n = 0; n < 5; n += 1) {
    expect(bench.clock.now()).toBe(bench.wall.now());
    await bench.wall.advance(0);
  }
  expect([bench.clock.isTrusted, bench.asked]).toEqual([true, asked]);
});

describe('a clock that the config vouches for', () => {
  test('is not believed when it leaps ahead, until a minute has borne that out', async () => {
    const bench = new MachineBench();
    await bench.restart({ always: true });
    bench.wall.step(day);
    expect(bench.clock.isTrusted).toBe(false);
    await bench.wall.advance(59_000);
    expect(bench.clock.isTrusted).toBe(false);
    await bench.wall.advance(2_000);
    expect([bench.trust, bench.clock.now()]).toEqual(['trusted by config', bench.wall.now()]);
  });

  test('is written down every ten minutes too', async () => {
    const bench = new MachineBench();
    await bench.restart({ always: true });
    await bench.wall.advance(minute);
    const { written } = bench;
    await bench.wall.advance(hour);
    expect(bench.written - written).toBe(6);
  });
});

describe('whoever listens is told', () => {
  const listening = async (): Promise<{ bench: MachineBench; heard: ReturnType<typeof vi.fn> }> => {
    const bench = await trustedMachine();
    const heard = vi.fn();
    bench.clock.onChange(heard);
    return { bench, heard };
  };

  test('once that the system has found itself out of step, though the clock is trusted as before', async () => {
    const { bench, heard } = await listening();
    bench.synchronised = false;
    await bench.wall.advance(hour);
    expect(bench.clock.report()).toMatchObject({ by: 'system', synchronised: false });
    expect(heard).toHaveBeenCalledTimes(1);
  });

  test('of another reason and of another word, each by itself', async () => {
    const { bench, heard } = await listening();
    bench.synchronised = false;
    await bench.wall.advance(hour);
    const news = async (): Promise<number> => {
      heard.mockClear();
      bench.clock.now();
      await bench.wall.advance(0);
      return heard.mock.calls.length;
    };
    bench.wall.step(-day);
    expect([await news(), bench.trust]).toEqual([1, 'behind_floor']);
    bench.wall.step(2 * day);
    expect([await news(), bench.trust], 'another reason').toEqual([1, 'leapt']);
    bench.wall.step(-day);
    expect([await news(), bench.trust]).toEqual([1, 'trusted by carried']);
    bench.clock.trust(false);
    expect([await news(), bench.trust], 'another word').toEqual([1, 'trusted by operator']);
    expect(await news(), 'nothing new').toBe(0);
  });

  test('nothing any more after the end, and a question that is under way then ends with it', async () => {
    const { bench, heard } = await listening();
    let answer: (said: boolean) => void = () => undefined;
    bench.answer = () => new Promise((resolve) => (answer = resolve));
    bench.wall.step(-day);
    bench.clock.now();
    bench.clock.stop();
    const { written } = bench;
    expect(bench.wall.timers).toBe(0);
    answer(true);
    await bench.wall.advance(0);
    expect([heard.mock.calls.length, bench.written, bench.wall.timers]).toEqual([0, written, 0]);
  });
});

test('a start does not wait for the system any longer once it is to end', async () => {
  const bench = new MachineBench();
  bench.answer = () => new Promise(() => undefined);
  const begun = bench.clock.begin(bench.keeper);
  bench.clock.stop();
  await begun;
  expect(bench.wall.timers).toBe(0);
});

test('a question that was answered leaves no timer behind, only the next one', async () => {
  const bench = new MachineBench();
  await bench.clock.begin(bench.keeper);
  expect(bench.wall.timers).toBe(1);
});

test('that nothing can be stored is in the log', async () => {
  const bench = await trustedMachine();
  bench.keeper.putClockMemory = () => {
    throw new Error('disk full');
  };
  await bench.wall.advance(11 * minute);
  expect(bench.log.lines.join()).toContain('could not be stored');
});
