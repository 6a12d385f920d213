import { join, resolve, sep } from 'node:path';
import type { Config } from './config/config.ts';
import { settingsWithoutEffect } from './config/without-effect.ts';
import { createHost } from './platform/host-checks.ts';
import { packageDir } from './platform/package.ts';
import { systemClock } from './platform/system-clock.ts';
import type { Host, PathRule } from './ports/host.ts';

/** Where the config was read, and what is wrong with it now. */
export interface ConfigSource {
  readonly path: string;
  /** Reads the file again and says why it can't be used; undefined when it can. */
  readonly problem: () => string | undefined;
}

export interface InstallationOptions {
  readonly config: Config;
  /** Undefined where the config came from no file of the operator's, as the demo's. */
  readonly source: ConfigSource | undefined;
  readonly version: string;
  readonly cwd: string;
}

/** This machine with the files that the config names, for the doctor. */
export const hostOf = (options: InstallationOptions): Host =>
  createHost({
    paths: pathsOf(options),
    config: {
      path: options.source?.path ?? 'built in',
      problem: () => options.source?.problem(),
      withoutEffect: settingsWithoutEffect(options.config),
    },
    timeZone: options.config.timeZone,
    builtFile: join(packageDir(), 'package.json'),
    versions: { lockstep: options.version, node: process.versions.node },
    now: () => systemClock.now(),
  });

const pathsOf = ({ config, source, cwd }: InstallationOptions): PathRule[] => {
  const { dataDir, http, mqtt, secrets } = config;
  const within = (file: string): boolean => file.startsWith(`${dataDir}${sep}`);
  // What an administrator has put down elsewhere may be readable by the daemon's group.
  const secret = (what: string, file: string, required: boolean): PathRule => ({
    what,
    path: file,
    kind: 'file',
    mostMode: within(file) ? 0o600 : 0o640,
    required,
  });
  const database = join(dataDir, 'lockstep.db');
  return [
    { what: 'data directory', path: dataDir, kind: 'directory', mostMode: 0o700, required: true },
    secret('database', database, true),
    secret('database', `${database}-wal`, false),
    secret('encryption key', secrets.keyFile ?? join(dataDir, 'lockstep.key'), secrets.keyFile !== undefined),
    ...driverFiles(config, cwd).map(([what, file]) => secret(what, file, false)),
    ...[mqtt.passwordFile, mqtt.keyFile]
      .filter((file) => file !== undefined)
      .map((file) => secret('MQTT secret', file, true)),
    { what: 'socket', path: http.socket, kind: 'socket', mostMode: 0o660, required: false },
    ...(source === undefined
      ? []
      : [
          {
            what: 'config',
            path: resolve(cwd, source.path),
            kind: 'file',
            // It holds no secrets; who may write it decides over the locks.
            mostMode: 0o644,
            required: true,
          } as const,
        ]),
  ];
};

/** Files that a driver's settings name (`keys_file`, `network_file`), or the place of their default. */
const driverFiles = ({ drivers, dataDir }: Config, cwd: string): [string, string][] =>
  drivers.flatMap(({ driver, options }) => {
    const named = Object.entries(options).filter(([key]) => key.endsWith('_file'));
    const files = named.flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[`${driver} ${key}`, resolve(cwd, value)]] : [],
    );
    return files.length > 0 ? files : [[`${driver} keys`, join(dataDir, driver, 'keys.json')]];
  });
