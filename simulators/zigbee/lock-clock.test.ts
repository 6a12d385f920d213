import { describe, expect, test, vi } from 'vitest';
import type { TimeSource } from '../shared/own-clock.ts';
import { LockClock } from './lock-clock.ts';
import { lockBench } from './testing/lock-bench.ts';
import { zigbeeEpochMs } from './schedule-book.ts';
import { clusterId } from './zcl-cluster.ts';

const traits = {
  asks: 'local_time',
  asks_every_s: 86_400,
  server: false,
  zoned: true,
  keeps_dst: true,
  zone_minutes: 60,
  ppm: 0,
  lost_on_power_cut: false,
} as const;
const noon = Date.UTC(2026, 6, 1, 12);

/** A time that stands still until it is moved. */
const handTime = (): TimeSource & { pass(ms: number): void } => {
  let passed = 0;
  return {
    wall: () => noon + passed,
    elapsed: () => passed,
    pass: (ms) => {
      passed += ms;
    },
  };
};

describe("a lock's clock", () => {
  test('that was never set shows the zone of its factory', () => {
    expect(new LockClock(traits, undefined, handTime()).local()).toBe(noon + 3_600_000);
    expect(new LockClock({ ...traits, asks: 'utc' }, undefined, handTime()).local()).toBe(noon + 3_600_000);
  });

  test('drifts by its parts per million', () => {
    const time = handTime();
    const clock = new LockClock({ ...traits, ppm: 1_000 }, undefined, time);
    time.pass(1_000_000);
    expect(clock.local()).toBe(noon + 3_600_000 + 1_001_000);
    clock.runAt(0);
    time.pass(1_000);
    expect(clock.local()).toBe(noon + 3_600_000 + 1_002_000);
  });

  test('runs on over a power cut, or starts at the beginning of 2000', () => {
    const time = handTime();
    const clock = new LockClock(traits, undefined, time);
    clock.setLocal(noon + 7_000);
    const { memory } = clock;
    time.pass(60_000);
    expect(new LockClock(traits, memory, time).local()).toBe(noon + 67_000);
    expect(new LockClock({ ...traits, lost_on_power_cut: true }, memory, time).local()).toBe(zigbeeEpochMs);
  });

  test('on UTC adds its zone, and the shift between the two changes of the year', () => {
    const time = handTime();
    const clock = new LockClock({ ...traits, asks: 'utc' }, undefined, time);
    const seconds = (ms: number): number => (ms - zigbeeEpochMs) / 1000;
    const starts = Date.UTC(2026, 2, 29, 1);
    const ends = Date.UTC(2026, 9, 25, 1);
    clock.setZone({
      offset_s: 3_600,
      dst_shift_s: 3_600,
      dst_start_s: seconds(starts),
      dst_end_s: seconds(ends),
    });
    const at = (utcMs: number): number => {
      clock.setRunning(utcMs);
      return clock.local() - utcMs;
    };
    expect([at(starts - 1), at(starts), at(ends - 1), at(ends)]).toEqual([
      3_600_000, 7_200_000, 7_200_000, 3_600_000,
    ]);
    clock.setLocal(noon);
    expect(clock.running()).toBe(noon - 7_200_000);
    expect(clock.standard()).toBe(noon - 3_600_000);
  });
});

