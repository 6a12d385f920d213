import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Driver, type ZWaveNode } from 'zwave-js';
import { type NetworkKeys, testKeys } from '../keys.ts';
import './shared-device-files.ts';

export interface HubOptions {
  /** Where zwave-js keeps its cache; absent = a new folder that `stop` removes. */
  readonly cacheDir?: string;
  /** What zwave-js does by itself unless told: clear every code at the first interview. */
  readonly wipeAtInterview?: boolean;
  readonly keys?: NetworkKeys;
}

/** A hub for the tests: the real zwave-js driver on the simulated stick. */
export interface Hub {
  readonly driver: Driver;
  node(id: number): ZWaveNode;
  stop(): Promise<void>;
}

const readyDeadlineMs = 50_000;

/** Starts the driver and resolves when every lock has been interviewed or restored from the cache. */
export const startHub = async (serialUrl: string, options: HubOptions = {}): Promise<Hub> => {
  const cacheDir = options.cacheDir ?? (await mkdtemp(path.join(tmpdir(), 'zwave-hub-')));
  // A killed hub leaves its lock on the cache for ten seconds: each hub gets a place of its own for locks.
  const lockDir = await mkdtemp(path.join(cacheDir, 'locks-'));
  const { S0_Legacy, S2_Unauthenticated, S2_Authenticated, S2_AccessControl } = options.keys ?? testKeys;
  const driver = new Driver(serialUrl, {
    logConfig: { enabled: false },
    storage: { cacheDir, lockDir, throttle: 'normal' },
    securityKeys: { S0_Legacy, S2_Unauthenticated, S2_Authenticated, S2_AccessControl },
    interview: { queryAllUserCodes: options.wipeAtInterview !== true },
    testingHooks: { skipFirmwareIdentification: true },
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    reject(new Error('the hub was not ready in time'));
  }, readyDeadlineMs);
  driver.on('error', reject);
  driver.on('all nodes ready', () => {
    resolve(undefined);
  });
  try {
    await driver.start();
    await ready;
  } finally {
    clearTimeout(timer);
  }
  return {
    driver,
    node: (id) => driver.controller.nodes.getOrThrow(id),
    async stop() {
      await driver.destroy();
      if (options.cacheDir === undefined) await rm(cacheDir, { recursive: true, force: true });
    },
  };
};

/** A notification event as the hub hears it. */
export interface Heard {
  readonly event: number;
  readonly userId: number | undefined;
}

const userIdOf = (parameters: unknown): number | undefined => {
  if (typeof parameters !== 'object' || parameters === null || !('userId' in parameters)) return undefined;
  return typeof parameters.userId === 'number' ? parameters.userId : undefined;
};

/** Collects the Access Control notifications of one lock, in order. */
export const listen = (node: ZWaveNode): Heard[] => {
  const heard: Heard[] = [];
  node.on('notification', (_endpoint, _cc, args: unknown) => {
    if (typeof args !== 'object' || args === null || !('event' in args) || typeof args.event !== 'number')
      return;
    heard.push({ event: args.event, userId: userIdOf('parameters' in args ? args.parameters : undefined) });
  });
  return heard;
};
