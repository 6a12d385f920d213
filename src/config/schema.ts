import { z } from 'zod';
import { isUuid } from '../core/ids.ts';
import {
  durationPattern,
  hostPortPattern,
  isTimeZone,
  parseDuration,
  parseHostPort,
  parseSlotRange,
  slotRangePattern,
} from './values.ts';

// Each leaf's `error` is what is allowed there: `problems.ts` puts the key and what was found before it.
// Defaults are `prefault`s, written as a person would write them, so that they go through the same parsers
// and stand in the JSON schema.

/** A text in some notation: the pattern for the JSON schema, the parser for the value. */
const notation = <T>(pattern: RegExp, parse: (text: string) => T | undefined, allowed: string) =>
  z
    .string({ error: allowed })
    .meta({ pattern: pattern.source, description: allowed })
    .transform((text, context): T => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    });

const duration = () =>
  notation(durationPattern, parseDuration, 'a whole number with its unit (ms, s, m, h, d), for example 72h');
const hostPort = () =>
  notation(
    hostPortPattern,
    parseHostPort,
    'host:port with a port up to 65535, an IPv6 host in brackets; port 0 means any free one',
  );
const timeZone = () =>
  notation(
    /^[A-Za-z][A-Za-z0-9_+/-]*$/,
    (text) => (isTimeZone(text) ? text : undefined),
    'an IANA time zone, for example Europe/Berlin',
  );
const text = (pattern: RegExp, allowed: string) =>
  z.string({ error: allowed }).regex(pattern, { error: allowed }).meta({ description: allowed });
