import { describe, expect, it } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import { Bell } from './bell.ts';

/** A clock whose timers fire when the test says so. */
const handClock = (): { clock: Clock; armed: Map<number, () => void> } => {
  const armed = new Map<number, () => void>();
  const after = (delayMs: number, fn: () => void): (() => void) => {
    armed.set(delayMs, fn);
    return () => {
      armed.delete(delayMs);
    };
  };
  return { armed, clock: { now: () => 0, monotonic: () => 0, after } };
};

const never = new AbortController().signal;

describe('the bell', () => {
  it('is heard by the next wait when it rang while nobody listened, and by that one only', async () => {
    const { clock, armed } = handClock();
    const bell = new Bell(clock);
    bell.ring();
    bell.ring();
    await bell.heard(1_000, never);
    let heard = false;
    const second = bell.heard(2_000, never).then(() => (heard = true));
    await Promise.resolve();
    expect(heard).toBe(false);
    bell.ring();
    await second;
    expect(armed.size).toBe(0);
  });

  it('lets a wait end by its time or by the signal, leaving no timer behind', async () => {
    const { clock, armed } = handClock();
    const bell = new Bell(clock);
    const byTime = bell.heard(1_000, never);
    armed.get(1_000)?.();
    await byTime;
    const stop = new AbortController();
    const bySignal = bell.heard(2_000, stop.signal);
    stop.abort();
    await bySignal;
    await bell.heard(3_000, stop.signal);
    expect(armed.size).toBe(0);
  });
});
