import { afterEach, beforeEach, expect, test } from 'vitest';
import { ControllerBench } from '../../test/support/controller-bench.ts';
import { DeviceId } from '../core/ids.ts';
import type { OperateOutcome } from '../ports/lock-driver.ts';
import type { OperationOutcome } from '../ports/reconciler.ts';
import { uuid } from '../store/testing/test-bed.ts';

/** What ports/reconciler promises of `operate`. */
const operationDeadlineMs = 30_000;

const attemptId = uuid(77);

let bench: ControllerBench;
beforeEach(() => {
  bench = new ControllerBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const report = (method: 'remote' | 'manual' = 'remote', action: 'locked' | 'unlocked' = 'unlocked'): void => {
  bench.driver.emit({ kind: 'access', address: bench.device.address, action, method, slot: undefined });
};
const unlock = (expiresAt?: number): Promise<OperationOutcome> =>
  bench.controller.operate(bench.device.deviceId, 'unlock', { expiresAt, attemptId });
const answerAfter = (ms: number, outcome: OperateOutcome): void => {
  bench.driver.move = () =>
    new Promise((resolve) => {
      bench.clock.after(ms, () => {
        resolve(outcome);
      });
    });
};
const done: OperateOutcome = { kind: 'done', confirmed: true };
const lost: OperateOutcome = { kind: 'failed', why: 'timeout' };

test('an unlock is one event, whether the lock reports it before the answer, after it, or not at all', async () => {
  await bench.start();
  for (const reportAfter of [100, 5_000, undefined]) {
    const before = bench.types('lock.').length;
    answerAfter(1_000, done);
    const outcome = unlock();
    if (reportAfter !== undefined) bench.clock.after(reportAfter, report);
    await bench.clock.advance(30_000);
    expect(await outcome).toEqual(done);
    expect(bench.types('lock.').slice(before)).toEqual(['lock.unlocked']);
  }
});

test('an unlock whose answer was lost is done if the lock said that its bolt moved, and is one event', async () => {
  await bench.start();
  answerAfter(3_000, lost);
  const outcome = unlock();
  bench.clock.after(500, report);
  await bench.clock.advance(30_000);
  expect(await outcome).toEqual({ kind: 'done', confirmed: true });
  expect(bench.types('lock.')).toEqual(['lock.unlocked']);
});

test('an unlock whose answer was lost, and that the lock reports only after that, is an event all the same', async () => {
  await bench.start();
  answerAfter(3_000, lost);
  const outcome = unlock();
  bench.clock.after(5_000, report);
  await bench.clock.advance(4_000);
  expect(await outcome).toEqual(lost);
  expect(bench.types('lock.')).toEqual([]);
  await bench.clock.advance(30_000);
  expect(bench.types('lock.')).toEqual(['lock.unlocked']);
});

test('an unlock that came to nothing is no event', async () => {
  await bench.start();
  answerAfter(100, lost);
  const outcome = unlock();
  await bench.clock.advance(30_000);
  expect(await outcome).toEqual(lost);
  expect(bench.types('lock.')).toEqual([]);
});

test('an unlock does not hide what a person does at the same moment, nor what another remote does later', async () => {
  await bench.start();
  answerAfter(1_000, done);
  const outcome = unlock();
  bench.clock.after(200, () => {
    report('manual');
  });
  bench.clock.after(300, () => {
    report('remote', 'locked');
  });
  bench.clock.after(12_000, report);
  await bench.clock.advance(30_000);
  await outcome;
  expect(bench.types('lock.')).toEqual(['lock.unlocked', 'lock.locked', 'lock.unlocked', 'lock.unlocked']);
});

test('an unlock of a lock whose radio is away, or that nobody knows, fails at once and sends nothing', async () => {
  await bench.start();
  expect(
    await bench.controller.operate(DeviceId(uuid(404)), 'unlock', { expiresAt: undefined, attemptId }),
  ).toEqual({
    kind: 'failed',
    why: 'radio_down',
  });
  bench.driver.state = 'lost';
  bench.driver.move = () => {
    throw new Error('sent');
  };
  expect(await unlock()).toEqual({ kind: 'failed', why: 'radio_down' });
});

test('an unlock of a lock that has left its radio’s network is a failure of the lock, not of the radio', async () => {
  await bench.start();
  bench.driver.descriptions = [];
  bench.driver.emit({ kind: 'locks' });
  await bench.clock.advance(0);
  expect(await unlock()).toEqual({ kind: 'failed', why: 'unreachable' });
});

test('an unlock is given up after 30 s, however long the radio is held by another', async () => {
  await bench.start();
  bench.driver.move = (_action, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        bench.clock.after(operationDeadlineMs, () => {
          resolve({ kind: 'failed', why: 'aborted' });
        });
      });
    });
  const [first, second] = [unlock(), unlock()];
  let settled = false;
  void second.then(() => (settled = true));
  await bench.clock.advance(operationDeadlineMs - 1);
  expect(settled).toBe(false);
  await bench.clock.advance(1);
  expect(settled).toBe(true);
  expect((await second).kind).toBe('failed');
  await bench.clock.advance(operationDeadlineMs);
  expect((await first).kind).toBe('failed');
});

test('an unlock that expires while it waits for the radio is not sent', async () => {
  await bench.start();
  const sent: string[] = [];
  bench.driver.move = (action) =>
    new Promise((resolve) => {
      sent.push(action);
      bench.clock.after(5_000, () => {
        resolve(done);
      });
    });
  const first = unlock();
  const second = unlock(bench.clock.now() + 5_000);
  const third = unlock(bench.clock.now() + 10_001);
  await bench.clock.advance(30_000);
  expect([await first, await second, await third]).toEqual([done, { kind: 'expired' }, done]);
  expect(sent).toEqual(['unlock', 'unlock']);
});
