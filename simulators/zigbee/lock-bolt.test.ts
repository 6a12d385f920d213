import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lockBench } from './testing/lock-bench.ts';
import { clusterId } from './zcl-cluster.ts';

const { doorLock } = clusterId;

describe('the bolt', () => {
  test('needs a PIN by radio where RequirePINforRFOperation is set', async () => {
    using bench = lockBench({ codes: { 4: '1234' } });
    bench.bind(doorLock);
    await bench.ask('00 90 02 3300 10 01');
    expect(await bench.ask('01 91 01 00')).toBe('199101' + '01');
    expect(bench.unit.lock.bolted).toBe(true);
    expect(await bench.unasked()).toMatch(/^09..200105ffff/);
    expect(await bench.ask('01 92 01 04 31323334')).toBe('199201' + '00');
    expect(bench.unit.lock.bolted).toBe(false);
    expect(await bench.unasked()).toMatch(/^09..2001020400/);
  });

  test('is nobody’s by radio without a PIN, though a card holds a slot without digits', async () => {
    using bench = lockBench({ codes: { 4: '' } });
    bench.bind(doorLock);
    expect(await bench.ask('01 91 01 00')).toBe('199101' + '00');
    expect(await bench.unasked()).toMatch(/^09..200102ffff/);
    await bench.ask('00 92 02 3300 10 01');
    expect(await bench.ask('01 93 01 00')).toBe('199301' + '01');
  });
});

describe('the bolt locks again by itself', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const unlock = { locked: false, how: 'manual' } as const;
  /** Writes AutoRelockTime, seconds in hex with the least significant octet first. */
  const relockAfter = (seconds: string): string => `00 90 02 2300 23 ${seconds}`;
  const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);

  test('after Unlock with Timeout, and after AutoRelockTime whoever unlocked it', async () => {
    using timeout = lockBench();
    using byHand = lockBench();
    using byRadio = lockBench();
    for (const bench of [byHand, byRadio]) await bench.ask(relockAfter('0a000000'));
    for (const bench of [timeout, byHand, byRadio]) bench.bind(doorLock);
    expect(await timeout.ask('01 90 03 0a00 00')).toBe('199003' + '00');
    await byHand.unit.person.bolt(unlock);
    await byRadio.ask('01 91 01 00');
    expect(await timeout.unasked()).toMatch(/^09..200102/);
    expect(await byHand.unasked()).toMatch(/^09..20020e/);
    expect(await byRadio.unasked()).toMatch(/^09..200102/);
    await pass(9);
    for (const { unit } of [timeout, byHand, byRadio]) expect(unit.lock.bolted).toBe(false);
    await pass(1);
    for (const bench of [timeout, byHand, byRadio]) {
      expect(bench.unit.lock.bolted).toBe(true);
      expect(await bench.unasked()).toMatch(/^09..20020a/);
    }
  });

  test('after the time that Unlock with Timeout names, in place of AutoRelockTime', async () => {
    using bench = lockBench();
    await bench.ask(relockAfter('0a000000'));
    await bench.ask('01 91 03 1e00 00');
    await pass(29);
    expect(bench.unit.lock.bolted).toBe(false);
    await pass(1);
    expect(bench.unit.lock.bolted).toBe(true);
  });

  test('counted from the last time it was unlocked', async () => {
    using bench = lockBench();
    await bench.ask(relockAfter('0a000000'));
    await bench.unit.person.bolt(unlock);
    await pass(6);
    await bench.unit.person.bolt({ locked: true, how: 'manual' });
    await bench.unit.person.bolt(unlock);
    await pass(6);
    expect(bench.unit.lock.bolted).toBe(false);
    await pass(4);
    expect(bench.unit.lock.bolted).toBe(true);
  });

  test('after what its switch stands for, where AutoRelockTime is a mere switch', async () => {
    using bench = lockBench({ auto_relock: { factory: 1, switches_s: 7 } });
    expect(await bench.ask(relockAfter('0a000000'))).toMatch(/^189004872300/);
    await bench.unit.person.bolt(unlock);
    await pass(6);
    expect(bench.unit.lock.bolted).toBe(false);
    await pass(1);
    expect(bench.unit.lock.bolted).toBe(true);
    expect(await bench.ask(relockAfter('00000000'))).toBe('18900400');
    await bench.unit.person.bolt(unlock);
    await pass(60);
    expect(bench.unit.lock.bolted).toBe(false);
  });

  test('after what was set in its menu, if it is among what it takes; that is reported', async () => {
    using bench = lockBench({ auto_relock: { takes: [10, 30] } });
    bench.bind(doorLock);
    await bench.ask('00 90 06 00 2300 23 0000 0000 01000000');
    expect(await bench.unit.person.keypad({ action: 'auto_relock', value: 20 })).toMatchObject({
      accepted: false,
    });
    expect(await bench.unit.person.keypad({ action: 'auto_relock', value: 10 })).toMatchObject({
      accepted: true,
    });
    expect(await bench.unasked()).toMatch(/^18..0a2300230a000000/);
    await bench.unit.person.bolt(unlock);
    await pass(10);
    expect(bench.unit.lock.bolted).toBe(true);
  });

  test('as before where the new time was refused, or only in words taken', async () => {
    for (const behaviour of [{ refuse: true }, { lie: true }]) {
      using bench = lockBench({ behaviour });
      expect(await bench.ask(relockAfter('0a000000'))).toMatch(
        behaviour.lie === true ? /^18900400/ : /^189004012300/,
      );
      await bench.unit.person.bolt(unlock);
      await pass(60);
      expect(bench.unit.lock.bolted).toBe(false);
    }
  });

  test('not at once where AutoRelockTime is longer than a timer can be', async () => {
    using bench = lockBench();
    await bench.ask(relockAfter('ffffff7f'));
    await bench.unit.person.bolt(unlock);
    await pass(60);
    expect(bench.unit.lock.bolted).toBe(false);
  });
});
