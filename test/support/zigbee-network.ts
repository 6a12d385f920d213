import { startNetwork } from '../../simulators/zigbee/network.ts';
import { lockFileSchema, preset } from '../../simulators/zigbee/presets.ts';
import { type ZigbeeSim, type ZigbeeSimOptions, clientOf, simNetwork } from './zigbee-sim.ts';

/**
 * The simulated Zigbee network of `startZigbeeSim`, in the process of the test: for tests that start many of them and
 * need none to be killed. It is talked to over TCP all the same.
 */
export const startZigbeeNetwork = async (options: ZigbeeSimOptions = {}): Promise<ZigbeeSim> => {
  const { locks, seed, delayMs, blank, stateFile, network = simNetwork } = options;
  const specs = typeof locks === 'string' ? preset(locks) : locks && lockFileSchema.parse(locks);
  if (specs === undefined && locks !== undefined) throw new Error('no such preset');
  const started = await startNetwork({
    network,
    ...(specs === undefined ? {} : { locks: specs }),
    ...(seed === undefined ? {} : { seed }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(blank === undefined ? {} : { blank }),
    ...(stateFile === undefined ? {} : { stateFile }),
  });
  return {
    ...clientOf(started.serialUrl, started.controlUrl, network),
    [Symbol.asyncDispose]: () => started.stop(),
  };
};
