import { describe, expect, test } from 'vitest';
import { zigbeeEpochMs } from './schedule-book.ts';
import { lockBench } from './testing/lock-bench.ts';

/** 2027-01-15T08:00 and 2027-01-20T18:30 as seconds since 2000-01-01 in local time, little endian. */
const start = '808edc32';
const end = 'a8b9e332';
const window = { start: 0x32dc8e80, end: 0x32e3b9a8 };
const setYearDay = `01 90 0e 00 0300 ${start} ${end}`;
const scheduled = { schedules: {}, clock: { asks: 'never' } } as const;
const codes = { 3: '1234' };
/** Set PIN Code for slot 3 with user type 1 (year-day schedule user), "5678". */
const setBound = '01 a0 05 0300 01 01 04 35363738';

test('the window of these tests is what it says', () => {
  const local = (seconds: number): string =>
    new Date(Date.UTC(2000, 0, 1) + seconds * 1000).toISOString().slice(0, 16);
  expect([local(window.start), local(window.end)]).toEqual(['2027-01-15T08:00', '2027-01-20T18:30']);
});

describe('year-day schedules', () => {
  test('are set, read back and cleared', async () => {
    using bench = lockBench({ ...scheduled, codes });
    expect(await bench.ask(setYearDay)).toBe('19900e' + '00');
    expect(bench.unit.lock.schedules?.yearDay(3, 0)).toEqual(window);
    expect(bench.kept.at(-1)?.schedules?.users).toEqual({ 3: { year_day: { 0: window }, week_day: {} } });
    expect(await bench.ask('01 91 0f 00 0300')).toBe('19910f' + '00' + '0300' + '00' + start + end);
    expect(await bench.ask('01 92 10 00 0300')).toBe('199210' + '00');
    expect(bench.unit.lock.schedules?.yearDay(3, 0)).toBeUndefined();
    expect(bench.happened()).toEqual([
      'schedule_received:3',
      'schedule_set:3',
      'schedule_read:3',
      'schedule_erase_received:3',
      'schedule_erased:3',
    ]);
  });

  test("that aren't there are told by their status alone, without further fields (ZCL, Get Year Day Schedule Response)", async () => {
    using bench = lockBench(scheduled);
    expect(await bench.ask('01 90 0f 00 0300')).toBe('19900f' + '00' + '0300' + '8b');
    expect(await bench.ask('01 91 0f 01 0300')).toBe('19910f' + '01' + '0300' + '85');
    expect(await bench.ask('01 92 0f 00 0b00')).toBe('19920f' + '00' + '0b00' + '85');
  });

  test.each([
    ['that end before they start', `01 90 0e 00 0300 ${end} ${start}`],
    ['that end as they start', `01 90 0e 00 0300 ${start} ${start}`],
    ["of an id that there isn't", `01 90 0e 01 0300 ${start} ${end}`],
    ["of a slot that there isn't", `01 90 0e 00 0b00 ${start} ${end}`],
  ])('%s are refused', async (_what, hex) => {
    using bench = lockBench({ ...scheduled, codes });
    expect(await bench.ask(hex)).toBe('19900e' + '01');
    expect(bench.unit.lock.schedules?.memory.users).toEqual({});
    expect(bench.events().at(-1)?.type).toBe('schedule_refused');
  });

  test('begin at id 1 on a lock that counts so', async () => {
    using bench = lockBench({ schedules: { ids_from: 1 }, clock: {}, codes });
    expect(await bench.ask(setYearDay)).toBe('19900e' + '01');
    expect(await bench.ask(`01 91 0e 01 0300 ${start} ${end}`)).toBe('19910e' + '00');
  });

  test("that are over by the lock's clock are refused by a lock that minds", async () => {
    using bench = lockBench({ schedules: { refuses_past: true }, clock: { asks: 'never' }, codes });
    bench.unit.lock.clock?.setLocal(Date.UTC(2027, 0, 20, 18, 31));
    expect(await bench.ask(setYearDay)).toBe('19900e' + '01');
    bench.unit.lock.clock?.setLocal(Date.UTC(2027, 0, 20, 18, 29));
    expect(await bench.ask(setYearDay)).toBe('19900e' + '00');
  });

  test("aren't known to a lock without them", async () => {
    using bench = lockBench({ codes });
    expect(await bench.ask(setYearDay)).toBe('18900b' + '0e' + '81');
    expect(await bench.ask('00 91 00 1500')).toBe('189101' + '1500' + '0020' + '00');
  });
});

