import { describe, expect, it } from 'vitest';
import { clean, painter, truncate, widthOf, wrap } from './text.ts';

describe('text on a terminal', () => {
  it.each([
    ['Anna', 4],
    ['Zoë', 3],
    ['Zoe\u0308', 3],
    ['家', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['Yale®', 5],
    ['', 0],
  ])('%s takes %d columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    ['', 10, ['']],
    ['one two three', 7, ['one two', 'three']],
    ['one two three', 6, ['one', 'two', 'three']],
    ['家家 家', 5, ['家家', '家']],
    ['unbreakable word', 4, ['unbreakable', 'word']],
  ])('"%s" is wrapped at %d columns', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  it('is cut between characters as people see them, never wider than asked', () => {
    expect(truncate('Anna', 4)).toBe('Anna');
    expect(truncate('Annabel', 4)).toBe('Ann…');
    expect(truncate('家家家', 4)).toBe('家…');
    expect(truncate('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
    expect(truncate('Back door', 6)).toBe('Back…');
  });

  it('loses what could rewrite the terminal', () => {
    expect(clean('a\u001b[31mb\nc\u202ed\u009be')).toBe('a?[31mb?c?d?e');
  });

  it('is painted only where colours are wanted', () => {
    expect(painter(true)('bad', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(painter(false)('bad', 'x')).toBe('x');
    expect(painter(true)(undefined, 'x')).toBe('x');
  });
});
