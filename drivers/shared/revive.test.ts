import { expect, test } from 'vitest';
import { handClock } from '../../test/support/driver-host.ts';
import { Reviver } from './revive.ts';

const minute = 60_000;

const setUp = (): { reviver: Reviver<number>; pinged: number[]; pass: (ms: number) => Promise<void> } => {
  const { clock, pass } = handClock();
  const pinged: number[] = [];
  const reviver = new Reviver<number>(clock, (nodeId) => {
    pinged.push(nodeId);
    return Promise.resolve();
  });
  return {
    reviver,
    pinged,
    pass: async (ms) => {
      pass(ms);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
};

test('a silent node is pinged after 1, 2, 4 … minutes, at most once an hour', async () => {
  const { reviver, pinged, pass } = setUp();
  reviver.watch(2);
  await pass(minute - 1);
  expect(pinged).toEqual([]);
  await pass(1);
  expect(pinged).toEqual([2]);
  await pass(2 * minute - 1);
  expect(pinged).toEqual([2]);
  await pass(1);
  expect(pinged).toEqual([2, 2]);
  for (let hour = 0; hour < 24; hour += 1) await pass(60 * minute);
  expect(pinged.length).toBeLessThanOrEqual(26);
  expect(pinged.length).toBeGreaterThanOrEqual(24);
});

test('being found dead once more changes nothing, a sign of life ends it', async () => {
  const { reviver, pinged, pass } = setUp();
  reviver.watch(2);
  await pass(minute / 2);
  reviver.watch(2);
  await pass(minute / 2);
  expect(pinged).toEqual([2]);
  reviver.forget(2);
  await pass(1_000 * minute);
  expect(pinged).toEqual([2]);
});

test('a node that is forgotten while its ping is out stays forgotten', async () => {
  const { clock, pass } = handClock();
  const out = Promise.withResolvers<undefined>();
  let pings = 0;
  const reviver = new Reviver<number>(clock, async () => {
    pings += 1;
    await out.promise;
  });
  reviver.watch(2);
  pass(minute);
  reviver.forgetAll();
  out.resolve(undefined);
  await out.promise;
  await Promise.resolve();
  pass(1_000 * minute);
  expect(pings).toBe(1);
});

test('a ping that a destroyed driver never answered holds up no other', () => {
  const { clock, pass } = handClock();
  const pinged: number[] = [];
  const reviver = new Reviver<number>(clock, (nodeId) => {
    pinged.push(nodeId);
    return nodeId === 2 ? new Promise(() => undefined) : Promise.resolve();
  });
  reviver.watch(2);
  pass(minute);
  reviver.forgetAll();
  reviver.watch(3);
  pass(minute);
  expect(pinged).toEqual([2, 3]);
});

test('one that it answers long after lets no two be out at a time', async () => {
  const { clock, pass } = handClock();
  const out: { nodeId: number; end: () => void }[] = [];
  const reviver = new Reviver<number>(clock, async (nodeId) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    out.push({
      nodeId,
      end: () => {
        resolve(undefined);
      },
    });
    await promise;
  });
  reviver.watch(2);
  pass(minute);
  reviver.forgetAll();
  reviver.watch(3);
  reviver.watch(4);
  pass(minute);
  out[0]?.end();
  await new Promise(setImmediate);
  pass(minute);
  expect(out.map(({ nodeId }) => nodeId)).toEqual([2, 3]);
});

test('a building that went silent as a whole is pinged one node at a time, five seconds apart', async () => {
  const { clock, pass } = handClock();
  const out: { nodeId: number; atMs: number; end: () => void }[] = [];
  const reviver = new Reviver<number>(clock, async (nodeId) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => {
      resolve(undefined);
    };
    out.push({ nodeId, atMs: clock.monotonic(), end });
    await promise;
  });
  const second = async (): Promise<void> => {
    pass(1_000);
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  };
  const nodes = Array.from({ length: 50 }, (_, index) => index + 2);
  for (const nodeId of nodes) reviver.watch(nodeId);
  for (let at = 0; at < 70; at += 1) await second();
  // The first isn't back yet: nobody else is tried.
  expect(out.map(({ nodeId }) => nodeId)).toEqual([2]);
  let open = 0;
  for (let at = 0; at < 600; at += 1) {
    // Each takes the stick a second.
    for (const { end } of out.slice(open)) end();
    open = out.length;
    await second();
  }
  const first = out.slice(0, 50);
  expect(new Set(first.map(({ nodeId }) => nodeId))).toEqual(new Set(nodes));
  for (const [index, { atMs }] of out.entries()) {
    const before = out[index - 1];
    if (before !== undefined && before.nodeId !== out[index]?.nodeId)
      expect(atMs - before.atMs, `ping ${index}`).toBeGreaterThanOrEqual(5_000);
  }
  expect(out.length).toBeLessThanOrEqual(670 / 5);
});
