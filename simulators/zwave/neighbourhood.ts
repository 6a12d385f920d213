import { type SecurityClass, dskFromString, nwiHomeIdFromDSK } from '@zwave-js/core';
import type { MockController, MockNode } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { Inclusion, Joiner, Leaver, Surroundings } from './inclusion.ts';
import { createGhost, createLockNode, deviceClass } from './node.ts';
import type { GrantedKeys } from './node-keys.ts';
import { Person, type Place } from './person.ts';
import { noNode } from './spec.ts';
import type { Membership } from './state-file.ts';
import { type Unit, type UnitOptions, emptyUnit } from './unit.ts';

/** A lock that is a node of the network. */
export interface Resident {
  readonly unit: Unit;
  readonly place: Place;
  keys: GrantedKeys | 'network';
  readonly bySmartStart: boolean;
  unpairingUntil: number;
}

/**
 * A lock that is no node. `stranded`: it believes to be one still, since the stick has struck it off without it; it
 * joins nothing before it is excluded or reset.
 */
export interface Outsider {
  readonly unit: Unit;
  readonly state: 'waiting' | 'stranded';
  pairingUntil: number;
  unpairingUntil: number;
  poweredUp: boolean;
  /** Its node of before, for one that is stranded. */
  readonly node: MockNode | undefined;
}

/** What goes on by itself has nobody to throw at: a state file that can't be written is said on stderr. */
const inBackground = (work: Promise<void> | undefined): void => {
  work?.catch((error: unknown) => {
    process.stderr.write(`simulated lock: ${error instanceof Error ? error.message : 'failed'}\n`);
  });
};

const announceEveryMs = 2_000;

const nwiHomeId = (unit: Unit): string | undefined =>
  unit.identity === undefined
    ? undefined
    : Buffer.from(nwiHomeIdFromDSK(dskFromString(unit.identity.dsk))).toString('hex');

/** All locks within the stick's reach: who is in its network, who isn't, and who stands at the pairing button. */
export class Neighbourhood implements Surroundings {
  readonly #log: EventLog;
  readonly #options: UnitOptions;
  readonly #save: (membership: Membership) => void;
  readonly #places = new Map<number, Place>();
  readonly #residents = new Map<number, Resident>();
  readonly #outsiders = new Map<string, Outsider>();
  readonly #ghosts = new Map<number, Unit>();
  #controller: MockController | undefined;
  #inclusion: Inclusion | undefined;
  #announcing: NodeJS.Timeout | undefined;

  constructor(log: EventLog, options: UnitOptions, save: (membership: Membership) => void) {
    this.#log = log;
    this.#options = options;
    this.#save = save;
  }

  /** The locks that are nodes, by node id; changes as they come and go. */
  get places(): ReadonlyMap<number, Place> {
    return this.#places;
  }

  resident(node: number): Resident | undefined {
    return this.#residents.get(node);
  }

  get outsiders(): ReadonlyMap<string, Outsider> {
    return this.#outsiders;
  }

