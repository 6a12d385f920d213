import { describe, expect, test } from 'vitest';
import { NotifySocket } from '../../test/support/systemd.ts';
import { until } from '../../test/support/until.ts';
import type { Log } from '../ports/log.ts';
import { createNotifier } from './notify.ts';

const warnings: object[] = [];
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields) => warnings.push(fields),
  error: () => undefined,
  child: () => log,
};
const path = process.env['PATH'];

describe('a notifier', () => {
  test('says nothing where systemd did not start this process', async () => {
    const notifier = createNotifier({ WATCHDOG_USEC: '1000000' }, log);
    await notifier.ready('up');
    expect(notifier.watchdogMs).toBeUndefined();
  });

  test('sends what it is told as one message each, and no line break of a text begins another', async () => {
    await using socket = await NotifySocket.open();
    const notifier = createNotifier(
      { PATH: path, NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '9000000' },
      log,
    );
    await notifier.ready('3 locks\nWATCHDOG=trigger');
    await notifier.alive('well');
    await notifier.stopping();
    await until('the last message', () => socket.heard.includes('STATUS=stopping'));
    expect(socket.heard.filter((line) => !line.startsWith('BARRIER'))).toEqual([
      'READY=1',
      'STATUS=3 locks WATCHDOG=trigger',
      'WATCHDOG=1',
      'STATUS=well',
      'STOPPING=1',
      'STATUS=stopping',
    ]);
  });

  test('feeds no watchdog that is not meant for this process', async () => {
    await using socket = await NotifySocket.open();
    const env = { PATH: path, NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '9000000', WATCHDOG_PID: '1' };
    const notifier = createNotifier(env, log, 42);
    expect(notifier.watchdogMs).toBeUndefined();
    expect(createNotifier({ ...env, WATCHDOG_PID: '42' }, log, 42).watchdogMs).toBe(9_000);
    await notifier.alive('well');
    await until('the status', () => socket.heard.includes('STATUS=well'));
    expect(socket.heard).not.toContain('WATCHDOG=1');
  });

  test.each(['', 'soon', '0', '-5'])('takes a WATCHDOG_USEC of "%s" for none', (microseconds) => {
    const env = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: microseconds };
    expect(createNotifier(env, log).watchdogMs).toBeUndefined();
  });

  test('says once that nobody hears it, and goes on', async () => {
    const notifier = createNotifier({ PATH: path, NOTIFY_SOCKET: '/nowhere/notify' }, log);
    await notifier.ready('up');
    await notifier.status('still up');
    expect(warnings).toHaveLength(1);
  });
});
