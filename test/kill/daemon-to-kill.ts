import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon.ts';
import { createLog } from '../../src/platform/log.ts';

/**
 * The daemon as `main` composes it, which kills itself with SIGKILL when it passes a moment for the n-th time:
 * `node daemon-to-kill.ts CONFIG`, then a line `MOMENT N` on stdin, answered by `armed`.
 */
const config = loadConfig({
  path: process.argv[2],
  env: {},
  cwd: process.cwd(),
  read: (path) => readFileSync(path, 'utf8'),
});
let at = '';
let passages = 0;

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [moment = '', n = ''] = line.split(' ');
    [at, passages] = [moment, Number(n)];
    process.stdout.write('armed\n');
  })
  // The test that started us has gone.
  .on('close', () => process.exit(3));

process.umask(0o077);
await startDaemon({
  config,
  version: 'to kill',
  env: process.env,
  log: createLog({ level: config.log.level, pretty: false }),
  moment: (moment) => {
    if (moment !== at) return;
    passages -= 1;
    // Synchronous: the line after this one is never reached.
    if (passages === 0) process.kill(process.pid, 'SIGKILL');
  },
});
