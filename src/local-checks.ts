import { judgeHost } from './app/doctor/host.ts';
import { judgeService } from './app/doctor/service.ts';
import { configPath, loadConfig } from './config/load.ts';
import type { LoadOptions } from './config/load.ts';
import { hostOf } from './host.ts';
import type { ConfigSource } from './host.ts';
import { showUnit } from './platform/service.ts';
import { problem } from './ports/diagnosis.ts';
import type { Diagnosis } from './ports/diagnosis.ts';
import { ConfigError } from './ports/errors.ts';

/** The config file, to be looked at again later. */
export const configSourceOf = (options: LoadOptions): ConfigSource => ({
  path: configPath(options),
  problem: () => {
    try {
      loadConfig(options);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigError) return flat(error.message);
      throw error;
    }
  },
});

const flat = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .join(' ');

/** What can be found out of an installation whose daemon doesn't answer. */
export const localChecks = async (options: LoadOptions, version: string): Promise<Diagnosis[]> => {
  const service = judgeService(await showUnit('lockstep.service'));
  try {
    const config = loadConfig(options);
    const source = configSourceOf(options);
    return [...service, ...judgeHost(hostOf({ config, source, version, cwd: options.cwd }).look())];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const todo = 'Put it right: without it no daemon can start, and the rest cannot be looked at.';
    return [...service, problem('config', configPath(options), flat(error.message), todo)];
  }
};
