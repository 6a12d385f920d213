import { describe, expect, test, vi } from 'vitest';
import { lockBench } from './testing/lock-bench.ts';
import { clusterId } from './zcl-cluster.ts';

/** Set PIN Code for slot 3: status 1 enabled, type 0 unrestricted, octet string "1234" (ZCL, Set PIN Code). */
const set = '01 90 05 0300 01 00 04 31323334';
const setAnswer = (status: string): string => `199005${status}`;

describe('Set PIN Code', () => {
  test('stores the digits, leading zeros and all, and answers success', async () => {
    using bench = lockBench();
    expect(await bench.ask('01 90 05 0300 01 00 05 3031323330')).toBe('199005' + '00');
    expect(bench.unit.lock.slot(3)).toEqual({ status: 'enabled', type: 'unrestricted', code: '01230' });
    expect(bench.happened()).toEqual(['set_received:3', 'set_applied:3']);
    expect(bench.kept.at(-1)?.slots).toEqual({
      3: { status: 'enabled', type: 'unrestricted', code: '01230' },
    });
  });

  test('overwrites what the slot holds, the same PIN included', async () => {
    using bench = lockBench({ codes: { 3: '1234' } });
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(await bench.ask('01 91 05 0300 03 00 04 39393939')).toBe('199105' + '00');
    expect(bench.unit.lock.slot(3)).toEqual({ status: 'disabled', type: 'unrestricted', code: '9999' });
  });

  test.each([
    ['a slot beyond the last', '01 90 05 0b00 01 00 04 31323334', 'slot'],
    ['slot 0 where slots begin at 1', '01 90 05 0000 01 00 04 31323334', 'slot'],
    ['a reserved slot', '01 90 05 0900 01 00 04 31323334', 'slot'],
    ['too few digits', '01 90 05 0300 01 00 03 313233', 'format'],
    ['too many digits', '01 90 05 0300 01 00 09 313233343536373839', 'format'],
    ['what are no digits', '01 90 05 0300 01 00 04 3132332a', 'format'],
    ['no digits', '01 90 05 0300 01 00 00', 'format'],
    ['the status "available"', '01 90 05 0300 00 00 04 31323334', 'type'],
    ["a status that there isn't", '01 90 05 0300 02 00 04 31323334', 'type'],
    ["a type that there isn't", '01 90 05 0300 01 07 04 31323334', 'type'],
    ["the master's type", '01 90 05 0300 01 03 04 31323334', 'type'],
    ["a schedule's type on a lock without schedules", '01 90 05 0300 01 01 04 31323334', 'type'],
  ])('answers general failure to %s', async (_what, hex, reason) => {
    using bench = lockBench({ reserved_slots: [9], codes: { 4: '7777' } });
    expect(await bench.ask(hex)).toBe(setAnswer('01'));
    expect(bench.unit.lock.occupied().map(([slot]) => slot)).toEqual([4]);
    expect(bench.events().at(-1)).toMatchObject({ type: 'refused', reason });
  });

  test('answers 3 to a PIN that another slot holds, or 1 where the lock does not say why (FIELD-BUGS 8)', async () => {
    using bench = lockBench({ codes: { 4: '1234' } });
    expect(await bench.ask(set)).toBe(setAnswer('03'));
    bench.unit.lock.change({ duplicate_answer: 'failure' });
    expect(await bench.ask(set)).toBe(setAnswer('01'));
    bench.unit.lock.change({ duplicate_check: false });
    expect(await bench.ask(set)).toBe(setAnswer('00'));
  });

  test('answers 2 when memory is full, for an empty slot only', async () => {
    using bench = lockBench({ codes: { 4: '9876' }, behaviour: { full: true } });
    expect(await bench.ask(set)).toBe(setAnswer('02'));
    expect(await bench.ask('01 91 05 0400 01 00 04 35353535')).toBe('199105' + '00');
  });

  test('is refused as often as told, and then done', async () => {
    using bench = lockBench({ behaviour: { refuse: 2 } });
    expect(await bench.ask(set)).toBe(setAnswer('01'));
    expect(await bench.ask(set)).toBe(setAnswer('01'));
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(bench.unit.lock.counters).toMatchObject({ sets_received: 3, refused: 2, sets_applied: 1 });
  });

  test('succeeds in words only where the lock lies, and stores nothing (FIELD-BUGS 17)', async () => {
    using bench = lockBench({ codes: { 3: '5555' }, behaviour: { lie: 1 } });
    bench.bind(clusterId.doorLock);
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(bench.unit.lock.slot(3)?.code).toBe('5555');
    expect(bench.happened()).toEqual(['set_received:3', 'set_dropped:3']);
    await bench.idle();
    expect(bench.untaken()).toEqual([]);
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(bench.unit.lock.slot(3)?.code).toBe('1234');
  });

  test('lies at one in so many, the same ones with the same seed', async () => {
    const drops = async (): Promise<number[]> => {
      using bench = lockBench({ behaviour: { lie: { one_in: 3 } } });
      for (let i = 0; i < 12; i += 1)
        await bench.ask(`01 ${(0x80 + i).toString(16)} 05 0300 01 00 04 3132333${i % 10}`);
      return bench.events().flatMap(({ type }, i) => (type === 'set_dropped' ? [i] : []));
    };
    const first = await drops();
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(12);
    expect(await drops()).toEqual(first);
  });

  test('goes again after a while where the lock drops codes (FIELD-BUGS 7)', async () => {
    using bench = lockBench({ behaviour: { drops_after_ms: 20 } });
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(bench.unit.lock.slot(3)).toBeDefined();
    await expect.poll(() => bench.happened()).toContain('code_dropped:3');
    expect(bench.unit.lock.slot(3)).toBeUndefined();
    expect(bench.kept.at(-1)?.slots).toEqual({});
  });

  test('stays where somebody has meanwhile put another code in its place', async () => {
    using bench = lockBench({ behaviour: { drops_after_ms: 20 } });
    await bench.ask(set);
    bench.unit.lock.change({ drops_after_ms: 0 });
    await bench.unit.person.keypad({ action: 'change', slot: 3, code: '8888' });
    bench.unit.lock.change({ drops_after_ms: 30 });
    await bench.ask('01 91 05 0400 01 00 04 39393939');
    // The second code goes later than the first one would have.
    await expect.poll(() => bench.happened()).toContain('code_dropped:4');
    expect(bench.unit.lock.slot(3)?.code).toBe('8888');
    expect(bench.happened()).not.toContain('code_dropped:3');
  });

  test('a strict lock finds a duplicate in its own slot, so that a set sent again seems refused', async () => {
    using bench = lockBench({ behaviour: { duplicate_own_slot: true } });
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(await bench.ask(set)).toBe(setAnswer('03'));
    expect(bench.unit.lock.slot(3)?.code).toBe('1234');
  });

  test('sent again with its number is not done twice where the lock knows repeats', async () => {
    using bench = lockBench({ behaviour: { duplicate_own_slot: true, knows_repeats: true } });
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    expect(bench.unit.lock.counters.sets_received).toBe(1);
    // Another number, or another request with this number, is a new one.
    expect(await bench.ask('01 90 05 0400 01 00 04 39393939')).toBe('199005' + '00');
    expect(bench.unit.lock.slot(4)?.code).toBe('9999');
    expect(await bench.ask('01 91 05 0300 01 00 04 31323334')).toBe('199105' + '03');
  });

  test('sent with a number of half a minute ago is a new one: numbers come round', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      using bench = lockBench({ behaviour: { duplicate_own_slot: true, knows_repeats: true } });
      expect(await bench.ask(set)).toBe(setAnswer('00'));
      vi.advanceTimersByTime(29_000);
      expect(await bench.ask(set)).toBe(setAnswer('00'));
      vi.advanceTimersByTime(31_000);
      expect(await bench.ask(set)).toBe(setAnswer('03'));
    } finally {
      vi.useRealTimers();
    }
  });

  test("to the master's slot takes the master's type and nothing else; a master code is a duplicate elsewhere", async () => {
    using bench = lockBench({ master_slot: 0, master_code: '9731' });
    expect(await bench.ask('01 90 05 0000 01 00 04 31323334')).toBe(setAnswer('01'));
    expect(await bench.ask('01 91 05 0000 01 03 04 31323334')).toBe('199105' + '00');
    expect(bench.unit.lock.masterCode).toBe('1234');
    expect(await bench.ask(set)).toBe(setAnswer('03'));
    expect(bench.unit.lock.occupied()).toEqual([]);
  });

  test('has one length where all codes have one, and another at the keypad takes all codes away (FIELD-BUGS 6)', async () => {
    const traits = { schedules: {}, clock: { asks: 'never' } } as const;
    using bench = lockBench({ ...traits, one_code_length: 4, codes: { 1: '5678' } });
    await bench.ask('01 8f 0e 00 0100 00000000 10000000');
    expect(await bench.ask('01 90 05 0300 01 00 05 3132333435')).toBe(setAnswer('01'));
    expect(await bench.ask(set)).toBe(setAnswer('00'));
    // Max and MinPINCodeLength tell it.
    expect(await bench.ask('00 91 00 1700 1800')).toBe('189101' + '17000020' + '04' + '18000020' + '04');
    expect(await bench.unit.person.keypad({ action: 'code_length', length: 6 })).toEqual({ accepted: true });
    expect(bench.unit.lock.occupied()).toEqual([]);
    expect(bench.kept.at(-1)).toMatchObject({ code_length: 6, slots: {}, schedules: { users: {} } });
  });
});

