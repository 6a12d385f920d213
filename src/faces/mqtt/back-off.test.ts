import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './back-off.ts';

describe('the wait between attempts', () => {
  it('doubles from 250 ms to at most 10 s, however long the broker is away', () => {
    expect([1, 2, 3, 6, 7, 1_000_000].map(retryDelayMs)).toEqual([250, 500, 1_000, 8_000, 10_000, 10_000]);
  });
});
