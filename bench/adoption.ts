import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Bare } from './bare.ts';
import { Bridge, foundHousehold, zwaveRadio } from './bridge.ts';
import { adoptionLocks, Network } from './network.ts';
import { say } from './progress.ts';
import type { Section } from './table.ts';
import type { Workplace } from './workplace.ts';

/**
 * What the first look at a lock's slots costs on the air, by the simulated network's own count. zwave-js's interview,
 * which comes before it, is counted by itself: zwave-js alone does that one, and the bridge goes on from its cache.
 */
export const measureAdoption = async (place: Workplace, keysFile: string): Promise<Section> => {
  const network = await Network.start('adoption');
  const { sim, nodes } = network;
  const cacheDir = place.folder('bare');
  say('adoption: interviews by zwave-js alone');
  await (await Bare.start(place, sim.serial, cacheDir, keysFile)).stop();
  const interview = await Promise.all(nodes.map((node) => network.frames(node)));
  await sim.resetFrames();
  const household = await foundHousehold(place, zwaveRadio(sim.serial, keysFile));
  cpSync(cacheDir, join(household.dir, 'data', 'zwave', 'cache'), { recursive: true });
  say('adoption: every slot is looked at');
  const bridge = await Bridge.start(place, household);
  const seconds = (await bridge.adopted(nodes.length)) / 1_000;
  await bridge.stop();
  const frames = await Promise.all(nodes.map((node) => network.frames(node)));
  await network.stop();
  return {
    title: `Application frames of the first look at a lock (all six in ${seconds.toFixed(0)} s, paced)`,
    rows: adoptionLocks.map(({ what }, index) => ({
      what,
      lockstep: `${String(frames[index])} for the scan`,
      bare: `${String(interview[index])} for its interview`,
    })),
  };
};
