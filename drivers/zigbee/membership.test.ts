import { mkdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { configured, never, pinOf } from '../../test/support/zigbee-driver.ts';
import {
  attic,
  atticLock,
  isReady,
  presser,
  startAgain,
  startBench,
  terrace,
  terraceLock,
  watcher,
} from '../../test/support/zigbee-membership.ts';
import type { ZigbeeMembershipBench } from '../../test/support/zigbee-membership.ts';
import { addresses, byHand, membershipOf } from '../../test/support/zwave-joining.ts';

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

const setUp = (locks: readonly object[] = [terraceLock]): Promise<ZigbeeMembershipBench> =>
  startBench(cleanup, locks);

const isClosed = async ({ sim }: ZigbeeMembershipBench): Promise<void> => {
  expect((await sim.coordinator()).permit_join_seconds).toBe(0);
};

/** How long the network is open when the radio listens. */
const openSeconds = async ({ sim }: ZigbeeMembershipBench): Promise<number> =>
  (await sim.coordinator()).permit_join_seconds;

describe('a pairing that leaves the network as it was', () => {
  const stack = new AsyncDisposableStack();
  let bench: ZigbeeMembershipBench;
  beforeAll(async () => {
    bench = await startBench(stack, [terraceLock, atticLock]);
  });
  afterAll(() => stack.disposeAsync());

  test('what only Z-Wave has is refused in words, and nobody is let in', async () => {
    const { hooks, kinds } = presser(bench.sim, 'terrace');
    const qr = await bench.membership.pair({ ...byHand, qrCode: '90013278' }, hooks, never);
    expect(qr).toMatchObject({ kind: 'failed', why: 'bad_qr_code' });
    const pin = await bench.membership.pair({ ...byHand, dskPin: '12345' }, hooks, never);
    expect(pin).toMatchObject({ kind: 'failed', why: 'bad_pin' });
    expect(kinds()).toEqual([]);
    await isClosed(bench);
  });

  test('nobody joins: the network is closed again', async () => {
    bench.hurry(200);
    const { hooks, kinds } = watcher();
    const outcome = await bench.membership.pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'nobody', leftBehind: undefined });
    expect(kinds()).toEqual(['listening']);
    await isClosed(bench);
    bench.hurry(0, Infinity);
  });

  test('stopped while it listens: the network is closed, and the next pairing may begin', async () => {
    for (const attempt of ['first', 'next']) {
      const stop = new AbortController();
      const { hooks, kinds } = watcher(({ kind }) => {
        if (kind === 'listening') stop.abort();
      });
      const outcome = await bench.membership.pair(byHand, hooks, stop.signal);
      expect(outcome, attempt).toMatchObject({ kind: 'failed', why: 'aborted', leftBehind: undefined });
      expect(kinds()).toEqual(['listening']);
      await isClosed(bench);
    }
  });

  test('stopped after the lock has joined: it is told to leave again', async () => {
    const { sim, driver, membership } = bench;
    const stop = new AbortController();
    const { hooks, kinds } = watcher(async ({ kind }) => {
      if (kind === 'listening') await sim.pair('terrace');
      if (kind === 'added') stop.abort();
    });
    const outcome = await membership.pair(byHand, hooks, stop.signal);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'aborted', leftBehind: undefined });
    expect(kinds()).toContain('leaving');
    expect(await sim.waiting()).toEqual(['terrace']);
    expect(addresses(driver)).toEqual([attic]);
    expect(membership.leftBehind()).toEqual([]);
    await isClosed(bench);
  });

  test('a disk that cannot be written: nobody is let in without a mark', async () => {
    const { host, membership } = bench;
    const inTheWay = join(host.dataDir, 'membership.json.new');
    await mkdir(inTheWay);
    const { hooks, kinds } = presser(bench.sim, 'terrace');
    const outcome = await membership.pair(byHand, hooks, never);
    await rmdir(inTheWay);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'unspecified', leftBehind: undefined });
    expect(outcome.kind === 'failed' && outcome.message).toContain(`${host.dataDir} can't be written`);
    expect(kinds()).toEqual([]);
  });

  test('a disk that is full by the time the lock is ready: it is told to leave again', async () => {
    const { host, sim, driver, membership } = bench;
    const inTheWay = join(host.dataDir, 'membership.json.new');
    const { hooks } = watcher(async ({ kind }) => {
      if (kind === 'listening') await sim.pair('terrace');
      if (kind === 'found') await mkdir(inTheWay);
    });
    const outcome = await membership.pair(byHand, hooks, never);
    await rmdir(inTheWay);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'unspecified', leftBehind: undefined });
    expect(outcome.kind === 'failed' && outcome.message).toContain(`${host.dataDir} can't be written`);
    expect(await sim.waiting()).toEqual(['terrace']);
    expect(addresses(driver)).toEqual([attic]);
  });

  test('a second call is busy, and so is a removal', async () => {
    const { membership } = bench;
    const stop = new AbortController();
    const listening = Promise.withResolvers<undefined>();
    const first = membership.pair(
      byHand,
      watcher(({ kind }) => {
        if (kind === 'listening') listening.resolve(undefined);
      }).hooks,
      stop.signal,
    );
    await listening.promise;
    expect(await membership.pair(byHand, watcher().hooks, never)).toMatchObject({ why: 'busy' });
    expect(await membership.remove(attic, 'gone', watcher().hooks, never)).toMatchObject({ why: 'busy' });
    stop.abort();
    expect(await first).toMatchObject({ why: 'aborted' });
  });
});

