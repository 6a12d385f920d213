import { z } from 'zod';
import type { Coordinator } from './coordinator.ts';
import { FrameCount } from './frame-count.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { networkFileSchema, parametersOf } from './network-file.ts';
import { readAddresses, readFrameCounter } from './nv-items.ts';
import type { Radio } from './radio.ts';
import type { Unit } from './unit.ts';

type Parse = <T>(schema: z.ZodType<T>, body: unknown) => T;

const emptySchema = z.strictObject({});
const aloudSchema = z.strictObject({
  /** Whether the coordinator gets to know of it. */
  announce: z.boolean().default(true),
});
const coordinatorSchema = z.strictObject({
  drop: z.literal(true).optional(),
  accept: z.boolean().optional(),
  mute: z.boolean().optional(),
  restart: z.literal(true).optional(),
  jam: z.boolean().optional(),
  overload: z.int().min(0).max(1_000).optional(),
  exchange: z.union([z.literal('blank'), networkFileSchema]).optional(),
  restore: z.literal(true).optional(),
  introduce: z.literal(true).optional(),
});

/** What the control interface does with the coordinator, and with a lock's being in the network. */
export class NetworkControl {
  readonly #neighbourhood: Neighbourhood;
  readonly #coordinator: Coordinator;
  readonly #radio: Radio;
  readonly #unseen = new FrameCount();

  constructor(neighbourhood: Neighbourhood, coordinator: Coordinator, radio: Radio) {
    this.#neighbourhood = neighbourhood;
    this.#coordinator = coordinator;
    this.#radio = radio;
  }

  /** In a network; the others wait. */
  isMember(unit: Unit): boolean {
    return this.#neighbourhood.member(unit) !== undefined;
  }

  details(unit: Unit): Record<string, unknown> {
    const member = this.#neighbourhood.member(unit);
    return {
      network_address: member?.place.address ?? null,
      // It is in the network that the coordinator keeps up now.
      in_network: member !== undefined && this.#radio.hears(member),
      looking: this.#neighbourhood.looks(unit),
    };
  }

  frames(unit: Unit): Pick<FrameCount, 'snapshot' | 'reset'> {
    return this.#neighbourhood.member(unit)?.frames ?? this.#unseen;
  }

  /** Somebody does something to a lock that concerns its being there; undefined where that is nothing of the sort. */
  async act(unit: Unit, action: string, body: unknown, parse: Parse): Promise<object | undefined> {
    const neighbourhood = this.#neighbourhood;
    const inNone = { accepted: false, reason: 'in_no_network' };
    switch (action) {
      case 'pair':
        parse(emptySchema, body);
        if (!(await neighbourhood.pair(unit))) return { accepted: false, reason: 'in_a_network' };
        return { accepted: true, window_ms: unit.spec.pairing_window_ms };
      case 'rejoin':
        if (!(await neighbourhood.rejoin(unit, parse(aloudSchema, body).announce))) return inNone;
        return { accepted: true, ...this.details(unit) };
      case 'announce':
        parse(emptySchema, body);
        return neighbourhood.announce(unit) ? { accepted: true } : inNone;
      case 'leave':
        return neighbourhood.leave(unit, parse(aloudSchema, body).announce) ? { accepted: true } : inNone;
      case 'exchange':
        parse(emptySchema, body);
        return { accepted: true, ieee: neighbourhood.exchange(unit).device.ieee };
      default:
        return undefined;
    }
  }

  /** It forgets its network and tells nobody. */
  forget(unit: Unit): void {
    this.#neighbourhood.leave(unit, false);
  }

  /** Routes of its own; undefined where there is no such route. */
  async route(route: string, readBody: () => Promise<unknown>, parse: Parse): Promise<object | undefined> {
    if (route === 'GET /coordinator') return this.#state();
    if (route !== 'POST /coordinator') return undefined;
    const change = parse(coordinatorSchema, await readBody());
    const { line } = this.#coordinator;
    if (change.exchange !== undefined)
      await this.#neighbourhood.exchangeStick(
        change.exchange === 'blank' ? undefined : parametersOf(change.exchange),
      );
    if (change.restore === true && !(await this.#neighbourhood.restoreStick()))
      return { accepted: false, reason: 'nothing_on_the_shelf' };
    if (change.mute !== undefined) line.mute(change.mute);
    if (change.drop === true) line.drop();
    if (change.restart === true) this.#coordinator.crash();
    if (change.jam !== undefined) this.#radio.jammed = change.jam;
    if (change.overload !== undefined) this.#radio.stick.overloaded = change.overload;
    if (change.accept !== undefined) await this.#coordinator.plug(change.accept);
    if (change.introduce === true) this.#neighbourhood.introduce();
    return { accepted: true, ...this.#state() };
  }

  #state(): Record<string, unknown> {
    const { line, plugged } = this.#coordinator;
    const { stick, permittedSeconds } = this.#radio;
    const { network, nv } = stick;
    return {
      ieee: stick.ieee,
      running: network !== undefined,
      network:
        network === undefined
          ? null
          : {
              pan_id: network.panId,
              extended_pan_id: network.extendedPanId.slice(2),
              channel: network.channel,
            },
      frame_counter: network === undefined ? null : readFrameCounter(nv, network),
      permit_join_seconds: permittedSeconds,
      children: readAddresses(nv).filter(({ child }) => child).length,
      connected: line.connected,
      clients: line.clients,
      accepting: plugged,
      muted: line.muted,
      jammed: this.#radio.jammed,
    };
  }
}
