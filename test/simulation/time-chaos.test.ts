import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import type { Capabilities, LocalMinute, LocalWindow } from '../../src/core/model.ts';
import { defaultLeadMs, phaseOf } from '../../src/core/phase.ts';
import { Crash, House, lockSpec } from '../support/house.ts';

// Whatever is booked and moved, with radio faults and power cuts at any moment: a code that is called set stands on the
// lock and opens it; and once all is calm, the lock holds the codes whose time it is, and no other that opens it. More:
// CHAOS_RUNS=200 CHAOS_SEED=$RANDOM npx vitest run test/simulation/time-chaos.test.ts

const minute = 60_000;
const unit = 20 * minute;

type Step =
  | { readonly kind: 'book' | 'move'; readonly from: number; readonly units: number; readonly n: number }
  | { readonly kind: 'delete' | 'renew'; readonly n: number }
  | { readonly kind: 'offline'; readonly on: boolean }
  | {
      readonly kind: 'fault';
      readonly fault: 'loseAnswers' | 'loseCommands' | 'lies' | 'refuses';
      readonly n: number;
    }
  | { readonly kind: 'wait' | 'down'; readonly ms: number }
  | { readonly kind: 'crash'; readonly after: number }
  | { readonly kind: 'calm' };

const n = fc.nat(99);
const times = { from: fc.integer({ min: -1, max: 9 }), units: fc.integer({ min: 1, max: 6 }), n };
const waits = fc.constantFrom(100, 20_000, 5 * minute, unit - 15_000, unit, 5 * unit);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('book' as const), ...times }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('move' as const), ...times }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'renew'), n }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('offline' as const), on: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      fault: fc.constantFrom('loseAnswers', 'loseCommands', 'lies', 'refuses'),
      n: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: waits }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('down' as const), ms: waits }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('crash' as const), after: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'calm' as const }) },
);

const native: Partial<Capabilities> = {
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: false, read: true },
};
const kinds: Readonly<Record<string, readonly [Partial<LockSpec>, Partial<Capabilities>]>> = {
  plain: [{}, {}],
  masks: [{ masks: true }, {}],
  checksum: [{}, { checksum: true }],
  careless: [{ duplicateCheck: false }, {}],
  native: [{}, native],
  native_masks: [{ masks: true }, native],
  native_told: [{}, { ...native, codeManners: true }],
  native_parked: [
    { traits: { schedules: 'need_code' } },
    { ...native, codeManners: true, scheduleOrder: 'code_disabled_first' },
  ],
  native_parked_masks: [
    { masks: true, traits: { schedules: 'need_code' } },
    { ...native, codeManners: true, scheduleOrder: 'code_disabled_first' },
  ],
};

const scenario = fc.record({
  kind: fc.constantFrom(...Object.keys(kinds)),
  slots: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
  steps: fc.array(step, { minLength: 6, maxLength: 30 }),
});

const epoch = ({ year, month, day, hour, minute: min }: LocalMinute): number =>
  Date.UTC(year, month - 1, day, hour, min);
const isWithin = (window: LocalWindow, at: number): boolean =>
  epoch(window.start) <= at && at < epoch(window.stop);

class Run {
  readonly house: House;
  #count = 0;

  constructor(kind: string, slots: number, seed: number) {
    const [changes, capabilities] = kinds[kind] ?? [{}, {}];
    this.house = new House([lockSpec(changes, { slots: { first: 1, last: slots }, ...capabilities })], seed);
  }

