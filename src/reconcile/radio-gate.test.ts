import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { priorities } from '../core/plan.ts';
import { RadioGate, stayMs } from './radio-gate.ts';

/** A gate with named askers, and the order in which they got the radio. */
class Bench {
  readonly clock = new VirtualClock();
  readonly gate: RadioGate;
  readonly order: string[] = [];
  readonly holding = new Map<string, () => void>();
  readonly never = new AbortController();

  constructor(concurrency = 1) {
    this.gate = new RadioGate(this.clock, { concurrency }, priorities.removal);
  }

  ask(lock: string, priority: number, signal = this.never.signal, name = lock): void {
    void this.gate.acquire(lock, priority, signal).then((release) => {
      this.order.push(release === undefined ? `${name} aborted` : name);
      if (release !== undefined) this.holding.set(lock, release);
    });
  }

  /** The holder has done its exchange, and asks for no more. */
  async done(lock: string): Promise<void> {
    const release = this.holding.get(lock);
    if (release === undefined) throw new Error(`${lock} doesn't hold the radio`);
    this.holding.delete(lock);
    release();
    await this.rest();
  }

  /** The holder has done its exchange and asks for the next in the same turn, as a worker does. */
  async again(lock: string, priority: number): Promise<void> {
    this.ask(lock, priority);
    await this.done(lock);
  }

  rest(): Promise<void> {
    return this.clock.advance(0);
  }
}

describe('the radio', () => {
  test('is granted at once when nobody has it, to one lock at a time', async () => {
    const bench = new Bench();
    bench.ask('a', priorities.set);
    bench.ask('b', priorities.set);
    await bench.rest();
    expect(bench.order).toEqual(['a']);
    expect(bench.gate.waiting).toBe(1);
    await bench.done('a');
    expect(bench.order).toEqual(['a', 'b']);
  });

  test('goes by priority, then in the order of asking (FIELD-BUGS 14)', async () => {
    const bench = new Bench();
    bench.ask('holder', priorities.audit);
    await bench.rest();
    const asks = [
      ['adopt', priorities.adopt],
      ['set1', priorities.set],
      ['audit', priorities.audit],
      ['operate', priorities.operate],
      ['set2', priorities.set],
      ['removal', priorities.removal],
      ['resolve', priorities.resolve],
      ['verify', priorities.verify],
    ] as const;
    for (const [lock, priority] of asks) bench.ask(lock, priority);
    for (let n = 0; n < asks.length; n += 1) await bench.done(bench.order.at(-1) ?? '');
    expect(bench.order).toEqual([
      'holder',
      'operate',
      'removal',
      'resolve',
      'set1',
      'set2',
      'verify',
      'audit',
      'adopt',
    ]);
  });

  test('goes to nobody while it is held for pairing, however urgent; who has it keeps it', async () => {
    const bench = new Bench();
    bench.ask('a', priorities.set);
    await bench.rest();
    const [first, second] = [bench.gate.hold(), bench.gate.hold()];
    bench.ask('b', priorities.operate);
    await bench.done('a');
    first();
    first();
    await bench.rest();
    expect(bench.order).toEqual(['a']);
    second();
    await bench.rest();
    expect(bench.order).toEqual(['a', 'b']);
  });

  test('goes to a waiting lock sooner when its work has become more urgent, never later', async () => {
    const bench = new Bench();
    bench.ask('holder', priorities.set);
    await bench.rest();
    for (const lock of ['a', 'b', 'c']) bench.ask(lock, priorities.set);
    bench.gate.raise('c', priorities.removal);
    bench.gate.raise('a', priorities.audit);
    bench.gate.raise('nobody', priorities.operate);
    for (let n = 0; n < 3; n += 1) await bench.done(bench.order.at(-1) ?? '');
    expect(bench.order).toEqual(['holder', 'c', 'a', 'b']);
  });

  test('bears as many locks as it says, but never two exchanges with one lock', async () => {
    const bench = new Bench(2);
    bench.ask('a', priorities.set, undefined, 'a first');
    bench.ask('a', priorities.operate, undefined, 'a second');
    bench.ask('b', priorities.adopt);
    bench.ask('c', priorities.adopt);
    await bench.rest();
    expect(bench.order).toEqual(['a first', 'b']);
    await bench.done('a');
    expect(bench.order).toEqual(['a first', 'b', 'a second']);
  });

  test('released twice is released once: what the same lock got since then stays', async () => {
    const bench = new Bench();
    bench.ask('a', priorities.set);
    await bench.rest();
    const release = bench.holding.get('a');
    await bench.done('a');
    bench.ask('a', priorities.set);
    await bench.rest();
    release?.();
    bench.ask('b', priorities.set);
    await bench.rest();
    expect(bench.order).toEqual(['a', 'a']);
  });
});

