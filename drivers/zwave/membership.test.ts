import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LockDriver } from '../../src/ports/lock-driver.ts';
import type { PairingOutcome, PairingRequest } from '../../src/ports/membership.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
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
import {
  giveKeys,
  interviewed,
  never,
  openZwave,
  pinOf,
  zwaveLock,
} from '../../test/support/zwave-driver.ts';
import { startAgain, startBench } from '../../test/support/zwave-membership.ts';
import type { MembershipBench } from '../../test/support/zwave-membership.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

const side = zwaveLock(2);

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

/** A network of these locks; unless said, one that waits. */
const setUp = (locks: readonly object[] = [newLock]): Promise<MembershipBench> => startBench(cleanup, locks);

const opensWith = async (sim: ZwaveSim, driver: LockDriver, node: number): Promise<string | undefined> => {
  await interviewed(driver, [node]);
  expect(await driver.writeSlot(zwaveLock(node), 4, pinOf('246800'), never)).toEqual({ kind: 'accepted' });
  return (await sim.codes(node))[4];
};

describe('pairing', () => {
  test('with the PIN of the label: step by step to a lock that takes a code', async () => {
    const { sim, driver, membership, lines } = await setUp();
    const { dsk, pin, qr } = await label(sim);
    const whileSecured: string[][] = [];
    const { hooks, steps, kinds } = watcher(
      async ({ kind }) => {
        if (kind === 'listening') await press(sim, 'waiting/side-door/pair');
        if (kind === 'pin_needed') whileSecured.push(addresses(driver));
      },
      () => Promise.resolve(pin),
    );
    expect(await membership.pair(byHand, hooks, never)).toEqual({
      kind: 'paired',
      address: side,
      security: 'S2 Access Control',
      warning: undefined,
    });
    expect(kinds()).toEqual(['listening', 'found', 'securing', 'pin_needed', 'added', 'interviewing']);
    expect(steps).toContainEqual({ kind: 'found', address: side });
    expect(steps).toContainEqual({ kind: 'pin_needed', dsk: dsk.slice(6) });
    expect(steps).toContainEqual({
      kind: 'added',
      address: side,
      security: 'S2 Access Control',
      weak: false,
    });
    expect(whileSecured).toEqual([[]]);
    expect(addresses(driver)).toEqual([side]);
    expect(driver.locks()[0]?.identities[0]).toBe(`zwave:dsk:${dsk}`);
    expect(await opensWith(sim, driver, 2)).toBe('246800');
    expect(await stickMode(sim)).toBe('idle');
    const said = JSON.stringify(steps) + lines.join('\n');
    expect(said).not.toContain(`${pin}-`);
    expect(said).not.toContain(qr);
  });

  test('with the PIN known beforehand nobody is asked', async () => {
    const { sim, membership } = await setUp();
    const { hooks, kinds } = await installer(sim);
    const outcome = await membership.pair({ ...byHand, dskPin: (await label(sim)).pin }, hooks, never);
    expect(outcome.kind).toBe('paired');
    expect(kinds()).not.toContain('pin_needed');
  });

  test('with a wrong PIN the lock has to leave again, and is no lock of ours meanwhile', async () => {
    const { sim, driver, membership, lines } = await setUp();
    const { pin } = await label(sim);
    const wrong = pin === '11111' ? '22222' : '11111';
    const releasing: string[][] = [];
    const { hooks, kinds } = watcher(
      async ({ kind }) => {
        if (kind === 'listening') await press(sim, 'waiting/side-door/pair');
        if (kind !== 'releasing') return;
        releasing.push(addresses(driver));
        await press(sim, 'locks/2/unpair');
      },
      () => Promise.resolve(wrong),
    );
    const outcome = await membership.pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'wrong_pin', leftBehind: undefined });
    expect(kinds()).toEqual(['listening', 'found', 'securing', 'pin_needed', 'releasing']);
    expect(releasing).toEqual([[]]);
    expect(await waiting(sim)).toHaveLength(1);
    expect(addresses(driver)).toEqual([]);
    expect(await stickMode(sim)).toBe('idle');
    expect(JSON.stringify(outcome) + lines.join('\n')).not.toContain(wrong);
    // Nothing of it is left: the same lock can be paired at once.
    expect((await membership.pair(byHand, (await installer(sim)).hooks, never)).kind).toBe('paired');
  });

  test('a lock that is not released stays hidden, is named, and is swept away once it is reset', async () => {
    const { sim, host, driver, membership, hurry } = await setUp();
    const { hooks } = watcher(
      async ({ kind }) => {
        if (kind === 'releasing') hurry(400);
        if (kind === 'listening') await press(sim, 'waiting/side-door/pair');
      },
      () => Promise.resolve('00001'),
    );
    const outcome = await membership.pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'wrong_pin', leftBehind: side });
    expect(outcome.kind === 'failed' ? outcome.message : '').toContain('zwave:2');
    expect(addresses(driver)).toEqual([]);
    expect(await stickMode(sim)).toBe('idle');
    await driver[Symbol.asyncDispose]();
    const next = await startAgain(cleanup, { sim, host });
    expect(addresses(next)).toEqual([]);
    await press(sim, 'locks/2/factory_reset', { network: true });
    expect(await membershipOf(next).pair(byHand, (await installer(sim)).hooks, never)).toMatchObject({
      kind: 'paired',
      address: side,
    });
    expect(addresses(next)).toEqual([side]);
  });

  test('nobody within a minute: nothing is left listening', async () => {
    const { sim, membership, hurry } = await setUp();
    hurry(300);
    const { hooks, kinds } = watcher(() => undefined);
    expect(await membership.pair(byHand, hooks, never)).toMatchObject({ kind: 'failed', why: 'nobody' });
    expect(kinds()).toEqual(['listening']);
    expect(await stickMode(sim)).toBe('idle');
  });

  test('stopped while it listens', async () => {
    const { sim, membership } = await setUp();
    const stop = new AbortController();
    const { hooks } = watcher(({ kind }) => {
      if (kind === 'listening') stop.abort();
    });
    const outcome = await membership.pair(byHand, hooks, stop.signal);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'aborted', leftBehind: undefined });
    expect(await stickMode(sim)).toBe('idle');
    expect(await membership.pair(byHand, hooks, stop.signal)).toMatchObject({ why: 'aborted' });
  });

  test('stopped while the PIN is looked for: the lock has to leave again', async () => {
    const { sim, driver, membership } = await setUp();
    const stop = new AbortController();
    const { hooks, kinds } = watcher(
      async ({ kind }) => {
        if (kind === 'listening') await press(sim, 'waiting/side-door/pair');
        if (kind === 'pin_needed') stop.abort();
        if (kind === 'releasing') await press(sim, 'locks/2/unpair');
      },
      () => new Promise(() => undefined),
    );
    const outcome = await membership.pair(byHand, hooks, stop.signal);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'aborted', leftBehind: undefined });
    expect(kinds().at(-1)).toBe('releasing');
    expect(await waiting(sim)).toHaveLength(1);
    expect(addresses(driver)).toEqual([]);
  });

  test('a second one is refused while the first runs', async () => {
    const { membership } = await setUp();
    const stop = new AbortController();
    const first = watcher(() => undefined);
    const running = membership.pair(byHand, first.hooks, stop.signal);
    await vi.waitFor(() => {
      expect(first.kinds()).toEqual(['listening']);
    }, 30_000);
    expect(await membership.pair(byHand, first.hooks, never)).toMatchObject({ why: 'busy' });
    expect(await membership.remove(zwaveLock(2), 'exclude', first.hooks, never)).toMatchObject({
      why: 'busy',
    });
    stop.abort();
    expect(await running).toMatchObject({ why: 'aborted' });
  });

  test('by a SmartStart code: the lock joins once it is powered up, and nobody is asked', async () => {
    const { sim, driver, membership, lines } = await setUp();
    const { qr, dsk } = await label(sim);
    const { hooks, steps, kinds } = watcher(async ({ kind }) => {
      if (kind === 'provisioned') await press(sim, 'waiting/side-door/power_up');
    });
    expect(await membership.pair({ ...byHand, qrCode: qr }, hooks, never)).toMatchObject({
      kind: 'paired',
      address: side,
      security: 'S2 Access Control',
    });
    expect(kinds()).toEqual(['provisioned', 'found', 'securing', 'added', 'interviewing']);
    expect(steps[0]).toEqual({ kind: 'provisioned', dsk: dsk.slice(6) });
    expect(await opensWith(sim, driver, 2)).toBe('246800');
    expect(JSON.stringify(steps) + lines.join('\n')).not.toContain(dsk);
    // Twice: the code's lock is in the network already.
    const again = await membership.pair({ ...byHand, qrCode: qr }, hooks, never);
    expect(again).toMatchObject({ kind: 'failed', why: 'already_paired' });
    expect(again.kind === 'failed' ? again.message : '').toContain('zwave:2');
  });

  test('a SmartStart lock that never came is not expected any more', async () => {
    const { sim, driver, membership, hurry } = await setUp();
    hurry(300);
    const { qr } = await label(sim);
    const { hooks, kinds } = watcher(() => undefined);
    const outcome = await membership.pair({ ...byHand, qrCode: qr }, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'nobody' });
    expect(kinds()).toEqual(['provisioned']);
    await press(sim, 'waiting/side-door/power_up');
    await wait(1_500);
    expect(await waiting(sim)).toHaveLength(1);
    expect(addresses(driver)).toEqual([]);
  });

  test('by a code without SmartStart: pairing mode at the lock, but no question', async () => {
    const { sim, membership } = await setUp([{ ...newLock, smart_start: false }]);
    const { qr } = await label(sim);
    const { hooks, kinds } = await installer(sim);
    expect((await membership.pair({ ...byHand, qrCode: qr }, hooks, never)).kind).toBe('paired');
    expect(kinds()).toEqual(['listening', 'found', 'securing', 'added', 'interviewing']);
  });

  // One without security shows at once that it is a lock: it must not be taken for ours meanwhile.
  test.each(['s2_access_control', 'none'])(
    'another lock (%s) than the one of the code has to leave',
    async (security) => {
      const other = { ...newLock, name: 'Back door', security, smart_start: false };
      const { sim, driver, membership } = await setUp([other, { ...newLock, smart_start: false }]);
      const meant = (await waiting(sim)).find(({ id }) => id === 'side-door')!;
      const meanwhile: string[][] = [];
      const { hooks } = watcher(async ({ kind }) => {
        meanwhile.push(addresses(driver));
        if (kind === 'listening') await press(sim, 'waiting/back-door/pair');
        if (kind === 'releasing') await press(sim, 'locks/2/unpair');
      });
      const outcome = await membership.pair({ ...byHand, qrCode: meant.qr }, hooks, never);
      expect(outcome).toMatchObject({ kind: 'failed', why: 'unspecified', leftBehind: undefined });
      expect(outcome.kind === 'failed' ? outcome.message : '').toContain('Another lock');
      expect(meanwhile.flat()).toEqual([]);
      expect(addresses(driver)).toEqual([]);
    },
  );

  test.each([
    ['none', 'none', 'without any encryption'],
    ['s0', 'S0', 'old S0 security'],
  ])('a lock with security %s is paired, with a warning', async (kind, security, warning) => {
    const { sim, driver, membership } = await setUp([{ ...newLock, security: kind }]);
    const { hooks, steps } = await installer(sim);
    const outcome = await membership.pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'paired', security });
    expect(outcome.kind === 'paired' ? outcome.warning : '').toContain(warning);
    expect(steps).toContainEqual({ kind: 'added', address: side, security, weak: true });
    expect(await opensWith(sim, driver, 2)).toBe('246800');
  });

  test('what cannot be right is refused before the radio, even without one', async () => {
    const { host } = cleanup.use(await temporaryHost());
    await giveKeys(host);
    const { driver } = await openZwave('tcp://127.0.0.1:9', host);
    cleanup.use(driver);
    const { hooks, steps } = watcher(() => undefined);
    const pair = (request: Partial<PairingRequest>): Promise<PairingOutcome> =>
      membershipOf(driver).pair({ ...byHand, ...request }, hooks, never);
    expect(await pair({ qrCode: 'hello' })).toMatchObject({ kind: 'failed', why: 'bad_qr_code' });
    expect(await pair({ dskPin: '99999' })).toMatchObject({ kind: 'failed', why: 'bad_pin' });
    expect(await pair({ dskPin: '12345' })).toMatchObject({ kind: 'failed', why: 'radio_down' });
    expect(steps).toEqual([]);
  });

  test('a lock that falls silent once it is secured stays, and is said to be unfinished', async () => {
    const { sim, driver, membership, hurry } = await setUp();
    const { pin } = await label(sim);
    const { hooks } = watcher(
      async ({ kind }) => {
        if (kind === 'listening') await press(sim, 'waiting/side-door/pair');
        if (kind !== 'added') return;
        hurry(1_500);
        await sim.behaviour(2, { offline: true });
      },
      () => Promise.resolve(pin),
    );
    const outcome = await membership.pair(byHand, hooks, never);
    expect(outcome).toMatchObject({ kind: 'failed', why: 'interview_failed', leftBehind: undefined });
    expect(outcome.kind === 'failed' ? outcome.message : '').toContain('zwave:2 has joined and stays');
    expect(await stickMode(sim)).toBe('idle');
    expect(driver.state).toBe('ready');
  });
});
