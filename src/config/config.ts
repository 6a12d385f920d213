import { resolve } from 'node:path';
import type { ParsedConfig } from './schema.ts';
import type { HostPort, SlotRange } from './values.ts';

/** The operator's settings, complete and checked. Paths are absolute, durations milliseconds. */
export interface Config {
  readonly bridgeId: string;
  readonly dataDir: string;
  /** IANA zone of the bridge: the default of its devices. */
  readonly timeZone: string;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
  readonly mqtt: MqttConfig;
  readonly http: { readonly listen: HostPort; readonly socket: string };
  readonly api: {
    readonly vocabulary: 'seeds' | 'current';
    readonly deviceType: 'lockstep_lock' | 'smartthings_lock';
    /** Requests for each lock and minute; what isn't named isn't limited. */
    readonly rateLimits: Readonly<
      Partial<Record<'create' | 'update' | 'delete' | 'lock' | 'unlock', number | undefined>>
    >;
  };
  readonly scheduling: {
    readonly nativePreloadMs: number;
    readonly leadMs: number;
    /** So long before its `startsAt` it is said that a code may not work. */
    readonly arrivalNoticeMs: number;
  };
  /** `synchronised`: the system's clock is believed once the system says that it is synchronised. */
  readonly clock: {
    readonly trust: 'synchronised' | 'always';
    /** There while the clock is synchronised; undefined: the system is asked. */
    readonly synchronisedFile: string | undefined;
  };
  /** By the operator's key for the lock: a nickname, or its device id or address. */
  readonly devices: Readonly<Record<string, DeviceConfig>>;
  readonly retention: { readonly eventsMs: number; readonly journalMs: number };
  readonly drivers: readonly DriverConfig[];
  readonly audit: { readonly wakeupsPerLockPerDay: number; readonly schedule: string };
  readonly secrets: { readonly keyFile: string | undefined };
}

export interface MqttConfig {
  /** `embedded`: the bridge runs a broker itself, at `listen`. */
  readonly url: string;
  readonly listen: HostPort;
  readonly baseTopic: string;
  readonly username: string | undefined;
  readonly passwordFile: string | undefined;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly includeCodes: boolean | 'responses';
  readonly homeAssistant: { readonly enabled: boolean; readonly prefix: string };
}

export interface DeviceConfig {
  readonly address: string | undefined;
  readonly name: string | undefined;
  readonly timeZone: string | undefined;
  readonly slots: SlotRange | undefined;
}

export interface DriverConfig {
  readonly driver: string;
  /** All other keys of the entry, unchecked: the plugin's `parseOptions` knows them. Their paths aren't resolved. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Relative paths are taken from `cwd`; a missing `time_zone` is the system's. */
export const toConfig = (parsed: ParsedConfig, cwd: string): Config => {
  const absolute = (path: string): string => resolve(cwd, path);
  const optional = (path: string | undefined): string | undefined => path && absolute(path);
  const { mqtt } = parsed;
  return {
    bridgeId: parsed.bridge_id,
    dataDir: absolute(parsed.data_dir),
    timeZone: parsed.time_zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    log: parsed.log,
    mqtt: {
      url: mqtt.url,
      listen: mqtt.listen,
      baseTopic: mqtt.base_topic,
      username: mqtt.username,
      passwordFile: optional(mqtt.password_file),
      caFile: optional(mqtt.ca_file),
      certFile: optional(mqtt.cert_file),
      keyFile: optional(mqtt.key_file),
      includeCodes: mqtt.include_codes,
      homeAssistant: mqtt.home_assistant,
    },
    http: { listen: parsed.http.listen, socket: absolute(parsed.http.socket) },
    api: {
      vocabulary: parsed.api.vocabulary,
      deviceType: parsed.api.device_type,
      rateLimits: parsed.api.rate_limits,
    },
    scheduling: {
      nativePreloadMs: parsed.scheduling.native_preload,
      leadMs: parsed.scheduling.lead,
      arrivalNoticeMs: parsed.scheduling.arrival_notice,
    },
    clock: {
      trust: parsed.clock.trust,
      synchronisedFile: optional(parsed.clock.synchronised_file),
    },
    devices: Object.fromEntries(
      Object.entries(parsed.devices).map(([key, device]) => [
        key,
        { address: device.address, name: device.name, timeZone: device.time_zone, slots: device.slots },
      ]),
    ),
    retention: { eventsMs: parsed.retention.events, journalMs: parsed.retention.journal },
    drivers: parsed.drivers.map(({ driver, ...options }) => ({ driver, options })),
    audit: {
      wakeupsPerLockPerDay: parsed.audit.wakeups_per_lock_per_day,
      schedule: parsed.audit.schedule,
    },
    secrets: { keyFile: optional(parsed.secrets.key_file) },
  };
};
