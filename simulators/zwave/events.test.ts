import { expect, onTestFinished, test, vi } from 'vitest';
import { EventLog } from './events.ts';

test('a happening counts as told only when every reader has it', async () => {
  const log = new EventLog();
  const gate = Promise.withResolvers<undefined>();
  const order: string[] = [];
  log.subscribe(async () => {
    await gate.promise;
    order.push('read');
  });
  const told = log.emit(2, 'set_applied', { slot: 7 }).then(() => order.push('answered'));
  gate.resolve(undefined);
  await told;
  expect(order).toEqual(['read', 'answered']);
});

test('a reader that is stuck holds a lock up for a moment only', async () => {
  const log = new EventLog();
  const end = log.subscribe(() => new Promise(() => undefined));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const told = log.emit(2, 'read');
  await vi.advanceTimersByTimeAsync(250);
  await told;
  end();
  await log.emit(2, 'read');
});

test('the latest 5,000 happenings are kept, numbered without gaps', async () => {
  const log = new EventLog();
  for (let i = 0; i < 5_003; i += 1) await log.emit(2, 'read');
  const kept = log.since(0);
  expect(kept).toHaveLength(5_000);
  expect(kept[0]?.seq).toBe(4);
  expect(log.since(5_002).map(({ seq }) => seq)).toEqual([5_003]);
});
