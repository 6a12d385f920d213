import { describe, expect, it } from 'vitest';
import { age, ahead, localMinute, localTime } from './time.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();

describe('times for people', () => {
  it.each([
    [before(0), 'just now'],
    [before(-3600), 'just now'],
    [before(4.9), 'just now'],
    [before(5), '5 s ago'],
    [before(59), '59 s ago'],
    [before(60), '1 min ago'],
    [before(180), '3 min ago'],
    [before(3599), '59 min ago'],
    [before(3600), '1 h ago'],
    [before(7199), '1 h ago'],
    [before(48 * 3600 - 1), '47 h ago'],
    [before(48 * 3600), '2 d ago'],
    [before(72 * 3600), '3 d ago'],
    [null, 'never'],
    ['nonsense', 'never'],
  ])('%s is %s', (iso, text) => {
    expect(age(iso, now)).toBe(text);
  });

  it.each([
    [before(5), 'now'],
    [before(0), 'now'],
    ['nonsense', 'now'],
    [before(-1), 'in 1 s'],
    [before(-59), 'in 59 s'],
    [before(-60), 'in 1 min'],
    [before(-80), 'in 1 min'],
    [before(-240), 'in 4 min'],
    [before(-3599), 'in 60 min'],
    [before(-3600), 'in 1 h'],
    [before(-5000), 'in 1 h'],
    [before(-7200), 'in 2 h'],
  ])('%s is %s', (iso, text) => {
    expect(ahead(iso, now)).toBe(text);
  });

  it('are local, in winter and in summer', () => {
    expect(localTime('2026-11-22T12:00:00Z', 'Europe/Berlin')).toBe('2026-11-22 13:00:00');
    expect(localTime('2026-06-22T22:30:05Z', 'Europe/Berlin')).toBe('2026-06-23 00:30:05');
    expect(localTime('nonsense', 'UTC')).toBe('nonsense');
    expect(localMinute('2026-06-22T22:30:00Z', 'Europe/Berlin')).toBe('2026-06-23 00:30');
    expect(localMinute('2026-06-22T22:00:05Z', 'Europe/Berlin')).toBe('2026-06-23 00:00:05');
  });
});
