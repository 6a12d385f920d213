import type { WakeUp } from '../../drivers/simulated/index.ts';

/** A beam of 1.1 s (facts page ZWAVE, Airtime); awake for 2 s after a frame, as Silicon Labs' framework has it. */
export const wakeUp: WakeUp = { beamMs: 1_100, awakeMs: 2_000 };

/** What an awake one needs, in the mean of what is asked of it (Yale: set 492 ms, delete 640, get 40), milliseconds. */
export const exchangeMs = { setting: 190, removing: 340 } as const;
