import type { Coordinator } from './coordinator.ts';
import type { EventLog } from './events.ts';
import { deviceJoined } from './indications.ts';
import {
  type NetworkParameters,
  addressCapacity,
  readAddresses,
  readNetwork,
  writeAddress,
} from './nv-items.ts';
import type { Member } from './member.ts';
import type { Radio } from './radio.ts';
import { type NumberedStick, type SavedNetwork, loadPlace, savePlace, saveStick } from './saved-network.ts';
import { framesSoFar } from './sticks.ts';
import { type Unit, closeUnit } from './unit.ts';

export interface NeighbourhoodTools {
  readonly radio: Radio;
  readonly coordinator: Coordinator;
  readonly log: EventLog;
  /** Another unit of the same make, as it comes out of its box. */
  readonly unpack: (unit: Unit, generation: number) => Unit;
  readonly newStick: (serial: number, network: NetworkParameters | undefined) => NumberedStick;
  readonly keep: (saved: SavedNetwork) => void;
}

/** All locks around the coordinator, in its network, in another one or in none, and how they come and go. */
export class Neighbourhood {
  readonly #tools: NeighbourhoodTools;
  readonly #units = new Map<string, Unit>();
  /** Until when a lock looks for a network, by its id. */
  readonly #looking = new Map<string, number>();
  #stick: NumberedStick;
  #shelf: NumberedStick | undefined;
  #settled = false;

  constructor(stick: NumberedStick, shelf: NumberedStick | undefined, tools: NeighbourhoodTools) {
    this.#stick = stick;
    this.#shelf = shelf;
    this.#tools = tools;
  }

  /** All of them, by id. */
  get units(): ReadonlyMap<string, Unit> {
    return this.#units;
  }

  /** The lock is in a network, though perhaps not in this coordinator's. */
  member(unit: Unit): Member | undefined {
    return this.#tools.radio.members.get(unit.device.ieee);
  }

