import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** `timedatectl` is given so long, milliseconds. */
const usualDeadlineMs = 3_000;
/** Where systemd-timesyncd leaves its mark (systemd-timesyncd.service(8)). */
const timesyncMark = '/run/systemd/timesync/synchronized';

export interface SynchronisedOptions {
  /** Config `clock.synchronised_file`: there while the clock is synchronised. */
  readonly file?: string | undefined;
  readonly path?: string | undefined;
  readonly timesyncMark?: string;
  /** So long is `timedatectl` waited for, milliseconds; left out: 3 s. */
  readonly deadlineMs?: number;
}

/**
 * Whether the system says that its clock is synchronised; undefined where nothing tells. Never throws. `timedatectl` is
 * asked first, since it asks the kernel (timedatectl(1), adjtimex(2)), which hears of it from chrony and ntpd too, and
 * knows when somebody has set the clock by hand; the mark of systemd-timesyncd stays then.
 */
export const systemSynchronised = async (options: SynchronisedOptions): Promise<boolean | undefined> => {
  if (options.file !== undefined) return existsSync(options.file);
  const said = await timedatectl(options.path, options.deadlineMs ?? usualDeadlineMs);
  if (said !== undefined) return said;
  const mark = options.timesyncMark ?? timesyncMark;
  if (existsSync(mark)) return true;
  return existsSync(dirname(mark)) ? false : undefined;
};

const timedatectl = (path: string | undefined, deadlineMs: number): Promise<boolean | undefined> =>
  new Promise((resolve) => {
    const args = ['show', '--property=NTPSynchronized', '--value'];
    const env = { PATH: path, LC_ALL: 'C' };
    execFile('timedatectl', args, { env, timeout: deadlineMs, killSignal: 'SIGKILL' }, (error, stdout) => {
      const said = stdout.trim();
      resolve(error !== null || (said !== 'yes' && said !== 'no') ? undefined : said === 'yes');
    });
  });
