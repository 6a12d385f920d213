import { seededRandom } from '../../shared/random.ts';
import { Coordinator } from '../coordinator.ts';
import { type NetworkFile, parametersOf, testNetwork } from '../network-file.ts';
import { writeAddress } from '../nv-items.ts';
import type { Member } from '../member.ts';
import { Radio } from '../radio.ts';
import type { Stick } from '../stick.ts';
import { blankStick, commissionedStick, framesSoFar } from '../sticks.ts';
import type { PlainDevice } from './plain-device.ts';

/** A coordinator and the air around it, without locks and control interface. */
export interface CoordinatorBench extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly radio: Radio;
  readonly coordinator: Coordinator;
  readonly told: string[];
  /** Puts a device into the network that the stick was commissioned with. */
  admit(device: PlainDevice, address?: number): Member;
}

export interface BenchOptions {
  readonly blank?: boolean;
  readonly network?: NetworkFile;
}

export const anotherStick = (serial: number, network?: NetworkFile): Stick => {
  const options = { seed: 1, serial, devices: 4, random: seededRandom(serial) };
  return network === undefined ? blankStick(options) : commissionedStick(parametersOf(network), options);
};

export const startBench = async (options: BenchOptions = {}): Promise<CoordinatorBench> => {
  const network = options.network ?? testNetwork;
  const stick = anotherStick(0, options.blank === true ? undefined : network);
  const told: string[] = [];
  const radio: Radio = new Radio(stick, {
    indicate: (frame) => {
      coordinator.indicate(frame);
    },
    left: ({ device }) => {
      told.push(`left ${device.ieee}`);
    },
    permitted: (seconds) => {
      told.push(`permitted ${seconds}`);
    },
    changed: () => undefined,
  });
  const coordinator = new Coordinator(radio, {
    tell: (type) => {
      told.push(type);
    },
  });
  await coordinator.line.open(0);
  return {
    url: `tcp://127.0.0.1:${coordinator.line.port}`,
    port: coordinator.line.port,
    radio,
    coordinator,
    told,
    admit: (device, address = radio.freeAddress()) => {
      if (options.blank !== true) writeAddress(stick.nv, device.ieee, address, true);
      return radio.admit(device, { network: parametersOf(network), address, counterSeen: framesSoFar });
    },
    [Symbol.asyncDispose]: async () => {
      radio.close();
      await coordinator.line.close();
    },
  };
};
