import type { Device } from './air.ts';
import { FrameCount } from './frame-count.ts';
import type { Announced } from './indications.ts';
import type { NetworkParameters } from './nv-items.ts';
import type { ZdoNode } from './zdo-node.ts';

/** What a device keeps of the network that it is in. */
export interface Place {
  readonly network: NetworkParameters;
  readonly address: number;
  /** The number of the last frame it took: older ones are somebody's recording. */
  readonly counterSeen: number;
}

/** A device that is in a network: this stick's, or one that nobody keeps up any more. */
export class Member {
  readonly device: Device;
  readonly frames = new FrameCount();
  place: Place;
  sequence = 0;

  constructor(device: Device, place: Place) {
    this.device = device;
    this.place = place;
  }

  get announced(): Announced {
    return { ieee: this.device.ieee, address: this.place.address };
  }

  /** What it says of itself; `leave` is told whether it is to come back. */
  node(leave: (rejoin: boolean) => void): ZdoNode {
    const { device } = this;
    return {
      ieee: device.ieee,
      address: this.place.address,
      coordinator: false,
      manufacturerCode: device.manufacturerCode,
      listensAlways: device.listensAlways,
      mains: device.mains,
      endpoints: device.endpoints,
      bindings: device.bindings,
      bind: (binding) => device.bind(binding),
      unbind: (binding) => device.unbind(binding),
      neighbours: () => undefined,
      leave,
    };
  }
}