describe('Get PIN Code', () => {
  const get = '01 92 06 0300';

  test('tells status, type and digits of an occupied slot', async () => {
    using bench = lockBench();
    await bench.ask('01 90 05 0300 03 04 06 303037373737');
    expect(await bench.ask(get)).toBe('199206' + '0300' + '03' + '04' + '06' + '303037373737');
  });

  test('tells an empty slot as available, type 0xff, no digits (ZCL, Get PIN Code Response)', async () => {
    using bench = lockBench();
    expect(await bench.ask(get)).toBe('199206' + '0300' + '00' + 'ff' + '00');
    expect(bench.happened()).toEqual(['read:3']);
  });

  test("answers an error by default response for a slot that there isn't", async () => {
    using bench = lockBench();
    expect(await bench.ask('01 90 06 0b00')).toBe('18900b' + '06' + '85');
  });

  test.each([
    [true, '05' + '2a2a2a2a2a'],
    ['stars', '05' + '2a2a2a2a2a'],
    ['ff', '05' + 'ffffffffff'],
    ['zeros', '05' + '3030303030'],
    ['empty', '00'],
  ] as const)(
    'with mask %s says that the slot is occupied and withholds the digits (FIELD-BUGS 1, 4)',
    async (mask, told) => {
      using bench = lockBench({ codes: { 3: '13579' }, behaviour: { mask } });
      expect(await bench.ask(get)).toBe('199206' + '0300' + '01' + '00' + told);
    },
  );

  test('withholds PINs by 0xff until SendPINOverTheAir is written (ZCL, that attribute)', async () => {
    using bench = lockBench({ codes: { 3: '1234' }, pin_over_air: false });
    expect(await bench.ask('00 90 00 3200')).toBe('189001' + '3200' + '0010' + '00');
    expect(await bench.ask(get)).toBe('199206' + '0300' + '01' + '00' + '04' + 'ffffffff');
    expect(await bench.ask('00 91 02 3200 10 01')).toBe('189104' + '00');
    expect(await bench.ask(get)).toBe('199206' + '0300' + '01' + '00' + '04' + '31323334');
    // Some locks forget it now and then.
    bench.unit.lock.change({ pin_over_air: false });
    expect(await bench.ask('00 93 00 3200')).toBe('189301' + '3200' + '0010' + '00');
    expect(await bench.ask(get)).toBe('199206' + '0300' + '01' + '00' + '04' + 'ffffffff');
  });

  test('reads as empty where the lock shows nothing at all', async () => {
    using bench = lockBench({ codes: { 3: '1234' }, behaviour: { reads_empty: true } });
    expect(await bench.ask(get)).toBe('199206' + '0300' + '00' + 'ff' + '00');
    expect(await bench.ask('01 93 0a 0300')).toBe('19930a' + '0300' + '00');
  });

  test("is refused by a lock that can't be read, Get User Status too if nothing can (FIELD-BUGS 15)", async () => {
    using bench = lockBench({
      codes: { 3: '1234' },
      behaviour: { unreadable: 'pins', unreadable_status: 0x7e },
    });
    expect(await bench.ask(get)).toBe('18920b' + '06' + '7e');
    expect(await bench.ask('01 93 0a 0300')).toBe('19930a' + '0300' + '01');
    bench.unit.lock.change({ unreadable: 'all', unreadable_status: 0x81 });
    expect(await bench.ask(get)).toBe('18920b' + '06' + '81');
    expect(await bench.ask('01 93 0a 0300')).toBe('18930b' + '0a' + '81');
  });

  test('tells for a while after a change what was there before', async () => {
    using bench = lockBench({ behaviour: { read_back_delay_ms: 60 } });
    await bench.ask(set);
    expect(await bench.ask(get)).toBe('199206' + '0300' + '00' + 'ff' + '00');
    await expect.poll(() => bench.ask(get)).toBe('199206' + '0300' + '01' + '00' + '04' + '31323334');
  });

  test('tells that the master is there, by status and type', async () => {
    using bench = lockBench({ master_slot: 0 });
    expect(await bench.ask('01 90 06 0000')).toBe('199006' + '0000' + '01' + '03' + '04' + '39373331');
  });

  test('a card is somebody without digits', async () => {
    using bench = lockBench({ codes: { 3: '' } });
    expect(await bench.ask(get)).toBe('199206' + '0300' + '01' + '00' + '00');
  });
});

