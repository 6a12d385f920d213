import { expect, test } from 'vitest';
import { handClock } from '../../test/support/driver-host.ts';
import { Presence } from './presence.ts';
import { Traffic } from './traffic.ts';

const ieee = '0x00158d0000000001';
const never = new AbortController().signal;

/** A line whose Controllers come and go. */
const setUp = () => {
  const presence = new Presence();
  const failures: unknown[] = [];
  const misses: string[] = [];
  const line = {
    life: new AbortController(),
    isRadioDown: () => false,
    failed: (error: unknown) => {
      failures.push(error);
    },
  };
  const traffic = new Traffic(
    handClock().clock,
    {
      get life() {
        return line.life.signal;
      },
      isRadioDown: line.isRadioDown,
      failed: line.failed,
    },
    presence,
    (one) => {
      misses.push(one);
    },
  );
  const next = (): void => {
    line.life.abort();
    line.life = new AbortController();
    traffic.renew();
  };
  return { presence, traffic, next, failures, misses };
};

/** An exchange that herdsman ends with this error when it is told to. */
const hanging = (traffic: Traffic) => {
  const end = Promise.withResolvers<undefined>();
  const outcome = traffic.run(
    { ieeeAddr: ieee },
    never,
    30_000,
    async (context) => {
      context.onSend();
      await end.promise;
      return context.onError(new Error('Timeout after 10000ms'));
    },
    (why, sent) => ({ why, sent }),
  );
  const fail = (): void => {
    end.resolve(undefined);
  };
  return { outcome, fail };
};

test('what a Controller that has ended says of a lock long after is held neither against the lock nor against its successor', async () => {
  const { presence, traffic, next, failures, misses } = setUp();
  const { outcome, fail } = hanging(traffic);
  await new Promise(setImmediate);
  next();
  expect(await outcome).toEqual({ why: 'radio_down', sent: true });
  fail();
  await new Promise(setImmediate);
  expect({ failures, misses }).toEqual({ failures: [], misses: [] });
  expect(presence.about(ieee)).toMatchObject({ sent: 1, unanswered: 0, misses: 0 });
});

test('what the present one says of it counts', async () => {
  const { presence, traffic, failures, misses } = setUp();
  const { outcome, fail } = hanging(traffic);
  fail();
  expect(await outcome).toEqual({ kind: 'failed', why: 'timeout', mayHaveLanded: true });
  expect(failures).toHaveLength(1);
  expect(misses).toEqual([ieee]);
  expect(presence.about(ieee)).toMatchObject({ unanswered: 1, misses: 1 });
});
