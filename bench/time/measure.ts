import type { Scale } from '../scale.ts';
import type { Section } from '../table.ts';
import { measureDepartures } from './departures.ts';
import { measureLateness } from './lateness.ts';
import { measurePending } from './pending.ts';

/** Codes with a time frame, many of them, on simulated locks in memory and a virtual clock. */
export const measureTime = async ({ rush, pending, departures }: Scale): Promise<Section[]> => [
  await measurePending(pending),
  ...(await measureLateness(rush)),
  await measureDepartures(departures),
];
