import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../ports/errors.ts';
import { configJsonSchema } from './json-schema.ts';
import { configPath, loadConfig, parseConfig } from './load.ts';

const parse = (source: string) => parseConfig(source, { name: 'test.yaml', cwd: '/srv' });

/** The lines of the complaint about this text, without the first, which names the file. */
const complaints = (source: string): string[] => {
  try {
    parse(source);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').slice(1);
    throw error;
  }
  throw new Error('the config was accepted');
};
const inTree = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const failWith = (code: string) => () => {
  throw Object.assign(new Error('no'), { code });
};

describe('the config file', () => {
  it('fills in every default', () => {
    expect(parse('time_zone: Europe/Berlin')).toEqual({
      bridgeId: 'home',
      dataDir: '/var/lib/lockstep',
      timeZone: 'Europe/Berlin',
      log: { level: 'info' },
      mqtt: {
        url: 'mqtt://127.0.0.1:1883',
        listen: { host: '127.0.0.1', port: 1883 },
        baseTopic: 'lockstep',
        includeCodes: false,
        homeAssistant: { enabled: true, prefix: 'homeassistant' },
      },
      http: { listen: { host: '127.0.0.1', port: 7080 }, socket: '/run/lockstep/lockstep.sock' },
      api: { vocabulary: 'seeds', deviceType: 'lockstep_lock', rateLimits: {} },
      scheduling: { nativePreloadMs: 72 * 3_600_000, leadMs: 30_000, arrivalNoticeMs: 12 * 3_600_000 },
      clock: { trust: 'synchronised', synchronisedFile: undefined },
      devices: {},
      retention: { eventsMs: 30 * 86_400_000, journalMs: 30 * 86_400_000 },
      drivers: [],
      audit: { wakeupsPerLockPerDay: 2, schedule: '17 3 * * *' },
      secrets: {},
    });
  });

  it("keeps a driver's own options as they are, for the plugin to judge", () => {
    const { drivers } = parse('drivers: [{ driver: zwave, path: /dev/ttyACM0, deep: { a: [1] } }]');
    expect(drivers).toEqual([{ driver: 'zwave', options: { path: '/dev/ttyACM0', deep: { a: [1] } } }]);
  });

  it('takes relative paths from the current directory', () => {
    const config = parse('data_dir: ./data\nhttp: { socket: run/l.sock }\nsecrets: { key_file: k }');
    expect([config.dataDir, config.http.socket, config.secrets.keyFile]).toEqual([
      '/srv/data',
      '/srv/run/l.sock',
      '/srv/k',
    ]);
  });

  it('reads devices with their slots and zones', () => {
    const source = 'devices: { front: { address: "zwave:2", name: Front door, slots: "1-20" } }';
    expect(parse(source).devices).toEqual({
      front: { address: 'zwave:2', name: 'Front door', slots: { first: 1, last: 20 } },
    });
  });

  it.each(['config/lockstep.example.yaml', 'config/demo.yaml'])('is shown by %s, which loads', (path) => {
    expect(() => parse(inTree(path))).not.toThrow();
  });

  it('is shown by an example whose commented lines load too', () => {
    const source = inTree('config/lockstep.example.yaml')
      .replace('mqtt://127', 'mqtts://127')
      .replace(/^( *)# ((?:(?:- )?[a-z_]+: |devices:|audit:| {2,}[a-z]).*)$/gm, '$1$2');
    const config = parse(source);
    expect(config.devices['front']?.slots).toEqual({ first: 1, last: 20 });
    expect(config.drivers.map(({ driver, options }) => [driver, Object.keys(options)])).toEqual([
      ['zwave', ['path', 'keys_file']],
      ['zigbee', ['path', 'adapter', 'network_file']],
    ]);
    expect([config.mqtt.passwordFile, config.secrets.keyFile]).not.toContain(undefined);
  });

  it('has its published JSON schema up to date', () => {
    expect(JSON.parse(inTree('config/lockstep.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(configJsonSchema())),
    );
  });
});

describe('a wrong config', () => {
  it('is told by key, what was found and what is allowed, all problems at once', () => {
    expect(complaints('bridge_id: My Home\nhttp: { listen: 7080 }\nlog: { level: inof }')).toEqual([
      '  bridge_id: found "My Home"; allowed: 1 to 32 lower-case letters, digits, _ and -',
      '  log.level: found "inof"; allowed: one of debug, info, warn, error (did you mean info?)',
      '  http.listen: found 7080; allowed: host:port with a port up to 65535, an IPv6 host in brackets; port 0 means any free one',
    ]);
  });

  it('is told the likely spelling of an unknown key', () => {
    expect(complaints('mqtt: { pasword_file: x }')[0]).toBe(
      '  mqtt.pasword_file: unknown key (did you mean password_file?); allowed here: url, listen, ' +
        'base_topic, username, password_file, ca_file, cert_file, key_file, include_codes, home_assistant',
    );
    expect(complaints('dirvers: []')[0]).toContain('dirvers: unknown key (did you mean drivers?)');
    expect(complaints('devices: { "zwave:2": { slot: "1" } }')[0]).toContain('did you mean slots?');
  });

  it.each([
    ['time_zone: Europe/Berlinn', 'time_zone: found "Europe/Berlinn"; allowed: an IANA time zone'],
    ['scheduling: { lead: 30 }', 'scheduling.lead: found 30; allowed: a whole number with its unit'],
    [
      'mqtt: { include_codes: maybe }',
      'mqtt.include_codes: found "maybe"; allowed: false, responses or true',
    ],
    ['mqtt: { url: http://x }', 'mqtt.url: found "http://x"; allowed: embedded, or a URL'],
    ['mqtt: { base_topic: a/# }', 'mqtt.base_topic: found "a/#"; allowed: an MQTT topic'],
    ['audit: { wakeups_per_lock_per_day: 1.5 }', 'found 1.5; allowed: a whole number from 0 to 1440'],
    ['audit: { schedule: nightly }', 'audit.schedule: found "nightly"; allowed: a cron expression'],
    ['devices: { front: { name: x } }', 'devices.front.address: found nothing; allowed: its lock'],
    ['devices: { a: { address: "zwave:2" }, "zwave:2": {} }', '(devices.a does)'],
    ['devices: { a: { address: "zigbee:0xab" }, b: { address: "zigbee:0xAB" } }', '(devices.a does)'],
    ['devices: { front: { address: "zwave:2", slots: 20-1 } }', 'devices.front.slots: found "20-1"'],
    ['devices: { "a b": {} }', 'devices."a b": not a possible key here'],
    ['drivers: { driver: zwave }', 'drivers: found a section; allowed: a list of drivers'],
    ['drivers: [zwave]', 'drivers.0: found a text; allowed: a section with the keys driver'],
    ['drivers: [{ path: x }]', 'drivers.0.driver: found nothing; allowed: the name of a driver'],
    [
      'drivers: [{ driver: zwave }, { driver: zwave }]',
      'drivers.1.driver: found "zwave"; allowed: each driver once',
    ],
    ['mqtt:', 'mqtt: found an empty value'],
    ['just text', 'the file: found a text; allowed: a section with the keys bridge_id'],
    [
      'mqtt: { url: embedded, username: x }',
      'mqtt.username: found "x"; allowed: nothing: the embedded broker',
    ],
    ['mqtt: { ca_file: x }', 'mqtt.ca_file: found "x"; allowed: only with an mqtts://'],
    [
      'mqtt: { password_file: x }',
      'mqtt.password_file: found a text; allowed: only together with mqtt.username',
    ],
    [
      'mqtt: { url: mqtts://h, cert_file: x }',
      'mqtt.cert_file: found "x"; allowed: only together with mqtt.key_file',
    ],
    ['data_dir: "a\\0b"', 'data_dir: found "a\\u0000b"; allowed: a path'],
  ])('%s → %s', (source, line) => {
    expect(complaints(source)).toHaveLength(1);
    expect(complaints(source)[0]).toContain(line);
  });

  it.each([
    'mqtt: { url: "mqtt://me:hunter2@broker" }',
    'mqtt: { url: "mqtt://me:a/hunter2@broker" }',
    'mqtt: { password: hunter2 }',
    'mqtt: { password_file: hunter2 }',
    'mqtt: hunter2',
    'secrets: hunter2',
    'secrets: { key: hunter2 }',
    'mqtt: { username: "hunter2',
    'hunter2: [',
    'mqtt: {username: hunter2, password_file: "x" "hunter2" }',
  ])("never shows a secret's value: %s", (source) => {
    const lines = complaints(source).join('\n');
    // As a key's name it may be shown, as a value not.
    expect(lines.replace('hunter2: unknown key', '')).not.toContain('hunter2');
  });

  it.each([
    ['bridge_id: a\nhttp:\n\tlisten: x', 'line 3, column 1: a tab in the indentation'],
    ['bridge_id: "a\ndata_dir: b', 'line 2, column 12'],
    ['log: { level: info }\nbridge_id: a\nbridge_id: b', 'line 3, column 1: the key bridge_id stands twice'],
    ['http: { listen: "a:1", listen: "b:1" }', 'line 1, column 24: the key listen stands twice'],
    ['devices: { __proto__: { name: x } }', "line 1, column 12: __proto__ isn't a key"],
    ['bridge_id: *nowhere', 'an alias (*) without its anchor'],
    ['bridge_id: a\n---\nbridge_id: b', 'line 2, column 1: a second document'],
    ['', 'the file is empty'],
  ])('is told the place in the file: %j', (source, line) => {
    expect(complaints(source).join('\n')).toContain(line);
  });

  it('does not expand aliases without a bound', () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) => `l${n + 1}: &l${n + 1} [${'*l0,'.replace('0', String(n)).repeat(9)}]`,
    );
    expect(complaints(['l0: &l0 [x]', ...levels].join('\n'))[0]).toContain('alias');
  });

  it('shows at most 50 problems and counts the rest', () => {
    const source = Array.from({ length: 60 }, (_, n) => `unknown_${n}: 1`).join('\n');
    expect(complaints(source)).toHaveLength(51);
    expect(complaints(source).at(-1)).toBe('  and 10 more');
  });
});

describe('finding the config file', () => {
  it('takes --config before LOCKSTEP_CONFIG before /etc', () => {
    const env = { LOCKSTEP_CONFIG: '/env.yaml' };
    expect(configPath({ path: '/arg.yaml', env })).toBe('/arg.yaml');
    expect(configPath({ env })).toBe('/env.yaml');
    expect(configPath({ env: { LOCKSTEP_CONFIG: '' } })).toBe('/etc/lockstep/lockstep.yaml');
  });

  it.each([
    ['ENOENT', /no configuration at \/x\.yaml[\s\S]*lockstep\.example\.yaml[\s\S]*lockstep demo/],
    ['EACCES', /may not be read/],
    ['EISDIR', /is a directory/],
    ['EIO', /can't be read \(EIO\)/],
  ])('says plainly what is wrong with a file that gives %s', (code, message) => {
    const load = () => loadConfig({ path: '/x.yaml', env: {}, cwd: '/', read: failWith(code) });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(message);
  });

  it('reads what it found', () => {
    const read = (path: string) => `bridge_id: ${path === '/x.yaml' ? 'here' : 'there'}`;
    expect(loadConfig({ path: '/x.yaml', env: {}, cwd: '/', read }).bridgeId).toBe('here');
  });
});
