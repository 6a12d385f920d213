import { CommanderError } from 'commander';
import { Client } from './client.ts';
import type { Context, Outcome } from './context.ts';
import { findSocket } from './find-socket.ts';
import type { CliIo, Failure } from './io.ts';
import { buildProgram } from './program.ts';
import type { Globals } from './program.ts';
import { clean, painter } from './text.ts';

export type { CliIo, LaunchOptions, Writer } from './io.ts';

const usualWidth = 80;
const leastWidth = 40;

/**
 * The command `lockstep`: `argv` without the interpreter and the script. Returns the exit code: 0 done, 1 the
 * operation failed, 2 wrong usage, 3 no daemon; of `daemon` and `demo`, their own.
 */
export const runCli = async (argv: readonly string[], io: CliIo): Promise<number> => {
  let exit = 0;
  const program = buildProgram(io, {
    launch: async (which, globals) => {
      exit = await io[which]({ configPath: globals.config });
    },
    run: async (globals, command, instead) => {
      const failure = await withContext(io, globals, command, instead);
      if (failure !== undefined) exit = report(io, failure, globals.json === true);
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for; all else that commander ends with is wrong usage, and it has said so.
    return ['commander.helpDisplayed', 'commander.version'].includes(error.code) ? 0 : 2;
  }
  return exit;
};

const withContext = async (
  io: CliIo,
  globals: Globals,
  command: (context: Context) => Promise<Outcome>,
  instead?: (context: Omit<Context, 'client'>, failure: Failure) => Promise<Outcome>,
): Promise<Outcome> => {
  const socket = findSocket(io, globals);
  const showCodes = globals.showCodes === true;
  const { clock, signal, env, isTty } = io;
  const noColor = env['NO_COLOR'];
  const paint = painter(isTty && (noColor === undefined || noColor === '') && env['TERM'] !== 'dumb');
  const width = Math.max(leastWidth, (isTty ? io.columns : undefined) ?? usualWidth);
  const room = { io, json: globals.json === true, showCodes, paint, width };
  if (!socket.ok) return instead === undefined ? socket.failure : instead(room, socket.failure);
  const { path: socketPath, source } = socket.value;
  const client = new Client({ socketPath, source, showCodes, clock, signal });
  return command({ ...room, client });
};

/** The reason on standard error; with `--json`, the route's own answer on standard output too. */
const report = (io: CliIo, failure: Failure, json: boolean): number => {
  if (json && failure.body !== undefined) io.stdout.write(`${JSON.stringify(failure.body, null, 2)}\n`);
  // An exit code can say it all.
  if (failure.message === '') return failure.exit;
  const lines = failure.message.split('\n').map(clean);
  io.stderr.write(`lockstep: ${lines.join('\n')}\n`);
  return failure.exit;
};
