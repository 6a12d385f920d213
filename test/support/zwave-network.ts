import { startNetwork } from '../../simulators/zwave/network.ts';
import { lockFileSchema, preset } from '../../simulators/zwave/presets.ts';
import { clientOf } from './zwave-sim.ts';
import type { SimOptions } from './sim-process.ts';
import type { ZwaveSim } from './zwave-sim.ts';

/**
 * The simulated Z-Wave network of `startZwaveSim`, in the process of the test: for tests that start many of them and
 * need none to be killed. It is talked to over TCP all the same.
 */
export const startZwaveNetwork = async ({ locks, seed, delayMs }: SimOptions = {}): Promise<ZwaveSim> => {
  const specs = typeof locks === 'string' ? preset(locks) : locks && lockFileSchema.parse(locks);
  if (specs === undefined && locks !== undefined) throw new Error('no such preset');
  const network = await startNetwork({
    ...(specs === undefined ? {} : { locks: specs }),
    ...(seed === undefined ? {} : { seed }),
    ...(delayMs === undefined ? {} : { delayMs }),
  });
  return {
    ...clientOf(network.serialUrl, network.controlUrl),
    [Symbol.asyncDispose]: () => network.stop(),
  };
};
