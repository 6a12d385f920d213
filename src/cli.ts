#!/usr/bin/env node
import './no-debug.ts';
import './no-maglev.ts';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { configPath, defaultConfigPath, loadConfig } from './config/load.ts';
import { runCli } from './faces/cli/index.ts';
import type { CliIo } from './faces/cli/index.ts';
import { configSourceOf, localChecks } from './local-checks.ts';
import { createLog } from './platform/log.ts';
import { packageVersion } from './platform/package.ts';
import { systemClock } from './platform/system-clock.ts';
import { systemZones } from './platform/zones.ts';
import { ConfigError } from './ports/errors.ts';
import { exitConfig, runDaemon } from './run-daemon.ts';

const version = packageVersion();
const read = (path: string): string => readFileSync(path, 'utf8');
const cwd = process.cwd();
const complain = (message: string): void => {
  process.stderr.write(`lockstep: ${message}\n`);
};

const ended = new AbortController();
const end = (): void => {
  ended.abort();
};
// Not `once`: zwave-js's file locks bring a library along that kills the process as soon as nobody listens.
process.on('SIGINT', end);
process.on('SIGTERM', end);
// A pipe that closes (`lockstep events | head`) is an end, not a failure.
process.stdout.on('error', end);

// What nobody caught may carry a PIN in its text: digits stay out of it.
process.on('uncaughtException', (error) => {
  complain(`internal error: ${(error.stack ?? error.message).replace(/\d{4,}/g, '[digits]')}`);
  process.exit(1);
});

/** As much of standard input as a PIN can need. */
const stdinMost = 4_096;

const readStdin = async (): Promise<string> => {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > stdinMost) break;
  }
  return text;
};

let input: AsyncIterator<unknown> | undefined;
let unread = '';

const readLine = async (): Promise<string | undefined> => {
  input ??= process.stdin[Symbol.asyncIterator]();
  while (!unread.includes('\n') && unread.length <= stdinMost) {
    const next = await input.next();
    if (next.done === true) break;
    unread += String(next.value);
  }
  if (unread === '') return undefined;
  const [line = '', ...rest] = unread.split('\n');
  unread = rest.join('\n');
  return line.slice(0, stdinMost);
};

const isMissing = (path: string): boolean => {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
};

const io: CliIo = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd,
  isTty: process.stdout.isTTY,
  columns: process.stdout.columns,
  clock: systemClock,
  zones: systemZones,
  signal: ended.signal,
  version,
  readStdin,
  readFile: (path) => read(resolve(cwd, path)),
  // Only looked at where it is needed: a daemon has no business with standard input.
  get canAsk() {
    return process.stdin.isTTY;
  },
  readLine,
  socketFromConfig: (path) => {
    // Only where no config was named and none is there, the demo may be meant. A config that can't be used is
    // an error: the command must not reach another daemon than the one its user has in mind.
    const named = path ?? process.env['LOCKSTEP_CONFIG'] ?? '';
    if (named === '' && isMissing(defaultConfigPath)) return undefined;
    return loadConfig({ path, env: process.env, cwd, read }).http.socket;
  },
  localChecks: (path) => localChecks({ path, env: process.env, cwd, read }, version),
  isForeign: (path) => {
    try {
      return statSync(path).uid !== process.getuid?.();
    } catch {
      return false;
    }
  },
  daemon: async ({ configPath: path }) => {
    try {
      const config = loadConfig({ path, env: process.env, cwd, read });
      const log = createLog({ level: config.log.level, pretty: process.stdout.isTTY });
      log.info({ version, config: configPath({ path, env: process.env }) }, 'lockstep starts');
      const code = await runDaemon({
        config,
        version,
        env: process.env,
        log,
        configSource: configSourceOf({ path, env: process.env, cwd, read }),
        signal: ended.signal,
        complain,
      });
      return code;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      complain(error.message);
      return exitConfig;
    }
  },
  demo: async ({ configPath: path }) => {
    const { runDemo } = await import('./demo/start.ts');
    const print = (line: string): void => {
      process.stdout.write(`${line}\n`);
    };
    return runDemo({ configPath: path, cwd, version, signal: ended.signal, print, complain });
  },
};

// Radio libraries leave timers behind: the exit code is final once it is known.
process.exit(await runCli(process.argv.slice(2), io));
