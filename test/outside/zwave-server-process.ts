import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../support/mosquitto.ts';
import { simKeys } from '../support/zwave-sim.ts';
import type { Program, Scratch } from './scratch.ts';

const manifestSchema = z.object({ bin: z.record(z.string(), z.string()) });

export interface Server extends Program {
  /** Where its clients find it. */
  readonly url: string;
}

/** Starts the server between a stick and WebSocket clients. */
export const startZwaveServer = async (scratch: Scratch, serial: string): Promise<Server> => {
  const home = join(scratch.dir, 'node_modules', '@zwave-js/server');
  const { bin } = manifestSchema.parse(JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')));
  const program = join(home, bin['zwave-server'] ?? '');
  const place = scratch.folder('server');
  const port = await freePort();
  const { LR_S2_Authenticated, LR_S2_AccessControl, ...securityKeys } = simKeys;
  const config = {
    securityKeys,
    securityKeysLongRange: { S2_Authenticated: LR_S2_Authenticated, S2_AccessControl: LR_S2_AccessControl },
    storage: { cacheDir: join(place, 'cache') },
    // Its default wipes every code of a lock that it meets for the first time (FIELD-BUGS 22).
    interview: { queryAllUserCodes: true },
    logConfig: { enabled: false },
  };
  const configFile = join(place, 'server.json');
  writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 });
  const flags = ['--config', configFile, '--host', '127.0.0.1', '--port', String(port), '--disable-dns-sd'];
  return { ...scratch.start([program, serial, ...flags]), url: `ws://127.0.0.1:${port}` };
};
