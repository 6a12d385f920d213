import { expect } from 'vitest';
import { zoneOffset } from '../../drivers/simulated/lock-clock.ts';
import type { AccessCode, TimeFrame } from '../../src/core/model.ts';
import { House, field } from './house.ts';
import { Door } from './keypad-oracle.ts';
import type { Guest } from './keypad-oracle.ts';
import { specOf } from './year-scenario.ts';
import type { Change, Scenario, Spell } from './year-scenario.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The hours of a year in which the zone's clocks are put on or back. */
const changesOf = (zone: string, from: number): number[] => {
  const offset = zoneOffset(zone);
  const within = (start: number, step: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => start + index * step).filter(
      (at) => offset(at) !== offset(at + step),
    );
  const days = within(Math.floor(from / hour) * hour, day, 365);
  return days.flatMap((start) => within(start, hour, 24)).map((at) => at + hour);
};

type Moment = { readonly at: number; readonly run: () => Promise<void> };

/** Lives a scenario in a house, and has everybody enter their PINs all the time. */
export class Year {
  readonly house: House;
  readonly #doors: Door[];
  readonly #zones: readonly string[];
  readonly #start: number;
  readonly #seasons: readonly number[];
  readonly #moments: Moment[] = [];
  /** What was wrong while the bridge was at work. */
  readonly #glimpses: string[] = [];
  #isUp = true;
  #isAsleep = false;
  /** What is wrong with the bridge's clock; one thing at a time. */
  #fault: Spell | undefined;

