import { readdirSync } from 'node:fs';
import type { Dirent } from 'node:fs';
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
export const hostOf = (options: InstallationOptions): Host => ({
  // Drivers make files as they go: each look is at those that are there.
  look: () => hostNow(options).look(),
});

const hostNow = (options: InstallationOptions): Host =>
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
    ...foldersIn(dataDir),
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

/** Files that a driver's settings name (`keys_file`, `network_file`). */
const driverFiles = ({ drivers }: Config, cwd: string): [string, string][] =>
  drivers.flatMap(({ driver, options }) =>
    Object.entries(options).flatMap(([key, value]): [string, string][] =>
      key.endsWith('_file') && typeof value === 'string' ? [[`${driver} ${key}`, resolve(cwd, value)]] : [],
    ),
  );

/** Files of one folder that are looked at, so that none takes long. */
const filesMost = 100;

/** What drivers and backups keep in the data directory: network keys and copies of the database among it. */
const foldersIn = (dataDir: string): PathRule[] =>
  entriesOf(dataDir)
    .filter((one) => one.isDirectory())
    .flatMap(({ name }): PathRule[] => {
      const folder = join(dataDir, name);
      const files = entriesOf(folder).filter((one) => one.isFile());
      return [
        { what: `folder ${name}`, path: folder, kind: 'directory', mostMode: 0o700, required: false },
        ...files.slice(0, filesMost).map((file): PathRule => ({
          what: `file in ${name}`,
          path: join(folder, file.name),
          kind: 'file',
          mostMode: 0o600,
          required: false,
        })),
      ];
    });

const entriesOf = (folder: string): Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Missing, or not for this user: said of the data directory itself.
    return [];
  }
};
