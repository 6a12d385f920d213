import { readFileSync } from 'node:fs';
import { type ParseArgsConfig } from 'node:util';
import type { z } from 'zod';

/** What was asked for can't be done; the message names the flag, what was found and what is allowed. */
export class UsageError extends Error {}

/** The flags of every simulator. */
export const commonFlags = {
  port: { type: 'string' },
  'control-port': { type: 'string' },
  locks: { type: 'string' },
  seed: { type: 'string' },
  'delay-ms': { type: 'string' },
  state: { type: 'string' },
  'exit-with-parent': { type: 'boolean', default: false },
} satisfies ParseArgsConfig['options'];

type CommonValues = Readonly<
  Partial<Record<'port' | 'control-port' | 'locks' | 'seed' | 'delay-ms' | 'state', string>>
>;

/** What `--locks` takes: a preset's name, or else a file. */
export interface LockSource<L> {
  readonly preset: (name: string) => L[] | undefined;
  /** For messages. */
  readonly presetNames: string;
  readonly lockFileSchema: z.ZodType<L[]>;
}

export interface CommonOptions<L> {
  readonly port?: number;
  readonly controlPort?: number;
  readonly locks?: L[];
  readonly seed?: number;
  readonly delayMs?: number;
  readonly stateFile?: string;
}

const integer = (flag: string, text: string, max: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new UsageError(`${flag}: found "${text}"; allowed is a whole number from 0 to ${max}`);
};

/**
 * Reads the JSON file of a flag.
 * @param alternatives what else the flag takes, for the message
 * @throws UsageError that names the file and the field, never its content.
 */
export const readJsonFile = <T>(
  flag: string,
  file: string,
  schema: z.ZodType<T>,
  alternatives: string = '',
): T => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`${flag}: found "${file}"; allowed is a readable JSON file${alternatives}`);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${file} (${flag}): ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
};

/** What the common flags say; what isn't said is absent. @throws UsageError */
export const commonOptions = <L>(values: CommonValues, source: LockSource<L>): CommonOptions<L> => {
  const { port, 'control-port': controlPort, locks, seed, 'delay-ms': delayMs, state } = values;
  return {
    ...(port === undefined ? {} : { port: integer('--port', port, 65_535) }),
    ...(controlPort === undefined ? {} : { controlPort: integer('--control-port', controlPort, 65_535) }),
    ...(locks === undefined ? {} : { locks: locksFrom(locks, source) }),
    ...(seed === undefined ? {} : { seed: integer('--seed', seed, 2 ** 31) }),
    ...(delayMs === undefined ? {} : { delayMs: integer('--delay-ms', delayMs, 600_000) }),
    ...(state === undefined ? {} : { stateFile: state }),
  };
};

const locksFrom = <L>(name: string, { preset, presetNames, lockFileSchema }: LockSource<L>): L[] =>
  preset(name) ?? readJsonFile('--locks', name, lockFileSchema, `, or ${presetNames}`);

/** A network that runs. */
export interface Started {
  readonly network: { readonly stopRequested: Promise<unknown>; stop(): Promise<void> };
  /** The one line for whoever started it. */
  readonly ready: object;
  readonly exitWithParent: boolean;
}

const untilAsked = async ({ network, ready, exitWithParent }: Started): Promise<void> => {
  const asked = Promise.withResolvers<undefined>();
  const end = (): void => {
    asked.resolve(undefined);
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (exitWithParent) {
    process.stdin.once('close', end).once('end', end).once('error', end);
    process.stdin.resume();
  }
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await Promise.race([asked.promise, network.stopRequested]);
  // Timers may be left behind; a second is more than closing two servers takes.
  setTimeout(() => process.exit(0), 800).unref();
  await network.stop();
};

/**
 * Runs a network until somebody asks for its end, then ends this process: with code 0, 2 where the flags are wrong, and
 * 1 where it can't start.
 */
export const runSimulator = async (
  name: string,
  usage: string,
  start: () => Promise<Started>,
): Promise<void> => {
  try {
    await untilAsked(await start());
    process.exit(0);
  } catch (error) {
    const invalidFlag = error instanceof TypeError && 'code' in error;
    const message = error instanceof Error ? error.message : 'failed';
    process.stderr.write(`simulators/${name}: ${message}\n${invalidFlag ? `${usage}\n` : ''}`);
    process.exit(error instanceof UsageError || invalidFlag ? 2 : 1);
  }
};
