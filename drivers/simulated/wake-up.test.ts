import { expect, test } from 'vitest';
import type { Capabilities } from '../../src/core/model.ts';
import { lockSpec } from '../../test/support/house.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { SimulatedDriver } from './index.ts';
import type { WakeUp } from './index.ts';
import { SimulatedLock } from './lock.ts';

const latencyMs = 50;
const sleepy: WakeUp = { beamMs: 1_100, awakeMs: 2_000 };

/** A lock and its radio, and how long each exchange keeps that. */
class Bench {
  readonly clock = new VirtualClock();
  readonly lock: SimulatedLock;
  readonly #driver: SimulatedDriver;

  constructor(wakeUp: WakeUp | undefined, power: Capabilities['power'] = 'battery') {
    this.lock = new SimulatedLock(lockSpec({}, { power }));
    this.#driver = new SimulatedDriver(this.clock, [this.lock], { latencyMs, concurrency: 1, wakeUp });
  }

  async read(signal = new AbortController().signal): Promise<number> {
    const from = this.clock.monotonic();
    const outcomes: string[] = [];
    void this.#driver.readSlot(this.lock.spec.address, 1, signal).then(({ kind }) => outcomes.push(kind));
    while (outcomes.length === 0) await this.clock.advance(10);
    return this.clock.monotonic() - from;
  }
}

test('a battery lock that sleeps is woken by a beam, and then awake until so long after its last frame', async () => {
  const bench = new Bench(sleepy);
  expect(await bench.read()).toBe(sleepy.beamMs + 2 * latencyMs);
  await bench.clock.advance(sleepy.awakeMs - 1);
  expect(await bench.read()).toBe(2 * latencyMs);
  await bench.clock.advance(sleepy.awakeMs - 1);
  expect([await bench.read(), bench.lock.wakeUps]).toEqual([2 * latencyMs, 1]);
  await bench.clock.advance(sleepy.awakeMs);
  expect([await bench.read(), bench.lock.wakeUps]).toEqual([sleepy.beamMs + 2 * latencyMs, 2]);
});

test('a lock that was reached is awake though nobody waits for its answer', async () => {
  const bench = new Bench(sleepy);
  const giveUp = new AbortController();
  bench.clock.after(sleepy.beamMs + latencyMs + 10, () => {
    giveUp.abort();
  });
  await bench.read(giveUp.signal);
  expect([await bench.read(), bench.lock.wakeUps]).toEqual([2 * latencyMs, 1]);
});

test('a beam that reaches nobody costs as much, and wakes nobody', async () => {
  const bench = new Bench(sleepy);
  bench.lock.faults.offline = true;
  const inVain = await bench.read();
  expect(inVain).toBeGreaterThan(sleepy.beamMs);
  expect([await bench.read(), bench.lock.wakeUps]).toEqual([inVain, 0]);
});

test.each([
  ['a mains lock', sleepy, 'mains'],
  ['a battery lock on a radio that says nothing of waking', undefined, 'battery'],
] as const)('%s never sleeps', async (_name, wakeUp, power) => {
  const bench = new Bench(wakeUp, power);
  expect([await bench.read(), bench.lock.wakeUps]).toEqual([2 * latencyMs, 0]);
});