  constructor({ seed, locks, seasons }: Scenario) {
    this.house = new House(locks.map(specOf), seed, { system: {} });
    this.#zones = locks.map(({ zone }) => zone);
    this.house.zoneOf = (address) => this.#zones[Number(address.split(':')[1]) - 1] ?? 'UTC';
    this.#start = this.house.clock.truth();
    this.#doors = this.house.locks.map((lock) => new Door(lock, this.#start));
    this.#doors.forEach((door, index) => {
      door.lock.onChange = () => {
        const wrong = door.glance(this.house.clock.truth());
        if (wrong !== undefined)
          this.#glimpses.push(`${iso(this.house.clock.truth())} door ${index + 1}: ${wrong}`);
      };
    });
    const turns = this.#zones.flatMap((zone) => changesOf(zone, this.#start + 5 * day));
    this.#seasons = seasons.map((at) =>
      at >= 0 || turns.length === 0
        ? this.#start + (8 + Math.abs(at)) * day
        : (turns[(-at * 7) % turns.length] ?? this.#start),
    );
  }

  get looks(): Readonly<Record<'opened' | 'unattended' | 'shut', number>> {
    const sum = (of: 'opened' | 'unattended' | 'shut'): number =>
      this.#doors.reduce((all, door) => all + door[of], 0);
    return { opened: sum('opened'), unattended: sum('unattended'), shut: sum('shut') };
  }

  /** When a season's `minutes` are; before all that, the bridge learns its locks. */
  #time(season: number, minutes: number): number {
    const at = this.#seasons[season % this.#seasons.length] ?? this.#start;
    return Math.max(this.#start + hour, at + minutes * minute);
  }

  #at(at: number, run: () => Promise<void>): void {
    this.#moments.push({ at, run });
  }

  /** People come to the doors just before, at and after a time. */
  #lookAround(at: number): void {
    for (const s of [-121, -61, -30, -1, 0, 1, 30, 61, 121, 600])
      this.#at(at + s * second, () => Promise.resolve());
  }

  plan({ bookings, changes, spells }: Scenario): void {
    bookings.forEach((one, index) => {
      const startsAt = this.#time(one.season, one.startMinutes) + one.seconds * second;
      const frame = { startsAt, endsAt: startsAt + one.minutes * minute };
      const at = Math.max(this.#start + hour, startsAt - one.aheadMinutes * minute);
      const door = this.#doors[one.lock % this.#doors.length];
      if (door === undefined) return;
      const guest: Guest = {
        id: '',
        digits: one.isShared ? `${40_000 + (index % 2)}` : `${31_000 + index}`,
        asked: [],
        claim: undefined,
      };
      this.#at(at, () => this.#book(door, guest, frame, one.prefersNative));
      this.#lookAround(frame.startsAt);
      this.#lookAround(frame.endsAt);
      this.#at((frame.startsAt + frame.endsAt) / 2, () => Promise.resolve());
      changes
        .filter(({ booking }) => booking % bookings.length === index)
        .forEach((change) => {
          const when = Math.round(at + change.share * (frame.endsAt - at));
          this.#at(when, () => this.#change(door, guest, change));
          this.#lookAround(when);
        });
    });
    for (const spell of spells) {
      const { season, lock, what, atMinutes, minutes } = spell;
      const from = this.#time(season, atMinutes);
      const until = from + (what === 'restart' ? 0 : minutes * minute);
      const door = this.#doors[lock % this.#doors.length];
      if (door === undefined) return;
      this.#at(from, () => this.#begin(spell, door));
      this.#at(until, () => this.#end(spell, door));
      // The time comes from the network.
      this.#at(until + minutes * second, () => this.#mend(spell));
      this.#lookAround(from);
      this.#lookAround(until);
    }
  }

  async live(): Promise<void> {
    const { clock } = this.house;
    // In order of time; what is asked for in one moment in the order it was planned.
    for (const { at, run } of this.#moments.sort((a, b) => a.at - b.at)) {
      const ms = Math.max(0, at - clock.truth());
      if (this.#isAsleep) clock.suspend(ms);
      else await clock.advance(ms);
      this.#look();
      await run();
      this.#state();
    }
    expect([this.#canAsk, this.#fault]).toEqual([true, undefined]);
    await clock.advance(Math.max(0, this.#start + 372 * day - clock.truth()));
    this.#look();
  }

  /** Every PIN is entered at its lock. */
  #look(): void {
    expect(this.#glimpses).toEqual([]);
    const at = this.house.clock.truth();
    const records = new Map<string, AccessCode>(
      this.house.store.accessCodes().map((code) => [code.accessCodeId, code]),
    );
    this.#doors.forEach((door, index) => {
      for (const guest of door.guests) {
        const record = records.get(guest.id);
        door.hear(guest, record, at);
        const wrong = door.enter(guest, record, at);
        if (wrong === undefined) continue;
        const asked = guest.asked.map(({ at: since, what }) =>
          typeof what === 'string'
            ? `${iso(since)} ${what}`
            : `${iso(since)} ${iso(what.startsAt)}–${iso(what.endsAt)}`,
        );
        expect.fail(
          `${iso(at)} door ${index + 1} (${this.#zones[index] ?? ''}): ${guest.digits} ${wrong}; asked: ${asked.join('; ')}; said: ${JSON.stringify(guest.claim)}`,
        );
      }
    });
  }

  get #canAsk(): boolean {
    return this.#isUp && !this.#isAsleep;
  }

  /** Who is in reach of whom, from now on. */
  #state(): void {
    const at = this.house.clock.truth();
    // Running on, it knows what is over though its clock was set wrong; started without a clock, it doesn't.
    const knows = this.#canAsk && this.#fault?.what !== 'powerless';
    for (const door of this.#doors) {
      const { offline, loseAnswers, loseCommands } = door.lock.faults;
      const answers = !offline && loseAnswers + loseCommands === 0;
      door.now({ reachable: knows && answers, trusted: this.#fault === undefined }, at);
    }
  }

  async #book(door: Door, guest: Guest, frame: TimeFrame, prefersNative: boolean): Promise<void> {
    if (!this.#canAsk) return;
    const { house } = this;
    const answer = await house.call('access_codes/create', {
      device_id: house.deviceIdOf(door.lock),
      code: guest.digits,
      ...(prefersNative ? {} : { prefer_native_scheduling: false }),
      ...times(frame),
    });
    // There may be no room.
    if (!answer.ok) return;
    const id = field(answer.body['access_code'], 'access_code_id');
    guest.asked.push({ at: house.clock.truth(), what: frame });
    door.guests.push(Object.assign(guest, { id }));
  }

  async #change(door: Door, guest: Guest, change: Change): Promise<void> {
    if (!this.#canAsk || !door.guests.includes(guest)) return;
    const before = guest.asked.findLast(({ what }) => typeof what === 'object')?.what;
    if (typeof before !== 'object') return;
    const { house } = this;
    const now = house.clock.truth();
    const what = changed(before, change, now);
    if (typeof what === 'object' && what.endsAt <= what.startsAt) return;
    const answer = await (what === 'deleted'
      ? house.call('access_codes/delete', { access_code_id: guest.id })
      : house.call('access_codes/update', {
          access_code_id: guest.id,
          ...(what === 'always' ? { type: 'ongoing' } : times(what)),
        }));
    if (answer.ok) guest.asked.push({ at: now, what });
  }

  async #begin(spell: Spell, door: Door): Promise<void> {
    const { house } = this;
    switch (spell.what) {
      case 'offline':
        door.lock.faults.offline = true;
        return;
      case 'lossy':
        door.lock.faults[spell.minutes % 2 === 0 ? 'loseAnswers' : 'loseCommands'] = spell.minutes % 7;
        return;
      case 'asleep':
        this.#isAsleep = true;
        return;
      case 'wrong':
        if (this.#fault !== undefined) return;
        this.#fault = spell;
        house.system.synchronised = false;
        house.clock.step(spell.wrongByDays * day);
        return;
      case 'powerless':
        if (this.#fault !== undefined || !this.#canAsk) return;
        this.#fault = spell;
        this.#isAsleep = true;
        house.system.synchronised = false;
        return;
      case 'restart':
      case 'down':
        if (!this.#canAsk) return;
        this.#isUp = false;
        await house.controller.stop();
    }
  }

  async #end(spell: Spell, door: Door): Promise<void> {
    const { house } = this;
    switch (spell.what) {
      case 'lossy':
        Object.assign(door.lock.faults, { loseAnswers: 0, loseCommands: 0 });
        return;
      case 'offline':
        door.lock.faults.offline = false;
        house.driver.emit({ kind: 'locks' });
        house.driver.emit({ kind: 'reachable', address: door.lock.spec.address });
        return;
      case 'asleep':
        if (this.#fault?.what !== 'powerless') this.#isAsleep = false;
        return;
      case 'powerless':
        if (this.#fault !== spell) return;
        this.#isAsleep = false;
        await house.reboot(0, house.clock.truth() + spell.wrongByDays * day);
        return;
      case 'restart':
      case 'down':
        if (this.#isUp) return;
        this.#isUp = true;
        await house.restart();
        return;
      case 'wrong':
    }
  }

  #mend(spell: Spell): Promise<void> {
    if (this.#fault === spell) {
      const { clock, system } = this.house;
      this.#fault = undefined;
      clock.step(clock.truth() - clock.now());
      system.synchronised = true;
    }
    return Promise.resolve();
  }

  /** All that is left on the locks is what is wanted for good. */
  atTheEnd(): void {
    for (const { lock, guests } of this.#doors) {
      const wanted = guests.filter(({ asked }) => asked.at(-1)?.what === 'always');
      expect([...lock.slots.values()].sort()).toEqual(wanted.map(({ digits }) => digits).sort());
      const bound = [...lock.schedules.keys()];
      expect(bound, 'schedules that are left').toEqual([]);
    }
  }
}

const iso = (at: number): string => new Date(at).toISOString();
const times = ({ startsAt, endsAt }: TimeFrame): object => ({
  starts_at: iso(startsAt),
  ends_at: iso(endsAt),
});

const changed = (
  { startsAt, endsAt }: TimeFrame,
  { what, byMinutes }: Change,
  now: number,
): TimeFrame | 'always' | 'deleted' => {
  const byMs = byMinutes * minute;
  switch (what) {
    case 'move':
      return { startsAt: startsAt + byMs, endsAt: endsAt + byMs };
    case 'prolong':
      return { startsAt, endsAt: endsAt + Math.abs(byMs) };
    case 'shorten':
      return { startsAt, endsAt: endsAt - Math.abs(byMs) };
    case 'end':
      return { startsAt: Math.min(startsAt, now - hour), endsAt: now - minute };
    case 'always':
      return 'always';
    case 'delete':
      return 'deleted';
  }
};
