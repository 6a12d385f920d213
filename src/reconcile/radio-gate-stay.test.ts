import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GateBench } from '../../test/support/gate-bench.ts';
import { priorities } from '../core/plan.ts';
import { stayMs } from './radio-gate.ts';

describe('a lock that was just woken', () => {
  test('stays for 5 s', () => {
    expect(stayMs).toBe(5_000);
  });

  test('keeps the radio for 5 s while it has work, though another waits with better priority', async () => {
    const bench = new GateBench();
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
    const bench = new GateBench();
    bench.ask('awake', priorities.set);
    bench.ask('asleep', priorities.adopt);
    await bench.rest();
    await bench.done('awake');
    expect(bench.order).toEqual(['awake', 'asleep']);
  });

  for (const urgent of ['operate', 'removal'] as const)
    test(`gives it up to ${urgent} at another lock`, async () => {
      const bench = new GateBench();
      bench.ask('awake', priorities.set);
      await bench.rest();
      bench.ask('asleep', priorities[urgent]);
      await bench.again('awake', priorities.set);
      expect(bench.order).toEqual(['awake', 'asleep']);
    });

  test('goes on with its own removals before those of others, for no longer than 5 s', async () => {
    const bench = new GateBench();
    bench.ask('awake', priorities.removal);
    await bench.rest();
    bench.ask('asleep', priorities.removal);
    await bench.clock.advance(stayMs - 1);
    await bench.again('awake', priorities.removal);
    expect(bench.order).toEqual(['awake', 'awake']);
    await bench.clock.advance(1);
    await bench.again('awake', priorities.removal);
    expect(bench.order).toEqual(['awake', 'awake', 'asleep']);
  });

  test('proves as many removals as it has had before those of others', async () => {
    const bench = new GateBench();
    bench.ask('awake', priorities.removal);
    await bench.rest();
    bench.ask('asleep', priorities.removal);
    await bench.again('awake', priorities.removal);
    await bench.again('awake', priorities.verify);
    await bench.again('awake', priorities.verify);
    expect(bench.order).toEqual(['awake', 'awake', 'awake', 'awake']);
    await bench.again('awake', priorities.verify);
    expect(bench.order.at(-1)).toBe('asleep');
  });

  test('does not count proofs of what it wrote before its removals', async () => {
    const bench = new GateBench();
    bench.ask('awake', priorities.verify);
    await bench.rest();
    await bench.again('awake', priorities.removal);
    bench.ask('asleep', priorities.removal);
    await bench.again('awake', priorities.verify);
    expect(bench.order).toEqual(['awake', 'awake', 'awake']);
  });

  test('owes no proof of what it removed before the radio was with another', async () => {
    const bench = new GateBench();
    bench.ask('a', priorities.removal);
    await bench.rest();
    bench.ask('b', priorities.operate);
    await bench.again('a', priorities.verify);
    bench.ask('c', priorities.removal);
    await bench.done('b');
    expect(bench.order).toEqual(['a', 'b', 'c']);
  });

  for (const [own, waiting] of [
    ['removal', 'operate'],
    ['operate', 'operate'],
    ['verify', 'operate'],
    ['set', 'removal'],
    ['audit', 'removal'],
  ] as const)
    test(`gives it up to ${waiting} at another lock when its own next is ${own}, whatever it has removed`, async () => {
      const bench = new GateBench();
      bench.ask('awake', priorities.removal);
      await bench.rest();
      bench.ask('asleep', priorities[waiting]);
      await bench.again('awake', priorities[own]);
      expect(bench.order).toEqual(['awake', 'asleep']);
    });

  test('does not give it up to a single read after an uncertain write', async () => {
    const bench = new GateBench();
    bench.ask('awake', priorities.set);
    await bench.rest();
    bench.ask('asleep', priorities.resolve);
    await bench.again('awake', priorities.set);
    expect(bench.order).toEqual(['awake', 'awake']);
  });

  test('has a new 5 s when it is served again after another', async () => {
    const bench = new GateBench();
    bench.ask('a', priorities.set);
    await bench.rest();
    await bench.clock.advance(stayMs);
    bench.ask('b', priorities.set);
    await bench.again('a', priorities.set);
    await bench.again('b', priorities.set);
    expect(bench.order, 'b stays now').toEqual(['a', 'b', 'b']);
  });

  test('is over once the radio was with a lock that costs nothing to wake', async () => {
    const bench = new GateBench();
    bench.ask('awake', priorities.set);
    await bench.rest();
    const mains = bench.gate.acquire('mains', priorities.operate, bench.never.signal, { stays: false });
    bench.ask('asleep', priorities.set);
    await bench.again('awake', priorities.verify);
    (await mains)?.();
    await bench.rest();
    expect(bench.order).toEqual(['awake', 'asleep']);
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
  stay: { readonly lock: string; readonly until: number; owed: number } | undefined;

  serve(now: number, concurrency: number): string[] {
    const granted: string[] = [];
    for (;;) {
      const free = this.waiting.filter((one) => !this.busy.has(one.lock));
      const [best] = free.toSorted((a, b) => a.priority - b.priority);
      if (best === undefined || this.busy.size >= concurrency) return granted;
      const staying = this.stay !== undefined && now < this.stay.until ? this.stay.lock : undefined;
      const [own] = free.filter((one) => one.lock === staying).toSorted((a, b) => a.priority - b.priority);
      const next = own !== undefined && this.#goesOn(own, best) ? own : best;
      this.waiting = this.waiting.filter((one) => one !== next);
      this.busy.set(next.lock, next);
      if (staying !== next.lock || this.stay === undefined)
        this.stay = { lock: next.lock, until: now + stayMs, owed: 0 };
      if (next.priority === priorities.removal) this.stay.owed += 1;
      if (next.priority === priorities.verify) this.stay.owed = Math.max(0, this.stay.owed - 1);
      granted.push(next.id);
    }
  }

  #goesOn(own: ModelEntry, best: ModelEntry): boolean {
    if (best.priority !== priorities.removal) return best.priority > priorities.removal;
    return (
      own.priority === priorities.removal ||
      (own.priority === priorities.verify && (this.stay?.owed ?? 0) > 0)
    );
  }
}

test('whatever is asked, released and aborted in whatever order, the gate does what its model does', async () => {
  const lock = fc.constantFrom('a', 'b', 'c', 'd');
  const { removal, verify } = priorities;
  const priority = fc.oneof(fc.constantFrom(...Object.values(priorities)), fc.constantFrom(removal, verify));
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('ask' as const), lock, priority }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), n: fc.nat(9) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 2_000, 5_000) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, concurrency) => {
        const bench = new GateBench(concurrency);
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
    { numRuns: 200 },
  );
});
