import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { DeviceId, RadioId } from '../core/ids.ts';
import type { Action } from '../core/plan.ts';
import { Progress, sighted } from './progress.ts';
import type { Sightings, UnderWay } from './progress.ts';
import { RadioGate } from './radio-gate.ts';

const none: Sightings = new Map();
const read = { kind: 'read' };
const work = (token: unknown, what = 'read at zwave:2'): UnderWay => ({ what, token, mostMs: 60_000 });

describe('what is under way', () => {
  test('is stuck once it has been there for longer than it can last by right', () => {
    let { sightings, stuck } = sighted(none, [work(read)], 1_000);
    expect(stuck).toBeUndefined();
    ({ sightings, stuck } = sighted(sightings, [work(read)], 61_000));
    expect(stuck).toBeUndefined();
    ({ sightings, stuck } = sighted(sightings, [work(read)], 61_001));
    expect(stuck).toBe('read at zwave:2 for 60 s');
  });

  test('is not stuck where one piece of work follows another, however long that goes on', () => {
    let sightings = none;
    for (let at = 0; at < 3_600_000; at += 40_000) {
      const look = sighted(sightings, [work({ kind: 'read' })], at);
      expect(look.stuck).toBeUndefined();
      ({ sightings } = look);
    }
  });

  test('is forgotten when it has ended', () => {
    const first = sighted(none, [work(read)], 0);
    const between = sighted(first.sightings, [], 50_000);
    expect(between.sightings.size).toBe(0);
    expect(sighted(between.sightings, [work(read)], 100_000).stuck).toBeUndefined();
  });

  test('is looked at lock by lock', () => {
    const other = { kind: 'set' };
    const first = sighted(none, [work(read), work(other, 'set at zwave:3')], 0);
    const second = sighted(first.sightings, [work({}), work(other, 'set at zwave:3')], 70_000);
    expect(second.stuck).toBe('set at zwave:3 for 70 s');
  });
});

describe('the progress of the reconciler', () => {
  const minute = 60_000;
  const lock = DeviceId('lock-1');
  const reading: Action = { kind: 'read', slot: 1, why: 'verify', priority: 4 };
  const zwave = { radio: RadioId('zwave') };
  const free = new Map([[zwave, { held: [], waiting: 0, grants: 0 }]]);

  test('is none while one exchange lasts for more than twice its deadline', () => {
    const progress = new Progress();
    const workers = new Map([[lock, { inFlight: reading }]]);
    expect(progress.stuck(free, workers, [], 0)).toBeUndefined();
    expect(progress.stuck(free, workers, [], minute)).toBeUndefined();
    expect(progress.stuck(free, workers, [], minute + 1)).toBe('read at lock lock-1 for 60 s');
    const idle = new Map([[lock, { inFlight: undefined }]]);
    expect(progress.stuck(free, idle, [], 2 * minute)).toBeUndefined();
  });

  test('is none while nobody gives the radio back; many who have it in turn are progress', async () => {
    const clock = new VirtualClock();
    const gate = new RadioGate(clock, { concurrency: 1 });
    const { signal } = new AbortController();
    const gates = new Map([[zwave, gate]]);
    const progress = new Progress();
    const stuck = (now: number): string | undefined => progress.stuck(gates, new Map(), [], now);
    let release = await gate.acquire('lock-1', 4, signal);
    for (let at = 0; at <= 60; at += 4) {
      expect(stuck(at * minute)).toBeUndefined();
      release?.();
      release = await gate.acquire('lock-1', 4, signal);
    }
    expect(stuck(70 * minute)).toBeUndefined();
    expect(stuck(75 * minute)).toBeUndefined();
    expect(stuck(76 * minute)).toBe('the radio zwave held by lock-1 for 360 s');
    release?.();
    expect(stuck(77 * minute)).toBeUndefined();
  });

  test('is none while somebody waits for a radio that nobody is given', async () => {
    const gate = new RadioGate(new VirtualClock(), { concurrency: 1 });
    const { signal } = new AbortController();
    const gates = new Map([[zwave, gate]]);
    const progress = new Progress();
    const stuck = (now: number): string | undefined => progress.stuck(gates, new Map(), [], now);
    const free = gate.hold();
    const turns = [gate.acquire('lock-1', 4, signal), gate.acquire('lock-2', 4, signal)];
    expect(stuck(0)).toBeUndefined();
    expect(stuck(5 * minute)).toBeUndefined();
    expect(stuck(6 * minute)).toBe('locks waiting in vain for the radio zwave for 360 s');
    free();
    const release = await turns[0];
    // One has it now; the other has waited since then only.
    expect(stuck(7 * minute)).toBeUndefined();
    release?.();
    (await turns[1])?.();
    expect(stuck(30 * minute)).toBeUndefined();
  });

  test('is none while a trial of a lock does not come to its end, whatever it waits for', () => {
    const progress = new Progress();
    const stuck = (certifyId: string, now: number): string | undefined =>
      progress.stuck(free, new Map(), [{ certifyId, deviceId: lock }], now);
    expect(stuck('one', 0)).toBeUndefined();
    expect(stuck('one', 30 * minute)).toBeUndefined();
    expect(stuck('one', 31 * minute)).toBe('the trial of lock lock-1 for 1860 s');
    expect(stuck('another', 32 * minute)).toBeUndefined();
  });
});
