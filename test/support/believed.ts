import type { ClockTrust } from '../../src/ports/clock-trust.ts';
import type { Clock } from '../../src/ports/clock.ts';

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
    remember: () => undefined,
    onChange: () => () => undefined,
  };
};