  /** Puts the locks where they were when the simulator ended last, or where their specs have them. */
  async settle(
    controller: MockController,
    inclusion: Inclusion,
    units: readonly Unit[],
    before: Membership | undefined,
  ): Promise<void> {
    this.#controller = controller;
    this.#inclusion = inclusion;
    for (const unit of units) {
      const was = before?.units[unit.key];
      const node = was === undefined ? unit.spec.node : (was.node ?? noNode);
      if (node === noNode || this.#residents.has(node))
        this.#outside(unit, was?.stranded === true ? 'stranded' : 'waiting');
      else await this.#inside(unit, node, was?.keys ?? 'network', false);
    }
    for (const [node, key] of Object.entries(before?.ghosts ?? {})) {
      const unit = units.find((each) => each.key === key);
      if (unit === undefined || this.#residents.has(Number(node))) continue;
      this.#ghosts.set(Number(node), unit);
      await createGhost(controller, unit.spec, Number(node));
    }
  }

  close(): void {
    clearInterval(this.#announcing);
    for (const { place } of this.#residents.values()) place.leave();
  }

  get membership(): Membership {
    const units: Record<string, Membership['units'][string]> = {};
    for (const [node, { unit, keys }] of this.#residents)
      units[unit.key] = { generation: unit.generation, node, ...(keys === 'network' ? {} : { keys }) };
    for (const { unit, state } of this.#outsiders.values())
      units[unit.key] = { generation: unit.generation, node: null, stranded: state === 'stranded' };
    return {
      units,
      ghosts: Object.fromEntries([...this.#ghosts].map(([node, { key }]) => [String(node), key])),
    };
  }

  // What people do

  /** Presses the pairing button. @returns whether the lock is in pairing mode now. */
  async pair(outsider: Outsider): Promise<boolean> {
    const { unit } = outsider;
    if (outsider.state === 'stranded') return false;
    outsider.pairingUntil = performance.now() + unit.spec.pairing_window_ms;
    await this.#happened(unit, 'pairing_mode');
    inBackground(this.#inclusion?.lookAround());
    return true;
  }

  /** Presses the unpairing button of a lock that is, or believes to be, in a network. */
  async unpair(lock: Resident | Outsider): Promise<void> {
    lock.unpairingUntil = performance.now() + lock.unit.spec.pairing_window_ms;
    await this.#happened(lock.unit, 'unpairing_mode');
    inBackground(this.#inclusion?.lookAround());
  }

  /** Powers a waiting lock up near the stick: from now on it announces itself. */
  async powerUp(outsider: Outsider): Promise<boolean> {
    const { unit, state } = outsider;
    if (state === 'stranded' || unit.identity === undefined || !unit.spec.smart_start) return false;
    outsider.poweredUp = true;
    await this.#happened(unit, 'powered_up');
    this.smartStartListening();
    return true;
  }

  /** Puts a lock that is a node back to how it was delivered; with `network` it forgets that too, and tells nobody. */
  async factoryReset(resident: Resident, network: boolean): Promise<void> {
    const fresh = await emptyUnit(resident.unit, resident.unit.generation, this.#options);
    fresh.lock.change(resident.unit.lock.behaviour);
    await this.#happened(resident.unit, 'factory_reset');
    if (network) await this.#leaveSilently(resident, fresh);
    else await this.#putInPlace(resident, fresh);
  }

  /** The same for one that is no node: a stranded one waits to be paired again. */
  async factoryResetOutside({ unit }: Outsider): Promise<void> {
    const fresh = await emptyUnit(unit, unit.generation, this.#options);
    await this.#happened(unit, 'factory_reset');
    this.#outside(fresh, 'waiting');
    this.#changed();
  }

  /** Another, empty lock of the same kind answers under this node id, with the same network keys. */
  async exchange(resident: Resident): Promise<void> {
    const other = await emptyUnit(resident.unit, resident.unit.generation + 1, this.#options);
    await this.#happened(resident.unit, 'exchanged');
    await this.#putInPlace(resident, other);
  }

  // What the stick sees

  joiner(): Joiner | undefined {
    const now = performance.now();
    for (const outsider of this.#outsiders.values()) {
      const { unit, state, pairingUntil } = outsider;
      const ready = unit.spec.pairing_button === 'held' || now < pairingUntil;
      if (state === 'waiting' && ready && !unit.lock.behaviour.offline) return this.#joinerOf(outsider);
    }
    return undefined;
  }

  joinerByHomeId(homeId: string): Joiner | undefined {
    for (const outsider of this.#outsiders.values()) {
      const { unit, poweredUp } = outsider;
      if (poweredUp && nwiHomeId(unit) === homeId && !unit.lock.behaviour.offline)
        return this.#joinerOf(outsider);
    }
    return undefined;
  }

  leaver(): Leaver | undefined {
    const now = performance.now();
    for (const resident of this.#residents.values()) {
      const { unit, place, keys, unpairingUntil } = resident;
      // A lock whose button is held and which got no keys gives way at once: it has nothing to lose.
      const keyless = keys !== 'network' && keys.size === 0 && unit.identity !== undefined;
      const ready = now < unpairingUntil || (unit.spec.pairing_button === 'held' && keyless);
      if (!ready || unit.lock.behaviour.offline) continue;
      return { node: place.node, leave: () => this.#excluded(resident) };
    }
    for (const { unit, state, unpairingUntil, node } of this.#outsiders.values())
      if (state === 'stranded' && now < unpairingUntil && node !== undefined)
        return { node, leave: () => this.#released(unit) };
    return undefined;
  }

  answers(nodeId: number): boolean {
    const resident = this.#residents.get(nodeId);
    return resident !== undefined && !resident.unit.lock.behaviour.offline;
  }

  async struckOff(nodeId: number): Promise<void> {
    this.#ghosts.delete(nodeId);
    const resident = this.#residents.get(nodeId);
    if (resident !== undefined) {
      this.#forgetResident(resident);
      this.#outside(resident.unit, 'stranded', resident.place.node);
      await this.#happened(resident.unit, 'struck_off');
    }
    this.#changed();
  }

  smartStartListening(): void {
    const announce = (): void => {
      const ready = [...this.#outsiders.values()].filter(({ poweredUp }) => poweredUp);
      if (ready.length === 0) {
        clearInterval(this.#announcing);
        this.#announcing = undefined;
      }
      for (const { unit } of ready) {
        const homeId = nwiHomeId(unit);
        if (homeId !== undefined && !unit.lock.behaviour.offline)
          inBackground(this.#inclusion?.announce({ nwiHomeId: homeId, ...deviceClass }));
      }
    };
    announce();
    this.#announcing ??= setInterval(announce, announceEveryMs).unref();
  }

  // Coming and going

  #joinerOf({ unit }: Outsider): Joiner {
    return {
      join: async (nodeId, bySmartStart) => {
        this.#outsiders.delete(unit.id);
        const { place } = await this.#inside(unit, nodeId, new Map(), bySmartStart);
        this.#changed();
        await this.#happened(unit, 'joined');
        return place.node;
      },
    };
  }

  async #inside(
    unit: Unit,
    nodeId: number,
    keys: GrantedKeys | 'network',
    bySmartStart: boolean,
  ): Promise<Resident> {
    if (this.#controller === undefined) throw new Error('not settled yet');
    // The node id is the one part of a lock's spec that can change.
    unit.lock.spec.node = nodeId;
    const node = await createLockNode(this.#controller, unit.lock, this.#log, {
      identity: unit.identity,
      keys,
      hooks: {
        granted: (granted) => {
          inBackground(this.#bootstrapped(nodeId, granted));
        },
        failed: () => {
          inBackground(this.#notBootstrapped(nodeId));
        },
      },
    });
    const place = { ...node, person: new Person(node, this.#log) };
    const resident: Resident = { unit, place, keys, bySmartStart, unpairingUntil: 0 };
    this.#residents.set(nodeId, resident);
    this.#places.set(nodeId, place);
    return resident;
  }

  #outside(unit: Unit, state: Outsider['state'], node?: MockNode): void {
    unit.lock.spec.node = noNode;
    const outsider = { unit, state, pairingUntil: 0, unpairingUntil: 0, poweredUp: false, node };
    this.#outsiders.set(unit.id, outsider);
  }

  #forgetResident({ place }: Resident): void {
    place.leave();
    this.#residents.delete(place.node.id);
    this.#places.delete(place.node.id);
  }

  async #putInPlace(resident: Resident, unit: Unit): Promise<void> {
    const { id } = resident.place.node;
    this.#forgetResident(resident);
    const { place } = await this.#inside(unit, id, resident.keys, false);
    this.#options.keep(unit.key, unit.lock.memory);
    this.#changed();
    await place.radio.notify(12);
  }

  async #leaveSilently(resident: Resident, unit: Unit): Promise<void> {
    const { id } = resident.place.node;
    this.#forgetResident(resident);
    this.#ghosts.set(id, unit);
    this.#outside(unit, 'waiting');
    this.#options.keep(unit.key, unit.lock.memory);
    this.#changed();
    await this.#happened(unit, 'left');
  }

  async #excluded(resident: Resident): Promise<void> {
    const { unit } = resident;
    this.#forgetResident(resident);
    const wiped = unit.spec.wipes_on_exclusion ? await emptyUnit(unit, unit.generation, this.#options) : unit;
    this.#outside(wiped, 'waiting');
    this.#options.keep(wiped.key, wiped.lock.memory);
    this.#changed();
    await this.#happened(unit, 'left');
  }

  async #released(unit: Unit): Promise<void> {
    this.#outside(unit, 'waiting');
    this.#changed();
    await this.#happened(unit, 'left');
  }

  async #bootstrapped(nodeId: number, keys: GrantedKeys): Promise<void> {
    const resident = this.#residents.get(nodeId);
    if (resident === undefined) return;
    resident.keys = keys;
    this.#changed();
    await this.#happened(resident.unit, 'keys_granted');
  }

  async #notBootstrapped(nodeId: number): Promise<void> {
    const resident = this.#residents.get(nodeId);
    if (resident === undefined) return;
    resident.keys = new Map<SecurityClass, Uint8Array>();
    this.#changed();
    await this.#happened(resident.unit, 'bootstrapping_failed');
    // One that came by SmartStart must leave by itself again (Z-Wave specification, SmartStart inclusion).
    if (resident.bySmartStart) await this.#leaveSilently(resident, resident.unit);
  }

  #changed(): void {
    this.#save(this.membership);
  }

  async #happened({ id, lock }: Unit, type: string): Promise<void> {
    await this.#log.emit(lock.spec.node, type, { lock: id });
  }
}
