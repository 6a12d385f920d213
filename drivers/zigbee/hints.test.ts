import { expect, test } from 'vitest';
import { LockAddress } from '../../src/core/ids.ts';
import type { Hint } from '../../src/ports/lock-driver.ts';
import { boltOf, echoOf, eventOf, hintsOfAlarm, hintsOfEvent } from './hints.ts';
import type { EventReader } from './hints.ts';

const address = LockAddress('zigbee:0x00124b0000000001');
const plain: EventReader = { corrects: {}, slots: { first: 1, last: 250 } };
const frame = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const hintsOf = (hex: string, reader = plain): readonly Hint[] => {
  const event = eventOf(frame(hex));
  return event === undefined ? [] : hintsOfEvent(address, event, reader);
};

test('a code added, deleted or changed at the keypad hints at its slot', () => {
  // Programming Event Notification: source, code, user, PIN, type, status, local time, data.
  for (const code of ['02', '03', '04'])
    expect(hintsOf(`09 01 21 00 ${code} 0500 04 31323334 00 01 ffffffff 00`)).toEqual([
      { kind: 'slot', address, slot: 5 },
    ]);
});

test('the PIN in an event goes nowhere', () => {
  const event = eventOf(frame('09 01 21 00 02 0500 04 31323334 00 01 ffffffff 04 31323334'));
  expect(event).toEqual({ kind: 'programming', source: 0, code: 2, user: 5 });
});

test('an event that leaves out its last fields is understood all the same (FIELD-BUGS 20)', () => {
  expect(hintsOf('09 e1 21 00 02 0500')).toEqual([{ kind: 'slot', address, slot: 5 }]);
  expect(hintsOf('09 e1 20 04 02 0100 00 e40b4129')).toEqual([
    { kind: 'access', address, action: 'unlocked', method: 'unknown', slot: undefined },
  ]);
});

test('all codes deleted is said with user 0xffff, or with 0xff or 0 where that is no slot', () => {
  const all = [{ kind: 'slot', address, slot: undefined, allDeleted: true }];
  const fromZero: EventReader = { corrects: {}, slots: { first: 0, last: 999 } };
  expect(hintsOf('09 01 21 00 03 ffff 00 ff ff ffffffff 00')).toEqual(all);
  expect(hintsOf('09 01 21 00 03 ff00 00 ff ff ffffffff 00')).toEqual(all);
  expect(hintsOf('09 01 21 00 03 ff00 00 ff ff ffffffff 00', fromZero)).toEqual([
    { kind: 'slot', address, slot: 255 },
  ]);
  expect(hintsOf('09 01 21 00 03 0000 00 ff ff ffffffff 00')).toEqual(all);
  expect(hintsOf('09 01 21 00 03 0000 00 ff ff ffffffff 00', fromZero)).toEqual([
    { kind: 'slot', address, slot: 0 },
  ]);
  // Something was added somewhere.
  expect(hintsOf('09 01 21 00 02 ffff 00 ff ff ffffffff 00')).toEqual([
    { kind: 'slot', address, slot: undefined },
  ]);
});

test('a user id with its bytes exchanged is put right where the model is known for it (FIELD-BUGS 19)', () => {
  const swaps: EventReader = { corrects: { swapsEventUser: true }, slots: plain.slots };
  expect(hintsOf('09 01 21 00 02 0005 00 00 01 ffffffff 00', swaps)).toEqual([
    { kind: 'slot', address, slot: 5 },
  ]);
  expect(hintsOf('09 01 21 00 03 00ff 00 ff ff ffffffff 00', swaps)).toEqual([
    { kind: 'slot', address, slot: undefined, allDeleted: true },
  ]);
  expect(echoOf({ kind: 'programming', source: 1, code: 2, user: 0x0500 }, swaps)).toBe(5);
});

test('a new master code concerns no slot of ours', () => {
  expect(hintsOf('09 01 21 00 01 0000 00 03 01 ffffffff 00')).toEqual([]);
});

test.each([
  ['00 02 0300', 'unlocked', 'keycode', 3],
  ['00 01 0300', 'locked', 'keycode', 3],
  ['00 02 ffff', 'unlocked', 'keycode', undefined],
  ['01 01 0000', 'locked', 'remote', undefined],
  ['02 0d ffff', 'locked', 'manual', undefined],
  ['02 0e ffff', 'unlocked', 'manual', undefined],
  ['02 07 ffff', 'locked', 'manual', undefined],
  ['02 0a ffff', 'locked', 'automatic', undefined],
  ['03 02 0300', 'unlocked', 'unknown', undefined],
] as const)('operation event %s', (event, action, method, slot) => {
  expect(hintsOf(`09 01 20 ${event} 00 ffffffff 00`)).toEqual([
    { kind: 'access', address, action, method, slot },
  ]);
});

test('a wrong code, and an operation that failed, is no access', () => {
  for (const code of ['03', '04', '05', '06', '0f', '00'])
    expect(hintsOf(`09 01 20 00 ${code} ffff 00 ffffffff 00`), code).toEqual([]);
});

test('operation events of a model that sends nonsense move no bolt and let nobody in; its programming events count', () => {
  const nonsense: EventReader = { corrects: { operationEvents: 'unparsable' }, slots: plain.slots };
  const operation = '09 01 20 02 0e 0000 00 ffffffff';
  expect(hintsOf(operation, nonsense)).toEqual([]);
  const event = eventOf(frame(operation));
  expect(event && boltOf(event, nonsense)).toBeUndefined();
  expect(event && boltOf(event, plain)).toBe('unlocked');
  expect(hintsOf('09 01 21 00 02 0500', nonsense)).toHaveLength(1);
});

test('reports, answers, questions, vendors’ commands and stumps are no events', () => {
  for (const hex of [
    '18 01 0a 0000 30 01',
    '09 01 05 00',
    '01 01 20 00 02 0300',
    '0d 7c11 01 20 00 02',
    '09 01 20',
    '',
  ])
    expect(eventOf(frame(hex)), hex).toBeUndefined();
});

test('the alarms of a cover taken off and of a door forced say that somebody meddles with the lock', () => {
  for (const alarmcode of [5, 6])
    expect(hintsOfAlarm(address, { alarmcode, clusterid: 0x0101 })).toEqual([{ kind: 'tampered', address }]);
});

test('the alarm for too many wrong codes locks the keypad out; a reset to factory settings deletes all', () => {
  expect(hintsOfAlarm(address, { alarmcode: 4, clusterid: 0x0101 })).toEqual([
    { kind: 'keypad_lockout', address },
  ]);
  expect(hintsOfAlarm(address, { alarmcode: 1, clusterid: 0x0101 })).toEqual([
    { kind: 'slot', address, slot: undefined, allDeleted: true },
  ]);
  expect(hintsOfAlarm(address, { alarmcode: 0, clusterid: 0x0101 })).toEqual([]);
  expect(hintsOfAlarm(address, { alarmcode: 4, clusterid: 0x0001 })).toEqual([]);
});