describe('pairing', () => {
  test('step by step to a lock that takes a code and tells of its keypad', async () => {
    const bench = await setUp();
    const { sim, driver, membership, hints, lines } = bench;
    const meanwhile: string[][] = [];
    let [open, openStill] = [0, 255];
    const { hooks, steps, kinds } = watcher(async ({ kind }) => {
      if (kind === 'interviewing') meanwhile.push(addresses(driver));
      if (kind === 'found') openStill = await openSeconds(bench);
      if (kind !== 'listening') return;
      open = await openSeconds(bench);
      await sim.pair('terrace');
    });
    expect(await membership.pair(byHand, hooks, never)).toEqual({
      kind: 'paired',
      address: terrace,
      security: 'Zigbee network key',
      warning: undefined,
    });
    // Should we die now, the network closes by itself.
    expect(open).toBeGreaterThan(60);
    expect(open).toBeLessThan(255);
    // Nobody else is wanted.
    expect(openStill).toBe(0);
    expect(kinds()).toEqual(['listening', 'found', 'added', 'interviewing']);
    expect(steps).toContainEqual({
      kind: 'added',
      address: terrace,
      security: 'Zigbee network key',
      weak: false,
    });
    expect(meanwhile.flat()).toEqual([]);
    expect(addresses(driver)).toEqual([terrace]);
    expect(hints).toContainEqual({ kind: 'locks' });
    await isClosed(bench);
    expect(await driver.writeSlot(terrace, 4, pinOf('246800'), never)).toEqual({ kind: 'accepted' });
    expect(await sim.codes('terrace')).toEqual({ 4: '246800' });
    await sim.keypad('terrace', { action: 'add', slot: 7, code: '135790' });
    await vi.waitFor(() => {
      expect(hints).toContainEqual({ kind: 'slot', address: terrace, slot: 7 });
    });
    expect(lines.join('\n')).not.toMatch(/246800|135790/);
  });

  test('two want to join: the first does, the other is told to leave; one of ours that comes back is not meant', async () => {
    const porch = { ...terraceLock, name: 'Porch', ieee: '0x000d6f00aa00bb03' };
    const { sim, driver, membership } = await setUp([terraceLock, porch, atticLock]);
    const { hooks } = watcher(async ({ kind }) => {
      if (kind !== 'listening') return;
      await sim.coordinator({ introduce: true });
      await sim.pair('terrace');
      await sim.pair('porch');
    });
    expect(await membership.pair(byHand, hooks, never)).toMatchObject({ kind: 'paired', address: terrace });
    await vi.waitFor(async () => {
      expect(await sim.waiting()).toEqual(['porch']);
    });
    expect(addresses(driver).toSorted()).toEqual([terrace, attic].toSorted());
  });

  test('the line breaks while it listens: said as it is, and the network is closed when it is back', async () => {
    const bench = await setUp();
    const { sim, driver, membership } = bench;
    const { hooks } = watcher(({ kind }) => {
      if (kind === 'listening') void sim.coordinator({ drop: true });
    });
    const outcome = await membership.pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'radio_down' });
    await isReady(driver);
    await vi.waitFor(() => isClosed(bench));
    expect(await sim.waiting()).toEqual(['terrace']);
  });

  test('a lock that falls silent after it has joined is named, hidden, and can be removed as gone', async () => {
    const bench = await setUp();
    const { sim, driver, membership, hurry } = bench;
    hurry(400, 10_000);
    await sim.behaviour('terrace', { offline: true });
    const { hooks } = presser(sim, 'terrace');
    const outcome = await membership.pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'interview_failed', leftBehind: terrace });
    expect(membership.leftBehind()).toEqual([terrace]);
    expect(addresses(driver)).toEqual([]);
    expect(await membership.remove(terrace, 'gone', watcher().hooks, never)).toEqual({
      kind: 'removed',
      address: terrace,
    });
    expect(membership.leftBehind()).toEqual([]);
  });

  test('one that was left behind is hidden after a restart too, until it is paired again', async () => {
    const bench = await setUp();
    const { sim, membership, hurry } = bench;
    hurry(400, 10_000);
    await sim.behaviour('terrace', { offline: true });
    const silent = await membership.pair(byHand, presser(sim, 'terrace').hooks, never);
    expect(silent).toMatchObject({ leftBehind: terrace });
    await bench.driver[Symbol.asyncDispose]();
    // Meanwhile it is reset by hand.
    await sim.behaviour('terrace', { offline: false });
    await sim.leave('terrace', false);
    const driver = await startAgain(cleanup, bench);
    const next = membershipOf(driver);
    expect(next.leftBehind()).toEqual([terrace]);
    expect(addresses(driver)).toEqual([]);
    const outcome = await next.pair(byHand, presser(sim, 'terrace').hooks, never);
    expect(outcome).toMatchObject({ kind: 'paired', address: terrace, warning: undefined });
    expect(addresses(driver)).toEqual([terrace]);
    expect(next.leftBehind()).toEqual([]);
  });

  test('FIELD-BUGS 31: a lock of ours that was reset keeps its address when it is paired again', async () => {
    const bench = await setUp([atticLock]);
    const { sim, host, driver, membership } = bench;
    await configured(host, driver, [attic]);
    await sim.tell('/locks/attic/factory_reset', { network: true });
    const outcome = await membership.pair(byHand, presser(sim, 'attic').hooks, never);
    expect(outcome).toMatchObject({ kind: 'paired', address: attic });
    expect(outcome.kind === 'paired' && outcome.warning).toContain('joined again');
    expect(await driver.writeSlot(attic, 3, pinOf('975310'), never)).toEqual({ kind: 'accepted' });
    expect((await sim.lock('attic')).bindings.map(({ cluster }) => cluster)).toContain(0x0101);
  });

  test('a bridge that ends while it listens closes the network first', async () => {
    const bench = await setUp();
    const { host, driver, membership } = bench;
    const listening = Promise.withResolvers<undefined>();
    const { hooks } = watcher(({ kind }) => {
      if (kind === 'listening') listening.resolve(undefined);
    });
    const pairing = membership.pair(byHand, hooks, never);
    await listening.promise;
    await driver[Symbol.asyncDispose]();
    expect(await pairing).toMatchObject({ kind: 'failed', why: 'aborted', leftBehind: undefined });
    await isClosed(bench);
    expect(await readFile(join(host.dataDir, 'membership.json'), 'utf8')).not.toContain('pairing');
  });

  test('nothing is open behind a bridge that was killed while it listened', async () => {
    const bench = await setUp();
    const { sim, host, driver, membership } = bench;
    const listening = Promise.withResolvers<undefined>();
    const pairing = membership.pair(
      byHand,
      watcher(({ kind }) => {
        if (kind === 'listening') listening.resolve(undefined);
      }).hooks,
      never,
    );
    await listening.promise;
    // Dead, as far as coordinator and files can tell.
    await sim.coordinator({ accept: false });
    const marks = join(host.dataDir, 'membership.json');
    expect(await readFile(marks, 'utf8')).toContain('pairing');
    await driver[Symbol.asyncDispose]();
    await pairing;
    expect(await readFile(marks, 'utf8')).toContain('pairing');
    await sim.coordinator({ accept: true });
    await startAgain(cleanup, bench);
    await vi.waitFor(async () => {
      expect(await readFile(marks, 'utf8')).not.toContain('pairing');
    });
    await isClosed(bench);
  });
});
