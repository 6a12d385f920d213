import { act, read } from '../route.ts';
import type { Route } from '../route.ts';
import { schemas } from './schemas.ts';
import { look, trust } from './use-cases.ts';

/**
 * Who says that a clock is right decides which codes open doors: that is said on this machine only, never over the
 * network.
 */
export const clockRoutes: readonly Route[] = [
  read(
    'lockstep/clock',
    {
      summary: "Whether the bridge knows the time, and how far off the locks' own clocks are.",
      schema: schemas.look,
      answers: ['clock', 'locks'],
    },
    look,
  ),
  act(
    'lockstep/clock/trust',
    {
      summary: "Has the bridge trust the system's clock as it is now.",
      schema: schemas.trust,
      answers: ['clock'],
      isLocal: true,
    },
    trust,
  ),
];
