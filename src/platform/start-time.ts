import type { Instant } from '../core/model.ts';
import type { ClockTrust } from '../ports/clock-trust.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * When this was called, by the clock as it is believed now: a start at which the time wasn't known is dated anew once it
 * is, or whoever looks would be told of hours and years that nobody ran. Milliseconds since 1970.
 */
export const startTime = (clock: Clock & Pick<ClockTrust, 'isTrusted'>): (() => Instant) => {
  const began = clock.monotonic();
  let at = clock.now();
  let isKnown = clock.isTrusted;
  return () => {
    if (!isKnown && clock.isTrusted) {
      at = Math.floor(clock.now() - (clock.monotonic() - began));
      isKnown = true;
    }
    return at;
  };
};
