import type { z } from 'zod';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';
import type { schemas } from './schemas.ts';
import { clockView, lockClocks } from './view.ts';

/** `lockstep/clock`. */
export const look = (parts: AppParts): AnswerBody => ({ clock: clockView(parts), locks: lockClocks(parts) });

/** `lockstep/clock/trust`: refused where the system's clock shows a time that is surely over, unless `set_floor`. */
export const trust = (parts: AppParts, params: z.infer<(typeof schemas)['trust']>): Promise<AnswerBody> => {
  const { clockTrust } = parts;
  if (clockTrust.trust(params.set_floor ?? false) === 'behind_floor') throw behindFloor(parts);
  return Promise.resolve({ clock: clockView(parts) });
};

const behindFloor = ({ clockTrust }: AppParts): Refusal => {
  const { wall, floor } = clockTrust.report();
  return new Refusal({
    type: 'clock_behind_floor',
    message:
      `The system's clock shows ${iso(wall)}, but it is ${iso(floor)} or later, as far as the bridge has seen: ` +
      'put the clock right. Only if it is right, and the bridge once believed a wrong one, set_floor: true ' +
      '(lockstep clock trust --set-floor) takes the clock at its word. All times are judged by it from then on: ' +
      'if it is slow, guests whose time is over get in for as long as it is. Codes that have ended stay ended.',
    status: 409,
    data: { system_time: iso(wall), floor: iso(floor) },
  });
};
