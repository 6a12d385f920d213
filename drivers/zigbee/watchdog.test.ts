import { expect, test, vi } from 'vitest';
import { handClock } from '../../test/support/driver-host.ts';
import { answerMs, quietMs, Watchdog } from './watchdog.ts';

/** A watchdog on a coordinator that answers, refuses or says nothing. */
const bench = (answer: () => Promise<unknown>) => {
  const { clock, pass, armed } = handClock();
  const look = vi.fn(answer);
  const frozen = vi.fn();
  const dog = new Watchdog(clock, look, frozen);
  return {
    dog,
    look,
    frozen,
    armed,
    pass: async (ms: number): Promise<void> => {
      pass(ms);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
  };
};

const never = (): Promise<unknown> => new Promise(() => undefined);

test('as long as the coordinator is heard, nobody asks it', async () => {
  const { dog, look, pass } = bench(never);
  for (let half = 0; half < 10; half += 1) {
    await pass(quietMs / 2);
    dog.heard();
  }
  expect(look).not.toHaveBeenCalled();
});

test('after a minute of silence it is asked once, and again a minute later', async () => {
  const { look, frozen, pass } = bench(() => Promise.resolve());
  await pass(quietMs);
  expect(look).toHaveBeenCalledTimes(1);
  await pass(quietMs);
  expect(look).toHaveBeenCalledTimes(2);
  expect(frozen).not.toHaveBeenCalled();
});

test('no answer twice: it hangs, and that is said once', async () => {
  const { look, frozen, armed, pass } = bench(never);
  await pass(quietMs);
  await pass(answerMs);
  expect(frozen).not.toHaveBeenCalled();
  await pass(answerMs);
  expect(look).toHaveBeenCalledTimes(2);
  expect(frozen).toHaveBeenCalledTimes(1);
  expect(armed()).toBe(0);
});

test('a suspicion makes it ask at once, and one silence is enough then', async () => {
  const { dog, look, frozen, pass } = bench(never);
  await pass(1_000);
  dog.suspect();
  dog.suspect();
  expect(look).toHaveBeenCalledTimes(1);
  await pass(answerMs);
  expect(frozen).toHaveBeenCalledTimes(1);
});

test('whatever else comes from it meanwhile counts as an answer', async () => {
  const { dog, frozen, pass } = bench(never);
  await pass(1_000);
  dog.suspect();
  await pass(10);
  dog.heard();
  await pass(answerMs);
  expect(frozen).not.toHaveBeenCalled();
});

test('a refusal is no answer', async () => {
  const { frozen, pass } = bench(() => Promise.reject(new Error('SRSP - UTIL - getDeviceInfo after 6000ms')));
  await pass(quietMs);
  expect(frozen).toHaveBeenCalledTimes(1);
});

test('stopped, it asks nobody and leaves no timer', async () => {
  const { dog, look, frozen, armed, pass } = bench(never);
  dog.suspect();
  dog.stop();
  await pass(answerMs);
  dog.suspect();
  await pass(quietMs * 2);
  expect(look).toHaveBeenCalledTimes(1);
  expect(frozen).not.toHaveBeenCalled();
  expect(armed()).toBe(0);
});
