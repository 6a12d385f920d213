import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import {
  addresses,
  byHand,
  installer,
  label,
  membershipOf,
  newLock,
  press,
  stickMode,
  waiting,
  watcher,
} from '../../test/support/zwave-joining.ts';
import { interviewed, never, zwaveLock } from '../../test/support/zwave-driver.ts';
import { isReady, startAgain, startBench } from '../../test/support/zwave-membership.ts';
import type { MembershipBench } from '../../test/support/zwave-membership.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

const side = zwaveLock(2);

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 20 });

const idle = (sim: ZwaveSim): Promise<void> =>
  until(async () => {
    expect(await stickMode(sim)).toBe('idle');
  });

/** Whatever was under way has been tidied up. */
const tidied = (host: DriverHost): Promise<void> =>
  until(async () => {
    expect(await readFile(join(host.dataDir, 'membership.json'), 'utf8')).not.toContain('underWay');
  });

/** A network without any lock, and one that waits. */
const setUp = (): Promise<MembershipBench> => startBench(cleanup, [newLock]);

/** Presses the lock's button, and does something at one step. */
const atStep = (sim: ZwaveSim, kind: string, act: () => unknown): ReturnType<typeof watcher> =>
  watcher(
    async (step) => {
      if (step.kind === 'listening' && kind !== 'listening') await press(sim, 'waiting/side-door/pair');
      if (step.kind === kind) await act();
    },
    () => new Promise(() => undefined),
  );

describe('the line breaks', () => {
  test('while a lock is listened for: an answer at once, and nobody can join after its return', async () => {
    const { sim, driver } = await setUp();
    const { hooks } = atStep(sim, 'listening', () => sim.line({ drop: true }));
    const outcome = await membershipOf(driver).pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'radio_down', leftBehind: undefined });
    await isReady(driver);
    await idle(sim);
    expect((await membershipOf(driver).pair(byHand, (await installer(sim)).hooks, never)).kind).toBe(
      'paired',
    );
    expect(addresses(driver)).toEqual([side]);
  });

  test('while the PIN is looked for: the half-joined lock is named, and never adopted', async () => {
    const { sim, host, driver } = await setUp();
    const { hooks } = atStep(sim, 'pin_needed', () => sim.line({ drop: true }));
    const outcome = await membershipOf(driver).pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'radio_down', leftBehind: side });
    expect(addresses(driver)).toEqual([]);
    await isReady(driver);
    await tidied(host);
    expect(await stickMode(sim)).toBe('idle');
    expect(addresses(driver)).toEqual([]);
    // Once it is reset it can be paired again, and its remains are gone.
    await press(sim, 'locks/2/factory_reset', { network: true });
    const again = await membershipOf(driver).pair(byHand, (await installer(sim)).hooks, never);
    expect(again).toMatchObject({ kind: 'paired' });
    expect(addresses(driver)).toHaveLength(1);
  });

  test('while somebody is to leave', async () => {
    const { sim, driver } = await setUp();
    await membershipOf(driver).pair(byHand, (await installer(sim)).hooks, never);
    const { hooks } = watcher(({ kind }) => (kind === 'listening' ? sim.line({ drop: true }) : undefined));
    expect(await membershipOf(driver).remove(side, 'exclude', hooks, never)).toMatchObject({
      kind: 'failed',
      why: 'radio_down',
    });
    await isReady(driver);
    await idle(sim);
    await press(sim, 'locks/2/unpair');
    expect(addresses(driver)).toEqual([side]);
    expect(await membershipOf(driver).remove(side, 'gone', hooks, never)).toMatchObject({
      why: 'still_answers',
    });
  });

  test('before anything: radio_down', async () => {
    const { sim, driver } = await setUp();
    await sim.line({ accept: false });
    await until(() => {
      expect(driver.state).toBe('lost');
    });
    const { hooks, steps } = watcher(() => undefined);
    expect(await membershipOf(driver).pair(byHand, hooks, never)).toMatchObject({ why: 'radio_down' });
    expect(await membershipOf(driver).remove(side, 'gone', hooks, never)).toMatchObject({
      why: 'radio_down',
    });
    expect(steps).toEqual([]);
  });
});

