import { describe } from 'vitest';
import type { BenchKind } from './bench.ts';
import { characters } from './characters.ts';
import { descriptions } from './descriptions.ts';
import { ending } from './ending.ts';
import { faults } from './faults.ts';
import { membership } from './membership.ts';
import { news } from './news.ts';
import { sceneOf } from './scene.ts';
import { signals } from './signals.ts';
import { slots } from './slots.ts';
import { clocks } from './clocks.ts';
import { windows } from './windows.ts';

/**
 * What every driver has to do, whatever its radio (docs/drivers.md). To be called once in a test file of its own, with
 * a bench on which the driver's locks play their parts.
 */
export const driverContract = (kind: BenchKind): void => {
  describe(`the ${kind.name} driver`, () => {
    const scene = sceneOf(kind);
    descriptions(kind, scene);
    slots(kind, scene);
    characters(kind, scene);
    clocks(kind, scene);
    windows(kind, scene);
    faults(kind, scene);
    signals(kind, scene);
    news(kind, scene);
    membership(kind, scene);
    ending(kind, scene);
  });
};
