import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idLength, match, single } from './resolve.ts';

const items = [
  { id: 'aa11', names: ['Front'] },
  { id: 'aa22', names: ['Front door', 'zwave:2'] },
  { id: 'bb33', names: ['Aa'] },
];

describe('naming something', () => {
  it.each([
    ['aa11', 'aa11'],
    ['AA2', 'aa22'],
    ['front', 'aa11'],
    ['front d', 'aa22'],
    ['zwave:2', 'aa22'],
    ['aa', 'bb33'],
  ])('"%s" means %s', (text, id) => {
    expect(match(text, items)).toEqual({ kind: 'one', item: items.find((item) => item.id === id) });
  });

  it('says when several could be meant, and when none is', () => {
    expect(match('fro', items)).toMatchObject({ kind: 'many', items: items.slice(0, 2) });
    expect(match('x', items)).toEqual({ kind: 'none' });
    expect(match(' ', items)).toEqual({ kind: 'none' });
  });

  it('counts an item once, though its id and its name both fit', () => {
    expect(match('c', [{ id: 'c1', names: ['cellar', 'cave'] }])).toMatchObject({ kind: 'one' });
  });

  it('shows at most twenty candidates, and no control character of what was typed', () => {
    const many = Array.from({ length: 25 }, (_, n) => ({ id: `id${n}`, names: [] }));
    const result = single('lock', 'id', many);
    expect(result.ok || result.failure.message.split('\n')).toHaveLength(22);
    const none = single('lock', 'x\u001b', many);
    expect(none.ok || none.failure.message).not.toContain('\u001b');
  });
});

describe('shortened ids', () => {
  it('differ as long as the ids do', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid(), { maxLength: 20 }), (ids) => {
        const length = idLength(ids);
        expect(length).toBeGreaterThanOrEqual(8);
        expect(new Set(ids.map((id) => id.slice(0, length))).size).toBe(new Set(ids).size);
      }),
    );
    expect(idLength(['aaaaaaaa-1', 'aaaaaaaa-2'])).toBe(10);
  });
});
