import { randomInt, randomUUID } from 'node:crypto';
import type { Random } from '../ports/random.ts';

/** The operating system's cryptographic generator. `integer` takes bounds from 1 up to 2⁴⁸ − 1. */
export const systemRandom: Random = {
  uuid: () => randomUUID(),
  integer: (below) => randomInt(below),
};