describe('the order of code and schedule', () => {
  test('is free where the lock does not care', async () => {
    using bench = lockBench(scheduled);
    expect(await bench.ask(setYearDay)).toBe('19900e' + '00');
    expect(await bench.ask(setBound)).toBe('19a005' + '00');
    expect(bench.unit.lock.schedules?.yearDay(3, 0)).toEqual(window);
    expect(bench.unit.lock.slot(3)?.type).toBe('year_day');
  });

  test('matters where a schedule for nobody is accepted and dropped, or refused', async () => {
    using drops = lockBench({ ...scheduled, schedules: { needs_code: 'drops' } });
    expect(await drops.ask(setYearDay)).toBe('19900e' + '00');
    expect(drops.unit.lock.schedules?.yearDay(3, 0)).toBeUndefined();
    expect(drops.happened()).toEqual(['schedule_received:3', 'schedule_dropped:3']);
    using refuses = lockBench({ ...scheduled, schedules: { needs_code: 'refuses' } });
    expect(await refuses.ask(setYearDay)).toBe('19900e' + '01');
    await refuses.ask(setBound);
    expect(await refuses.ask('01 91 0e 00 0300 ' + start + end)).toBe('19910e' + '00');
  });

  test('matters where a PIN takes the schedule with it', async () => {
    using bench = lockBench({ ...scheduled, schedules: { code_drops: true } });
    await bench.ask(setYearDay);
    await bench.ask(setBound);
    expect(bench.unit.lock.schedules?.yearDay(3, 0)).toBeUndefined();
  });

  test('clearing the PIN resets type and schedules, or leaves the schedule to the next tenant', async () => {
    using resets = lockBench({ ...scheduled, codes });
    await resets.ask(setYearDay);
    await resets.ask('01 91 07 0300');
    expect(resets.unit.lock.schedules?.yearDay(3, 0)).toBeUndefined();
    using leaves = lockBench({ ...scheduled, schedules: { clear_resets: false }, codes });
    await leaves.ask(setYearDay);
    await leaves.ask('01 91 07 0300');
    expect(leaves.unit.lock.schedules?.yearDay(3, 0)).toEqual(window);
  });

  test('setting a schedule makes a schedule user only where the lock does so', async () => {
    using bench = lockBench({ ...scheduled, codes });
    await bench.ask(setYearDay);
    expect(bench.unit.lock.slot(3)?.type).toBe('unrestricted');
    using binds = lockBench({ ...scheduled, schedules: { setting_binds: true }, codes });
    await binds.ask(setYearDay);
    expect(binds.unit.lock.slot(3)?.type).toBe('year_day');
  });
});

describe('at the keypad', () => {
  const at = (hour: number, minute = 0): number => Date.UTC(2027, 0, 15, hour, minute);
  const bound = async (spec: Parameters<typeof lockBench>[0] = {}): Promise<ReturnType<typeof lockBench>> => {
    const bench = lockBench({ ...scheduled, ...spec });
    await bench.ask(setYearDay);
    await bench.ask(setBound);
    return bench;
  };

  test("a year-day user is let in from the start until before the end, by the lock's own clock", async () => {
    using bench = await bound();
    const enter = async (localMs: number): Promise<unknown> => {
      bench.unit.lock.clock?.setLocal(localMs);
      return bench.unit.person.keypad({ action: 'enter', code: '5678' });
    };
    const denied = { accepted: false, reason: 'schedule' };
    expect(await enter(at(7, 59))).toEqual(denied);
    expect(await enter(at(8))).toEqual({ accepted: true, slot: 3 });
    expect(await enter(Date.UTC(2027, 0, 20, 18, 29))).toEqual({ accepted: true, slot: 3 });
    expect(await enter(Date.UTC(2027, 0, 20, 18, 30))).toEqual(denied);
    expect(bench.happened().filter((type) => type.startsWith('denied'))).toEqual(['denied:3', 'denied:3']);
  });

  test('is exact to the millisecond, and by user', async () => {
    using bench = await bound();
    const admits = (localMs: number): unknown => bench.unit.lock.schedules?.admits(3, 'year_day', localMs);
    const first = zigbeeEpochMs + window.start * 1000;
    const last = zigbeeEpochMs + window.end * 1000 - 1;
    expect([first - 1, first, last, last + 1].map(admits)).toEqual([false, true, true, false]);
    expect(bench.unit.lock.schedules?.admits(4, 'year_day', first)).toBe(false);
  });

  test('an unrestricted user is let in whatever schedule stands there', async () => {
    using bench = await bound();
    await bench.ask('01 91 14 0300 00');
    bench.unit.lock.clock?.setLocal(at(3));
    expect(await bench.unit.person.keypad({ action: 'enter', code: '5678' })).toMatchObject({
      accepted: true,
    });
  });

  test('a schedule user without a schedule is never let in, or again round the clock (FIELD-BUGS 29)', async () => {
    using bench = await bound();
    await bench.ask('01 91 10 00 0300');
    bench.unit.lock.clock?.setLocal(at(9));
    expect(await bench.unit.person.keypad({ action: 'enter', code: '5678' })).toMatchObject({
      reason: 'schedule',
    });
    using restores = await bound({ schedules: { year_day: 2, erase_restores_full_access: true } });
    await restores.ask(`01 90 0e 01 0300 ${start} ${end}`);
    await restores.ask('01 91 10 01 0300');
    expect(restores.unit.lock.slot(3)?.type).toBe('year_day');
    await restores.ask('01 92 10 00 0300');
    expect(restores.unit.lock.slot(3)?.type).toBe('unrestricted');
  });

  test('schedules bind nobody on a lock that only keeps them', async () => {
    using bench = await bound({ schedules: { binds: false } });
    bench.unit.lock.clock?.setLocal(at(3));
    expect(await bench.unit.person.keypad({ action: 'enter', code: '5678' })).toMatchObject({
      accepted: true,
    });
  });

  test('a disabled code is a wrong code, and a non-access user is known but stays outside', async () => {
    using bench = lockBench();
    await bench.ask('01 90 05 0300 03 00 04 31323334');
    await bench.ask('01 91 05 0400 01 04 04 35353535');
    expect(await bench.unit.person.keypad({ action: 'enter', code: '1234' })).toEqual({
      accepted: false,
      reason: 'wrong_code',
    });
    expect(await bench.unit.person.keypad({ action: 'enter', code: '5555' })).toEqual({
      accepted: false,
      reason: 'non_access',
    });
  });
});

