import { expect, test } from 'vitest';
import { handClock } from '../../test/support/driver-host.ts';
import { Configurator } from './configurator.ts';

const minute = 60_000;
const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

const four = (): number => 4;

const setUp = (isDone: (ieee: string) => boolean = () => false) => {
  const { clock, pass, armed } = handClock();
  const tried: string[] = [];
  const configurator = new Configurator(
    clock,
    (ieee) => {
      tried.push(ieee);
      return Promise.resolve(isDone(ieee));
    },
    four,
  );
  const wait = async (ms: number): Promise<void> => {
    pass(ms);
    await turns();
  };
  return { configurator, tried, wait, armed };
};

test('a lock that takes everything is configured once', async () => {
  const { configurator, tried, wait, armed } = setUp(() => true);
  configurator.want('a');
  await wait(100 * minute);
  expect(tried).toEqual(['a']);
  expect(armed()).toBe(0);
});

test('one that does not is tried again after 1, 2, 4 … minutes, at most once an hour', async () => {
  const { configurator, tried, wait } = setUp();
  configurator.want('a');
  await turns();
  expect(tried).toHaveLength(1);
  await wait(minute - 1);
  expect(tried).toHaveLength(1);
  await wait(1);
  expect(tried).toHaveLength(2);
  await wait(minute);
  expect(tried).toHaveLength(2);
  await wait(minute);
  expect(tried).toHaveLength(3);
  for (let hour = 0; hour < 24; hour += 1) await wait(60 * minute);
  expect(tried.length).toBeLessThanOrEqual(28);
  expect(tried.length).toBeGreaterThanOrEqual(24);
});

test('when it is heard again it is tried at once, though being heard does not shorten its waits for good', async () => {
  const { configurator, tried, wait } = setUp();
  configurator.want('a');
  await turns();
  configurator.heard('a');
  await turns();
  expect(tried).toHaveLength(2);
  await wait(minute);
  expect(tried).toHaveLength(2);
  await wait(minute);
  expect(tried).toHaveLength(3);
});

test('what somebody else tried in vain is tried in a minute', async () => {
  const { configurator, tried, wait } = setUp(() => true);
  configurator.later('a');
  await wait(minute - 1);
  expect(tried).toEqual([]);
  await wait(1);
  expect(tried).toEqual(['a']);
  await wait(100 * minute);
  expect(tried).toEqual(['a']);
});

test('a lock that left, or whose controller ended, is forgotten', async () => {
  const { configurator, tried, wait, armed } = setUp();
  configurator.want('a');
  configurator.want('b');
  await turns();
  configurator.forget('a');
  configurator.forgetAll();
  expect(armed()).toBe(0);
  await wait(100 * minute);
  expect(tried).toEqual(['a', 'b']);
});

test('four at a time: silent locks do not hold up the whole building for ever', async () => {
  const { clock } = handClock();
  const under = new Map<string, (done: boolean) => void>();
  const configurator = new Configurator(
    clock,
    (ieee) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      under.set(ieee, resolve);
      return promise;
    },
    four,
  );
  for (const ieee of ['a', 'b', 'c', 'd', 'e', 'f']) configurator.want(ieee);
  expect([...under.keys()]).toEqual(['a', 'b', 'c', 'd']);
  under.get('b')?.(true);
  await turns();
  expect([...under.keys()]).toEqual(['a', 'b', 'c', 'd', 'e']);
});
