import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

/** systemd is the init here (sd_booted(3)). */
const bootedDir = '/run/systemd/system';
const deadlineMs = 3_000;
const properties = ['LoadState', 'ActiveState', 'Result', 'ExecMainStatus'];

/** Properties of the unit as systemd has them; undefined where there is no systemd to ask, or it doesn't answer. */
export const showUnit = (unit: string): Promise<Readonly<Record<string, string>> | undefined> => {
  if (!existsSync(bootedDir)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const ask = ['show', unit, `--property=${properties.join(',')}`];
    execFile('systemctl', ask, { timeout: deadlineMs }, (error, stdout) => {
      resolve(error === null ? parsed(stdout) : undefined);
    });
  });
};

const parsed = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split('='))
      .filter((parts) => parts.length > 1)
      .map(([key = '', ...value]) => [key, value.join('=')]),
  );