describe('week-day schedules', () => {
  /** Schedule 0 of slot 3: Monday to Friday (bits 1 to 5), 08:30 to 17:00. */
  const set = '01 90 0b 00 0300 3e 08 1e 11 00';
  const weekly = { schedules: { week_day: 1, year_day: 0 }, clock: { asks: 'never' }, codes } as const;

  test("are set, read, and cleared; a time that there isn't is refused", async () => {
    using bench = lockBench(weekly);
    expect(await bench.ask(set)).toBe('19900b' + '00');
    expect(await bench.ask('01 91 0c 00 0300')).toBe('19910c' + '00' + '0300' + '00' + '3e081e1100');
    expect(await bench.ask('01 92 0d 00 0300')).toBe('19920d' + '00');
    expect(await bench.ask('01 93 0c 00 0300')).toBe('19930c' + '00' + '0300' + '8b');
    expect(await bench.ask('01 94 0b 00 0300 3e 08 3c 11 00')).toBe('19940b' + '01');
    expect(await bench.ask('01 95 0b 00 0300 3e 11 00 08 00')).toBe('19950b' + '01');
  });

  test('let their user in on their days and hours', async () => {
    using bench = lockBench(weekly);
    await bench.ask(set);
    await bench.ask('01 91 14 0300 02');
    const enter = async (day: number, hour: number, minute: number): Promise<unknown> => {
      bench.unit.lock.clock?.setLocal(Date.UTC(2027, 0, day, hour, minute));
      return (await bench.unit.person.keypad({ action: 'enter', code: '1234' })).accepted;
    };
    // 15 January 2027 is a Friday.
    expect(await enter(15, 8, 29)).toBe(false);
    expect(await enter(15, 8, 30)).toBe(true);
    expect(await enter(15, 17, 0)).toBe(false);
    expect(await enter(16, 9, 0)).toBe(false);
    expect(await enter(18, 9, 0)).toBe(true);
  });
});

test('holiday schedules are kept for the whole lock', async () => {
  using bench = lockBench({ schedules: { holidays: 1 }, clock: { asks: 'never' } });
  expect(await bench.ask(`01 90 11 00 ${start} ${end} 01`)).toBe('199011' + '00');
  expect(await bench.ask('01 91 12 00')).toBe('199112' + '00' + '00' + start + end + '01');
  expect(await bench.ask('01 92 13 00')).toBe('199213' + '00');
  expect(await bench.ask('01 93 12 00')).toBe('199312' + '00' + '8b');
  expect(await bench.ask('01 94 12 01')).toBe('199412' + '01' + '85');
  expect(await bench.ask(`01 95 11 01 ${start} ${end} 01`)).toBe('199511' + '01');
});
