import type { Clock } from '../ports/clock.ts';
import type { ClockTrust } from '../ports/clock-trust.ts';

/** A clock that is believed whatever it shows. */
export const believed = (clock: Clock): ClockTrust => {
  const since = clock.now();
  return {
    isTrusted: true,
    report: () => ({
      distrust: undefined,
      since,
      wall: clock.now(),
      floor: clock.now(),
      synchronised: undefined,
      by: 'config',
    }),
    trust: () => 'trusted',
    onChange: () => () => undefined,
  };
};
