import type { Server } from 'node:net';

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects with the system's error. @returns the port. */
export const listen = async (server: Server, port: number): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port');
  return address.port;
};

/** Stops listening; resolves when the last connection has gone. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });

/** Somebody else listens there; the message names the flag that chooses another port. */
export class PortInUseError extends Error {
  constructor(flag: string, port: number) {
    super(`port ${port} is in use: choose another with ${flag}, or 0 for a free one`);
  }
}

/** Opens what is to listen on the flag's port, 0 by default. @throws PortInUseError */
export const bind = async (
  flag: string,
  port: number | undefined,
  server: { open(port: number): Promise<void> },
): Promise<void> => {
  try {
    await server.open(port ?? 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new PortInUseError(flag, port ?? 0);
    throw error;
  }
};