describe('asking the coordinator', () => {
  const asked = (bench: ReturnType<typeof lockBench>): string[] =>
    bench.sent
      .filter(({ cluster }) => cluster === clusterId.time)
      .map(({ payload }) => Buffer.from(payload).toString('hex').slice(4));

  test('a lock asks for LocalTime as soon as it has joined, and takes the answer as its wall clock', async () => {
    using bench = lockBench({ clock: {} });
    await expect.poll(() => asked(bench)).toEqual(['000700']);
    expect(bench.sent[0]).toMatchObject({ sourceEndpoint: 1, endpoint: 1, profile: 0x0104 });
    // LocalTime 0x30000000 as uint32.
    bench.tell('18 01 01 0700 00 23 00000030', { cluster: clusterId.time });
    await expect.poll(() => bench.happened()).toContain('clock_set');
    const local = bench.unit.lock.clock?.local() ?? 0;
    expect(Math.abs(local - (zigbeeEpochMs + 0x3000_0000 * 1000))).toBeLessThan(5_000);
    expect(bench.kept.at(-1)?.clock?.ahead_ms).toBeDefined();
  });

  test('one that keeps UTC asks for Time, TimeZone and the changes, and computes with them', async () => {
    using bench = lockBench({ clock: { asks: 'utc' } });
    await expect.poll(() => asked(bench)).toEqual(['0000000200030004000500']);
    const time = '0000' + '00e2' + '00000030';
    const zone = '0200' + '002b' + 'f0f1ffff';
    const dst = '0300' + '0023' + '00000000' + '0400' + '0023' + '000000ff' + '0500' + '002b' + '201c0000';
    bench.tell(`18 01 01 ${time}${zone}${dst}`, { cluster: clusterId.time });
    await expect.poll(() => bench.happened()).toContain('clock_set');
    expect(bench.unit.lock.clock?.zone).toEqual({
      offset_s: -3_600,
      dst_start_s: 0,
      dst_end_s: 0xff00_0000,
      dst_shift_s: 7_200,
    });
    const { clock } = bench.unit.lock;
    expect((clock?.local() ?? 0) - (clock?.running() ?? 1)).toBeCloseTo(3_600_000, -1);
  });

  test('an attribute that the coordinator has not is left out of account', async () => {
    using bench = lockBench({ clock: { asks: 'utc' } });
    bench.tell('18 01 01 0200 86 0000 00 e2 00000030', { cluster: clusterId.time });
    await expect.poll(() => bench.happened()).toContain('clock_set');
    expect(bench.unit.lock.clock?.zone.offset_s).toBe(0);
    const local = bench.unit.lock.clock?.local() ?? 0;
    expect(Math.abs(local - (zigbeeEpochMs + 0x3000_0000 * 1000))).toBeLessThan(5_000);
  });

  test("no answer, and a time that isn't known, leave the clock as it is", async () => {
    using bench = lockBench({ clock: {} });
    const before = bench.unit.lock.clock?.memory;
    bench.tell('18 01 01 0700 86', { cluster: clusterId.time });
    bench.tell('18 02 01 0700 00 23 ffffffff', { cluster: clusterId.time });
    await bench.idle();
    expect(bench.happened()).toEqual([]);
    expect(bench.unit.lock.clock?.memory.zone).toEqual(before?.zone);
    expect(Math.abs((bench.unit.lock.clock?.local() ?? 0) - Date.now())).toBeLessThan(5_000);
  });

  test('a lock asks every half minute until it is answered, and then as often as it does (FIELD-BUGS 25)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      using bench = lockBench({ clock: { asks_every_s: 3_600 } });
      await vi.advanceTimersByTimeAsync(61_000);
      expect(asked(bench)).toHaveLength(3);
      bench.tell('18 01 01 0700 00 23 00000030', { cluster: clusterId.time });
      await vi.advanceTimersByTimeAsync(3_590_000);
      expect(asked(bench)).toHaveLength(3);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(asked(bench)).toHaveLength(4);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a lock without a clock asks nobody, and somebody can have one ask again', async () => {
    for (const spec of [{}, { clock: { asks: 'never' } }] as const) {
      using without = lockBench(spec);
      await without.idle();
      expect(asked(without)).toEqual([]);
    }
    using bench = lockBench({ clock: { asks_every_s: 3_600 } });
    await expect.poll(() => asked(bench)).toHaveLength(1);
    await bench.unit.device.time.ask();
    expect(asked(bench)).toHaveLength(2);
  });
});

describe("the lock's own Time cluster", () => {
  const own = { cluster: clusterId.time };

  test('is read and set', async () => {
    using bench = lockBench({ clock: { server: true, asks: 'never' } });
    bench.unit.lock.clock?.setLocal(zigbeeEpochMs + 0x100_000 * 1000);
    expect(await bench.ask('00 90 00 0700', own)).toMatch(/^18900107000023..001000$/);
    expect(await bench.ask('00 91 02 0000 e2 00000020', own)).toBe('189104' + '00');
    expect(
      Math.abs((bench.unit.lock.clock?.local() ?? 0) - (zigbeeEpochMs + 0x2000_0000 * 1000)),
    ).toBeLessThan(5_000);
    expect(await bench.ask('00 92 02 0700 23 00000020', own)).toBe('189204' + '880700');
  });

  test('has a zone with its changes, by which LocalTime is told', async () => {
    using bench = lockBench({ clock: { server: true, asks: 'never', zone_minutes: 60 } });
    const zone = '0200 2b 00b9ffff' + '0300 23 00000000' + '0400 23 00000070' + '0500 2b 08070000';
    expect(await bench.ask(`00 93 02 ${zone} 0000 e2 00000020`, own)).toBe('189304' + '00');
    const { clock } = bench.unit.lock;
    expect(clock?.zone).toEqual({
      offset_s: -18_176,
      dst_start_s: 0,
      dst_end_s: 0x7000_0000,
      dst_shift_s: 1_800,
    });
    expect((clock?.local() ?? 0) - (clock?.running() ?? 0)).toBeCloseTo((-18_176 + 1_800) * 1_000, -1);
    expect(Math.abs((clock?.running() ?? 0) - (zigbeeEpochMs + 0x2000_0000 * 1000))).toBeLessThan(5_000);
    expect(await bench.ask('00 94 00 0200 0400', own)).toBe(
      '189401' + '0200002b00b9ffff' + '0400002300000070',
    );
  });

  test('of a lock that knows no zone shows the time as it was set, and has nothing else', async () => {
    using bench = lockBench({ clock: { server: true, asks: 'never', zoned: false } });
    expect(await bench.ask('00 95 02 0200 2b 100e0000 0000 e2 00000020', own)).toBe('189504' + '860200');
    const local = bench.unit.lock.clock?.local() ?? 0;
    expect(Math.abs(local - (zigbeeEpochMs + 0x2000_0000 * 1000))).toBeLessThan(5_000);
    expect(await bench.ask('00 96 00 0700', own)).toBe('189601' + '070086');
  });

  test("isn't there where the lock has none", async () => {
    using bench = lockBench({ clock: {} });
    expect(await bench.ask('00 90 00 0700', own)).toBe('18900b' + '00' + 'c3');
  });
});
