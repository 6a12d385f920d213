import { expect, it } from 'vitest';
import { Pin } from '../core/pin.ts';
import { toJson } from './json.ts';

const pin = Pin.parse('0042')!;

it('turns each PIN, however deep, into its digits with leading zeros, or into null (FIELD-BUGS 18, 26)', () => {
  const value = { code: pin, list: [{ code: pin }, null, 1, true, 'x'] };
  expect(JSON.stringify(toJson(value, true))).toBe(
    '{"code":"0042","list":[{"code":"0042"},null,1,true,"x"]}',
  );
  expect(JSON.stringify(toJson(value, false))).toBe('{"code":null,"list":[{"code":null},null,1,true,"x"]}');
});
