import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  belief,
  codeId,
  empty,
  emptySlot,
  lockState,
  occupied,
  pin,
  standing,
} from '../../test/support/lock-states.ts';
import { crc16Ccitt, expectedChecksum } from './checksum.ts';
import type { SlotBelief } from './model.ts';

const range = [1, 2, 3];
const sum = (...beliefs: SlotBelief[]): number | undefined =>
  expectedChecksum(lockState(beliefs).slots, range);
const bytesOf = (slot: number, status: number, digits: string): number[] => [
  0,
  slot,
  status,
  ...Array.from(digits, (digit) => digit.charCodeAt(0)),
];

// That this is the CRC of Z-Wave is tried against zwave-js in drivers/zwave/checksum.test.ts.
test('the CRC-16 agrees with the published check value for "123456789" and start 0x1D0F', () => {
  expect(crc16Ccitt(Array.from('123456789', (one) => one.charCodeAt(0)))).toBe(0xe5cc);
  expect(crc16Ccitt([])).toBe(0x1d0f);
});

test('a lock whose slots are all empty has the checksum 0', () => {
  expect(sum(emptySlot(1), emptySlot(2), emptySlot(3))).toBe(0);
});

test('the checksum runs over occupied slots in ascending order, with status and leading zeros', () => {
  const third = belief(3, { state: occupied('0042', false) });
  expect(sum(third, standing(1, codeId(1), '98765'), emptySlot(2))).toBe(
    crc16Ccitt([...bytesOf(1, 1, '98765'), ...bytesOf(3, 2, '0042')]),
  );
});

test('a slot beyond 255 counts with both bytes of its number', () => {
  const slots = new Map([[0x102, belief(0x102, { state: occupied('1234') })]]);
  expect(expectedChecksum(slots, [0x102])).toBe(crc16Ccitt([1, 2, 1, 49, 50, 51, 52]));
});

test('a masked slot counts with what we wrote there, only if that is known to have landed', () => {
  const masked = standing(1, codeId(1), '1234', true);
  expect(sum(masked, emptySlot(2), emptySlot(3))).toBe(crc16Ccitt(bytesOf(1, 1, '1234')));
  for (const landed of ['no', 'if_occupied'] as const)
    expect(sum({ ...masked, landed }, emptySlot(2), emptySlot(3))).toBeUndefined();
  expect(sum({ ...masked, written: undefined }, emptySlot(2), emptySlot(3))).toBeUndefined();
});

test('one slot that nobody knows makes the whole checksum worthless (FIELD-BUGS 4)', () => {
  expect(sum(emptySlot(1), emptySlot(2))).toBeUndefined();
  expect(sum(emptySlot(1), emptySlot(2), belief(3))).toBeUndefined();
});

test('slots outside the range, for example reserved ones, are left out', () => {
  expect(sum(emptySlot(1), emptySlot(2), emptySlot(3), belief(9, { state: occupied('1111') }))).toBe(0);
});

test('any two different sets of codes of one lock are told apart, bar the chance of 16 bits', () => {
  const digits = fc.option(fc.constantFrom('1234', '4321', '0042', '00042'), { nil: undefined });
  const codes = fc.tuple(digits, digits, digits);
  const of = (set: (string | undefined)[]): number | undefined =>
    sum(
      ...set.map((one, i) =>
        one === undefined
          ? belief(i + 1, { state: empty })
          : belief(i + 1, { state: { kind: 'occupied', pin: pin(one), enabled: true } }),
      ),
    );
  fc.assert(
    fc.property(codes, codes, (a, b) => {
      expect(of(a) === of(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { seed: 1 },
  );
});