  /** The times as they are asked for, and the code they are asked for. */
  #asked({ from, units }: { readonly from: number; readonly units: number }): object {
    const starts = Math.ceil((this.house.clock.now() + from * unit) / minute) * minute;
    const iso = (at: number): string => new Date(at).toISOString();
    return { starts_at: iso(starts), ends_at: iso(starts + Math.max(units, 2) * unit) };
  }

  #chosen(which: number): string {
    const codes = this.house.store.accessCodes();
    return codes[which % Math.max(1, codes.length)]?.accessCodeId ?? '';
  }

  /** Every third has the PIN of one before. */
  #pin(which: number): string {
    const [, ...earlier] = Array.from({ length: this.#count }, (_, index) => index);
    const again = which % 3 === 0 ? earlier[which % Math.max(1, earlier.length)] : undefined;
    return `${31_000 + (again ?? (this.#count += 1))}`;
  }

  async take(one: Step): Promise<void> {
    const { house } = this;
    switch (one.kind) {
      case 'book':
        await house.call('access_codes/create', {
          device_id: house.deviceId,
          code: this.#pin(one.n),
          ...this.#asked(one),
        });
        return;
      case 'move':
        await house.call('access_codes/update', {
          access_code_id: this.#chosen(one.n),
          ...(one.n % 9 === 0 ? { type: 'ongoing' } : this.#asked(one)),
        });
        return;
      case 'renew':
        await house.call('access_codes/update', {
          access_code_id: this.#chosen(one.n),
          code: this.#pin(one.n),
        });
        return;
      case 'delete':
        await house.call('access_codes/delete', { access_code_id: this.#chosen(one.n) });
        return;
      case 'offline':
        house.lock.faults.offline = one.on;
        if (!one.on) house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
        return;
      case 'fault':
        house.lock.faults[one.fault] = one.n;
        return;
      case 'wait':
        for (let left = one.ms; left > 0; left -= 5 * minute) {
          await house.settle(Math.min(left, 5 * minute));
          this.judge();
        }
        return;
      case 'down':
        await house.controller.stop();
        await house.settle(one.ms);
        await house.restart();
        return;
      case 'crash': {
        let left = one.after;
        house.onMoment = () => {
          left -= 1;
          if (left < 0) throw new Crash();
        };
        await house.settle(2_000);
        house.onMoment = () => undefined;
        await house.restart();
        return;
      }
      case 'calm':
        await this.calm();
        return;
      default:
        one satisfies never;
    }
  }

  #slotsWith(digits: string): number[] {
    return [...this.house.lock.slots].filter(([, held]) => held === digits).map(([slot]) => slot);
  }

  /** Whether what stands in the slot opens the door now. */
  #opens(slot: number): boolean {
    const { lock, clock } = this.house;
    if (!lock.isEnabled(slot)) return false;
    const window = lock.schedules.get(slot);
    return lock.roundTheClock.includes(slot) || (window !== undefined && isWithin(window, clock.now()));
  }

  /** At any moment. */
  judge(): void {
    for (const code of this.house.store.accessCodes()) {
      const standing = this.#slotsWith(code.pin.reveal());
      expect(standing.length, 'slots with one PIN').toBeLessThanOrEqual(1);
      if (code.status === 'set')
        expect(standing.filter((slot) => this.#opens(slot)).length, 'a code that is called set opens').toBe(
          1,
        );
    }
  }

  /** Faults end; what follows is what must come of it. */
  async calm(): Promise<void> {
    const { house } = this;
    const { lock, driver } = house;
    Object.assign(lock.faults, { offline: false, loseAnswers: 0, loseCommands: 0, lies: 0, refuses: 0 });
    driver.emit({ kind: 'reachable', address: lock.spec.address });
    for (let left = 35; left > 0; left -= 5) {
      await house.settle(5 * minute);
      this.judge();
    }
    // Not while one is just on its way.
    while (this.#turns()) await house.settle(minute);
    const now = house.clock.now();
    const expected: number[] = [];
    for (const code of house.store.accessCodes()) {
      const phase = phaseOf(code, now, defaultLeadMs);
      expect(phase, 'the record of one whose time is over').not.toBe('over');
      const standing = this.#slotsWith(code.pin.reveal());
      const open = standing.filter((slot) => this.#opens(slot));
      if (phase === 'early') expect(code, 'before its time').toMatchObject({ status: 'unset', errors: [] });
      else {
        expect(code, 'in its time').toMatchObject({ status: 'set', errors: [] });
        expect(open).toHaveLength(1);
        expected.push(...open);
      }
    }
    expect([...lock.slots.keys()].filter((slot) => this.#opens(slot)).sort(), 'what opens the door').toEqual(
      expected.sort(),
    );
    const loaded = new Set(house.store.accessCodes().map((code) => code.pin.reveal()));
    expect([...lock.slots.values()].filter((digits) => !loaded.has(digits))).toEqual([]);
    expect(house.store.intents(house.state().deviceId)).toEqual([]);
  }

  #turns(): boolean {
    const now = this.house.clock.now();
    return this.house.store
      .accessCodes()
      .some(({ timeFrame, wishedAt }) =>
        [timeFrame?.startsAt, timeFrame?.endsAt, wishedAt].some(
          (at) => at !== undefined && Math.abs(now - at) < 2 * minute,
        ),
      );
  }
}

/** Each is told once; what was set is told again only after something else was. */
const judgeEvents = (house: House): void => {
  const last = new Map<string, string>();
  for (const { accessCodeId = '', eventType } of house.store.events(0, 100_000)) {
    if (!eventType.startsWith('access_code.')) continue;
    expect(last.get(accessCodeId), 'after the end').not.toBe('access_code.deleted');
    if (eventType === 'access_code.set_on_device' || eventType === 'access_code.removed_from_device')
      expect(last.get(accessCodeId), 'told twice').not.toBe(eventType);
    last.set(accessCodeId, eventType);
  }
};

test('whatever is booked, moved and cut off, guests get in in their time and at no other', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ kind, slots, seed, steps }) => {
      const run = new Run(kind, slots, seed);
      await using house = run.house;
      await house.settle(30_000);
      for (const one of steps) await run.take(one);
      await run.calm();
      await house.settle(17 * unit);
      await run.calm();
      judgeEvents(house);
      expect(house.store.accessCodes().filter((code) => code.timeFrame !== undefined)).toEqual([]);
      expect(house.logged.filter(({ fields }) => !('err' in fields && fields.err instanceof Crash))).toEqual(
        [],
      );
    }),
    { numRuns: Number(process.env['CHAOS_RUNS'] ?? 5), seed: Number(process.env['CHAOS_SEED'] ?? 5) },
  );
}, 240_000);