// A NUL in a path reaches the system as a throw, far from the key that caused it.
const path = () => text(/^[^\0]+$/, 'a path; a relative one is taken from the current directory');
const count = (from: number, to: number) => {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error }).meta({ description: error });
};
const flag = () => z.boolean({ error: 'true or false' });
const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of ${values.join(', ')}` });

const topicPattern = /^(?![$/])[^#+\0]{1,128}(?<!\/)$/;
const topicAllowed = 'an MQTT topic of at most 128 characters: no #, + or leading $, no / at either end';
const tlsPattern = /^mqtts:/;

const mqttUrl = () =>
  text(
    /^(embedded|mqtts?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?)$/,
    'embedded, or a URL with mqtt:// or mqtts:// and no user or password in it (they have keys of their own)',
  );

const mqttSchema = z
  .strictObject({
    url: mqttUrl().prefault('mqtt://127.0.0.1:1883'),
    listen: hostPort().prefault('127.0.0.1:1883'),
    base_topic: text(topicPattern, topicAllowed).prefault('lockstep'),
    username: text(/^.{1,256}$/s, 'a text of at most 256 characters').optional(),
    password_file: path().optional(),
    ca_file: path().optional(),
    cert_file: path().optional(),
    key_file: path().optional(),
    include_codes: z
      .union([z.boolean(), z.literal('responses')], { error: 'false, responses or true' })
      .prefault(false),
    home_assistant: z
      .strictObject({
        enabled: flag().prefault(true),
        prefix: text(topicPattern, topicAllowed).prefault('homeassistant'),
      })
      .prefault({}),
  })
  .superRefine((mqtt, context) => {
    const refuse = (key: keyof typeof mqtt, message: string): void => {
      if (mqtt[key] !== undefined) context.addIssue({ code: 'custom', path: [key], message });
    };
    if (mqtt.url === 'embedded') {
      // Silence here would look like an access control that isn't there.
      for (const key of ['username', 'password_file', 'ca_file', 'cert_file', 'key_file'] as const) {
        refuse(key, 'nothing: the embedded broker has neither accounts nor TLS, so leave it on 127.0.0.1');
      }
      return;
    }
    if (!tlsPattern.test(mqtt.url)) {
      for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
        refuse(key, 'only with an mqtts:// mqtt.url');
      }
    }
    if (mqtt.username === undefined) refuse('password_file', 'only together with mqtt.username');
    if (mqtt.key_file === undefined) refuse('cert_file', 'only together with mqtt.key_file');
    if (mqtt.cert_file === undefined) refuse('key_file', 'only together with mqtt.cert_file');
  });

const addressPattern = /^[a-z0-9_-]+:[^\s:]+$/;
const deviceKeyAllowed = 'a name of at most 64 letters, digits and _ - : .';

const deviceSchema = z.strictObject({
  address: text(
    addressPattern,
    'the lock on its radio, for example zwave:2 or zigbee:0x00124b0029abcdef',
  ).optional(),
  name: text(/^\P{Cc}{1,100}$/u, 'a text of at most 100 characters').optional(),
  time_zone: timeZone().optional(),
  slots: notation(
    slotRangePattern,
    parseSlotRange,
    'a range of slots in quotes, for example "1-20"',
  ).optional(),
});

const devicesSchema = z
  .record(text(/^[\w:.-]{1,64}$/, deviceKeyAllowed), deviceSchema)
  .superRefine((devices, context) => {
    const keyByLock = new Map<string, string>();
    for (const [key, device] of Object.entries(devices)) {
      const named = device.address ?? (isUuid(key) || addressPattern.test(key) ? key : undefined);
      const lock = named?.toLowerCase();
      const other = keyByLock.get(lock ?? '');
      if (lock === undefined) {
        const message = "its lock's address, unless the device's key itself is a device_id or an address";
        context.addIssue({ code: 'custom', path: [key, 'address'], message });
      } else if (other !== undefined) {
        const message = `a lock that no other device names (devices.${other} does)`;
        context.addIssue({ code: 'custom', path: [key, 'address'], message });
      } else keyByLock.set(lock, key);
    }
  });

const driversSchema = z
  .array(
    z.looseObject({
      driver: text(
        /^[^\s\0]{1,200}$/,
        'the name of a driver (zwave, zigbee), or the package or path of a plugin',
      ),
    }),
    { error: 'a list of drivers, each with its options' },
  )
  .superRefine((drivers, context) => {
    // A driver's name is its radio's id and its folder's name: twice the same would share both.
    for (const [index, { driver }] of drivers.entries()) {
      if (drivers.findIndex((earlier) => earlier.driver === driver) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'driver'], message: 'each driver once' });
    }
  });

/** The config file as it is written (snake_case); parsing fills in defaults and gives notations their values. */
export const configSchema = z.strictObject({
  bridge_id: text(/^[a-z0-9_-]{1,32}$/, '1 to 32 lower-case letters, digits, _ and -').prefault('home'),
  data_dir: path().prefault('/var/lib/lockstep'),
  time_zone: timeZone().optional(),
  log: z.strictObject({ level: choice(['debug', 'info', 'warn', 'error']).prefault('info') }).prefault({}),
  mqtt: mqttSchema.prefault({}),
  http: z
    .strictObject({
      listen: hostPort().prefault('127.0.0.1:7080'),
      socket: path().prefault('/run/lockstep/lockstep.sock'),
    })
    .prefault({}),
  api: z
    .strictObject({
      vocabulary: choice(['seeds', 'current']).prefault('seeds'),
      device_type: choice(['lockstep_lock', 'smartthings_lock']).prefault('lockstep_lock'),
      rate_limits: z
        .strictObject({
          create: count(1, 10_000).optional(),
          update: count(1, 10_000).optional(),
          delete: count(1, 10_000).optional(),
          lock: count(1, 10_000).optional(),
          unlock: count(1, 10_000).optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  scheduling: z
    .strictObject({
      native_preload: duration().prefault('72h'),
      lead: duration().prefault('30s'),
      arrival_notice: duration().prefault('12h'),
    })
    .prefault({}),
  clock: z
    .strictObject({
      trust: choice(['synchronised', 'always']).prefault('synchronised'),
      synchronised_file: path().optional(),
    })
    .prefault({}),
  devices: devicesSchema.prefault({}),
  retention: z
    .strictObject({ events: duration().prefault('30d'), journal: duration().prefault('30d') })
    .prefault({}),
  drivers: driversSchema.prefault([]),
  audit: z
    .strictObject({
      wakeups_per_lock_per_day: count(0, 1440).prefault(2),
      schedule: text(
        /^\S+( +\S+){4,5}$/,
        'a cron expression of five fields, or six with seconds, in time_zone',
      ).prefault('17 3 * * *'),
    })
    .prefault({}),
  secrets: z.strictObject({ key_file: path().optional() }).prefault({}),
});

export type ParsedConfig = z.output<typeof configSchema>;
