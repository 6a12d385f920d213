import { resolve } from 'node:path';
import { ConfigError } from '../../ports/errors.ts';
import { bad, good } from './io.ts';
import type { CliIo, Result } from './io.ts';

export interface FoundSocket {
  readonly path: string;
  /** Which of the places named it. */
  readonly source: string;
}

const demoSocket = './.lockstep-demo/lockstep.sock';

/**
 * Where the daemon is (DESIGN §6): `--socket`, `LOCKSTEP_SOCKET`, the config, the demo. The first that is named
 * counts, even if nobody answers there: a command must not reach another daemon than the one meant.
 */
export const findSocket = (
  io: CliIo,
  options: { readonly socket?: string | undefined; readonly config?: string | undefined },
): Result<FoundSocket> => {
  const found = (path: string, source: string): Result<FoundSocket> =>
    good({ path: resolve(io.cwd, path), source });
  if (options.socket !== undefined) return found(options.socket, 'from --socket');
  const fromEnv = io.env['LOCKSTEP_SOCKET'];
  if (fromEnv !== undefined && fromEnv !== '') return found(fromEnv, 'from LOCKSTEP_SOCKET');
  try {
    const fromConfig = io.socketFromConfig(options.config);
    if (fromConfig !== undefined) return found(fromConfig, 'http.socket of the config');
  } catch (error) {
    if (error instanceof ConfigError) return bad(2, error.message);
    throw error;
  }
  // Anybody may put a socket into a folder that others work in, and would be told PINs there.
  if (io.isForeign(resolve(io.cwd, demoSocket)))
    return bad(
      2,
      `${demoSocket} belongs to another user. Name the daemon's socket with --socket if it is meant.`,
    );
  return found(demoSocket, "the demo's place, since no config was found");
};
