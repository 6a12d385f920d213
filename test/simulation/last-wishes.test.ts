import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRecord } from '../../src/app/json.ts';
import { digitsOf, idOf, objectOf } from '../support/answers.ts';
import { Crash, House, lockSpec } from '../support/house.ts';

const hour = 60 * 60_000;
/** Few slots and few PINs: duplicates, full locks and successors of the same PIN come about by themselves. */
const slots = 3;
const digits = fc.constantFrom('1357', '2468', '3579', '4680');
/** Whole hours from the start; undefined: always. */
const frame = fc.option(
  fc.tuple(fc.integer({ min: -1, max: 5 }), fc.integer({ min: 1, max: 4 })).map(([from, length]) => ({
    from,
    until: from + length,
  })),
  { nil: undefined },
);
/** One of the access codes. */
const which = fc.nat(11);

const create = fc.record({ do: fc.constant('create' as const), digits, frame });
const step = fc.oneof(
  { weight: 6, arbitrary: create },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('generate' as const), frame }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pin' as const), which, digits }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('times' as const), which, frame }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), which }) },
  // Less than one exchange takes, and some of them.
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: hour / 4, max: 2 * hour }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lose' as const),
      what: fc.constantFrom('loseAnswers', 'loseCommands', 'lies'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('radio' as const), to: fc.constantFrom('lost', 'ready') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), after: fc.nat(3) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const steps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(create, { minLength: 3, maxLength: 5 }), fc.array(step, { minLength: 6, maxLength: 18 }))
  .map(([first, then]) => [...first, ...then]);

/** What was asked for and not refused, as a person would remember it. */
interface Wish {
  readonly id: string;
  digits: string;
  frame: { readonly from: number; readonly until: number } | undefined;
  deleted: boolean;
}

/** Asks the bridge, and remembers what it agreed to. */
class Guests {
  readonly #house: House;
  readonly #start: number;
  readonly wishes: Wish[] = [];

  constructor(house: House) {
    this.#house = house;
    this.#start = house.clock.now();
  }

  at(hours: number): number {
    return this.#start + hours * hour;
  }

  #times(frame: Wish['frame']): object {
    return frame === undefined
      ? {}
      : {
          starts_at: new Date(this.at(frame.from)).toISOString(),
          ends_at: new Date(this.at(frame.until)).toISOString(),
        };
  }

  async #ask(route: string, params: object) {
    const answer = await this.#house.call(`access_codes/${route}`, params);
    if (!answer.ok) expect([400, 404, 409], answer.error.message).toContain(answer.error.status);
    return answer;
  }

  async take(one: Step): Promise<void> {
    const house = this.#house;
    const wish = 'which' in one ? this.wishes[one.which % this.wishes.length] : undefined;
    const access_code_id = wish?.id;
    switch (one.do) {
      case 'create':
      case 'generate': {
        const code = one.do === 'create' ? { code: one.digits } : {};
        const params = { device_id: house.deviceId, ...code, ...this.#times(one.frame) };
        const answer = await this.#ask('create', params);
        if (!answer.ok) return;
        const made = objectOf(answer, 'access_code');
        this.wishes.push({ id: idOf(made), digits: digitsOf(made), frame: one.frame, deleted: false });
        return;
      }
      case 'pin':
        if (wish === undefined) return;
        if ((await this.#ask('update', { access_code_id, code: one.digits })).ok) wish.digits = one.digits;
        return;
      case 'times': {
        if (wish === undefined) return;
        const times = one.frame === undefined ? { type: 'ongoing' } : this.#times(one.frame);
        if ((await this.#ask('update', { access_code_id, ...times })).ok) wish.frame = one.frame;
        return;
      }
      case 'delete':
        if (wish === undefined) return;
        if ((await this.#ask('delete', { access_code_id })).ok) wish.deleted = true;
        return;
      case 'wait':
        return house.settle(one.ms);
      case 'lose':
        house.lock.faults[one.what] += 1;
        return;
      case 'radio':
        house.driver.setRadio(one.to);
        return;
      case 'crash':
        return this.#crash(one.after);
    }
  }

  /** The process dies at the n-th moment of its work from now on, within a minute. */
  async #crash(after: number): Promise<void> {
    const house = this.#house;
    let left = after;
    house.onMoment = () => {
      if (left === 0) throw new Crash();
      left -= 1;
    };
    await house.settle(60_000);
    house.onMoment = () => undefined;
    await house.restart();
  }

  /** What should be on the lock now. */
  wanted(): Wish[] {
    const now = this.#house.clock.now();
    return this.wishes.filter(
      ({ deleted, frame }) =>
        !deleted && (frame === undefined || (this.at(frame.from) <= now && now < this.at(frame.until))),
    );
  }

  isOver({ deleted, frame }: Wish): boolean {
    return deleted || (frame !== undefined && this.at(frame.until) <= this.#house.clock.now());
  }
}

/** What the bridge says of an access code; undefined where there is none any more. */
const shown = async (house: House, id: string): Promise<Record<string, unknown> | undefined> => {
  const answer = await house.call('access_codes/get', { access_code_id: id });
  if (!answer.ok) return undefined;
  const code = answer.body['access_code'];
  return isRecord(code) ? { ...code } : undefined;
};

/** The lock holds what was wished, and the bridge says so. */
const compare = async (house: House, guests: Guests): Promise<void> => {
  const wanted = guests.wanted();
  expect([...house.lock.slots.values()].sort()).toEqual(wanted.map((wish) => wish.digits).sort());
  for (const wish of guests.wishes) {
    const code = await shown(house, wish.id);
    if (guests.isOver(wish)) expect(code).toBeUndefined();
    else expect(code).toMatchObject({ status: wanted.includes(wish) ? 'set' : 'unset', errors: [] });
  }
};

test('whatever is asked for, in whatever order and moment, the lock ends with exactly the last wishes', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (all, masks) => {
      await using house = new House([lockSpec({ masks }, { slots: { first: 1, last: slots } })]);
      await house.settle();
      const guests = new Guests(house);
      for (const one of all) await guests.take(one);
      house.driver.setRadio('ready');
      Object.assign(house.lock.faults, { loseAnswers: 0, loseCommands: 0, lies: 0 });
      // Past every back-off, then through the hours that were booked, in the middle of each.
      const sinceStart = house.clock.now() - guests.at(0);
      await house.settle((Math.ceil(sinceStart / hour) + 1.5) * hour - sinceStart);
      for (let hours = 0; hours < 6; hours += 1) {
        await compare(house, guests);
        await house.settle(hour);
      }
    }),
    { numRuns: 16 },
  );
});
