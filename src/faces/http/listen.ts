import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import { StartError } from '../../ports/errors.ts';

/** `sun_path` of Linux, without its final NUL. */
const socketPathMaxBytes = 107;
const probeDeadlineMs = 2000;

/**
 * Makes room for a Unix socket at `path`: its folder (0750) where there is none, and away with a socket file that
 * a killed daemon left behind. Throws `StartError` where someone listens, or where something else lies there.
 */
export const prepareSocketPath = async (path: string, clock: Clock): Promise<void> => {
  if (Buffer.byteLength(path) > socketPathMaxBytes) {
    throw new StartError(
      `The socket path ${path} is longer than ${socketPathMaxBytes} bytes; choose a shorter http.socket.`,
    );
  }
  try {
    // The daemon's umask would keep the group out of a folder that is there for its sake.
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    if (made !== undefined) await chmod(dirname(path), 0o750);
    const found = await lstat(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) return;
    if (!found.isSocket()) {
      throw new StartError(`${path} exists and isn't a socket; remove it or change http.socket.`);
    }
    if (await someoneListens(path, clock)) {
      throw new StartError(`Another daemon answers at ${path}; stop it, or change http.socket.`);
    }
    await unlink(path);
  } catch (error) {
    throw error instanceof StartError ? error : bindError(error, { socket: path });
  }
};

/** Whether a failed connection shows that the socket file was left behind. In doubt somebody is there. */
export const provesNobody = (code: string | undefined): boolean =>
  code === 'ECONNREFUSED' || code === 'ENOENT';

const someoneListens = (path: string, clock: Clock): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (listens: boolean): void => {
      cancel();
      socket.destroy();
      resolve(listens);
    };
    const cancel = clock.after(probeDeadlineMs, () => {
      settle(true);
    });
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', (error) => {
      settle(!provesNobody(codeOf(error)));
    });
  });

export type Place = { readonly socket: string } | { readonly host: string; readonly port: number };

/** What went wrong with listening, in words that name the place and the key to change. */
export const bindError = (error: unknown, place: Place): StartError => {
  const code = codeOf(error) ?? 'unknown error';
  if ('socket' in place) {
    const why = code === 'EACCES' || code === 'EPERM' ? 'this user may not write there' : code;
    return new StartError(`No socket can be made at ${place.socket} (${why}); change http.socket.`, {
      cause: error,
    });
  }
  const where = `${place.host}:${place.port}`;
  const known = new Map([
    ['EADDRINUSE', `Port ${place.port} on ${place.host} is in use by another program`],
    ['EACCES', `This user may not listen on port ${place.port}`],
    ['EADDRNOTAVAIL', `This machine has no address ${place.host}`],
    ['ENOTFOUND', `The name ${place.host} isn't known`],
  ]);
  const what = known.get(code) ?? `Nothing can listen on ${where} (${code})`;
  return new StartError(`${what}; change http.listen.`, { cause: error });
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