  unitOf(ieee: string): Unit | undefined {
    return [...this.#units.values()].find(({ device }) => device.ieee === ieee);
  }

  /** Puts every lock where it was, or at first where its specification wants it: in the network it was delivered in. */
  settle(units: readonly Unit[], network: NetworkParameters, saved: SavedNetwork | undefined): void {
    const { radio } = this.#tools;
    for (const unit of units) {
      this.#units.set(unit.id, unit);
      const known = saved?.units[unit.key];
      if (known !== undefined) {
        if (known.place !== null) radio.admit(unit.device, loadPlace(known.place));
        continue;
      }
      if (unit.spec.waiting) continue;
      const place = { network, address: radio.freeAddress(), counterSeen: framesSoFar };
      const member = radio.admit(unit.device, place);
      if (this.#remembers(member)) writeAddress(this.#stick.stick.nv, unit.device.ieee, place.address, true);
    }
  }

  /** From now on who is where is written down, now and after each change. */
  keepAll(): void {
    this.#settled = true;
    this.#watchStick();
    this.keep();
  }

  keep(): void {
    if (!this.#settled) return;
    const units = [...this.#units.values()].map((unit): [string, SavedNetwork['units'][string]] => {
      const member = this.member(unit);
      const place = member === undefined ? null : savePlace(member.place);
      return [unit.key, { generation: unit.generation, place }];
    });
    this.#tools.keep({
      stick: saveStick(this.#stick),
      shelf: this.#shelf === undefined ? null : saveStick(this.#shelf),
      units: Object.fromEntries(units),
    });
  }

  looks(unit: Unit): boolean {
    if (this.member(unit) !== undefined) return false;
    return unit.spec.pairing_button === 'held' || (this.#looking.get(unit.id) ?? 0) > performance.now();
  }

  /** Somebody presses the pairing button of a lock that is in no network: it looks for one for a while. */
  async pair(unit: Unit): Promise<boolean> {
    if (this.member(unit) !== undefined) return false;
    this.#looking.set(unit.id, performance.now() + unit.spec.pairing_window_ms);
    await this.#tell(unit, 'looking');
    this.#joinIfPermitted(unit);
    return true;
  }

  /** Joining has been permitted, or no longer is. */
  permitted(seconds: number): void {
    void this.#tools.log.emit('', '', 'permit_join', { seconds });
    if (seconds > 0)
      for (const unit of this.#units.values()) if (this.looks(unit)) this.#joinIfPermitted(unit);
  }

  /** The lock comes back under another network address, and says so or doesn't. */
  async rejoin(unit: Unit, aloud: boolean): Promise<boolean> {
    const member = this.member(unit);
    if (member === undefined) return false;
    this.#tools.radio.readdress(member, aloud);
    await this.#tell(unit, 'rejoined', member.place.address);
    return true;
  }

  /** Says once more under which address it is, as after a change of its battery. */
  announce(unit: Unit): boolean {
    const member = this.member(unit);
    if (member !== undefined) this.#tools.radio.announce(member);
    return member !== undefined;
  }

  /** Somebody makes the lock leave its network; the coordinator hears of it or doesn't. */
  leave(unit: Unit, aloud: boolean): boolean {
    const member = this.member(unit);
    if (member !== undefined) this.#tools.radio.leave(member, aloud);
    this.#looking.delete(unit.id);
    return member !== undefined;
  }

  /** A member has left. */
  left(member: Member, rejoin: boolean): void {
    const unit = this.unitOf(member.device.ieee);
    if (unit !== undefined && !rejoin) void this.#tell(unit, 'left');
  }

  /** Another unit of the same model stands in the place of this one, new and unpaired. */
  exchange(unit: Unit): Unit {
    this.leave(unit, false);
    closeUnit(unit);
    const other = this.#tools.unpack(unit, unit.generation + 1);
    this.#units.set(other.id, other);
    // In place of what the former one held, which it must not remember after a restart.
    other.lock.changed();
    this.keep();
    return other;
  }

  /** The trust centre tells the hub of all members as if they had just joined. */
  introduce(): void {
    const { radio, coordinator } = this.#tools;
    for (const member of radio.members.values()) {
      if (!radio.hears(member)) continue;
      coordinator.indicate(deviceJoined(member.announced));
      radio.announce(member);
    }
  }

  /** Another stick is put into the port; the first one goes on the shelf. */
  async exchangeStick(network: NetworkParameters | undefined): Promise<void> {
    this.#shelf ??= this.#stick;
    await this.#insert(this.#tools.newStick(this.#stick.serial + 1, network));
  }

  /** The first stick is put back. @returns false where it never left. */
  async restoreStick(): Promise<boolean> {
    const shelf = this.#shelf;
    if (shelf === undefined) return false;
    this.#shelf = undefined;
    await this.#insert(shelf);
    return true;
  }

  async #insert(stick: NumberedStick): Promise<void> {
    this.#stick.stick.nv.changed = (): void => undefined;
    this.#stick = stick;
    this.#watchStick();
    await this.#tools.coordinator.exchange(stick.stick);
    this.keep();
  }

  #watchStick(): void {
    this.#stick.stick.nv.changed = (): void => {
      this.keep();
    };
  }

  /** Whether the stick has let the member in: not where it is new, or another network's. */
  #remembers({ place: { network } }: Member): boolean {
    const own = readNetwork(this.#stick.stick.nv);
    return own?.panId === network.panId && own.extendedPanId === network.extendedPanId;
  }

  #joinIfPermitted(unit: Unit): void {
    const { radio, coordinator } = this.#tools;
    const { network, nv } = radio.stick;
    if (network === undefined || radio.permittedSeconds === 0) return;
    if (readAddresses(nv).length >= addressCapacity(nv)) return;
    this.#looking.delete(unit.id);
    const address = radio.freeAddress();
    writeAddress(nv, unit.device.ieee, address, true);
    const member = radio.admit(unit.device, { network, address, counterSeen: 0 });
    void this.#tell(unit, 'joined', address);
    coordinator.indicate(deviceJoined(member.announced));
    radio.announce(member);
    this.keep();
  }

  #tell({ id, device }: Unit, type: string, address?: number): Promise<void> {
    return this.#tools.log.emit(
      id,
      device.ieee,
      type,
      address === undefined ? {} : { network_address: address },
    );
  }
}