describe('Clear PIN Code', () => {
  test('empties the slot; an empty one is a success too', async () => {
    using bench = lockBench({ codes: { 3: '1234' } });
    expect(await bench.ask('01 90 07 0300')).toBe('199007' + '00');
    expect(bench.unit.lock.occupied()).toEqual([]);
    expect(await bench.ask('01 91 07 0300')).toBe('199107' + '00');
    expect(bench.happened()).toEqual([
      'clear_received:3',
      'clear_applied:3',
      'clear_received:3',
      'clear_applied:3',
    ]);
  });

  test("fails for a slot that there isn't, and where the lock refuses", async () => {
    using bench = lockBench({ codes: { 3: '1234' }, behaviour: { refuse: true } });
    expect(await bench.ask('01 90 07 0b00')).toBe('199007' + '01');
    expect(await bench.ask('01 91 07 0300')).toBe('199107' + '01');
    expect(bench.unit.lock.slot(3)).toBeDefined();
  });

  test('of all empties all but the master', async () => {
    using bench = lockBench({ codes: { 3: '1234', 4: '5678' }, master_slot: 0, master_code: '4711' });
    expect(await bench.ask('01 90 08')).toBe('199008' + '00');
    expect(bench.unit.lock.occupied()).toEqual([]);
    expect(bench.unit.lock.masterCode).toBe('4711');
    expect(bench.happened()).toEqual(['all_cleared']);
  });
});

