import { execFile } from 'node:child_process';
import type { Log } from '../ports/log.ts';

/** What systemd hears of the service (sd_notify(3)). Nothing here throws or holds anything up. */
export interface Notifier {
  /** Everything is up. */
  ready(status: string): Promise<void>;
  /** One line for `systemctl status`. */
  status(text: string): Promise<void>;
  /** Still alive; put off the watchdog. */
  alive(status: string): Promise<void>;
  stopping(): Promise<void>;
  /** How often systemd wants to hear `alive`, milliseconds; undefined where it doesn't watch this process. */
  readonly watchdogMs: number | undefined;
}

/** Longest that one message may take; systemd answers within milliseconds. */
const deadlineMs = 5_000;

const nobody: Notifier = {
  ready: () => Promise.resolve(),
  status: () => Promise.resolve(),
  alive: () => Promise.resolve(),
  stopping: () => Promise.resolve(),
  watchdogMs: undefined,
};

/**
 * Speaks to systemd where it started this process as a `Type=notify` service, else to nobody. Node has no datagram
 * sockets of the Unix kind, so each message is a run of `systemd-notify` (some milliseconds): the unit needs
 * `NotifyAccess=all`, since it comes from a child.
 */
export const createNotifier = (
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
  pid = process.pid,
): Notifier => {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return nobody;
  let complained = false;
  const send = (...messages: string[]): Promise<void> =>
    new Promise((resolve) => {
      const childEnv = { PATH: env['PATH'], NOTIFY_SOCKET: socket };
      execFile('systemd-notify', messages, { env: childEnv, timeout: deadlineMs }, (error) => {
        if (error !== null && !complained) {
          complained = true;
          log.warn(
            { reason: error.message.split('\n', 1)[0] },
            'systemd could not be told how the service is',
          );
        }
        resolve();
      });
    });
  const watched = watchdogMs(env, pid);
  return {
    ready: (status) => send('READY=1', `STATUS=${oneLine(status)}`),
    status: (text) => send(`STATUS=${oneLine(text)}`),
    alive: (status) => send(...(watched === undefined ? [] : ['WATCHDOG=1']), `STATUS=${oneLine(status)}`),
    stopping: () => send('STOPPING=1', 'STATUS=stopping'),
    watchdogMs: watched,
  };
};

/** A line break would begin another message. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 200);

/** `WATCHDOG_USEC`, where `WATCHDOG_PID` says that it is meant for us (sd_watchdog_enabled(3)). */
const watchdogMs = (env: Readonly<Record<string, string | undefined>>, pid: number): number | undefined => {
  const microseconds = env['WATCHDOG_USEC'] ?? '';
  const meant = env['WATCHDOG_PID'];
  if (!/^[1-9]\d{0,15}$/.test(microseconds)) return undefined;
  if (meant !== undefined && meant !== '' && meant !== String(pid)) return undefined;
  return Number(microseconds) / 1000;
};
