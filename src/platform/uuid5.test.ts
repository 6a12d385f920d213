import { expect, test } from 'vitest';
import { uuid5 } from './uuid5.ts';

test('a name has one UUID, of version 5 and the RFC variant, and another name another', () => {
  const id = uuid5('zwave:7e570001:2');
  expect(id).toBe(uuid5('zwave:7e570001:2'));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuid5('zwave:7e570001:3')).not.toBe(id);
});
