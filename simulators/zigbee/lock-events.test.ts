import { describe, expect, test } from 'vitest';
import { lockBench } from './testing/lock-bench.ts';
import { clusterId } from './zcl-cluster.ts';

const { doorLock } = clusterId;
/** No clock: local time 0xffffffff, and an empty data field. */
const noTime = 'ffffffff00';

describe('programming events', () => {
  test('tell of what somebody does at the keypad: source, code, user, PIN, type, status, time, data', async () => {
    using bench = lockBench();
    bench.bind(doorLock);
    const { person } = bench.unit;
    await person.keypad({ action: 'add', slot: 5, code: '0123' });
    expect(await bench.unasked()).toMatch(
      new RegExp('^09..21' + '00' + '02' + '0500' + '0430313233' + '00' + '01' + noTime + '$'),
    );
    await person.keypad({ action: 'change', slot: 5, code: '45678' });
    expect(await bench.unasked()).toMatch(
      new RegExp('^09..21' + '00' + '04' + '0500' + '053435363738' + '00' + '01' + noTime + '$'),
    );
    await person.keypad({ action: 'delete', slot: 5 });
    expect(await bench.unasked()).toMatch(
      new RegExp('^09..21' + '00' + '03' + '0500' + '00' + 'ff' + '00' + noTime + '$'),
    );
    await person.keypad({ action: 'delete_all' });
    expect(await bench.unasked()).toMatch(
      new RegExp('^09..21' + '00' + '03' + 'ffff' + '00' + 'ff' + '00' + noTime + '$'),
    );
    await person.keypad({ action: 'master_code', code: '2468' });
    expect(await bench.unasked()).toMatch(new RegExp('^09..21' + '00' + '01' + '0000' + '0432343638'));
  });

  test('come with the radio as their source for what the hub did, after the answer', async () => {
    using bench = lockBench();
    bench.bind(doorLock);
    await bench.ask('01 90 05 0300 01 00 04 31323334');
    expect(await bench.unasked()).toMatch(
      new RegExp('^09..21' + '01' + '02' + '0300' + '0431323334' + '00' + '01' + noTime + '$'),
    );
    await bench.ask('01 91 07 0300');
    expect(await bench.unasked()).toMatch(new RegExp('^09..21' + '01' + '03' + '0300'));
    // Nothing is gone with a slot that was empty.
    await bench.ask('01 93 07 0300');
    await bench.idle();
    expect(bench.untaken()).toEqual([]);
    await bench.ask('01 92 08');
    expect(await bench.unasked()).toMatch(new RegExp('^09..21' + '01' + '03' + 'ffff'));
    expect(bench.sent.map(({ payload }) => payload[2])).toEqual([5, 0x21, 7, 0x21, 7, 8, 0x21]);
  });

  test("go to the endpoint that the cluster is bound to, and nowhere if it isn't bound", async () => {
    using bench = lockBench({ endpoint: 2 });
    await bench.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    expect(bench.sent).toEqual([]);
    bench.unit.device.bind({
      endpoint: 2,
      cluster: doorLock,
      destination: '0x00124b0000000001',
      destinationEndpoint: 7,
    });
    await bench.unit.person.keypad({ action: 'delete', slot: 5 });
    expect(
      bench.sent.map(({ sourceEndpoint, endpoint, cluster }) => [sourceEndpoint, endpoint, cluster]),
    ).toEqual([[2, 7, doorLock]]);
  });

  test('go nowhere by a binding of another endpoint', async () => {
    using bench = lockBench({ endpoint: 2 });
    const binding = { cluster: doorLock, destination: '0x00124b0000000001', destinationEndpoint: 1 };
    bench.unit.device.bind({ ...binding, endpoint: 1 });
    await bench.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    expect(bench.sent).toEqual([]);
  });

  test('are sent only if their bit of the mask is set (FIELD-BUGS 20)', async () => {
    using bench = lockBench({ event_masks: 0 });
    bench.bind(doorLock);
    const { person } = bench.unit;
    await person.keypad({ action: 'add', slot: 5, code: '1234' });
    // KeypadProgrammingEventMask 0x0045: bit 3, PIN deleted.
    expect(await bench.ask('00 90 02 4500 19 0800')).toBe('189004' + '00');
    await person.keypad({ action: 'change', slot: 5, code: '4321' });
    await person.keypad({ action: 'delete', slot: 5 });
    expect(bench.untaken()).toHaveLength(1);
    expect(await bench.unasked()).toMatch(/^09..2100030500/);
    // RFProgrammingEventMask 0x0046 is another.
    await bench.ask('01 91 05 0300 01 00 04 31323334');
    await bench.idle();
    expect(bench.untaken()).toEqual([]);
    await bench.ask('00 92 02 4600 19 1000');
    await bench.ask('01 93 05 0300 01 00 04 35353535');
    expect(await bench.unasked()).toMatch(/^09..2101040300/);
  });

  test('are sent whatever anybody wrote where the lock has no masks', async () => {
    using bench = lockBench({ event_masks: 'none' });
    bench.bind(doorLock);
    expect(await bench.ask('00 90 00 4500')).toBe('189001' + '4500' + '86');
    await bench.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    expect(bench.untaken()).toHaveLength(1);
  });

  test("come with their user's octets exchanged from some locks (FIELD-BUGS 19)", async () => {
    using bench = lockBench({ behaviour: { swap_event_user: true } });
    bench.bind(doorLock);
    await bench.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    expect(await bench.unasked()).toMatch(/^09..2100020005/);
  });

  test('mean all users by 0xff from some locks', async () => {
    using bench = lockBench({ behaviour: { delete_all_user: 0xff } });
    bench.bind(doorLock);
    await bench.unit.person.keypad({ action: 'delete_all' });
    expect(await bench.unasked()).toMatch(/^09..210003ff00/);
  });

  test('hide the PIN where PINs may not be sent, repeat it in an ID Lock, and may lack their last field', async () => {
    using hidden = lockBench({ pin_over_air: false });
    hidden.bind(doorLock);
    await hidden.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    expect(await hidden.unasked()).toMatch(/^09..210002050004ffffffff0001ffffffff00$/);
    using twice = lockBench({ behaviour: { trailing_bytes: true } });
    twice.bind(doorLock);
    await twice.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    expect(await twice.unasked()).toMatch(/^09..210002050004313233340001ffffffff0431323334$/);
    using short = lockBench({ behaviour: { unparsable_programming_events: true, event_carries_pin: false } });
    short.bind(doorLock);
    await short.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    expect(await short.unasked()).toMatch(/^09..2100020500000001ffffffff$/);
  });

  test("aren't sent by a silent lock, nor of deletions by one that keeps those to itself", async () => {
    using silent = lockBench({ behaviour: { report_programming: false, report_own: false } });
    silent.bind(doorLock);
    await silent.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    await silent.ask('01 90 05 0300 01 00 04 39393939');
    await silent.ask('01 91 07 0300');
    await silent.ask('01 92 08');
    await silent.idle();
    expect(silent.untaken()).toEqual([]);
    using half = lockBench({ behaviour: { report_programming: 'not_deletions' } });
    half.bind(doorLock);
    await half.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    await half.unit.person.keypad({ action: 'delete', slot: 5 });
    expect(half.untaken()).toHaveLength(1);
  });

  test('are lost on the way as often as told', async () => {
    using bench = lockBench({ behaviour: { lose_events: 1 } });
    bench.bind(doorLock);
    await bench.unit.person.keypad({ action: 'add', slot: 5, code: '1234' });
    await bench.unit.person.keypad({ action: 'add', slot: 6, code: '4321' });
    expect(bench.untaken()).toHaveLength(1);
    expect(await bench.unasked()).toMatch(/^09..2100020600/);
    expect(bench.happened()).toContain('event_lost');
  });
});

