import { access, readFile, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createAndOpenMockedZWaveSerialPort } from '@zwave-js/serial/mock';
import { MockController } from '@zwave-js/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDefaultMockControllerBehaviors } from 'zwave-js/Testing';
import { ConfigError } from '../../src/ports/errors.ts';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { giveKeys, openZwave } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import { plugin } from './index.ts';
import { readKeys } from './keys.ts';

const complaint = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('nothing was refused');
};

test('options are a path, and perhaps a keys file', () => {
  expect(plugin.parseOptions({ path: '/dev/serial/by-id/usb-x' })).toEqual({
    path: '/dev/serial/by-id/usb-x',
    keysFile: undefined,
  });
  expect(plugin.parseOptions({ driver: 'zwave', path: 'tcp://10.0.0.2:6638', keys_file: '/k' })).toEqual({
    path: 'tcp://10.0.0.2:6638',
    keysFile: '/k',
  });
});

test.each([
  [{}, 'path: found nothing'],
  [{ path: 5 }, 'path: found 5'],
  [{ path: 'ttyUSB0' }, 'path: found "ttyUSB0"'],
  [{ path: 'tcp://host' }, 'path: found "tcp://host"'],
  [{ path: 'tcp://host:65536' }, 'path: found "tcp://host:65536"'],
  [{ path: '/dev/x', keys_file: 1 }, 'keys_file: found 1'],
  [{ path: '/dev/x', pth: 1 }, 'pth: unknown key'],
  ['zwave', 'must be a mapping'],
])('wrong options %j are refused, saying what was found and what is allowed', async (raw, expected) => {
  const said = await complaint(() => plugin.parseOptions(raw));
  expect(said).toContain(expected);
  expect(said).toMatch(/allowed/i);
});

/** A Z-Wave stick that knows no node besides itself, served over TCP. One frame per chunk is enough here. */
const loneController = async (cleanup: AsyncDisposableStack): Promise<string> => {
  const { port, serial } = await createAndOpenMockedZWaveSerialPort();
  const controller = await MockController.create({
    mockPort: port,
    serial,
    homeId: 0x7e570002,
    ownNodeId: 1,
  });
  controller.defineBehavior(...createDefaultMockControllerBehaviors());
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    port.emitData = (data) => {
      socket.write(data);
    };
    socket.on('data', (chunk: Buffer) => {
      const bytes = Uint8Array.from(chunk);
      // An acknowledgement and the next frame may come in one chunk.
      let at = 0;
      while (at < bytes.length) {
        const length = bytes[at] === 1 ? (bytes[at + 1] ?? 0) + 2 : 1;
        void serial.writeAsync(bytes.slice(at, at + length));
        at += length;
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.defer(async () => {
    await new Promise((resolve) => server.close(resolve));
    controller.destroy();
    await serial.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return `tcp://127.0.0.1:${address.port}`;
};

const setUp = async (firstStart: boolean): Promise<{ cleanup: AsyncDisposableStack; host: DriverHost }> => {
  const cleanup = new AsyncDisposableStack();
  onTestFinished(() => cleanup.disposeAsync());
  const { host } = cleanup.use(await temporaryHost(firstStart));
  return { cleanup, host };
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

test('a first start beside a controller that knows no nodes makes the keys, and the next one uses them', async () => {
  const { cleanup, host } = await setUp(true);
  const path = await loneController(cleanup);
  const keysFile = join(host.dataDir, 'keys.json');
  const first = await openZwave(path, host);
  expect(first.driver.state).toBe('ready');
  const keys = await readKeys(keysFile);
  expect(keys).toBeDefined();
  expect((await stat(keysFile)).mode & 0o777).toBe(0o600);
  await first.driver[Symbol.asyncDispose]();
  const second = await openZwave(path, { ...host, firstStart: false });
  cleanup.use(second.driver);
  await vi.waitFor(
    () => {
      expect(second.driver.state).toBe('ready');
    },
    { timeout: 30_000 },
  );
  expect(await readKeys(keysFile)).toEqual(keys);
});

test('a first start beside a network that knows locks is refused, naming the file, no lock touched', async () => {
  const { cleanup, host } = await setUp(true);
  const sim = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
  const held = await sim.codes(2);
  await sim.resetFrames();
  const said = await complaint(() => openZwave(sim.serial, host));
  expect(said).toContain(join(host.dataDir, 'keys.json'));
  expect(said).toContain('Restore this file');
  expect(await isThere(join(host.dataDir, 'keys.json'))).toBe(false);
  expect((await sim.frames())[2]?.application.total).toBe(0);
  expect(await sim.codes(2)).toEqual(held);
  // The refusal leaves nothing that would hinder the start with the file restored.
  await giveKeys(host);
  const { driver } = await openZwave(sim.serial, host);
  cleanup.use(driver);
  await vi.waitFor(
    () => {
      expect(driver.locks()).toHaveLength(1);
    },
    { timeout: 30_000 },
  );
});

test('a later start without the keys is refused before the radio is opened', async () => {
  const { cleanup, host } = await setUp(false);
  const sim = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
  const said = await complaint(() => openZwave(sim.serial, host));
  expect(said).toContain(join(host.dataDir, 'keys.json'));
  expect((await sim.frames())[2]?.application.total).toBe(0);
});

test('a first start that never met its controller counts as the first again', async () => {
  const { cleanup, host } = await setUp(true);
  const path = await loneController(cleanup);
  const nowhere = await openZwave('tcp://127.0.0.1:9', { ...host, clock: impatient(host) });
  await nowhere.driver[Symbol.asyncDispose]();
  const { driver } = await openZwave(path, { ...host, firstStart: false });
  cleanup.use(driver);
  expect(driver.state).toBe('ready');
  const files = await readdir(host.dataDir);
  expect(files).toContain('keys.json');
  // From now on the keys are needed.
  await driver[Symbol.asyncDispose]();
  await rm(join(host.dataDir, 'keys.json'));
  await complaint(() => openZwave(path, { ...host, firstStart: false }));
});

/** The host's clock, but waiting for a first contact is cut to a tenth. */
const impatient = ({ clock }: DriverHost): DriverHost['clock'] => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  after: (delayMs, fn) => clock.after(delayMs / 10, fn),
});

test('zwave-js is imported by what open() imports, not by the plugin itself', async () => {
  const source = await readFile(join(import.meta.dirname, 'index.ts'), 'utf8');
  const imported = [...source.matchAll(/^import (?!type).* from '\.\/(.*)';$/gm)].map(
    (match) => match[1] ?? '',
  );
  expect(imported.sort()).toEqual(['keys.ts', 'load-driver.ts', 'storage.ts']);
  for (const file of ['index.ts', ...imported]) {
    const text = await readFile(join(import.meta.dirname, file), 'utf8');
    expect(text.match(/^import (?!type).*zwave-js.*$/gm), file).toBeNull();
  }
});