describe('a lock that was just woken', () => {
  test('stays for 5 s', () => {
    expect(stayMs).toBe(5_000);
  });

  test('keeps the radio for 5 s while it has work, though another waits with better priority', async () => {
    const bench = new Bench();
    bench.ask('awake', priorities.verify);
    await bench.rest();
    bench.ask('asleep', priorities.set);
    await bench.clock.advance(stayMs - 1);
    await bench.again('awake', priorities.verify);
    expect(bench.order).toEqual(['awake', 'awake']);
    await bench.clock.advance(1);
    await bench.again('awake', priorities.verify);
    expect(bench.order, 'the 5 s count from its first frame').toEqual(['awake', 'awake', 'asleep']);
  });

  test('gives it up as soon as it has nothing to do', async () => {
    const bench = new Bench();
    bench.ask('awake', priorities.set);
    bench.ask('asleep', priorities.adopt);
    await bench.rest();
    await bench.done('awake');
    expect(bench.order).toEqual(['awake', 'asleep']);
  });

  for (const urgent of ['operate', 'removal'] as const)
    test(`gives it up to ${urgent} at another lock`, async () => {
      const bench = new Bench();
      bench.ask('awake', priorities.set);
      await bench.rest();
      bench.ask('asleep', priorities[urgent]);
      await bench.again('awake', priorities.set);
      expect(bench.order).toEqual(['awake', 'asleep']);
    });

  test('does not give it up to a single read after an uncertain write', async () => {
    const bench = new Bench();
    bench.ask('awake', priorities.set);
    await bench.rest();
    bench.ask('asleep', priorities.resolve);
    await bench.again('awake', priorities.set);
    expect(bench.order).toEqual(['awake', 'awake']);
  });

  test('has a new 5 s when it is served again after another', async () => {
    const bench = new Bench();
    bench.ask('a', priorities.set);
    await bench.rest();
    await bench.clock.advance(stayMs);
    bench.ask('b', priorities.set);
    await bench.again('a', priorities.set);
    await bench.again('b', priorities.set);
    expect(bench.order, 'b stays now').toEqual(['a', 'b', 'b']);
  });
});

describe('an asker that gives up', () => {
  test('while waiting gets nothing and leaves nothing behind', async () => {
    const bench = new Bench();
    const impatient = new AbortController();
    bench.ask('a', priorities.set);
    bench.ask('b', priorities.set, impatient.signal);
    bench.ask('c', priorities.set);
    await bench.rest();
    impatient.abort();
    await bench.rest();
    expect(bench.order).toEqual(['a', 'b aborted']);
    expect(bench.gate.waiting).toBe(1);
    await bench.done('a');
    expect(bench.order).toEqual(['a', 'b aborted', 'c']);
  });

  test('before it asked is answered at once', async () => {
    const bench = new Bench();
    bench.ask('a', priorities.set, AbortSignal.abort());
    await bench.rest();
    expect(bench.order).toEqual(['a aborted']);
    expect(bench.gate.waiting).toBe(0);
  });

  test('after it was granted still holds the radio until it releases it', async () => {
    const bench = new Bench();
    const late = new AbortController();
    bench.ask('a', priorities.set, late.signal);
    bench.ask('b', priorities.set);
    await bench.rest();
    late.abort();
    await bench.rest();
    expect(bench.order).toEqual(['a']);
    await bench.done('a');
    expect(bench.order).toEqual(['a', 'b']);
  });
});

interface ModelEntry {
  readonly id: string;
  readonly lock: string;
  readonly priority: number;
}

/** The gate in a few plain lines, as an oracle. */
class Model {
  waiting: ModelEntry[] = [];
  readonly busy = new Map<string, ModelEntry>();
  stay: { readonly lock: string; readonly until: number } | undefined;

  serve(now: number, concurrency: number): string[] {
    const granted: string[] = [];
    for (;;) {
      const free = this.waiting.filter((one) => !this.busy.has(one.lock));
      const [best] = free.toSorted((a, b) => a.priority - b.priority);
      if (best === undefined || this.busy.size >= concurrency) return granted;
      const staying = this.stay !== undefined && now < this.stay.until ? this.stay.lock : undefined;
      const [own] = free.filter((one) => one.lock === staying).toSorted((a, b) => a.priority - b.priority);
      const next = best.priority <= priorities.removal ? best : (own ?? best);
      this.waiting = this.waiting.filter((one) => one !== next);
      this.busy.set(next.lock, next);
      if (staying !== next.lock) this.stay = { lock: next.lock, until: now + stayMs };
      granted.push(next.id);
    }
  }
}

