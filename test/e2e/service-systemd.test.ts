import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bridge } from '../support/bridge.ts';
import { askDoctor, complaints } from '../support/doctor.ts';
import { NotifySocket } from '../support/systemd.ts';
import { until as untilSoon } from '../support/until.ts';
import { goodLock } from '../support/world.ts';
import { startZwaveNetwork } from '../support/zwave-network.ts';

const watchdogMs = 1_500;

/** A process takes its time to start on a busy machine. */
const until = (what: string, look: () => boolean): Promise<true> =>
  untilSoon<true>(what, () => look() || undefined, { limitMs: 40_000 });

const underSystemd = (socket: NotifySocket): Record<string, string> => ({
  NOTIFY_SOCKET: socket.path,
  WATCHDOG_USEC: String(watchdogMs * 1000),
});

test('systemd hears that the service is ready, that it gets on with its work, and that it stops', async () => {
  await using systemd = await NotifySocket.open();
  await using sim = await startZwaveNetwork({ locks: [goodLock(2, 4)] });
  await using bridge = await Bridge.create({ serial: sim.serial });
  bridge.start(underSystemd(systemd));
  await until('READY=1', () => systemd.heard.includes('READY=1'));
  // Faces and radios are there by then.
  expect((await bridge.cli(['status'])).code).toBe(0);
  const before = systemd.count('WATCHDOG=1');
  await until('the watchdog to be fed again and again', () => systemd.count('WATCHDOG=1') >= before + 3);
  await until('the state of affairs in words', () =>
    systemd.heard.some((line) => /^STATUS=zwave ready; locks: 1, 1 online; mqtt connected$/.test(line)),
  );
  expect(systemd.heard).not.toContain('STOPPING=1');
  expect(await bridge.end('SIGTERM')).toEqual({ code: 0, signal: null });
  await until('STOPPING=1', () => systemd.heard.includes('STOPPING=1'));
  expect(systemd.count('READY=1')).toBe(1);
}, 120_000);

describe('a watched service without a radio', () => {
  let systemd: NotifySocket;
  let bridge: Bridge;
  let child: ChildProcess;
  beforeAll(async () => {
    systemd = await NotifySocket.open();
    bridge = await Bridge.create({ serial: 'tcp://127.0.0.1:9', settings: { drivers: [] } });
    child = bridge.start(underSystemd(systemd));
    await until('the watchdog fed', () => systemd.count('WATCHDOG=1') >= 1);
  });
  afterAll(async () => {
    await bridge[Symbol.asyncDispose]();
    await systemd[Symbol.asyncDispose]();
  });

  test('the watchdog is fed although another process holds the database, since a new start would not free it', async () => {
    const other = new DatabaseSync(join(bridge.dataDir, 'lockstep.db'));
    other.exec('BEGIN IMMEDIATE');
    const fed = systemd.count('WATCHDOG=1');
    await until('the watchdog fed again and again', () => systemd.count('WATCHDOG=1') >= fed + 2);
    const { code, findings } = await askDoctor(bridge);
    expect(code).toBe(1);
    expect(complaints(findings).join('\n')).toMatch(
      /^problem database .*: nothing can be stored: .*another process holds the database/m,
    );
    other.exec('ROLLBACK');
    other.close();
    expect(complaints((await askDoctor(bridge)).findings).join()).not.toContain('nothing can be stored');
    expect(systemd.heard.filter((line) => line.startsWith('STATUS=stuck'))).toEqual([]);
  }, 120_000);

  test('the watchdog hears nothing from a process that stands still', async () => {
    child.kill('SIGSTOP');
    // A message may be on its way: two times systemd's patience without another is what ends the process.
    let quietSince = performance.now();
    let fed = systemd.count('WATCHDOG=1');
    await until('silence', () => {
      if (systemd.count('WATCHDOG=1') !== fed) {
        fed = systemd.count('WATCHDOG=1');
        quietSince = performance.now();
      }
      return performance.now() - quietSince > 2 * watchdogMs;
    });
    child.kill('SIGCONT');
    await until('the watchdog fed again', () => systemd.count('WATCHDOG=1') > fed);
  }, 120_000);
});

test('a service that systemd does not watch tells it only how it is', async () => {
  await using systemd = await NotifySocket.open();
  await using bridge = await Bridge.create({ serial: 'tcp://127.0.0.1:9', settings: { drivers: [] } });
  const child = bridge.start({ NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '600000', WATCHDOG_PID: '1' });
  await until('READY=1', () => systemd.heard.includes('READY=1'));
  child.kill('SIGTERM');
  await once(child, 'close');
  await until('STOPPING=1', () => systemd.heard.includes('STOPPING=1'));
  expect(systemd.heard).not.toContain('WATCHDOG=1');
}, 120_000);