describe('operation events', () => {
  test('tell who moved the bolt: source, code, user, PIN, time, data', async () => {
    using bench = lockBench({ codes: { 4: '1234' } });
    bench.bind(doorLock);
    const { person } = bench.unit;
    await person.keypad({ action: 'enter', code: '1234' });
    expect(await bench.unasked()).toMatch(
      new RegExp('^09..20' + '00' + '02' + '0400' + '0431323334' + noTime + '$'),
    );
    await person.bolt({ locked: true, how: 'manual' });
    expect(await bench.unasked()).toMatch(new RegExp('^09..20' + '02' + '0d' + 'ffff' + '00' + noTime + '$'));
    await person.bolt({ locked: false, how: 'manual' });
    expect(await bench.unasked()).toMatch(/^09..20020e/);
    await person.bolt({ locked: true, how: 'auto' });
    expect(await bench.unasked()).toMatch(/^09..20020a/);
    await person.bolt({ locked: true, how: 'keypad', slot: 4 });
    expect(await bench.unasked()).toMatch(/^09..2000010400/);
  });

  test.each([
    // The mask's attribute and its only bit, what happens, and source and code of the event.
    ['4100', '0400', { action: 'enter', code: '1234' }, '0002'],
    ['4100', '2000', { action: 'enter', code: '9999' }, '0005'],
    ['4100', '4000', { action: 'enter', code: '2468' }, '0006'],
    ['4100', '8000', { action: 'enter', code: '8642' }, '000f'],
    ['4300', '4000', { locked: true, how: 'auto' }, '020a'],
    ['4300', '0002', { locked: true, how: 'manual' }, '020d'],
    ['4300', '0004', { locked: false, how: 'manual' }, '020e'],
  ] as const)('are sent by bit: mask %s, bits %s (FIELD-BUGS 20)', async (mask, bits, what, told) => {
    using bench = lockBench({
      codes: { 4: '1234', 5: '2468', 6: '8642' },
      schedules: {},
      clock: { asks: 'never' },
      event_masks: 0,
    });
    bench.bind(doorLock);
    await bench.ask('01 90 14 0500 01');
    await bench.ask('01 91 14 0600 04');
    const happen = (): Promise<unknown> =>
      'action' in what ? bench.unit.person.keypad(what) : bench.unit.person.bolt(what);
    await bench.ask(`00 92 02 ${mask} 19 ${bits}`);
    await happen();
    expect(bench.untaken().map((frame) => frame.slice(4, 10))).toEqual([`20${told}`]);
    // With all bits but that one.
    const others = [...Buffer.from(bits, 'hex')].map((octet) => (0xff - octet).toString(16).padStart(2, '0'));
    await bench.ask(`00 93 02 ${mask} 19 ${others.join('')}`);
    await happen();
    expect(bench.untaken()).toHaveLength(1);
  });

  test('come for what the hub does too', async () => {
    using bench = lockBench();
    bench.bind(doorLock);
    expect(await bench.ask('01 90 01 00')).toBe('199001' + '00');
    expect(bench.unit.lock.bolted).toBe(false);
    expect(await bench.unasked()).toMatch(/^09..200102ffff/);
    expect(await bench.ask('01 91 00')).toBe('199100' + '00');
    expect(bench.unit.lock.bolted).toBe(true);
    expect(await bench.unasked()).toMatch(/^09..200101ffff/);
    expect(await bench.ask('01 92 02 00')).toBe('199202' + '00');
    expect(bench.unit.lock.bolted).toBe(false);
  });

  test("carry the lock's local time, in seconds since 2000", async () => {
    using bench = lockBench({ clock: { asks: 'never' } });
    bench.bind(doorLock);
    bench.unit.lock.clock?.setLocal(Date.UTC(2000, 0, 1, 1, 0, 0, 500));
    await bench.unit.person.bolt({ locked: false, how: 'manual' });
    expect(await bench.unasked()).toMatch(/00100e000000$/);
  });

  test('tell of wrong codes, and of a code outside its hours', async () => {
    using bench = lockBench({ codes: { 4: '1234' }, schedules: {}, clock: { asks: 'never' } });
    bench.bind(doorLock);
    await bench.unit.person.keypad({ action: 'enter', code: '9999' });
    expect(await bench.unasked()).toMatch(/^09..200005ffff/);
    await bench.ask('01 90 14 0400 01');
    await bench.unit.person.keypad({ action: 'enter', code: '1234' });
    expect(await bench.unasked()).toMatch(/^09..2000060400/);
  });

  test('have masks of their own by source', async () => {
    using bench = lockBench({ event_masks: 0, codes: { 4: '1234' } });
    bench.bind(doorLock);
    // ManualOperationEventMask 0x0043: bit 9, manual lock.
    await bench.ask('00 90 02 4300 19 0002');
    await bench.unit.person.bolt({ locked: false, how: 'manual' });
    await bench.unit.person.bolt({ locked: true, how: 'manual' });
    expect(await bench.unasked()).toMatch(/^09..20020d/);
    // KeypadOperationEventMask 0x0041: bit 2, unlock.
    await bench.ask('00 91 02 4100 19 0400');
    await bench.unit.person.keypad({ action: 'enter', code: '9999' });
    await bench.unit.person.keypad({ action: 'enter', code: '1234' });
    expect(await bench.unasked()).toMatch(/^09..200002/);
    expect(bench.untaken()).toEqual([]);
    // And its bit 7, a user without access.
    await bench.ask('00 92 02 4100 19 8000');
    await bench.ask('01 93 14 0400 04');
    await bench.unit.person.keypad({ action: 'enter', code: '1234' });
    expect(await bench.unasked()).toMatch(/^09..20000f0400/);
  });

  test("lack their last field from some locks, and Onesti's tells what was typed (FIELD-BUGS 26)", async () => {
    using bench = lockBench({
      codes: { 4: '0123' },
      behaviour: { unparsable_operation_events: true, typed_pin_attribute: true },
    });
    bench.bind(doorLock);
    await bench.unit.person.keypad({ action: 'enter', code: '0123' });
    // Attribute 0x0100: keypad, unlocked, user 4; 0x0101: the digits.
    expect(await bench.unasked()).toMatch(/^18..0a000123040002020101410430313233$/);
    expect(await bench.unasked()).toMatch(/^09..20000204000430313233ffffffff$/);
  });
});
