import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './system-clock.ts';

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fires a timer of 60 days after 60 days, not at once', () => {
    const fired = vi.fn();
    const days = 24 * 3600 * 1000;
    systemClock.after(60 * days, fired);
    vi.advanceTimersByTime(60 * days - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
  });

  it('cancels a long timer in any of its chunks, and leaves none armed', () => {
    const fired = vi.fn();
    const cancel = systemClock.after(2 ** 33, fired);
    vi.advanceTimersByTime(2 ** 32);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(2 ** 33);
    expect(fired).not.toHaveBeenCalled();
  });

  it('fires a timer that is already due on the next turn', () => {
    const fired = vi.fn();
    systemClock.after(-5, fired);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(0);
    expect(fired).toHaveBeenCalledOnce();
  });

  it('does not stretch a timer when the wall clock jumps', () => {
    const fired = vi.fn();
    systemClock.after(1000, fired);
    vi.setSystemTime(0);
    vi.advanceTimersByTime(1000);
    expect(fired).toHaveBeenCalledOnce();
  });
});
