import type { ApsFrame, Device } from './air.ts';
import { dataIncoming, deviceAnnounced, deviceLeft, joiningPermitted } from './indications.ts';
import { Member, type Place } from './member.ts';
import type { MtFrame } from './mt-frame.ts';
import {
  type NetworkParameters,
  countFrame,
  readAddresses,
  removeAddress,
  writeAddress,
  writeChannel,
} from './nv-items.ts';
import { OctetReader, TooShortError } from './octets.ts';
import { PermitJoining } from './permit-joining.ts';
import type { Stick } from './stick.ts';
import { answerZdo, capabilitiesOf } from './zdo-node.ts';

/** ZStack status values of a frame that fared badly (Z-Stack, ZComDef.h). */
export const deliveryStatus = {
  success: 0,
  noRoute: 0xcd,
  channelBusy: 0xe1,
  noAck: 0xe9,
  expired: 0xf0,
} as const;

/** How long the stick looks for a node that nobody is: route discovery, its retries, what its children poll for. */
const noRouteMs = 400;
const noAckMs = 60;
const expiredMs = 7_000;
/** How long it listens for a moment in which nobody else sends. */
const channelBusyMs = 20;

/** The coordinator's clock ticks every 320 µs. */
const tickMs = 0.32;
const broadcastFrom = 0xfff8;

/** What the radio tells of. */
export interface RadioNews {
  /** The stick says something unasked. */
  indicate(frame: MtFrame): void;
  /** A device has left, by itself or told to. */
  left(member: Member, rejoin: boolean): void;
  permitted(seconds: number): void;
  /** Who is where has changed. */
  changed(): void;
}

/** The air between one stick and the devices around it. */
export class Radio {
  readonly #news: RadioNews;
  readonly #members = new Map<string, Member>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #permit: PermitJoining;
  #stick: Stick;
  /** Something else fills the channel: nothing gets through, either way. */
  jammed = false;

