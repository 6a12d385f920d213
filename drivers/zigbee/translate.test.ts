import { expect, test } from 'vitest';
import { Pin } from '../../src/core/pin.ts';
import {
  answerOf,
  mishapOf,
  pinAnswerOf,
  pinOf,
  statusAnswerOf,
  typeAnswerOf,
  writeOutcomeOf,
} from './translate.ts';
import type { Answer } from './translate.ts';

const fields = (values: Record<string, unknown>): Answer => ({ kind: 'fields', fields: values });
const refused = (status: number): Answer => ({ kind: 'refused', status });
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const pin = (digits: string): Pin | undefined => Pin.parse(digits);

test('a ZCL default response is a refusal, though herdsman gives it back like an answer', () => {
  expect(answerOf({ cmdId: 5, statusCode: 129 })).toEqual(refused(129));
  expect(answerOf({ status: 0 })).toEqual(fields({ status: 0 }));
  expect(answerOf(undefined)).toBeUndefined();
});

test.each([
  [0, { kind: 'accepted' }],
  [1, { kind: 'refused', why: 'unspecified', certain: false }],
  [2, { kind: 'refused', why: 'full', certain: true }],
  // It may speak of our own frame that came twice (FIELD-BUGS 8).
  [3, { kind: 'refused', why: 'duplicate', certain: false }],
  [0x85, { kind: 'refused', why: 'format', certain: true }],
  [0x99, { kind: 'refused', why: 'unspecified', certain: false }],
  [Number.NaN, { kind: 'failed', why: 'timeout', mayHaveLanded: true }],
])('status %d of a Set PIN Code Response', (status, outcome) => {
  expect(writeOutcomeOf(fields({ status }), true)).toEqual(outcome);
});

test.each([
  [0x00, { kind: 'accepted' }],
  [0x01, { kind: 'refused', why: 'unspecified', certain: false }],
  [0x80, { kind: 'refused', why: 'format', certain: true }],
  [0x81, { kind: 'refused', why: 'unsupported', certain: true }],
  [0x82, { kind: 'refused', why: 'unsupported', certain: true }],
  [0x86, { kind: 'refused', why: 'unsupported', certain: true }],
  [0x87, { kind: 'refused', why: 'format', certain: true }],
  [0x89, { kind: 'refused', why: 'full', certain: true }],
])('default response 0x%s to a set', (status, outcome) => {
  expect(writeOutcomeOf(refused(status), true)).toEqual(outcome);
});

test('only a set of a PIN knows "memory full" and "duplicate"; elsewhere 2 and 3 are failures', () => {
  for (const status of [2, 3])
    expect(writeOutcomeOf(fields({ status }), false)).toEqual({
      kind: 'refused',
      why: 'unspecified',
      certain: false,
    });
});

test('an answer without a status, or none that can be read, leaves open whether the write landed', () => {
  const open = { kind: 'failed', why: 'timeout', mayHaveLanded: true };
  expect(writeOutcomeOf(undefined, true)).toEqual(open);
  expect(writeOutcomeOf(fields({}), true)).toEqual(open);
});

const told = (userstatus: number, code: string, usertype = 0): Answer =>
  fields({ userid: 3, userstatus, usertype, pincodevalue: bytes(code) });

test('the user status decides whether a slot is occupied, never the code (FIELD-BUGS 4, 5)', () => {
  const empty = { kind: 'read', reading: { kind: 'empty' } };
  expect(pinAnswerOf(told(0, '', Number.NaN), 3)).toEqual(empty);
  expect(pinAnswerOf(told(0, '0000'), 3)).toEqual(empty);
  expect(pinAnswerOf(told(1, ''), 3)).toEqual({
    kind: 'read',
    reading: { kind: 'occupied', pin: 'masked', enabled: true },
    shows: 'nothing',
  });
});

test.each([
  ['0042', 'digits'],
  ['0000', 'zeros'],
  ['****', 'mask'],
  ['\xff\xff', 'mask'],
  ['\0\0', 'nothing'],
])('an occupied slot with %j shows %s', (code, shows) => {
  expect(pinAnswerOf(told(1, code), 3)).toMatchObject({ shows });
});

test('a disabled user, and one without access, hold a code that opens nothing', () => {
  const closed = {
    kind: 'read',
    reading: { kind: 'occupied', pin: pin('4711'), enabled: false },
    shows: 'digits',
  };
  expect(pinAnswerOf(told(3, '4711'), 3)).toEqual(closed);
  expect(pinAnswerOf(told(1, '4711', 4), 3)).toEqual(closed);
  expect(pinAnswerOf(told(1, '4711', 1), 3)).toMatchObject({ reading: { enabled: true } });
});

test.each([
  [0, 'unrestricted'],
  [1, 'year_day'],
  [2, 'week_day'],
  [3, 'master'],
  [4, 'non_access'],
])('user type %i is %s, where a lock has schedules that it is bound by', (type, userType) => {
  expect(pinAnswerOf(told(1, '4711', type), 3, true)).toMatchObject({ reading: { userType } });
  expect(pinAnswerOf(told(1, '****', type), 3, true)).toMatchObject({ reading: { pin: 'masked', userType } });
  expect(typeAnswerOf(fields({ userid: 3, usertype: type }), 3)).toBe(userType);
});

