import { access, mkdir, readFile, readdir, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../src/ports/errors.ts';
import type { DriverHost, LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { until } from '../../test/support/until.ts';
import { openZigbee } from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim, ZigbeeSimOptions } from '../../test/support/zigbee-sim.ts';
import { giveNetwork, hurried } from '../../test/support/zigbee-session.ts';
import { plugin } from './index.ts';
import { readNetwork } from './network-file.ts';

const complaint = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('nothing was refused');
};

const setUp = async (firstStart: boolean): Promise<{ host: DriverHost; file: string }> => {
  const box = await temporaryHost(firstStart);
  onTestFinished(() => box[Symbol.asyncDispose]());
  await mkdir(box.host.dataDir, { recursive: true });
  return { host: box.host, file: join(box.host.dataDir, 'network.json') };
};

/** Ended when the test is over, after the driver. */
const network = async (options: ZigbeeSimOptions): Promise<ZigbeeSim> => {
  const sim = await startZigbeeNetwork(options);
  onTestFinished(() => sim[Symbol.asyncDispose]());
  return sim;
};

/** Closed when the test is over. */
const openFor = async (path: string, host: DriverHost): Promise<LockDriver> => {
  const { driver } = await openZigbee(path, host);
  onTestFinished(() => driver[Symbol.asyncDispose]());
  return driver;
};

test('options are a path and the kind of coordinator; the rest has defaults', () => {
  expect(plugin.parseOptions({ driver: 'zigbee', path: 'tcp://10.0.0.2:6638', adapter: 'zstack' })).toEqual({
    path: 'tcp://10.0.0.2:6638',
    adapter: 'zstack',
    networkFile: undefined,
    baudRate: undefined,
    rtscts: undefined,
  });
  const serial = {
    path: '/dev/serial/by-id/usb-x',
    adapter: 'ember',
    network_file: '/n',
    baud_rate: 230_400,
    rtscts: true,
  };
  expect(plugin.parseOptions(serial)).toEqual({
    path: '/dev/serial/by-id/usb-x',
    adapter: 'ember',
    networkFile: '/n',
    baudRate: 230_400,
    rtscts: true,
  });
});

const tcp = { path: 'tcp://h:1', adapter: 'zstack' };
const usb = { path: '/dev/x', adapter: 'zstack' };

test.each([
  [{}, 'path: found nothing'],
  [{ path: 'ttyUSB0', adapter: 'zstack' }, 'path: found "ttyUSB0"'],
  [{ path: 'tcp://host', adapter: 'zstack' }, 'path: found "tcp://host"'],
  [{ path: 'tcp://host:65536', adapter: 'zstack' }, 'path: found "tcp://host:65536"'],
  [{ path: '/dev/x' }, 'adapter: found nothing, allowed: zstack, ember:'],
  [{ path: '/dev/x', adapter: 'auto' }, 'adapter: found "auto"'],
  [{ ...usb, network_file: 1 }, 'network_file: found 1'],
  [{ ...usb, baud_rate: '115200' }, 'baud_rate: found "115200", allowed: a whole number'],
  [{ ...usb, rtscts: 'yes' }, 'rtscts: found "yes", allowed: true or false'],
  [{ ...tcp, baud_rate: 115_200 }, 'baud_rate: found 115200, allowed: only with a serial device'],
  [{ ...tcp, rtscts: false }, 'rtscts: found false, allowed: only with a serial device'],
  [{ ...usb, pth: 1 }, 'pth: unknown key'],
  ['zigbee', 'must be a mapping'],
])('wrong options %j are refused, saying what was found and what is allowed', async (raw, expected) => {
  const said = await complaint(() => plugin.parseOptions(raw));
  expect(said).toContain(expected);
  expect(said).toMatch(/allowed/i);
});

test('the driver is there at once, whether its coordinator is or not', async () => {
  const { host } = await setUp(false);
  const sim = await network({ locks: 'one' });
  await giveNetwork(host, sim.network);
  const open = await openFor('tcp://127.0.0.1:1', host);
  expect(open.state).not.toBe('ready');
});

