import type { EndpointDescriptor } from './air.ts';
import type { Nv } from './nv.ts';
import {
  type NetworkParameters,
  clearNetwork,
  nvItem,
  plannedNetwork,
  readNetwork,
  writeNetwork,
} from './nv-items.ts';
import { OctetReader, eui64Text } from './octets.ts';

/** Device states of Z-Stack that a coordinator can be in (ZDApp.h). */
export const deviceState = { hold: 0, starting: 8, coordinator: 9 } as const;

/** Start-up option bits: forget the configuration, forget the network. */
const forgetNetwork = 0x02;

/** The chip on a Zigbee stick: its memory, and what it knows as long as it has power. */
export class Stick {
  readonly nv: Nv;
  readonly #random: () => number;
  #ieee = '';
  #network: NetworkParameters | undefined;
  #channels = 0;
  /** What a hub registered to be spoken to, by endpoint; gone after a reset. */
  readonly endpoints = new Map<number, EndpointDescriptor>();
  /** Groups that endpoints are in, `endpoint/group`. */
  readonly groups = new Set<string>();
  /** So many of the hub's next frames it has no room for. */
  overloaded = 0;

  constructor(nv: Nv, random: () => number) {
    this.nv = nv;
    this.#random = random;
    this.boot();
  }

  get ieee(): string {
    return this.#ieee;
  }

  /** The network it keeps up just now. */
  get network(): NetworkParameters | undefined {
    return this.#network;
  }

  get state(): number {
    return this.#network === undefined ? deviceState.hold : deviceState.coordinator;
  }

  random(): number {
    return this.#random();
  }

  /** Power comes, or a reset: it waits to be told to start. */
  boot(): void {
    this.#network = undefined;
    this.endpoints.clear();
    this.groups.clear();
    this.overloaded = 0;
    const option = this.nv.read(nvItem.startupOption)?.[0] ?? 0;
    if ((option & forgetNetwork) !== 0) clearNetwork(this.nv);
    this.#ieee = eui64Text(this.nv.read(nvItem.extAddress) ?? new Uint8Array(8));
    this.#channels = new OctetReader(this.nv.read(nvItem.channels) ?? Uint8Array.of(0, 8, 0, 0)).u32();
  }

  setChannels(mask: number): void {
    this.#channels = mask;
  }

  /** Starts with the network of its memory. @returns false where it has none. */
  start(): boolean {
    this.#network ??= readNetwork(this.nv);
    return this.#network !== undefined;
  }

  /** Forms a network as its memory plans it. */
  form(): void {
    const network = plannedNetwork(this.nv, this.#channels, this.#random);
    writeNetwork(this.nv, network, this.#ieee);
    this.#network = readNetwork(this.nv);
  }

  /** Reads anew what was written into its memory while it runs: the channel. */
  refresh(): void {
    if (this.#network !== undefined) this.#network = readNetwork(this.nv);
  }
}