describe('the bridge ends', () => {
  test('while a lock is listened for: the pairing ends with it, and the stick listens no more', async () => {
    const { sim, driver } = await setUp();
    const { hooks, kinds } = watcher(() => undefined);
    const pairing = membershipOf(driver).pair(byHand, hooks, never);
    await until(() => {
      expect(kinds()).toEqual(['listening']);
    });
    await driver[Symbol.asyncDispose]();
    expect(await pairing).toMatchObject({ kind: 'failed', why: 'aborted' });
    expect(await stickMode(sim)).toBe('idle');
  });

  test('while the PIN is looked for: the next start adopts nothing half-joined, which can be taken out', async () => {
    const { sim, host, driver } = await setUp();
    const { hooks, kinds } = atStep(sim, 'pin_needed', () => undefined);
    const pairing = membershipOf(driver).pair(byHand, hooks, never);
    await until(() => {
      expect(kinds()).toContain('pin_needed');
    });
    await driver[Symbol.asyncDispose]();
    expect(await pairing).toMatchObject({ kind: 'failed', why: 'aborted', leftBehind: side });
    const next = await startAgain(cleanup, { sim, host });
    await idle(sim);
    expect(addresses(next)).toEqual([]);
    const membership = membershipOf(next);
    const { hooks: leaving } = watcher(async ({ kind }) => {
      if (kind === 'listening') await press(sim, 'locks/2/unpair');
    });
    expect(await membership.remove(side, 'gone', leaving, never)).toMatchObject({ why: 'still_answers' });
    expect(await membership.remove(side, 'exclude', leaving, never)).toEqual({
      kind: 'removed',
      address: side,
    });
    expect(await waiting(sim)).toHaveLength(1);
    expect((await membership.pair(byHand, (await installer(sim)).hooks, never)).kind).toBe('paired');
  });

  test.each(['pairing', 'removal', 'SmartStart'])(
    'without a word to the stick, in the middle of a %s: the next start ends it',
    async (kind) => {
      const { sim, host, driver } = await setUp();
      const membership = membershipOf(driver);
      const { qr } = await label(sim);
      if (kind === 'removal') await membership.pair(byHand, (await installer(sim)).hooks, never);
      const { hooks, kinds } = watcher(() => undefined);
      const running =
        kind === 'removal'
          ? membership.remove(side, 'exclude', hooks, never)
          : membership.pair({ ...byHand, qrCode: kind === 'pairing' ? undefined : qr }, hooks, never);
      await until(async () => {
        expect(kinds()).toHaveLength(1);
        expect(await stickMode(sim)).not.toBe('idle');
      });
      // The stick keeps its mode where nobody can tell it to stop, as after a kill.
      await sim.line({ accept: false });
      expect(await running).toMatchObject({ why: 'radio_down' });
      await driver[Symbol.asyncDispose]();
      expect(await stickMode(sim)).not.toBe('idle');
      await sim.line({ accept: true });
      const next = await startAgain(cleanup, { sim, host });
      await idle(sim);
      if (kind !== 'removal') await press(sim, 'waiting/side-door/power_up');
      expect(addresses(next)).toEqual(kind === 'removal' ? [side] : []);
      // Nothing is in the way of the next one.
      const again = await membershipOf(next).pair(byHand, hooks, AbortSignal.timeout(300));
      expect(again).toMatchObject({ kind: 'failed', why: 'aborted' });
      expect(await stickMode(sim)).toBe('idle');
    },
  );
});

test('a stick that hangs while it listens is told to stop as soon as it answers again', async () => {
  const { sim, host, driver, membership, hurry } = await setUp();
  const stop = new AbortController();
  const { hooks } = watcher(async ({ kind }) => {
    if (kind !== 'listening') return;
    await press(sim, 'serial', { mute: true });
    hurry(500, 10_000);
    stop.abort();
  });
  expect(await membership.pair(byHand, hooks, stop.signal)).toMatchObject({ kind: 'failed', why: 'aborted' });
  expect(await stickMode(sim)).toBe('adding');
  await press(sim, 'serial', { mute: false });
  await idle(sim);
  await tidied(host);
  expect(driver.state).toBe('ready');
});

test('stopped once the lock is secured: it stays, and tells what it can do in the background', async () => {
  const { sim, driver } = await setUp();
  const stop = new AbortController();
  const { pin } = await label(sim);
  const { hooks } = watcher(
    async ({ kind }) => {
      if (kind === 'listening') await press(sim, 'waiting/side-door/pair');
      if (kind === 'added') stop.abort();
    },
    () => Promise.resolve(pin),
  );
  const outcome = await membershipOf(driver).pair(byHand, hooks, stop.signal);
  expect(outcome).toMatchObject({ kind: 'failed', why: 'interview_failed', leftBehind: undefined });
  await interviewed(driver, [2]);
  expect(addresses(driver)).toEqual([side]);
});

test('a lock that was secured all the same while the line was away is taken by its QR code', async () => {
  const { sim, host, driver } = await setUp();
  const { qr } = await label(sim);
  await membershipOf(driver).pair(byHand, (await installer(sim)).hooks, never);
  await driver[Symbol.asyncDispose]();
  const record = { homeId: 0x7e570001, underWay: { kind: 'pairing', known: [1] }, unfinished: [] };
  await writeFile(join(host.dataDir, 'membership.json'), JSON.stringify(record));
  const next = await startAgain(cleanup, { sim, host });
  await idle(sim);
  expect(addresses(next)).toEqual([]);
  const { hooks, kinds } = watcher(() => undefined);
  expect(await membershipOf(next).pair({ ...byHand, qrCode: qr }, hooks, never)).toMatchObject({
    kind: 'paired',
    address: side,
    security: 'S2 Access Control',
  });
  expect(kinds()).toContain('added');
  expect(addresses(next)).toEqual([side]);
});