  constructor(stick: Stick, news: RadioNews) {
    this.#stick = stick;
    this.#news = news;
    this.#permit = new PermitJoining((seconds) => {
      news.indicate(joiningPermitted(seconds));
      news.permitted(seconds);
    });
  }

  get stick(): Stick {
    return this.#stick;
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  /** Another stick stands in the place of this one. */
  exchange(stick: Stick): void {
    this.permitJoining(0);
    this.#stick = stick;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#permit.close();
  }

  /** For how many seconds joining is permitted; 0 while it isn't. */
  get permittedSeconds(): number {
    return this.#permit.seconds;
  }

  permitJoining(seconds: number): void {
    this.#permit.set(seconds);
  }

  /** The device is in a network from now on. */
  admit(device: Device, place: Place): Member {
    const member = this.#members.get(device.ieee) ?? new Member(device, place);
    member.place = place;
    this.#members.set(device.ieee, member);
    device.joined((frame) => {
      this.#up(member, frame);
    });
    return member;
  }

  /** The device is in no network any more; the stick's tables are as they were. */
  expel(member: Member): void {
    this.#members.delete(member.device.ieee);
    member.device.joined(undefined);
  }

  /** The member is in the network that the stick keeps up. */
  hears({ place: { network } }: Member): boolean {
    const own = this.#stick.network;
    return (
      own !== undefined &&
      own.channel === network.channel &&
      own.panId === network.panId &&
      own.extendedPanId === network.extendedPanId &&
      own.key === network.key
    );
  }

  /** A network address that nobody has. */
  freeAddress(): number {
    const taken = new Set([...this.#members.values()].map(({ place }) => place.address));
    for (;;) {
      const address = 1 + Math.floor(this.#stick.random() * (broadcastFrom - 2));
      if (!taken.has(address)) return address;
    }
  }

  /** The member moves to another address, and says so if `aloud`. */
  readdress(member: Member, aloud: boolean): void {
    member.place = { ...member.place, address: this.freeAddress() };
    if (aloud) this.announce(member);
    this.#news.changed();
  }

  announce(member: Member): void {
    if (!this.hears(member)) return;
    const { ieee, address } = member.announced;
    writeAddress(this.#stick.nv, ieee, address, true);
    const { mains, listensAlways } = member.device;
    const flags = capabilitiesOf({ coordinator: false, mains, listensAlways });
    this.#news.indicate(deviceAnnounced(member.announced, flags));
  }

  /** The member leaves; the stick hears of it if it is in reach. */
  leave(member: Member, aloud: boolean, rejoin = false): void {
    if (aloud && this.hears(member)) {
      if (!rejoin) removeAddress(this.#stick.nv, member.device.ieee);
      this.#news.indicate(deviceLeft(member.announced, rejoin));
    }
    if (!rejoin) this.expel(member);
    this.#news.left(member, rejoin);
    this.#news.changed();
  }

  /**
   * The stick sends an application frame to a network address.
   * @param confirm told once how it fared
   */
  send(address: number, frame: ApsFrame, confirm: (status: number) => void): void {
    this.#down(address, frame, confirm, (member) => {
      member.device.receive(frame);
    });
  }

  /**
   * The stick asks a node about itself by ZDO.
   * @param answered told of the answer's payload, from its status on; never where none comes
   */
  ask(address: number, cluster: number, payload: Uint8Array, answered: (payload: Uint8Array) => void): void {
    const frame: ApsFrame = { profile: 0, cluster, sourceEndpoint: 0, endpoint: 0, payload };
    const unconfirmed = (): void => undefined;
    this.#down(address, frame, unconfirmed, (member) => {
      this.#answer(member, frame, answered);
    });
  }

  /** A question to all: only whom it concerns answers. */
  askAll(cluster: number, payload: Uint8Array, answered: (payload: Uint8Array) => void): void {
    for (const member of this.#members.values())
      if (this.hears(member)) this.ask(member.place.address, cluster, payload, answered);
  }

  /** The network moves to another channel, and all who hear it with it. */
  changeChannel(channel: number): void {
    const moving = [...this.#members.values()].filter((member) => this.hears(member));
    writeChannel(this.#stick.nv, channel);
    this.#stick.refresh();
    for (const member of moving)
      member.place = { ...member.place, network: { ...member.place.network, channel } };
    this.#news.changed();
  }

  #down(
    address: number,
    frame: ApsFrame,
    confirm: (status: number) => void,
    arrived: (member: Member) => void,
  ): void {
    const { network, nv } = this.#stick;
    if (network === undefined) {
      confirm(deliveryStatus.noRoute);
      return;
    }
    if (this.jammed) {
      this.#later(channelBusyMs, () => {
        confirm(deliveryStatus.channelBusy);
      });
      return;
    }
    const counter = countFrame(nv, network);
    const member = this.#inReach(network, address);
    if (member === undefined) {
      this.#missing(address, confirm);
      return;
    }
    // It acknowledges what has its address, but takes nothing under another key, and nothing it might have had before.
    if (!this.hears(member) || counter <= member.place.counterSeen) {
      member.frames.unanswered(frame);
      confirm(deliveryStatus.success);
      return;
    }
    const { status, afterMs, arrives } = member.device.deliver();
    this.#later(afterMs, () => {
      const landed = status === deliveryStatus.success || arrives === true;
      if (landed) member.frames.toLock(member.device, frame);
      else member.frames.unanswered(frame);
      confirm(status);
      if (!landed || this.#members.get(member.device.ieee) !== member) return;
      member.place = { ...member.place, counterSeen: Math.max(counter, member.place.counterSeen) };
      arrived(member);
    });
  }

  #inReach({ channel, panId }: NetworkParameters, address: number): Member | undefined {
    return [...this.#members.values()].find(
      ({ place }) =>
        place.address === address && place.network.channel === channel && place.network.panId === panId,
    );
  }

  /** Nobody has this address: a child that once had it is waited for, anyone else is searched. */
  #missing(address: number, confirm: (status: number) => void): void {
    const known = readAddresses(this.#stick.nv).find((entry) => entry.address === address && entry.child);
    const absent = [...this.#members.values()].find(({ device }) => device.ieee === known?.ieee);
    const sleeps = absent?.device.listensAlways === false;
    const [status, afterMs] =
      known === undefined
        ? [deliveryStatus.noRoute, noRouteMs]
        : sleeps
          ? [deliveryStatus.expired, expiredMs]
          : [deliveryStatus.noAck, noAckMs];
    this.#later(afterMs, () => {
      confirm(status);
    });
  }

  /** A device's ZDO endpoint: its answer, then whatever the request made it do. */
  #answer(member: Member, frame: ApsFrame, answered: (payload: Uint8Array) => void): void {
    let leaving: boolean | undefined;
    const node = member.node((rejoin) => {
      leaving = rejoin;
    });
    try {
      const payload = answerZdo(node, frame.cluster, new OctetReader(frame.payload));
      if (payload !== undefined) {
        member.frames.fromLock({ ...frame, cluster: frame.cluster | 0x8000 });
        answered(payload);
      }
    } catch (error) {
      if (!(error instanceof TooShortError)) throw error;
    }
    if (leaving === undefined || member.device.ignoresLeave) return;
    this.leave(member, true, leaving);
    if (leaving) this.readdress(member, true);
  }

  /** A device sends. */
  #up(member: Member, frame: ApsFrame): void {
    if (this.jammed) return;
    member.frames.fromLock(frame);
    if (!this.hears(member) || !this.#stick.endpoints.has(frame.endpoint)) return;
    member.sequence = (member.sequence + 1) & 0xff;
    const { address } = member.place;
    const timestamp = Math.floor(performance.now() / tickMs) >>> 0;
    const reception = { address, lqi: member.device.lqi, sequence: member.sequence, timestamp };
    this.#news.indicate(dataIncoming(frame, reception));
  }

  #later(afterMs: number, then: () => void): void {
    if (afterMs <= 0) {
      then();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, afterMs);
    this.#timers.add(timer);
  }
}
