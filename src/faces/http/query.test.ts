import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { shapeOf } from './parameter-shape.ts';
import { parseQuery } from './query.ts';

const shape = shapeOf(
  z
    .strictObject({
      device_id: z.string().optional(),
      device_ids: z.array(z.string()).optional(),
      lengths: z.array(z.int()).optional(),
      page_cursor: z.string().nullable().optional(),
      limit: z.number().optional(),
      sync: z.boolean().optional(),
      notYet: z.literal([false, null]).optional(),
      starts_at: z
        .string()
        .transform((text) => Date.parse(text))
        .optional(),
      custom_metadata_has: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
      properties: z
        .object({ name: z.string().nullable().optional(), count: z.number().optional() })
        .optional(),
    })
    .refine(() => true),
);
const parse = (query: string): unknown => {
  const result = parseQuery(query, shape);
  return result.ok ? result.params : result.message;
};

describe('a query, with _strict or without', () => {
  it.each([
    ['', {}],
    ['device_id=d', { device_id: 'd' }],
    ['device_ids=a&device_ids=b', { device_ids: ['a', 'b'] }],
    ['device_ids=a', { device_ids: ['a'] }],
    ['device_ids=', { device_ids: [] }],
    ['lengths=4&lengths=6', { lengths: [4, 6] }],
    ['page_cursor=', { page_cursor: null }],
    ['limit=10', { limit: 10 }],
    ['limit=1.5', { limit: 1.5 }],
    ['limit=-1', { limit: -1 }],
    ['limit=0x10', { limit: '0x10' }],
    ['limit=many', { limit: 'many' }],
    ['limit=1&limit=2', { limit: [1, 2] }],
    ['sync=true', { sync: true }],
    ['sync=false', { sync: false }],
    ['notYet=false', { notYet: false }],
    ['notYet=', { notYet: null }],
    ['device_id=0042', { device_id: '0042' }],
    ['device_id=true', { device_id: 'true' }],
    ['starts_at=2030-01-01T10%3A00%3A00%2B01%3A00', { starts_at: '2030-01-01T10:00:00+01:00' }],
    [
      'custom_metadata_has.room=7&custom_metadata_has.vip=true',
      { custom_metadata_has: { room: '7', vip: true } },
    ],
    ['properties.name=&properties.count=3', { properties: { name: null, count: 3 } }],
    ['colour=red', { colour: 'red' }],
  ])('reads %s', (query, params) => {
    expect(parse(query)).toEqual(params);
    expect(parse(query === '' ? '_strict=true' : `_strict=true&${query}`)).toEqual(params);
  });

  it.each([
    ['__proto__=x', '__proto__: unknown parameter'],
    ['properties.__proto__.x=1', 'properties.__proto__.x: unknown parameter'],
    ['properties..name=x', 'properties..name: unknown parameter'],
    ['a.b.c.d.e=x', 'a.b.c.d.e: unknown parameter'],
    ['properties=x&properties.name=y', 'properties.name: given both as a value and as an object'],
    ['properties.name=y&properties=x', 'properties: given both as a value and as an object'],
  ])('refuses %s', (query, message) => {
    expect(parse(query)).toBe(message);
    expect('x' in {}).toBe(false);
  });
});

describe('what only a query without _strict may say', () => {
  it.each([
    ['device_ids[]=a&device_ids[]=b', { device_ids: ['a', 'b'] }, { 'device_ids[]': ['a', 'b'] }],
    ['device_ids=a,b', { device_ids: ['a', 'b'] }, { device_ids: ['a,b'] }],
    ['lengths=4,6', { lengths: [4, 6] }, { lengths: ['4,6'] }],
    ['sync=yes', { sync: true }, { sync: 'yes' }],
    ['sync=0', { sync: false }, { sync: '0' }],
    ['device_id=a,b', { device_id: 'a,b' }, { device_id: 'a,b' }],
    [
      'custom_metadata_has.vip=yes',
      { custom_metadata_has: { vip: 'yes' } },
      { custom_metadata_has: { vip: 'yes' } },
    ],
  ])('reads %s', (query, params, strict) => {
    expect(parse(query)).toEqual(params);
    expect(parse(`${query}&_strict=true`)).toEqual(strict);
    expect(parse(`${query}&_strict=false`)).toEqual(params);
  });
});
