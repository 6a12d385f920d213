import { expect, test } from 'vitest';
import { handClock } from '../../test/support/driver-host.ts';
import { bounded } from './bounded.ts';
import { Ears } from './ears.ts';

const late = (why: string): string => `late: ${why}`;
const endless = (): Promise<string> => new Promise(() => undefined);

test('work in time gives its own result and leaves no timer', async () => {
  const { clock, armed } = handClock();
  const signal = new AbortController().signal;
  expect(await bounded(clock, signal, 100, () => Promise.resolve('done'), late)).toBe('done');
  expect(armed()).toBe(0);
});

test('work that takes too long is given up at the deadline, not before', async () => {
  const { clock, pass, armed } = handClock();
  let settled = false;
  const result = bounded(clock, new AbortController().signal, 100, endless, late).finally(() => {
    settled = true;
  });
  pass(99);
  await Promise.resolve();
  expect(settled).toBe(false);
  pass(1);
  expect(await result).toBe('late: timeout');
  expect(armed()).toBe(0);
});

test('an abort settles at once and leaves no timer', async () => {
  const { clock, armed } = handClock();
  const abort = new AbortController();
  const result = bounded(clock, abort.signal, 100, endless, late);
  abort.abort();
  expect(await result).toBe('late: aborted');
  expect(armed()).toBe(0);
});

test('a throw is passed on as the bug it is; after the deadline it is nobody’s', async () => {
  const { clock, pass } = handClock();
  const signal = new AbortController().signal;
  const bug = new TypeError('bug');
  await expect(bounded(clock, signal, 100, () => Promise.reject(bug), late)).rejects.toBe(bug);
  const { promise, reject } = Promise.withResolvers<string>();
  const result = bounded(clock, signal, 100, () => promise, late);
  pass(100);
  reject(bug);
  expect(await result).toBe('late: timeout');
});

test('a sound is heard by who listens to that node, also in hindsight', async () => {
  const { clock, pass } = handClock();
  const signal = new AbortController().signal;
  const ears = new Ears(clock);
  const listening = ears.listen(2);
  ears.hear(3, 'duplicate');
  expect(listening.has('duplicate')).toBe(false);
  const waiting = listening.heard(['duplicate'], 500, signal);
  ears.hear(2, 'duplicate');
  await waiting;
  expect(listening.has('duplicate')).toBe(true);
  await listening.heard(['duplicate'], 500, signal);
  const inVain = listening.heard(['programmed', 'locked'], 500, signal);
  pass(500);
  await inVain;
  expect(listening.has('locked')).toBe(false);
  listening.stop();
  ears.hear(2, 'locked');
  expect(listening.has('locked')).toBe(false);
});
