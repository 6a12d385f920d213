import { ConfigError } from '../ports/errors.ts';
import { toConfig } from './config.ts';
import type { Config } from './config.ts';
import { problemLines } from './problems.ts';
import { configSchema } from './schema.ts';
import { parseYaml } from './yaml.ts';

export interface LoadOptions {
  /** From `--config`. */
  readonly path?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start, both the file's own and those in it. */
  readonly cwd: string;
  /** Reads a file as UTF-8 text; throws as `readFileSync` does. */
  readonly read: (path: string) => string;
}

export const defaultConfigPath = '/etc/lockstep/lockstep.yaml';

/** `--config`, else `LOCKSTEP_CONFIG`, else the system's place (DESIGN §6). */
export const configPath = (options: Pick<LoadOptions, 'path' | 'env'>): string => {
  const fromEnv = options.env['LOCKSTEP_CONFIG'];
  if (options.path !== undefined) return options.path;
  return fromEnv !== undefined && fromEnv !== '' ? fromEnv : defaultConfigPath;
};

/** Reads and checks the config file. Throws `ConfigError` with one line for each problem. */
export const loadConfig = (options: LoadOptions): Config => {
  const path = configPath(options);
  return parseConfig(readConfig(path, options.read), { name: path, cwd: options.cwd });
};

/** The same for a text already read; `name` is what messages call it. */
export const parseConfig = (
  source: string,
  where: { readonly name: string; readonly cwd: string },
): Config => {
  const yaml = parseYaml(source);
  if (yaml.kind === 'problems') throw complaint(where.name, yaml.problems);
  if (yaml.value === null || yaml.value === undefined) {
    throw complaint(where.name, ['the file is empty; start from config/lockstep.example.yaml']);
  }
  const parsed = configSchema.safeParse(yaml.value);
  if (!parsed.success) throw complaint(where.name, problemLines(parsed.error, configSchema, yaml.value));
  return toConfig(parsed.data, where.cwd);
};

const readConfig = (path: string, read: LoadOptions['read']): string => {
  try {
    return read(path);
  } catch (error) {
    throw new ConfigError(unreadable(path, error), { cause: error });
  }
};

const unreadable = (path: string, error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') {
    return [
      `There is no configuration at ${path}.`,
      'Copy config/lockstep.example.yaml there, or name another file with --config or LOCKSTEP_CONFIG.',
      'To try Lockstep without a radio: lockstep demo',
    ].join('\n');
  }
  if (code === 'EACCES') return `The configuration ${path} may not be read by this user.`;
  if (code === 'EISDIR') return `The configuration ${path} is a directory, not a file.`;
  return `The configuration ${path} can't be read (${code}).`;
};

/** Most problems shown at once; the rest is counted. */
const linesMax = 50;

const complaint = (name: string, problems: readonly string[]): ConfigError => {
  const shown = problems.slice(0, linesMax).map((line) => `  ${line}`);
  if (problems.length > linesMax) shown.push(`  and ${problems.length - linesMax} more`);
  return new ConfigError([`The configuration ${name} can't be used:`, ...shown].join('\n'));
};
