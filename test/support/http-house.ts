import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startHttpFace } from '../../src/faces/http/index.ts';
import type { HttpFaceOptions } from '../../src/faces/http/index.ts';
import type { House } from './house.ts';

/** The HTTP face of a house: on a port of its own, and on a socket. Dispose it before the house. */
export interface HttpHouse extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Of the key that it made. */
  readonly key: string;
  readonly socketPath: string;
}

/** For `GET /health`, as the daemon has it. */
export const healthOf = ({ controller, parts }: House): ReturnType<HttpFaceOptions['health']> => {
  const { distrust } = parts.clockTrust.report();
  return {
    drivers: controller.drivers(),
    mqtt: { connected: true },
    clock: { trusted: distrust === undefined, why: distrust },
  };
};

const createdSchema = z.object({ api_key: z.string(), api_key_id: z.string() });

/** Makes an API key as `lockstep keys create` does. */
export const makeKey = async (house: House, name = 'test'): Promise<{ secret: string; id: string }> => {
  const context = { caller: 'cli', isLocal: true, requestId: undefined, expiresAt: undefined };
  const answer = await house.app.call('lockstep/keys/create', { name }, context);
  if (!answer.ok) throw new Error(answer.error.message);
  const { api_key, api_key_id } = createdSchema.parse(answer.body);
  return { secret: api_key, id: api_key_id };
};

/** @param key of an earlier face of this house, in place of a new one */
export const openHttp = async (house: House, key?: string): Promise<HttpHouse> => {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-http-house-'));
  const { app, log, clock, random } = house;
  const secret = key ?? (await makeKey(house)).secret;
  const face = await startHttpFace({
    app,
    socketPath: join(dir, 'l.sock'),
    listen: { host: '127.0.0.1', port: 0 },
    version: '0.0.0',
    callerOf: (one) => {
      const key = house.store.apiKeyOf(one);
      return key?.revokedAt === undefined ? key?.id : undefined;
    },
    health: () => healthOf(house),
    log,
    clock,
    random,
  });
  const port = face.port ?? 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    key: secret,
    socketPath: join(dir, 'l.sock'),
    [Symbol.asyncDispose]: async () => {
      await face.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
