import { CRC16_CCITT } from '@zwave-js/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc16Ccitt } from '../../src/core/checksum.ts';

// Here, because only this driver may know zwave-js; core has its own because it knows nobody.
test("core's CRC-16 is the one that zwave-js computes for User Code CC v2, over any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc16Ccitt([...bytes])).toBe(CRC16_CCITT(bytes));
    }),
  );
});
