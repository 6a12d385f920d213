import { describe, expect, test } from 'vitest';
import { GateBench } from '../../test/support/gate-bench.ts';
import { priorities } from '../core/plan.ts';

describe('the radio', () => {
  test('is granted at once when nobody has it, to one lock at a time', async () => {
    const bench = new GateBench();
    bench.ask('a', priorities.set);
    bench.ask('b', priorities.set);
    await bench.rest();
    expect(bench.order).toEqual(['a']);
    expect(bench.gate.waiting).toBe(1);
    await bench.done('a');
    expect(bench.order).toEqual(['a', 'b']);
  });

  test('goes by priority, then in the order of asking (FIELD-BUGS 14)', async () => {
    const bench = new GateBench();
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
    const bench = new GateBench();
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
    const bench = new GateBench();
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
    const bench = new GateBench(2);
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
    const bench = new GateBench();
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

describe('an asker that gives up', () => {
  test('while waiting gets nothing and leaves nothing behind', async () => {
    const bench = new GateBench();
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
    const bench = new GateBench();
    bench.ask('a', priorities.set, AbortSignal.abort());
    await bench.rest();
    expect(bench.order).toEqual(['a aborted']);
    expect(bench.gate.waiting).toBe(0);
  });

  test('after it was granted still holds the radio until it releases it', async () => {
    const bench = new GateBench();
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

describe('among equally urgent work', () => {
  const due = (
    bench: GateBench,
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
  const drain = async (bench: GateBench): Promise<void> => {
    await bench.rest();
    for (let held = [...bench.holding.keys()]; held[0] !== undefined; held = [...bench.holding.keys()])
      await bench.done(held[0]);
  };

  test('the earliest deadline comes first, whoever asked first; then the order of asking', async () => {
    const bench = new GateBench();
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
    const bench = new GateBench();
    due(bench, 'holder', undefined);
    due(bench, 'none', undefined);
    await bench.clock.advance(1_000);
    due(bench, 'later', bench.clock.now());
    due(bench, 'before', bench.clock.now() - 2_000);
    await drain(bench);
    expect(bench.order).toEqual(['holder', 'before', 'none', 'later']);
  });

  test('work that has become more urgent while it waited has the deadline of what made it so', async () => {
    const bench = new GateBench();
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
    const bench = new GateBench();
    const now = bench.clock.now();
    due(bench, 'a', now);
    due(bench, 'b', now + 1);
    await bench.rest();
    due(bench, 'a', now + 2);
    await drain(bench);
    expect(bench.order).toEqual(['a', 'b', 'a']);
  });
});
