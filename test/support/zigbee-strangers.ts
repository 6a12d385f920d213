import { deviceJoined } from '../../simulators/zigbee/indications.ts';
import { testNetwork } from '../../simulators/zigbee/network-file.ts';
import { startBench } from '../../simulators/zigbee/testing/coordinator-bench.ts';
import { PlainDevice } from '../../simulators/zigbee/testing/plain-device.ts';

/** A coordinator without any locks, and devices that are none. */
export interface StrangersBench extends AsyncDisposable {
  readonly serial: string;
  /** What the driver's `network_file` has to say. */
  readonly network: typeof testNetwork;
  /** A lamp finds the network open, and the trust centre says so. */
  joins: (ieee: string) => void;
  /** How many devices are in the network. */
  members: () => number;
}

class Lamp extends PlainDevice {
  override readonly endpoints = [
    {
      endpoint: 1,
      profile: 0x0104,
      deviceId: 0x0100,
      deviceVersion: 0,
      inputClusters: [0x0000, 0x0006],
      outputClusters: [],
    },
  ];
}

export const startStrangers = async (): Promise<StrangersBench> => {
  const bench = await startBench();
  return {
    serial: bench.url,
    network: testNetwork,
    joins: (ieee) => {
      bench.coordinator.indicate(deviceJoined(bench.admit(new Lamp(ieee)).announced));
    },
    members: () => bench.radio.members.size,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
};
