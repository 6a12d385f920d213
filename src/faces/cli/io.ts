import type { Clock } from '../../ports/clock.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { Zones } from '../../ports/zones.ts';

export interface Writer {
  write(text: string): unknown;
}

/** The world as the command line sees it; `src/cli.ts` gives the real one, tests their own. */
export interface CliIo {
  readonly stdout: Writer;
  readonly stderr: Writer;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Standard output is a terminal: colours, progress, its width. */
  readonly isTty: boolean;
  /** Width of the terminal, if known. */
  readonly columns: number | undefined;
  /** IANA zone for times shown; undefined: the system's. */
  readonly timeZone?: string;
  readonly zones: Zones;
  readonly clock: Clock;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** Everything from standard input, at most a few kilobytes. */
  readStdin(): Promise<string>;
  /** A file as UTF-8 text; throws as `readFileSync` does. */
  readFile(path: string): string;
  /** Standard input is a terminal: somebody can be asked. */
  readonly canAsk: boolean;
  /** The next line of standard input, without its end; undefined where there is no more. */
  readLine(): Promise<string | undefined>;
  /**
   * `http.socket` of the config at this path (undefined: where configs are looked for). Undefined when there is
   * none that can be read. Throws `ConfigError` only for a path that was given.
   */
  socketFromConfig(path: string | undefined): string | undefined;
  /** What the doctor can find out on this machine without a daemon. Never throws. */
  localChecks(configPath: string | undefined): Promise<readonly Diagnosis[]>;
  /** Whether this file is there and belongs to another user. */
  isForeign(path: string): boolean;
  /** Runs the daemon until it ends; returns its exit code. */
  daemon(options: LaunchOptions): Promise<number>;
  /** Runs the demo until it ends; returns its exit code. */
  demo(options: LaunchOptions): Promise<number>;
}

export interface LaunchOptions {
  /** From `--config`. */
  readonly configPath: string | undefined;
}

/** 1: the operation failed, 2: wrong usage, 3: no daemon. `body` is the route's own answer, for `--json`. */
export interface Failure {
  readonly exit: 1 | 2 | 3;
  readonly message: string;
  readonly body?: unknown;
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export const good = <T>(value: T): Result<T> => ({ ok: true, value });

export const bad = (
  exit: Failure['exit'],
  message: string,
  body?: unknown,
): { ok: false; failure: Failure } => ({
  ok: false,
  failure: body === undefined ? { exit, message } : { exit, message, body },
});
