import { z } from 'zod';
import { type Answer, ControlHttp, notFound, ok, parse } from '../shared/control-http.ts';
import { adjustClock, clockAdjustmentSchema } from '../shared/service-clock.ts';
import { hourAndMinute, timeOfDaySchema } from '../shared/time-of-day.ts';
import { behaviourChangeSchema } from './behaviours.ts';
import type { AtLock, EventLog } from './events.ts';
import { inside } from './inside.ts';
import { powerSourceOf } from './lock-clusters.ts';
import { boltSchema, keypadSchema } from './person.ts';
import { zigbeeEpochMs } from './schedule-book.ts';
import type { Unit } from './unit.ts';

export type Parse = <T>(schema: z.ZodType<T>, body: unknown) => T;

/** What the network does with its locks: who is in it, and what comes and goes. */
export interface Membership {
  /** In a network; the others are listed as waiting. */
  isMember(unit: Unit): boolean;
  /** What is to be said of its being there. */
  details(unit: Unit): Record<string, unknown>;
  /** Frames between the coordinator and this lock. */
  frames(unit: Unit): { snapshot(): object; reset(): void };
  /** Somebody makes it join, leave and the like; undefined for anything else. */
  act(unit: Unit, action: string, body: unknown, parse: Parse): Promise<object | undefined>;
  /** It forgets its network and tells nobody. */
  forget(unit: Unit): void;
  /** Further routes; undefined where there is none of that name. */
  route(route: string, readBody: () => Promise<unknown>, parse: Parse): Promise<object | undefined>;
}

export interface ControlTargets {
  /** By id; changes as locks are exchanged. */
  readonly units: ReadonlyMap<string, Unit>;
  readonly log: EventLog;
  readonly membership: Membership;
}

const batterySchema = z.strictObject({ level: z.number().min(0).max(100) });
const adjustmentSchema = clockAdjustmentSchema.extend({
  /** It asks the coordinator for the time now. */
  ask: z.literal(true).optional(),
});
const wallSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'local time of the lock, like 2026-07-01T12:30')
  .transform((text) => (Date.parse(`${text}Z`) - zigbeeEpochMs) / 1000)
  .pipe(z.int().min(0).max(0xffff_ffff));
/** A year-day schedule that somebody else's hub has left. */
const scheduleSchema = z.strictObject({
  user: z.int(),
  slot: z.int(),
  start: wallSchema,
  stop: wallSchema,
});
/** A week-day schedule of the same origin. Days count from Sunday, 0. */
const weekDaySchema = z.strictObject({
  user: z.int(),
  slot: z.int(),
  days: z.array(z.int().min(0).max(6)).min(1),
  start: timeOfDaySchema,
  stop: timeOfDaySchema,
});
const resetSchema = z.strictObject({ network: z.boolean().default(false) });

const leaveWeekDays = (lock: Unit['lock'], body: unknown): object => {
  const { user, slot, days, start, stop } = parse(weekDaySchema, body);
  if (lock.schedules?.has('week_day', slot) !== true) return { accepted: false, reason: 'no_schedule' };
  const [start_hour, start_minute] = hourAndMinute(start);
  const [end_hour, end_minute] = hourAndMinute(stop);
  const mask = days.reduce((bits, day) => bits | (1 << day), 0);
  const times = { start_hour, start_minute, end_hour, end_minute };
  const change = lock.schedules.setWeekDay(user, slot, { days: mask, ...times }, true);
  lock.changed();
  return { accepted: change === 'stored' };
};

/** One line of `GET /locks` and `GET /waiting`. */
export const summary = ({ id, device, lock }: Unit): Record<string, unknown> => ({
  id,
  ieee: device.ieee,
  name: lock.spec.name,
  manufacturer: lock.spec.manufacturer,
  model: lock.spec.model,
  endpoint: lock.spec.endpoint,
  slot_count: lock.spec.slots,
  first_slot: lock.spec.first_slot,
  power: lock.spec.power,
  sleepy: !device.listensAlways,
  online: !lock.behaviour.offline,
  locked: lock.bolted,
  occupied: lock.occupied().length,
});

/** The whole truth about one lock, digits included: this interface is the lock's inside. */
const details = (unit: Unit): Record<string, unknown> => {
  const { lock, device } = unit;
  const { spec } = lock;
  return {
    ...summary(unit),
    slots: lock.occupied().map(([slot, { status, type, code }]) => ({ slot, status, type, code })),
    ...inside(lock),
    code_length: lock.codeLength,
    battery: lock.battery ?? null,
    manufacturer_code: spec.manufacturer_code,
    // As its Basic cluster tells it (ZCL table 3-8).
    power_source: powerSourceOf(lock),
    sw_build: spec.sw_build,
    date_code: spec.date_code,
    endpoints: device.endpoints.map((each) => ({
      endpoint: each.endpoint,
      profile: each.profile,
      device_id: each.deviceId,
      input_clusters: each.inputClusters,
      output_clusters: each.outputClusters,
    })),
    bindings: device.bindings,
    reporting: device.voice.reporting.rules,
    attributes: Object.fromEntries(lock.attributes),
    behaviour: lock.behaviour,
    counters: lock.counters,
  };
};

