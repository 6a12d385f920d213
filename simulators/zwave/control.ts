import { z } from 'zod';
import { type Answer, ControlHttp, notFound, ok, parse } from '../shared/control-http.ts';
import { adjustClock, clockAdjustmentSchema } from '../shared/service-clock.ts';
import { askForTime } from './clock-questions.ts';
import type { Reaction } from '../shared/reaction.ts';
import {
  atWaitingLock,
  comeOrGo,
  isComingOrGoing,
  membershipOf,
  waitingList,
  waitingSummary,
} from './control-joining.ts';
import type { AtNode, EventLog } from './events.ts';
import type { Inclusion } from './inclusion.ts';
import { inside } from './inside.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { type Place, boltSchema, keypadSchema } from './person.ts';
import type { SerialLine } from './serial-line.ts';
import { behaviourChangeSchema } from './spec.ts';

export interface ControlTargets {
  readonly neighbourhood: Neighbourhood;
  readonly inclusion: Inclusion;
  readonly log: EventLog;
  readonly line: SerialLine;
}

const batterySchema = z.strictObject({ level: z.int().min(0).max(100) });
const serialSchema = z.strictObject({
  drop: z.literal(true).optional(),
  accept: z.boolean().optional(),
  mute: z.boolean().optional(),
});

const clockChangeSchema = clockAdjustmentSchema.extend({
  /** It asks the hub for its zone, the date and the time, once it is adjusted. */
  ask: z.literal(true).optional(),
});

const clockChange = async (
  { lock, radio }: Place,
  change: z.infer<typeof clockChangeSchema>,
): Promise<Reaction> => {
  const reaction = adjustClock(lock, change);
  if (reaction.accepted && change.ask === true) await askForTime(radio);
  return reaction;
};

/** One line of `GET /locks`. */
export const summary = ({ lock }: Pick<Place, 'lock'>): Record<string, unknown> => ({
  node: lock.spec.node,
  name: lock.spec.name,
  security: lock.spec.security,
  kind: lock.users === undefined ? 'user_code' : 'user_credential',
  user_code_version: lock.spec.user_code_version,
  slot_count: lock.spec.slots,
  checksum: lock.spec.checksum,
  supervision: lock.spec.supervision,
  power: lock.spec.power,
  online: !lock.behaviour.offline,
  locked: lock.bolted,
  occupied: lock.occupied().length,
});

/** The whole truth about one lock, digits included: this interface is the lock's inside. */
const details = ({ lock }: Pick<Place, 'lock'>): Record<string, unknown> => ({
  ...summary({ lock }),
  slots: lock.occupied().map(([slot, { status, code }]) => ({ slot, status, code })),
  ...inside(lock),
  code_length: lock.codeLength,
  battery: lock.battery ?? null,
  behaviour: lock.behaviour,
  counters: lock.counters,
});

/** The control interface: a small JSON server on loopback that plays people and faults (README). */
export class ControlServer extends ControlHttp<AtNode> {
  readonly #targets: ControlTargets;

  constructor(targets: ControlTargets) {
    super(targets.log);
    this.#targets = targets;
  }

  protected override async answer(route: string, readBody: () => Promise<unknown>): Promise<Answer> {
    const { neighbourhood, line } = this.#targets;
    const { places } = neighbourhood;
    const atLock = /^(GET|POST) \/locks\/([^/]+)(?:\/([a-z_]+))?$/.exec(route);
    if (atLock !== null) {
      const [, method, node, action] = atLock;
      const place = places.get(Number(node));
      if (place === undefined) return notFound(`node ${node ?? ''}: not in this network`);
      if (method === 'GET' && action === undefined) {
        const resident = neighbourhood.resident(place.lock.spec.node);
        const membership = resident === undefined ? {} : membershipOf(resident);
        return ok({ ...details(place), ...membership, frames: place.frames.snapshot() });
      }
      if (method === 'POST' && action !== undefined) return this.#act(place, action, await readBody());
    }
    const outside = /^(GET|POST) \/waiting\/([^/]+)(?:\/([a-z_]+))?$/.exec(route);
    if (outside !== null) {
      const [, method, id = '', action] = outside;
      const outsider = neighbourhood.outsiders.get(id);
      if (outsider === undefined) return notFound(`lock ${id}: none of that id waits`);
      if (method === 'GET' && action === undefined)
        return ok({ ...details(outsider.unit), ...waitingSummary(outsider) });
      if (method === 'POST' && action === 'behaviour') {
        outsider.unit.lock.change(parse(behaviourChangeSchema, await readBody()));
        return ok({ behaviour: outsider.unit.lock.behaviour });
      }
      const reaction = await atWaitingLock(neighbourhood, outsider, `${method ?? ''} ${action ?? ''}`);
      if (reaction !== undefined) return ok(reaction);
    }
    switch (route) {
      case 'GET /waiting':
        return ok(waitingList(neighbourhood));
      case 'GET /locks':
        return ok({ locks: [...places.values()].map(summary) });
      case 'GET /frames':
        return ok({
          nodes: Object.fromEntries([...places].map(([node, { frames }]) => [node, frames.snapshot()])),
        });
      case 'POST /frames/reset':
        for (const { frames } of places.values()) frames.reset();
        return ok({ ok: true });
      case 'POST /serial': {
        const { drop, accept, mute } = parse(serialSchema, await readBody());
        if (mute !== undefined) line.mute(mute);
        if (drop === true) line.drop();
        if (accept !== undefined) await line.accept(accept);
        return ok(this.#serial());
      }
      case 'GET /serial':
        return ok(this.#serial());
      default:
        return notFound(`${route}: no such route`);
    }
  }

  #serial(): Record<string, unknown> {
    const { line, inclusion } = this.#targets;
    return { connected: line.connected, muted: line.muted, mode: inclusion.mode };
  }

  async #act(place: Place, action: string, body: unknown): Promise<Answer> {
    const resident = this.#targets.neighbourhood.resident(place.lock.spec.node);
    if (resident !== undefined && isComingOrGoing(action))
      return ok(
        await comeOrGo(this.#targets.neighbourhood, resident, action, (schema) => parse(schema, body)),
      );
    switch (action) {
      case 'keypad':
        return ok(await place.person.keypad(parse(keypadSchema, body)));
      case 'bolt':
        return ok(await place.person.bolt(parse(boltSchema, body)));
      case 'clock':
        return ok(await clockChange(place, parse(clockChangeSchema, body)));
      case 'battery':
        return ok(await place.person.battery(parse(batterySchema, body).level));
      case 'behaviour': {
        const change = parse(behaviourChangeSchema, body);
        place.lock.change(change);
        if (change.answer_hold === false) await place.radio.release();
        return ok({ behaviour: place.lock.behaviour });
      }
      default:
        return notFound(`/locks/${place.lock.spec.node}/${action}: no such route`);
    }
  }
}
