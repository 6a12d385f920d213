import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LockDriver, RadioState } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import {
  giveKeys,
  interviewed,
  never,
  openZwave,
  pinOf,
  readyZwave,
  zwaveLock,
} from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';

const front = zwaveLock(2);
const theirCode = {
  kind: 'read',
  reading: { kind: 'occupied', pin: pinOf('258013'), enabled: true },
};

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

const state = (driver: LockDriver, wanted: RadioState): Promise<void> =>
  vi.waitFor(
    () => {
      expect(driver.state).toBe(wanted);
    },
    { timeout: 45_000, interval: 10 },
  );

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const { port } =
    address === null || typeof address === 'string' ? { port: 0 } : (address satisfies AddressInfo);
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe('the serial line', () => {
  test('missing at the start: open resolves all the same, calls say radio_down, it can be closed', async () => {
    const { host } = cleanup.use(await temporaryHost(false));
    await giveKeys(host);
    const { driver } = await openZwave(`tcp://127.0.0.1:${await freePort()}`, host);
    expect(driver.state).toBe('starting');
    expect(driver.stateDetail).toBeTruthy();
    expect(driver.locks()).toEqual([]);
    expect(await driver.capabilities(front, never)).toBeUndefined();
    expect(await driver.readSlot(front, 1, never)).toEqual({ kind: 'failed', why: 'radio_down' });
    expect(await driver.writeSlot(front, 1, pinOf('1234'), never)).toEqual({
      kind: 'failed',
      why: 'radio_down',
      mayHaveLanded: false,
    });
    expect(await driver.operate(front, 'lock', never)).toEqual({ kind: 'failed', why: 'radio_down' });
    await driver[Symbol.asyncDispose]();
    expect(driver.state).toBe('closed');
  });

  test('dropped for a moment: lost, ready again by itself, no code touched', async () => {
    const sim = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
    const { host } = cleanup.use(await temporaryHost());
    const { driver, hints } = await readyZwave(sim, host, [2]);
    cleanup.use(driver);
    const held = await sim.codes(2);
    hints.length = 0;
    await sim.line({ drop: true });
    await state(driver, 'lost');
    expect(driver.stateDetail).toContain(sim.serial);
    expect(hints).toContainEqual({ kind: 'radio' });
    await state(driver, 'ready');
    expect(driver.stateDetail).toBeUndefined();
    expect(await driver.readSlot(front, 1, never)).toEqual(theirCode);
    expect(await sim.codes(2)).toEqual(held);
  });

  test(
    'gone for longer than zwave-js waits: the destroyed driver is replaced once the line returns',
    { timeout: 120_000 },
    async () => {
      const sim = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
      const { host, lines } = cleanup.use(await temporaryHost());
      const { driver } = await readyZwave(sim, host, [2]);
      cleanup.use(driver);
      const held = await sim.codes(2);
      await sim.line({ accept: false });
      await state(driver, 'lost');
      // zwave-js gives up after about 12.5 s; the log says when.
      await vi.waitFor(
        () => {
          expect(lines.join('\n')).toContain('trying again');
        },
        { timeout: 50_000, interval: 50 },
      );
      expect(driver.locks()).toEqual([]);
      expect(driver.state).toBe('lost');
      await sim.line({ accept: true });
      await state(driver, 'ready');
      await interviewed(driver, [2]);
      expect(await driver.readSlot(front, 1, never)).toEqual(theirCode);
      expect(await sim.codes(2)).toEqual(held);
    },
  );

  test('dropped while a write is on its way: the write may have landed', async () => {
    const sim = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
    const { host } = cleanup.use(await temporaryHost());
    const { driver } = await readyZwave(sim, host, [2]);
    cleanup.use(driver);
    await sim.behaviour(2, { answer_hold: true });
    const writing = driver.writeSlot(front, 9, pinOf('5150'), never);
    await sim.event(({ type, slot }) => type === 'set_applied' && slot === 9);
    await sim.line({ drop: true });
    expect(await writing).toMatchObject({ kind: 'failed', mayHaveLanded: true });
    expect((await sim.codes(2))[9]).toBe('5150');
  });
});
