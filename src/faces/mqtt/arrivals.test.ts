import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeApp, memoryLog } from '../../../test/support/mqtt-face.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { Pin } from '../../core/pin.ts';
import type { Connection } from './connection.ts';
import { RetainedState } from './retained.ts';
import { makeTopics } from './topics.ts';

const topic = 'lockstep/home/arrivals';
const clock = new VirtualClock();
let app: FakeApp;
let published: string[];
let stop: AbortController;
let retained: RetainedState;
let looks: unknown[];

beforeEach(async () => {
  app = new FakeApp();
  published = [];
  looks = [];
  stop = new AbortController();
  app.handlers.set('lockstep/arrivals', (params) => {
    looks.push(params);
    return { ok: true, body: { arrivals: app.arrivals, total: 7 } };
  });
  const connection = {
    closed: stop.signal,
    onMessage: () => () => undefined,
    subscribe: () => Promise.resolve(false),
    unsubscribe: () => Promise.resolve(),
    publish: (to: string, payload: string, { retain }: { retain: boolean }) => {
      if (to === topic && retain) published.push(payload);
      return Promise.resolve('acknowledged');
    },
  } as unknown as Connection;
  const topics = makeTopics('lockstep', 'home');
  retained = new RetainedState({ app, topics, reveal: true, clock, log: memoryLog().log });
  app.arrivals = [{ name: 'Anna' }];
  void retained.run(connection, stop.signal);
  await clock.advance(10_000);
});
afterEach(async () => {
  stop.abort();
  await clock.advance(0);
});

test('the arrivals are one retained topic: the next 200, with how many there are in all', () => {
  expect(published).toEqual(['{"arrivals":[{"name":"Anna"}],"total":7}']);
  expect(looks).toEqual([{ limit: 200 }]);
});

test('however much happens, they are looked at again every five seconds at most, and published when they changed', async () => {
  for (let n = 0; n < 45; n += 1) {
    retained.mark({ kind: 'arrivals' });
    await clock.advance(100);
  }
  expect([looks.length, published.length]).toEqual([2, 1]);
  await clock.advance(600);
  expect([looks.length, published.length]).toEqual([3, 1]);
  app.arrivals = [{ name: 'Ben' }];
  retained.mark({ kind: 'arrivals' });
  await clock.advance(4_000);
  expect(published).toHaveLength(1);
  await clock.advance(1_100);
  expect(published.slice(1)).toEqual(['{"arrivals":[{"name":"Ben"}],"total":7}']);
});

test.each([
  [{ kind: 'access_code', id: 'a' }, true],
  [{ kind: 'device', id: 'd' }, true],
  [{ kind: 'bridge' }, true],
  [{ kind: 'slots', id: 'd' }, true],
  [{ kind: 'unmanaged_access_code', id: 'u' }, false],
] as const)('a change of %o has them looked at again: %s', async (change, isLooked) => {
  retained.mark(change);
  await clock.advance(100);
  expect(looks).toHaveLength(isLooked ? 2 : 1);
});

test('within the hour they follow the time, although nothing happens', async () => {
  app.arrivals = [{ name: 'Clara', code: Pin.parse('4711') ?? null }];
  await clock.advance(3_600_000);
  expect(published.at(-1)).toContain('Clara');
});
