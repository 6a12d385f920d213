import { Zcl } from 'zigbee-herdsman';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { offsetsOf } from '../shared/zone.ts';
import { readClock, setClock } from './clock-exchange.ts';
import { timeAt } from './lock-clock.ts';
import type { TimeAttributes } from './lock-clock.ts';
import type { Notes } from './notes.ts';
import type { ExchangeContext, Target } from './sending.ts';

const summer = '2026-07-01T12:00:00Z';
const winter = '2026-12-01T12:00:00Z';
const epochS = Date.UTC(2000, 0) / 1_000;
const unsupportedAttribute = 0x86;
const readOnly = 0x88;
const [time, , timeZone, dstStart, dstEnd, dstShift, , local] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const dst = [dstStart, dstEnd, dstShift];
const secondsOf = (iso: string): number => Date.parse(iso) / 1_000 - epochS;
const lastSummer = {
  [dstStart]: secondsOf('2025-03-30T01:00:00Z'),
  [dstEnd]: secondsOf('2025-10-26T00:59:59Z'),
  [dstShift]: 3_600,
};

interface Habits {
  /** What it adds to its time before it shows it. */
  readonly shows: 'time' | 'zone' | 'summer';
  /** Attributes that it refuses to be told, and how. */
  readonly refuses?: readonly number[];
  readonly refusal?: number;
  /** Attributes that it says yes to and forgets. */
  readonly forgets?: readonly number[];
  /** Attributes that it doesn't tell. */
  readonly hides?: readonly number[];
  /** What it was told before, by somebody else. */
  readonly held?: Readonly<Record<number, number>>;
  /** Seconds that it counts on between its answers for one attribute and another. */
  readonly ticks?: number;
}

/** A lock with a Time server, at the level of its frames. */
class TimeServer {
  readonly #held: Map<number, number>;
  readonly #habits: Habits;
  readonly frames: string[] = [];
  /** Gives no answer to the next frame of this kind; or one that says nothing. */
  fails: { readonly kind: string; readonly how: 'silent' | 'empty' | 'refusing' } | undefined;
  readonly meta: Record<string, unknown> = {};
  readonly target: Target;

  constructor(habits: Habits, notes: Notes = {}) {
    this.#habits = habits;
    this.#held = new Map(Object.entries(habits.held ?? {}).map(([id, value]) => [Number(id), value]));
    if (notes.clock !== undefined) this.meta['lockstep'] = notes;
    const endpoint = {
      inputClusters: [0x000a],
      zclCommand: (_cluster: number, kind: string, payload: readonly Record<string, number>[]) =>
        this.#take(kind, payload),
    };
    const device = { endpoints: [endpoint], meta: this.meta, isDeleted: false, save: () => undefined };
    this.target = { device, endpoint, corrects: {} } as never;
  }

