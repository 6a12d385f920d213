import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctorView } from '../../src/app/doctor/view.ts';
import { fine, warning } from '../../src/ports/diagnosis.ts';
import type { Diagnosis } from '../../src/ports/diagnosis.ts';
import { ConfigError } from '../../src/ports/errors.ts';
import { widthOf } from '../../src/faces/cli/text.ts';
import { CliBench, now } from './cli-bench.ts';
import type { Run } from './cli-bench.ts';

let bench: CliBench;
beforeEach(() => {
  bench = new CliBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const narrow = ({ out }: Run): void => {
  for (const text of out.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
  expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
};
const finds = (...all: Diagnosis[]): void => {
  bench.app.answers.set('lockstep/doctor', () => ({ ok: true, body: doctorView(all, now) }));
};
const well = fine('disk', '/var/lib/lockstep', '20 GB of 30 GB free');
const flat = warning('lock', 'Cellar', 'battery at 15 %', 'Change its batteries.');

describe('lockstep doctor', () => {
  it('1: tells problems first, each with what to do, within 80 columns', async () => {
    await bench.start();
    const run = await bench.run('doctor');
    expect([run.exit, run.err]).toEqual([1, 'lockstep: 2 problems, 1 warning.\n']);
    await expect(run.out).toMatchFileSnapshot('cli-doctor.txt');
    narrow(run);
  });

  it('0: nothing is wrong', async () => {
    await bench.start();
    finds(well);
    const { exit, out, err } = await bench.run('doctor');
    expect([exit, err]).toEqual([0, '']);
    expect(out).toMatch(/All is well\.\n$/);
  });

  it('0: warnings alone, but 1 with --strict', async () => {
    await bench.start();
    finds(flat, well);
    const lax = await bench.run('doctor');
    expect([lax.exit, lax.err]).toEqual([0, '']);
    expect(lax.out).toContain('→ Change its batteries.');
    const strict = await bench.run('doctor --strict');
    expect([strict.exit, strict.err]).toEqual([1, 'lockstep: 1 warning.\n']);
  });

  it('3: no daemon: what can be found without one is told all the same', async () => {
    await bench.start();
    rmSync(bench.socketPath);
    const run = await bench.run('doctor');
    expect(run.exit).toBe(3);
    expect(run.err).toBe('lockstep: no daemon reached; looked at without it: 1 problem, 1 warning.\n');
    expect(run.out).toContain('PROBLEM  daemon: socket\n');
    expect(run.out).toContain("isn't the data directory's owner");
    narrow(run);
  });

  it('3: a config that cannot be used is a finding, not wrong usage', async () => {
    const socketFromConfig = (): never => {
      throw new ConfigError("The configuration /etc/x.yaml can't be used:\n  brige_id: unknown key");
    };
    const asked: (string | undefined)[] = [];
    const localChecks = (path: string | undefined): Promise<Diagnosis[]> => {
      asked.push(path);
      return Promise.resolve([well]);
    };
    const run = await bench.run('doctor --config /etc/x.yaml', { env: {}, socketFromConfig, localChecks });
    expect(run.exit).toBe(3);
    // Starting something would not help.
    expect(run.out).toContain(
      "  The configuration /etc/x.yaml can't be used.\n  → Put it right, or name the daemon",
    );
    expect(run.out).not.toContain('systemctl start');
    expect(asked).toEqual(['/etc/x.yaml']);
    expect((await bench.run('locks --config /etc/x.yaml', { env: {}, socketFromConfig })).exit).toBe(2);
  });

  it('--json prints the findings whatever the exit code', async () => {
    await bench.start();
    const sick = await bench.run('doctor --json');
    expect(sick.exit).toBe(1);
    expect(JSON.parse(sick.out)).toMatchObject({
      doctor: {
        level: 'problem',
        problems: 2,
        warnings: 1,
        findings: [{ area: 'broker', level: 'problem' }, {}, {}, {}, {}, {}],
      },
    });
    rmSync(bench.socketPath);
    const alone = await bench.run('doctor --json');
    expect(alone.exit).toBe(3);
    expect(JSON.parse(alone.out)).toMatchObject({
      doctor: {
        findings: [{ area: 'daemon', level: 'problem' }, { area: 'permissions' }, { area: 'config' }],
      },
    });
  });
});

describe('lockstep status', () => {
  it.each([
    [{ problems: 0, warnings: 0 }, 'no problems'],
    [{ problems: 0, warnings: 1 }, '1 warning: lockstep doctor tells'],
    [{ problems: 2, warnings: 1 }, '2 problems: run lockstep doctor'],
  ])('says %j as "%s"', async (findings, text) => {
    await bench.start();
    const { out } = await bench.run('status --json');
    const body = JSON.parse(out) as Record<string, never>;
    bench.app.answers.set('lockstep/status', () => ({ ok: true, body: { ...body, findings } }));
    expect((await bench.run('status')).out).toContain(text);
  });
});