describe('user status and type', () => {
  test('are set and read for a user with a code', async () => {
    using bench = lockBench({ codes: { 3: '1234' }, schedules: {}, clock: {} });
    expect(await bench.ask('01 90 09 0300 03')).toBe('199009' + '00');
    expect(await bench.ask('01 91 0a 0300')).toBe('19910a' + '0300' + '03');
    expect(await bench.ask('01 92 14 0300 01')).toBe('199214' + '00');
    expect(await bench.ask('01 93 15 0300')).toBe('199315' + '0300' + '01');
    expect(bench.unit.lock.slot(3)).toEqual({ status: 'disabled', type: 'year_day', code: '1234' });
  });

  test('fail for an empty slot, for "available", and for a type that the lock does not have', async () => {
    using bench = lockBench({ codes: { 3: '1234' } });
    expect(await bench.ask('01 90 09 0400 01')).toBe('199009' + '01');
    expect(await bench.ask('01 91 09 0300 00')).toBe('199109' + '01');
    expect(await bench.ask('01 92 14 0300 01')).toBe('199214' + '01');
    expect(await bench.ask('01 93 14 0400 00')).toBe('199314' + '01');
    expect(bench.unit.lock.slot(3)).toEqual({ status: 'enabled', type: 'unrestricted', code: '1234' });
  });

  test('of an empty slot are 0 and 0xff', async () => {
    using bench = lockBench();
    expect(await bench.ask('01 90 0a 0400')).toBe('19900a' + '0400' + '00');
    expect(await bench.ask('01 91 15 0400')).toBe('199115' + '0400' + 'ff');
  });
});
