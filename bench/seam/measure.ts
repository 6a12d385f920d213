import type { Scale } from '../scale.ts';
import type { Section } from '../table.ts';
import type { Workplace } from '../workplace.ts';
import { measureCreates } from './creates.ts';
import { measureLarge } from './large.ts';
import { measurePeer } from './peer.ts';

/** Seam's API: how many creates the disk bears, what much of everything costs, and how Seam's own fake does beside it. */
export const measureSeam = async (place: Workplace, scale: Scale): Promise<Section[]> => [
  await measureCreates(place, scale),
  await measureLarge(scale),
  await measurePeer(place, scale),
];