test('a type that nobody knows, and one of another user, are left out, and so is any where it means nothing', () => {
  for (const type of [Number.NaN, 5, 255])
    expect(pinAnswerOf(told(1, '4711', type), 3, true)).not.toHaveProperty('reading.userType');
  expect(pinAnswerOf(told(1, '4711', 1), 3)).not.toHaveProperty('reading.userType');
  expect(typeAnswerOf(fields({ userid: 4, usertype: 1 }), 3)).toBeUndefined();
  expect(typeAnswerOf(fields({ userid: 3, usertype: Number.NaN }), 3)).toBeUndefined();
  expect(typeAnswerOf(refused(0x01), 3)).toBeUndefined();
});

test('an unknown status, or an answer about another slot, says nothing about this one (FIELD-BUGS 16)', () => {
  expect(pinAnswerOf(told(Number.NaN, '4711'), 3)).toEqual({ kind: 'unclear' });
  expect(pinAnswerOf(told(2, '4711'), 3)).toEqual({ kind: 'unclear' });
  expect(pinAnswerOf(told(0, ''), 4)).toEqual({ kind: 'unclear' });
  expect(pinAnswerOf(fields({ userid: 3 }), 3)).toEqual({ kind: 'unclear' });
  expect(pinAnswerOf(undefined, 3)).toEqual({ kind: 'unclear' });
});

test('"no such field" and "not found" mean no such slot; other refusals mean the question as such', () => {
  for (const status of [0x85, 0x87, 0x8b])
    expect(pinAnswerOf(refused(status), 3)).toEqual({ kind: 'unavailable' });
  const lasting = [0x7e, 0x81, 0x82, 0xc3];
  for (const status of [...lasting, 0x01, 0x89, 0x94]) {
    const answer = { kind: 'refused', isLasting: lasting.includes(status) };
    expect(pinAnswerOf(refused(status), 3)).toEqual(answer);
    expect(statusAnswerOf(refused(status), 3)).toEqual(answer);
  }
});

test('leading zeros stay, padding goes, and anything but digits is a mask (FIELD-BUGS 1, 18)', () => {
  expect(pinOf(bytes('0042'))).toEqual(pin('0042'));
  expect(pinOf(bytes('0042\0\0'))).toEqual(pin('0042'));
  expect(pinOf(bytes('0042\xff\xff'))).toEqual(pin('0042'));
  for (const mask of ['', '****', '\xff\xff\xff\xff', '12a4', '\0'])
    expect(pinOf(bytes(mask)), JSON.stringify(mask)).toBe('masked');
});

test('the status alone tells presence, and never a code', () => {
  expect(statusAnswerOf(fields({ userid: 3, userstatus: 1 }), 3)).toEqual({
    kind: 'read',
    reading: { kind: 'occupied', pin: 'masked', enabled: true },
  });
  expect(statusAnswerOf(fields({ userid: 3, userstatus: 0 }), 3)).toEqual({
    kind: 'read',
    reading: { kind: 'empty' },
  });
});

/** As herdsman makes it: with the command, PIN included, in front of the message. */
const confirmError = (code: number): Error =>
  Object.assign(
    new Error(
      `ZCL command 0x01/1 closuresDoorLock.setPinCode({"pin":[52]}) failed (Data request failed with error: '0x${code.toString(16)}')`,
    ),
    { code },
  );

test.each([
  // The acknowledgement may be what got lost.
  [0xe9, { why: 'unreachable', mayHaveLanded: true }],
  [0xb7, { why: 'unreachable', mayHaveLanded: true }],
  [0xf0, { why: 'asleep', mayHaveLanded: true }],
  [9_999, { why: 'timeout', mayHaveLanded: true }],
  // Never left the coordinator.
  [0xcd, { why: 'unreachable', mayHaveLanded: false }],
  // The coordinator's own fault.
  [0x11, { why: 'radio_down', mayHaveLanded: false }],
])('data confirm %d', (code, mishap) => {
  expect(mishapOf(confirmError(code), false)).toEqual({ kind: 'failed', ...mishap });
});

test.each([
  ['Timeout after 10000ms [address=1 endpoint=1 clusterId=257 cmdId=5 tsn=2]', false, 'timeout', true],
  ['ZCL command … failed (SRSP - AF - dataRequest after 6000ms)', true, 'radio_down', true],
  ['Cannot request when znp has not been initialized yet', true, 'radio_down', false],
  ["--> 'SREQ: AF - dataRequest - …' failed with status '(0x11: BUFFER_FULL)'", false, 'radio_down', false],
  ["Delivery failed for '{}'.", false, 'unreachable', true],
  ["Cannot read properties of undefined (reading 'customClusters')", false, 'timeout', true],
] as const)('an error that says "%s"', (text, radioDown, why, mayHaveLanded) => {
  expect(mishapOf(new Error(text), radioDown)).toEqual({ kind: 'failed', why, mayHaveLanded });
});
