import { readFileSync } from 'node:fs';
import { UserIDStatus } from '@zwave-js/cc';
import { Driver } from 'zwave-js';
import { z } from 'zod';
import { orderSchema } from './bare-messages.ts';
import type { Order, Word } from './bare-messages.ts';
import { clockMs } from './progress.ts';

/** zwave-js and nothing else: `bare-child PORT CACHE_DIR KEYS_FILE`, then orders from the parent. */
const [port = '', cacheDir = '', keysFile = ''] = process.argv.slice(2);
const keys = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(keysFile, 'utf8')));
const key = (name: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(keys[name] ?? '', 'hex'));

const say = (word: Word): void => {
  process.send?.(word);
};

// As the bridge's driver has it, or the two would do different work: no log, an interview that wipes nothing.
const driver = new Driver(port, {
  logConfig: { enabled: false },
  interview: { queryAllUserCodes: true },
  storage: { cacheDir, throttle: 'normal' },
  securityKeys: {
    S0_Legacy: key('S0_Legacy'),
    S2_Unauthenticated: key('S2_Unauthenticated'),
    S2_Authenticated: key('S2_Authenticated'),
    S2_AccessControl: key('S2_AccessControl'),
  },
  securityKeysLongRange: {
    S2_Authenticated: key('LR_S2_Authenticated'),
    S2_AccessControl: key('LR_S2_AccessControl'),
  },
});

const obey = async (order: Order): Promise<void> => {
  if (order.kind === 'stop') {
    await driver.destroy();
    process.exit(0);
  }
  const node = driver.controller.nodes.getOrThrow(order.node);
  const codes = node.commandClasses['User Code'];
  const calledMs = clockMs();
  const result =
    order.kind === 'set'
      ? await codes.set(order.slot, UserIDStatus.Enabled, order.pin)
      : await codes.clear(order.slot);
  say({ kind: 'done', id: order.id, calledMs, status: result?.status });
};

const failed = (error: unknown): void => {
  say({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown' });
};

driver.on('error', failed);
driver.once('all nodes ready', () => {
  say({ kind: 'ready', atMs: clockMs() });
});
process.on('message', (message) => {
  obey(orderSchema.parse(message)).catch(failed);
});
process.once('disconnect', () => process.exit(1));
await driver.start();