/** The control interface: a small JSON server on loopback that plays people and faults (README). */
export class ControlServer extends ControlHttp<AtLock> {
  readonly #targets: ControlTargets;

  constructor(targets: ControlTargets) {
    super(targets.log);
    this.#targets = targets;
  }

  protected override async answer(route: string, body: () => Promise<unknown>): Promise<Answer> {
    const { units, membership } = this.#targets;
    const at = /^(GET|POST) \/(locks|waiting)\/([^/]+)(?:\/([a-z_]+))?$/.exec(route);
    if (at !== null) return this.#atLock(route, at, body);
    const frames = (): [string, object][] =>
      this.#some('locks').map((unit) => [unit.id, membership.frames(unit).snapshot()]);
    switch (route) {
      case 'GET /locks':
        return ok({ locks: this.#some('locks').map((unit) => this.#line(unit)) });
      case 'GET /waiting':
        return ok(this.#some('waiting').map((unit) => this.#line(unit)));
      case 'GET /frames':
        return ok({ locks: Object.fromEntries(frames()) });
      case 'POST /frames/reset':
        for (const unit of units.values()) membership.frames(unit).reset();
        return ok({ ok: true });
      default: {
        const answer = await membership.route(route, body, parse);
        return answer === undefined ? notFound(`${route}: no such route`) : ok(answer);
      }
    }
  }

  /** Those in the network, or those outside. */
  #some(where: 'locks' | 'waiting'): Unit[] {
    const { units, membership } = this.#targets;
    return [...units.values()].filter((unit) => membership.isMember(unit) === (where === 'locks'));
  }

  #line(unit: Unit): Record<string, unknown> {
    return { ...summary(unit), ...this.#targets.membership.details(unit) };
  }

  async #atLock(route: string, at: RegExpExecArray, body: () => Promise<unknown>): Promise<Answer> {
    const { units, membership } = this.#targets;
    const [, method, where, id = '', action] = at;
    const unit = units.get(id);
    if (unit === undefined || membership.isMember(unit) !== (where === 'locks'))
      return notFound(
        where === 'locks' ? `lock ${id}: not in this network` : `lock ${id}: none of that id waits`,
      );
    if (method === 'GET' && action === undefined)
      return ok({
        ...details(unit),
        ...membership.details(unit),
        frames: membership.frames(unit).snapshot(),
      });
    if (method === 'POST' && action !== undefined) {
      const given = await body();
      const reaction =
        (await membership.act(unit, action, given, parse)) ?? (await this.#act(unit, action, given));
      if (reaction !== undefined) return ok(reaction);
    }
    return notFound(`${route}: no such route`);
  }

  async #act(unit: Unit, action: string, body: unknown): Promise<object | undefined> {
    const { lock, device, person } = unit;
    switch (action) {
      case 'keypad':
        return person.keypad(parse(keypadSchema, body));
      case 'bolt':
        return person.bolt(parse(boltSchema, body));
      case 'battery':
        return person.battery(parse(batterySchema, body).level);
      case 'clock': {
        const adjustment = parse(adjustmentSchema, body);
        const reaction = adjustClock(lock, adjustment);
        if (reaction.accepted && adjustment.ask === true) await device.time.ask();
        return reaction;
      }
      case 'schedule': {
        const { user, slot, start, stop } = parse(scheduleSchema, body);
        const schedule = { start, end: stop };
        if (lock.schedules?.has('year_day', slot) !== true) return { accepted: false, reason: 'no_schedule' };
        const change = lock.schedules.setYearDay(user, slot, schedule, { userHasCode: true, localMs: 0 });
        lock.changed();
        return { accepted: change === 'stored' };
      }
      case 'week_day_schedule':
        return leaveWeekDays(lock, body);
      case 'check_in':
        return { accepted: await device.checkIn() };
      case 'factory_reset': {
        const { network } = parse(resetSchema, body);
        await person.factoryReset();
        if (network) this.#targets.membership.forget(unit);
        return { accepted: true };
      }
      case 'behaviour': {
        const change = parse(behaviourChangeSchema, body);
        lock.change(change);
        if (change.answer_hold === false) await device.release();
        return { behaviour: lock.behaviour };
      }
      default:
        return undefined;
    }
  }
}