test('whatever is asked, released and aborted in whatever order, the gate does what its model does', async () => {
  const lock = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), lock, priority: fc.nat(6) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), n: fc.nat(9) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 2_000, 5_000) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, concurrency) => {
        const bench = new Bench(concurrency);
        const model = new Model();
        const expected: string[] = [];
        const aborts = new Map<string, AbortController>();
        let asked = 0;
        for (const one of steps) {
          if (one.kind === 'ask') {
            const id = `${one.lock}${String((asked += 1))}`;
            const abort = new AbortController();
            aborts.set(id, abort);
            bench.ask(one.lock, one.priority, abort.signal, id);
            model.waiting.push({ id, lock: one.lock, priority: one.priority });
          } else if (one.kind === 'release') {
            const held = [...model.busy.keys()][one.n % Math.max(1, model.busy.size)];
            if (held === undefined) continue;
            model.busy.delete(held);
            await bench.done(held);
          } else if (one.kind === 'abort') {
            const entry = model.waiting[one.n % Math.max(1, model.waiting.length)];
            if (entry === undefined) continue;
            model.waiting = model.waiting.filter((other) => other !== entry);
            expected.push(`${entry.id} aborted`);
            aborts.get(entry.id)?.abort();
          } else await bench.clock.advance(one.ms);
          expected.push(...model.serve(bench.clock.monotonic(), concurrency));
          await bench.rest();
          expect(bench.order).toEqual(expected);
          expect(bench.gate.waiting).toBe(model.waiting.length);
        }
      },
    ),
    { numRuns: 300 },
  );
});

describe('among equally urgent work', () => {
  const due = (
    bench: Bench,
    lock: string,
    deadline: number | undefined,
    priority: number = priorities.set,
  ): void => {
    void bench.gate
      .acquire(lock, priority, bench.never.signal, { deadline, stays: false })
      .then((release) => {
        bench.order.push(lock);
        if (release !== undefined) bench.holding.set(lock, release);
      });
  };
  const drain = async (bench: Bench): Promise<void> => {
    await bench.rest();
    for (let held = [...bench.holding.keys()]; held[0] !== undefined; held = [...bench.holding.keys()])
      await bench.done(held[0]);
  };

  test('the earliest deadline comes first, whoever asked first; then the order of asking', async () => {
    const bench = new Bench();
    const now = bench.clock.now();
    due(bench, 'holder', now);
    due(bench, 'third', now + 3);
    due(bench, 'also third', now + 3);
    due(bench, 'overdue', now - 9);
    due(bench, 'removal', now + 99, priorities.removal);
    due(bench, 'first', now + 1);
    await drain(bench);
    expect(bench.order).toEqual(['holder', 'removal', 'overdue', 'first', 'third', 'also third']);
  });

  test('what has no deadline is due when it is asked for: it does not wait behind all that comes later', async () => {
    const bench = new Bench();
    due(bench, 'holder', undefined);
    due(bench, 'none', undefined);
    await bench.clock.advance(1_000);
    due(bench, 'later', bench.clock.now());
    due(bench, 'before', bench.clock.now() - 2_000);
    await drain(bench);
    expect(bench.order).toEqual(['holder', 'before', 'none', 'later']);
  });

  test('work that has become more urgent while it waited has the deadline of what made it so', async () => {
    const bench = new Bench();
    const now = bench.clock.now();
    due(bench, 'holder', now);
    due(bench, 'raised', now + 1, priorities.set);
    due(bench, 'removal', now + 20, priorities.removal);
    due(bench, 'sooner', now + 30, priorities.removal);
    bench.gate.raise('raised', priorities.removal, now + 25);
    bench.gate.raise('sooner', priorities.removal, now + 10);
    bench.gate.raise('sooner', priorities.set, now);
    await drain(bench);
    expect(bench.order).toEqual(['holder', 'sooner', 'removal', 'raised']);
  });

  test('it does not stay with a lock that costs nothing to wake', async () => {
    const bench = new Bench();
    const now = bench.clock.now();
    due(bench, 'a', now);
    due(bench, 'b', now + 1);
    await bench.rest();
    due(bench, 'a', now + 2);
    await drain(bench);
    expect(bench.order).toEqual(['a', 'b', 'a']);
  });
});
