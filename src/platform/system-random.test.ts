import { describe, expect, it, vi } from 'vitest';
import { isUuid } from '../core/ids.ts';
import { systemRandom } from './system-random.ts';

describe('the system random generator', () => {
  it('makes UUIDs that differ', () => {
    const made = new Set(Array.from({ length: 100 }, () => systemRandom.uuid()));
    expect(made.size).toBe(100);
    expect([...made].every(isUuid)).toBe(true);
  });

  it('draws every integer below its bound and none at or above it', () => {
    const drawn = new Set(Array.from({ length: 2000 }, () => systemRandom.integer(10)));
    expect([...drawn].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('never asks the generator that can be foretold: PINs and keys are made of it', () => {
    const foretold = vi.spyOn(Math, 'random');
    try {
      systemRandom.uuid();
      systemRandom.integer(10);
      expect(foretold).not.toHaveBeenCalled();
    } finally {
      foretold.mockRestore();
    }
  });
});