test('a very first start makes a network at random, 0600; none is formed that could not be written down', async () => {
  const sim = await network({ locks: 'waiting', blank: true });
  const { host, file } = await setUp(true);
  const inTheWay = `${file}.new`;
  await mkdir(inTheWay);
  const held = await openFor(sim.serial, hurried(host, 10));
  const words = `${file} can't be written (EISDIR): no Zigbee network was formed`;
  await until('an attempt', () => held.state === 'lost' && held.stateDetail?.includes(words), {
    instead: () => held.stateDetail,
  });
  expect((await sim.coordinator()).network).toBeNull();
  await held[Symbol.asyncDispose]();
  await rmdir(inTheWay);
  await openFor(sim.serial, host);
  expect(await readNetwork(file)).toBeDefined();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('FIELD-BUGS 34: a first start beside a coordinator that has a network is refused at once', async () => {
  const sim = await network({ locks: 'one' });
  const { host, file } = await setUp(true);
  const said = await complaint(() => openZigbee(sim.serial, host));
  expect(said).toContain(`${file}: the Zigbee network file is missing`);
  expect(said).toContain(`the coordinator at ${sim.serial} already has a network (PAN ${sim.network.pan_id}`);
  await expect(access(file)).rejects.toThrow();
  // The right file is all that is missing: nothing of the coordinator's network was touched.
  await giveNetwork(host, sim.network);
  const driver = await openFor(sim.serial, host);
  await until('a resumed network', () => driver.state === 'ready');
  expect(driver.facts?.()).not.toEqual({});
});

test('FIELD-BUGS 34: a missing network file of a bridge in use is named, before any radio is opened', async () => {
  const sim = await network({ locks: 'one' });
  const { host, file } = await setUp(false);
  expect(await complaint(() => openZigbee(sim.serial, host))).toContain(
    `${file}: the Zigbee network file is missing`,
  );
  expect((await sim.coordinator()).clients).toBe(0);
});

test('a first start that met no coordinator may still make its network later', async () => {
  const { host, file } = await setUp(true);
  const first = await openZigbee('tcp://127.0.0.1:1', {
    ...host,
    clock: { ...host.clock, after: (ms, fn) => host.clock.after(Math.min(ms, 50), fn) },
  });
  await first.driver[Symbol.asyncDispose]();
  await expect(access(file)).rejects.toThrow();
  const sim = await network({ locks: 'waiting', blank: true });
  const second = await openZigbee(sim.serial, { ...host, firstStart: false });
  const made = await readNetwork(file);
  // Cut short while it forms its network, it goes on with the same one.
  await second.driver[Symbol.asyncDispose]();
  expect(second.driver.state).toBe('closed');
  const third = await openFor(sim.serial, { ...host, firstStart: false });
  await until('a formed network', () => third.state === 'ready');
  expect(third.facts?.()).toMatchObject({ 'network start': 'reset' });
  expect((await sim.coordinator()).network).toEqual({
    pan_id: made?.panId,
    extended_pan_id: made?.extendedPanId,
    channel: made?.channel,
  });
  expect(await readdir(host.dataDir)).not.toContain('no-coordinator-yet');
});

test.each(['deconz', 'zigate', 'zboss', 'zoh'])(
  'FIELD-BUGS 34: a coordinator of kind %s, whose network nothing would protect, is not spoken to',
  async (adapter) => {
    const said = await complaint(() => plugin.parseOptions({ path: '/dev/x', adapter }));
    expect(said).toContain(`adapter: found "${adapter}", allowed: zstack, ember`);
    expect(said).toContain('overwrites a network');
  },
);

test('a network file elsewhere is used, and its errors name it', async () => {
  const { host } = await setUp(true);
  const file = join(host.dataDir, 'elsewhere.json');
  await writeFile(file, '{"pan_id": 0}');
  const options = plugin.parseOptions({ path: 'tcp://127.0.0.1:1', adapter: 'zstack', network_file: file });
  expect(await complaint(() => plugin.open(options, host))).toContain(`${file}: pan_id: found 0`);
  expect(await readFile(file, 'utf8')).toBe('{"pan_id": 0}');
});
