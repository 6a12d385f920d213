import type { ApsFrame, Binding, Delivery, Device, EndpointDescriptor } from '../air.ts';
import { OctetReader, OctetWriter } from '../octets.ts';

const characterString = (text: string): number[] => [text.length, ...Buffer.from(text)];

/** Attributes of the Basic cluster: type and value as they stand in a read response. */
const basic: Readonly<Record<number, readonly number[]>> = {
  0x0000: [0x20, 3],
  0x0004: [0x42, ...characterString('Plain')],
  0x0005: [0x42, ...characterString('P1')],
  0x0007: [0x30, 3],
};

/** A device without manners for tests of the coordinator: it answers reads of its Basic cluster and toggles. */
export class PlainDevice implements Device {
  readonly ieee: string;
  readonly name = 'Plain';
  readonly manufacturerCode = 0x1234;
  readonly listensAlways: boolean = true;
  readonly mains: boolean = true;
  readonly lqi = 200;
  readonly ignoresLeave = false;
  readonly endpoints: readonly EndpointDescriptor[] = [
    {
      endpoint: 1,
      profile: 0x0104,
      deviceId: 0x000a,
      deviceVersion: 0,
      inputClusters: [0x0000, 0x0001, 0x0101],
      outputClusters: [0x000a],
    },
  ];
  readonly bindings: Binding[] = [];
  readonly received: ApsFrame[] = [];
  /** How the next frames fare; the default when it runs out. */
  readonly deliveries: Delivery[] = [];
  send: ((frame: ApsFrame) => void) | undefined;

  constructor(ieee: string) {
    this.ieee = ieee;
  }

  deliver(): Delivery {
    return this.deliveries.shift() ?? { status: 0, afterMs: 0 };
  }

  bind(binding: Binding): boolean {
    this.unbind(binding);
    this.bindings.push(binding);
    return this.bindings.length <= 2;
  }

  unbind(binding: Binding): boolean {
    const at = this.bindings.findIndex(
      ({ endpoint, cluster }) => endpoint === binding.endpoint && cluster === binding.cluster,
    );
    if (at !== -1) this.bindings.splice(at, 1);
    return at !== -1;
  }

  joined(send: ((frame: ApsFrame) => void) | undefined): void {
    this.send = send;
  }

  receive(frame: ApsFrame): void {
    this.received.push(frame);
    const reader = new OctetReader(frame.payload);
    const [control, sequence, command] = [reader.u8(), reader.u8(), reader.u8()];
    if ((control & 0x03) !== 0 || command !== 0 || frame.cluster !== 0) return;
    const answer = new OctetWriter().u8(0x18).u8(sequence).u8(0x01);
    while (reader.left > 1) {
      const id = reader.u16();
      const value = basic[id];
      answer.u16(id);
      if (value === undefined) answer.u8(0x86);
      else answer.u8(0).raw(value);
    }
    this.send?.({
      ...frame,
      sourceEndpoint: frame.endpoint,
      endpoint: frame.sourceEndpoint,
      payload: answer.take(),
    });
  }
}
