import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { never } from '../test/support/zwave-driver.ts';
import { realClock, recordingLog } from '../test/support/driver-host.ts';
import { openDrivers, preparePlugins } from './plugins.ts';
import { LockAddress, RadioId } from './core/ids.ts';
import { ConfigError } from './ports/errors.ts';
import type { DriverHost, LockDriver } from './ports/lock-driver.ts';
import { aDevice } from './store/testing/test-bed.ts';
import { until } from '../test/support/until.ts';
import { VirtualClock } from '../test/support/virtual-clock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-plugins-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (file: string, text: string): string => {
  const path = join(folder, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const radio = (name: string, more = ''): string => `{
  radio: '${name}', concurrency: 1, state: 'ready', stateDetail: undefined,
  locks: () => [], capabilities: async () => undefined, onHint: () => () => {},
  readSlot: async () => ({ kind: 'failed', why: 'timeout' }),
  writeSlot: async () => ({ kind: 'failed', why: 'timeout', mayHaveLanded: true }),
  clearSlot: async () => ({ kind: 'failed', why: 'timeout', mayHaveLanded: true }),
  checksum: async () => ({ kind: 'failed', why: 'timeout' }),
  operate: async () => ({ kind: 'failed', why: 'timeout' }),
  [Symbol.asyncDispose]: async () => {},
  ${more}
}`;
const plugin = (name: string, more = '', driver = radio(name)): string => `{
  name: '${name}', contract: 1, parseOptions: (raw) => raw, open: async (options, host) => (${driver}), ${more}
}`;
const esm = (text: string): string => `export const plugin = ${text};\n`;

const problemOf = async (...drivers: string[]): Promise<string> => {
  try {
    await preparePlugins(
      drivers.map((driver) => ({ driver, options: { colour: 'red' } })),
      [folder],
      new VirtualClock(),
    );
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    if (error instanceof Error) return error.message;
  }
  return 'nothing is wrong';
};

let count = 0;
const counter = (): number => (count += 1);

describe("a third party's driver is found", () => {
  test('by a path relative to the first folder that has it, or an absolute one', async () => {
    const file = write('mine.mjs', esm(plugin('mine')));
    expect(
      (await preparePlugins([{ driver: './mine.mjs', options: {} }], ['/nowhere', folder], realClock))[0]
        ?.name,
    ).toBe('mine');
    expect((await preparePlugins([{ driver: file, options: {} }], [], realClock))[0]?.name).toBe('mine');
  });

  test.each([
    [
      'for import only',
      { name: 'x', type: 'module', exports: { '.': { import: './in/driver.js' } } },
      esm(plugin('packed')),
    ],
    ['with a main file', { name: 'x', main: 'in/driver.js' }, `exports.plugin = ${plugin('packed')}`],
    [
      'with a scope',
      { name: '@us/x', type: 'module', exports: './in/driver.js' },
      `export default ${plugin('packed')}`,
    ],
  ])('by the name of a package %s', async (_, json, code) => {
    const home = join('apps', String(counter()));
    write(join(home, 'node_modules', json.name, 'package.json'), JSON.stringify(json));
    write(join(home, 'node_modules', json.name, 'in/driver.js'), code);
    const [prepared] = await preparePlugins(
      [{ driver: json.name, options: {} }],
      [join(folder, home)],
      realClock,
    );
    expect(prepared?.name).toBe('packed');
  });

  test('written in TypeScript, where Node can strip its types', async () => {
    write('typed.ts', `const name: string = 'typed';\n${esm(plugin('typed', 'name,'))}`);
    expect(
      (await preparePlugins([{ driver: './typed.ts', options: {} }], [folder], realClock))[0]?.name,
    ).toBe('typed');
  });
});

describe('what is wrong with one is said with the key, before anything is opened', () => {
  test.each<[string, string | undefined, RegExp]>([
    [
      './missing.mjs',
      undefined,
      /^drivers\[0\]\.driver: found ".\/missing.mjs", but there is no file .*missing\.mjs; allowed: zwave, zigbee/,
    ],
    [
      'nonesuch',
      undefined,
      /found "nonesuch", but that is no built-in driver, and no package .*; allowed: zwave, zigbee/,
    ],
    ['./syntax.mjs', 'const a = ;', /can't be (read as JavaScript|loaded)/],
    ['./throws.mjs', "throw new Error('no such device')", /can't be loaded: no such device/],
    ['./imports.mjs', "import 'nonesuch-at-all'", /can't be loaded: Cannot find package/],
    ['./nothing.mjs', 'export const other = 1', /exports no driver: it needs `export const plugin/],
    [
      './contract.mjs',
      esm(plugin('two', 'contract: 2')),
      /made for contract 2; this version of Lockstep has contract 1/,
    ],
    ['./no-contract.mjs', esm(plugin('two', 'contract: undefined')), /made for contract nothing/],
    ['./shouting.mjs', esm(plugin('MyLocks')), /calls its driver "MyLocks"; allowed: a lower-case letter/],
    ['./digit.mjs', esm(plugin('1st')), /calls its driver "1st"/],
    ['./no-options.mjs', esm(plugin('bare', 'parseOptions: undefined')), /without a function parseOptions/],
    ['./no-open.mjs', esm(plugin('bare', 'open: 7')), /without a function open/],
    ['./zwave.mjs', esm(plugin('zwave')), /calls its driver zwave, which is a name of Lockstep's own/],
    ['./backups.mjs', esm(plugin('backups')), /a name of Lockstep's own/],
    [
      './options.mjs',
      esm(plugin('picky', "parseOptions: () => { throw new RangeError('colour: found red') }")),
      /^drivers\[0\] \(the driver picky\): colour: found red$/,
    ],
    [
      './thrown.mjs',
      esm(plugin('picky', "parseOptions: () => { throw 'no' }")),
      /^drivers\[0\] \(the driver picky\): no$/,
    ],
    [
      './async.mjs',
      esm(plugin('later', "parseOptions: async () => { throw new Error('colour: found red') }")),
      /^drivers\[0\] \(the driver later\): its parseOptions gives a promise; it has to be done when it returns$/,
    ],
  ])('%s', async (driver, code, message) => {
    if (code !== undefined) write(driver, code);
    expect(await problemOf(driver)).toMatch(message);
  });

  test('a file that never finishes loading', async () => {
    const driver = write('endless.mjs', 'await new Promise(() => {});');
    const clock = new VirtualClock();
    const preparing = preparePlugins([{ driver, options: {} }], [], clock);
    const told = expect(preparing).rejects.toThrow(/endless\.mjs isn't loaded after 30 s/);
    await until('the load to be waited for', () => clock.timers === 1);
    await clock.advance(30_000);
    await told;
  });

  test('a folder', async () => {
    expect(await problemOf('./')).toMatch(/is a folder; name the file in it/);
  });

  test('two with one name', async () => {
    write('one.mjs', esm(plugin('same')));
    write('two.mjs', esm(plugin('same')));
    expect(await problemOf('./one.mjs', './two.mjs')).toMatch(
      /^drivers\[1\]\.driver: "\.\/two\.mjs" is the driver same, which drivers\[0\] is already/,
    );
  });
});

describe('opening', () => {
  const openAll = async (
    clock = new VirtualClock(),
  ): Promise<{ opening: Promise<LockDriver[]>; lines: string[]; clock: VirtualClock }> => {
    const bad = [
      `() => Promise.reject(new Error('line 3: "1": "987654" is not valid'))`,
      `() => new Promise(() => {})`,
      `() => 7`,
    ].map((text, i) => write(`bad-${counter()}.mjs`, esm(plugin(`bad${i}`, `open: ${text}`))));
    const good = write(`good-${counter()}.mjs`, esm(plugin('good')));
    const { log, lines } = recordingLog();
    const prepared = await preparePlugins(
      [...bad, good].map((driver) => ({ driver, options: {} })),
      [],
      clock,
    );
    const opening = openDrivers(prepared, {
      config: { dataDir: join(folder, 'data') },
      store: { devices: () => [] },
      log,
      clock,
      timeZoneOf: () => 'Europe/Berlin',
      timeToTell: () => undefined,
      closing: () => undefined,
    });
    return { opening, lines, clock };
  };

  test('one that fails is told of as lost, and the others are opened; its words hold no PIN (FIELD-BUGS 26)', async () => {
    const { opening, lines, clock } = await openAll();
    await clock.advance(100_000);
    const drivers = await opening;
    expect(drivers.map((one) => [one.radio, one.state])).toEqual([
      ['bad0', 'lost'],
      ['bad1', 'lost'],
      ['bad2', 'lost'],
      ['good', 'ready'],
    ]);
    expect(drivers[0]?.stateDetail).toMatch(/could not be opened \(Error: line 3:.*Put it right/);
    expect(drivers[1]?.stateDetail).toContain('within 30 s');
    expect(drivers[2]?.stateDetail).toContain('gives no driver');
    expect(await drivers[0]?.writeSlot(LockAddress('bad0:1'), 1, never as never, never)).toEqual({
      kind: 'failed',
      why: 'radio_down',
      mayHaveLanded: false,
    });
    expect(JSON.stringify([drivers.map((one) => one.stateDetail), lines])).not.toContain('987654');
    expect(lines).toHaveLength(3);
  });

  test('keys may be made for a radio of which no lock was ever known, whatever the other radio knows (FIELD-BUGS 34)', async () => {
    const told: [string, boolean][] = [];
    const prepared = ['zwave', 'zigbee'].map((name) => ({
      name,
      open: (host: DriverHost): Promise<LockDriver> => {
        told.push([name, host.firstStart]);
        return Promise.reject(new Error('enough'));
      },
    }));
    await openDrivers(prepared, {
      config: { dataDir: join(folder, 'data') },
      store: { devices: () => [aDevice(1, { radio: RadioId('zwave') })] },
      log: recordingLog().log,
      clock: realClock,
      timeZoneOf: () => 'Europe/Berlin',
      timeToTell: () => undefined,
      closing: () => undefined,
    });
    expect(told).toEqual([
      ['zwave', false],
      ['zigbee', true],
    ]);
  });

  test('each gets a host that makes PINs of texts only: a number has lost its zeros (FIELD-BUGS 18)', async () => {
    const told = `open: async (options, host) => (${radio(
      'hosted',
      `facts: () => ({ text: String(host.pin('0042')), number: String(host.pin(42)), zone: host.timeZoneOf('hosted:1'),
         folder: host.dataDir })`,
    )})`;
    const driver = write('hosted.mjs', esm(plugin('hosted', told)));
    const [opened] = await openDrivers(await preparePlugins([{ driver, options: {} }], [], realClock), {
      config: { dataDir: join(folder, 'data') },
      store: { devices: () => [] },
      log: recordingLog().log,
      clock: realClock,
      timeZoneOf: (lock) => `zone of ${lock}`,
      timeToTell: () => undefined,
      closing: () => undefined,
    });
    const dataDir = join(folder, 'data/hosted');
    expect(opened?.facts?.()).toEqual({
      text: '[pin]',
      number: 'undefined',
      zone: 'zone of hosted:1',
      folder: dataDir,
    });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  test('one whose settings turn out wrong ends the start', async () => {
    const thrown = `open: async () => { throw Object.assign(new Error('file: not there'), { name: 'ConfigError' }) }`;
    const driver = write('late.mjs', esm(plugin('late', thrown)));
    const { log } = recordingLog();
    await expect(
      openDrivers(await preparePlugins([{ driver, options: {} }], [], realClock), {
        config: { dataDir: join(folder, 'data') },
        store: { devices: () => [] },
        log,
        clock: realClock,
        timeZoneOf: () => 'Europe/Berlin',
        timeToTell: () => undefined,
        closing: () => undefined,
      }),
    ).rejects.toThrow(new ConfigError('the driver late: file: not there'));
  });
});
