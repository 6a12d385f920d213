/** An application frame between the coordinator and one device (Zigbee specification, APS data). */
export interface ApsFrame {
  /** 0x0104 Home Automation, 0 ZDO. */
  readonly profile: number;
  readonly cluster: number;
  readonly sourceEndpoint: number;
  readonly endpoint: number;
  /** A ZCL frame, or with profile 0 a ZDO frame (its sequence number first). */
  readonly payload: Uint8Array;
}

/** A device's simple descriptor: what one of its endpoints is. */
export interface EndpointDescriptor {
  readonly endpoint: number;
  readonly profile: number;
  /** 0x000a is a door lock. */
  readonly deviceId: number;
  readonly deviceVersion: number;
  readonly inputClusters: readonly number[];
  readonly outputClusters: readonly number[];
}

/** What the coordinator's radio is told of a frame that it sent: after so long, with this ZStack status (0 success). */
export interface Delivery {
  readonly status: number;
  readonly afterMs: number;
  /** With another status than 0: the frame did arrive, and only its acknowledgement was lost. */
  readonly arrives?: boolean;
}

/** An entry of a device's binding table: what its cluster has to say of itself goes there. */
export interface Binding {
  readonly endpoint: number;
  readonly cluster: number;
  /** EUI-64 as in `Device.ieee`. */
  readonly destination: string;
  readonly destinationEndpoint: number;
}

/** A device in radio reach, in the network or not. What it does with frames is its own affair. */
export interface Device {
  /** EUI-64, `0x` and 16 hex digits, the most significant first. */
  readonly ieee: string;
  readonly name: string;
  readonly manufacturerCode: number;
  /** False for a battery lock that sleeps and polls its parent. */
  readonly listensAlways: boolean;
  readonly mains: boolean;
  readonly endpoints: readonly EndpointDescriptor[];
  /** How a frame from the coordinator fares, asked once for each; `receive` follows where the status is 0. */
  deliver(): Delivery;
  receive(frame: ApsFrame): void;
  /** How well the coordinator hears it, 0 to 255. */
  readonly lqi: number;
  /** Says yes when it is told to leave, and stays. */
  readonly ignoresLeave: boolean;
  readonly bindings: readonly Binding[];
  /** @returns false if the table is full. */
  bind(binding: Binding): boolean;
  /** @returns false if there was no such entry. */
  unbind(binding: Binding): boolean;
  /** It is in the network from now on, and sends by this function; undefined when it has left. */
  joined(send: ((frame: ApsFrame) => void) | undefined): void;
}