  get #shown(): number {
    const of = (id: number): number => this.#held.get(id) ?? 0;
    const isSummer = of(dstStart) <= of(time) && of(time) <= of(dstEnd);
    const { shows } = this.#habits;
    return (
      of(time) + (shows === 'time' ? 0 : of(timeZone)) + (shows === 'summer' && isSummer ? of(dstShift) : 0)
    );
  }

  /** `2026-07-01 14:00:00` */
  get wall(): string {
    return new Date((epochS + this.#shown) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  }

  held(id: number): number | undefined {
    return this.#held.get(id);
  }

  get notes(): unknown {
    return this.meta['lockstep'];
  }

  #take(kind: string, payload: readonly Record<string, number>[]): Promise<unknown> {
    this.frames.push(kind);
    const { fails } = this;
    if (fails?.kind === kind) {
      this.fails = undefined;
      if (fails.how === 'silent') return Promise.reject(new Error('no answer'));
      if (fails.how === 'refusing') return Promise.reject(new Zcl.StatusError(Zcl.Status.FAILURE));
      return Promise.resolve(undefined);
    }
    return Promise.resolve({ payload: kind === 'read' ? this.#tell(payload) : this.#store(payload) });
  }

  #tell(asked: readonly Record<string, number>[]): unknown[] {
    return asked.map(({ attrId = -1 }) => {
      const attrData = attrId === local ? this.#shown + (this.#habits.ticks ?? 0) : this.#held.get(attrId);
      return attrData === undefined || this.#habits.hides?.includes(attrId) === true
        ? { attrId, status: unsupportedAttribute }
        : { attrId, status: 0, attrData };
    });
  }

  #store(told: readonly Record<string, number>[]): unknown[] {
    const { refuses = [], refusal = unsupportedAttribute, forgets = [] } = this.#habits;
    const refused: unknown[] = [];
    for (const { attrId = -1, attrData = 0 } of told) {
      if (refuses.includes(attrId)) refused.push({ attrId, status: refusal });
      else if (!forgets.includes(attrId)) this.#held.set(attrId, attrData);
    }
    return refused.length === 0 ? [{ status: 0 }] : refused;
  }
}

const context: ExchangeContext = {
  clock: new VirtualClock(),
  signal: new AbortController().signal,
  onSend: () => undefined,
  onAnswer: () => undefined,
  onError: () => ({ kind: 'failed', why: 'unreachable', mayHaveLanded: true }),
};

const at = (iso: string, zone = 'Europe/Berlin'): TimeAttributes => timeAt(Date.parse(iso), offsetsOf(zone));
const tell = (lock: TimeServer, iso: string, zone?: string): Promise<unknown> =>
  setClock(lock.target, () => at(iso, zone), context);
const accepted = { kind: 'accepted' };

describe('a lock shows the time of its zone, and is told it by one frame once it is known how it takes it', () => {
  const taking = [
    ['its zone and summer time', { shows: 'summer' }, 'dst'],
    ['them, and does not tell its local time', { shows: 'summer', hides: [local] }, 'dst'],
    ['them, and counts on while it answers', { shows: 'summer', ticks: 2 }, 'dst'],
    ['its zone alone', { shows: 'zone', refuses: dst }, 'zoned'],
    ['its zone, and forgets its summer time', { shows: 'zone', forgets: dst }, 'zoned'],
    ['its zone, and forgets the shift', { shows: 'zone', forgets: [dstShift] }, 'zoned'],
    ["its zone, and keeps last year's summer", { shows: 'summer', forgets: dst, held: lastSummer }, 'zoned'],
    ['its zone, and keeps a summer time that it does not show', { shows: 'zone' }, 'zoned'],
    ['its zone, and tells of neither', { shows: 'zone', hides: [...dst, timeZone, local] }, 'zoned'],
    ['no zone', { shows: 'time', refuses: [timeZone, ...dst] }, 'flat'],
    ['no zone, and tells of none', { shows: 'time', refuses: [timeZone, ...dst], hides: [local] }, 'flat'],
    ['a zone that it does not show', { shows: 'time' }, 'flat'],
    ['a zone that it neither shows nor tells', { shows: 'time', hides: [timeZone] }, 'flat'],
  ] as const;

  test.each(taking)('one that takes %s', async (_what, habits, manner) => {
    const lock = new TimeServer(habits);
    expect(await tell(lock, summer)).toEqual(accepted);
    expect([lock.wall, lock.notes]).toEqual(['2026-07-01 14:00:00', { clock: manner }]);
    // Set from outside [ZCL 3.12.2.2.2]; and a lock that keeps a zone for nothing keeps none.
    expect(lock.held(1)).toBe(0b10);
    if (manner === 'flat') expect(lock.held(timeZone) ?? 0).toBe(0);
    expect(lock.frames).toEqual(manner === 'dst' ? ['write', 'read'] : ['write', 'read', 'write']);
    lock.frames.length = 0;
    for (const [iso, zone, wall] of [
      [winter, 'Europe/Berlin', '2026-12-01 13:00:00'],
      [summer, 'America/St_Johns', '2026-07-01 09:30:00'],
      [summer, 'UTC', '2026-07-01 12:00:00'],
      [winter, 'Pacific/Kiritimati', '2026-12-02 02:00:00'],
    ] as const) {
      expect(await tell(lock, iso, zone)).toEqual(accepted);
      expect([lock.wall, lock.frames.splice(0)], zone).toEqual([wall, ['write']]);
    }
    expect(lock.notes).toEqual({ clock: manner });
  });
});

describe('what does not show yet is not noted', () => {
  test.each(['UTC', 'Asia/Kathmandu'])('whether a lock keeps summer time, told in %s', async (zone) => {
    const lock = new TimeServer({ shows: 'summer' });
    expect(await tell(lock, winter, zone)).toEqual(accepted);
    expect([lock.notes, lock.frames]).toEqual([undefined, ['write', 'read']]);
  });

  test('where it has not answered, or the time is not known any more', async () => {
    const lock = new TimeServer({ shows: 'zone' });
    lock.fails = { kind: 'read', how: 'silent' };
    expect(await tell(lock, summer)).toMatchObject({ kind: 'failed', why: 'unreachable' });
    lock.fails = { kind: 'read', how: 'refusing' };
    expect(await tell(lock, summer)).toEqual(accepted);
    let told = 0;
    const once = (): TimeAttributes | undefined => ((told += 1) === 1 ? at(summer) : undefined);
    expect(await setClock(lock.target, once, context)).toEqual(accepted);
    expect(lock.notes).toBeUndefined();
  });

  test('and nothing is sent after the time has come into doubt: the lock goes on with what it was told', async () => {
    const lock = new TimeServer({ shows: 'zone' });
    let told = 0;
    const twice = (): TimeAttributes | undefined => ((told += 1) <= 2 ? at(summer) : undefined);
    const refused = { kind: 'refused', why: 'unspecified', certain: true };
    expect(await setClock(lock.target, twice, context)).toEqual(refused);
    expect(lock.frames).toEqual(['write', 'read']);
  });
});

test.each([[dst], [[dstShift]]])(
  'a lock that was known to keep summer time and refuses attributes %j of it now is looked at anew',
  async (refuses) => {
    const lock = new TimeServer({ shows: 'zone', refuses }, { clock: 'dst' });
    expect(await tell(lock, summer)).toEqual(accepted);
    expect([lock.wall, lock.notes]).toEqual(['2026-07-01 14:00:00', { clock: 'zoned' }]);
  },
);

test('a clock that cannot be set is known as such, and tried again: a new firmware may have it', async () => {
  const lock = new TimeServer({ shows: 'summer', refuses: [time], refusal: readOnly });
  for (let n = 0; n < 2; n += 1)
    expect(await tell(lock, summer)).toEqual({ kind: 'refused', why: 'unsupported', certain: true });
  expect([lock.notes, lock.frames]).toEqual([{ clock: 'fixed' }, ['write', 'write']]);
  const mended = new TimeServer({ shows: 'summer' }, { clock: 'fixed' });
  expect(await tell(mended, summer)).toEqual(accepted);
  expect(mended.notes).toEqual({ clock: 'dst' });
});

test('a time that is refused for once does not make the clock one that cannot be set', async () => {
  const lock = new TimeServer({ shows: 'summer', refuses: [time], refusal: Zcl.Status.FAILURE });
  expect(await tell(lock, summer)).toMatchObject({ kind: 'refused', why: 'unspecified' });
  expect([lock.notes, lock.frames]).toEqual([undefined, ['write']]);
});

test('a lock without a Time server has no clock to be told or read', async () => {
  const target = { device: { endpoints: [], meta: {} } } as never;
  const refused = { kind: 'refused', why: 'unsupported' };
  expect(await setClock(target, () => at(summer), context)).toEqual({ ...refused, certain: true });
  expect(await readClock(target, context)).toEqual(refused);
});

test('an answer that says nothing leaves it open whether the time has landed', async () => {
  const lock = new TimeServer({ shows: 'summer' });
  lock.fails = { kind: 'write', how: 'empty' };
  expect(await tell(lock, summer)).toEqual({ kind: 'failed', why: 'timeout', mayHaveLanded: true });
  lock.fails = { kind: 'write', how: 'silent' };
  expect(await tell(lock, summer)).toMatchObject({ kind: 'failed', why: 'unreachable' });
  expect(lock.frames).toEqual(['write', 'write']);
});

describe('a clock that is read', () => {
  test.each(['zoned', 'dst'] as const)(
    'and shows its time as it is, though it was taken for a %s one, is told its wall time from then on',
    async (clock) => {
      const lock = new TimeServer({ shows: 'time' }, { clock });
      await tell(lock, summer);
      const shown = await readClock(lock.target, context);
      expect(shown).toMatchObject({ kind: 'clock', local: { hour: 12 }, second: 0 });
      expect(lock.notes).toEqual({ clock: 'flat' });
    },
  );

  test.each([
    ['zoned', 'zone'],
    ['dst', 'summer'],
  ] as const)('and shows what a %s one should stays what it is', async (clock, shows) => {
    const lock = new TimeServer({ shows }, { clock });
    for (const zone of ['UTC', 'Europe/Berlin']) {
      await tell(lock, summer, zone);
      await readClock(lock.target, context);
      expect(lock.notes, zone).toEqual({ clock });
    }
  });

  test('and says nothing, or cannot be reached, shows nothing', async () => {
    const lock = new TimeServer({ shows: 'summer', hides: [time, local] }, { clock: 'dst' });
    await tell(lock, summer);
    lock.fails = { kind: 'read', how: 'silent' };
    expect(await readClock(lock.target, context)).toEqual({ kind: 'failed', why: 'unreachable' });
    lock.fails = { kind: 'read', how: 'refusing' };
    expect(await readClock(lock.target, context)).toEqual({ kind: 'failed', why: 'timeout' });
    expect(await readClock(lock.target, context)).toEqual({ kind: 'refused', why: 'unsupported' });
    expect(lock.notes).toEqual({ clock: 'dst' });
  });
});
