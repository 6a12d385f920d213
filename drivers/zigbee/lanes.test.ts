import { expect, test } from 'vitest';
import { Lanes } from './lanes.ts';

const never = new AbortController().signal;
const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

test('exchanges with one lock wait for each other, those with others do not', async () => {
  const lanes = new Lanes();
  const begun: string[] = [];
  const first = Promise.withResolvers<undefined>();
  const run = (lock: string, name: string, until?: Promise<unknown>) =>
    lanes.run(lock, never, async () => {
      begun.push(name);
      await until;
      return name;
    });
  const a = run('a', 'a1', first.promise);
  const second = run('a', 'a2');
  const other = run('b', 'b1');
  expect(await other).toEqual({ done: 'b1' });
  expect(begun).toEqual(['a1', 'b1']);
  first.resolve(undefined);
  expect(await a).toEqual({ done: 'a1' });
  expect(await second).toEqual({ done: 'a2' });
});

test('what is given up before its turn is never done, and does not let its successor overtake', async () => {
  const lanes = new Lanes();
  const first = Promise.withResolvers<undefined>();
  const begun: string[] = [];
  void lanes.run('a', never, () => first.promise);
  const abort = new AbortController();
  const given = lanes.run('a', abort.signal, () => {
    begun.push('given up');
    return Promise.resolve();
  });
  const last = lanes.run('a', never, () => {
    begun.push('last');
    return Promise.resolve();
  });
  abort.abort();
  await turns();
  expect(begun).toEqual([]);
  first.resolve(undefined);
  expect(await given).toBeUndefined();
  await last;
  expect(begun).toEqual(['last']);
});
