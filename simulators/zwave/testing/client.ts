// A hub in a process of its own, for a test to kill: writes slots in a circle and says so, until it dies.
import { UserIDStatus } from 'zwave-js';
import { startHub } from './hub.ts';

const [serialUrl, cacheDir] = process.argv.slice(2);
if (serialUrl === undefined || cacheDir === undefined)
  throw new Error('usage: client.ts SERIAL_URL CACHE_DIR');
const hub = await startHub(serialUrl, { cacheDir });
const userCode = hub.node(2).commandClasses['User Code'];
for (let round = 0; ; round += 1) {
  process.stdout.write(`round ${round}\n`);
  await userCode.set(5 + (round % 5), UserIDStatus.Enabled, String(700_000 + round));
}
