import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * One temporary folder and the processes of one run: whatever ends this process, none of them is left. All temporary
 * files of this process and its children are in that folder.
 */
export class Workplace {
  readonly dir = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
  readonly #children = new Set<ChildProcess>();
  #folders = 0;

  constructor() {
    process.env['TMPDIR'] = this.dir;
    process.once('exit', () => {
      for (const child of this.#children) child.kill('SIGKILL');
      rmSync(this.dir, { recursive: true, force: true });
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => {
        process.exit(130);
      });
  }

  /** A new empty folder. */
  folder(name: string): string {
    const path = join(this.dir, `${(this.#folders += 1)}-${name}`);
    mkdirSync(path, { mode: 0o700 });
    return path;
  }

  /** Where the compiled form of one of our sources is; `build` has made it. */
  compiled(source: string): string {
    return join(this.dir, 'build', 'dist', source.replace(/\.ts$/, '.js'));
  }

  /**
   * Compiles what is measured, as it is at this moment: a start that strips types from two hundred files first isn't
   * what a user has, and neither is its memory.
   */
  build(): void {
    const dir = join(this.dir, 'build');
    mkdirSync(dir);
    for (const name of ['node_modules', 'package.json']) symlinkSync(join(root, name), join(dir, name));
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { rootDir: root, outDir: join(dir, 'dist'), noCheck: true },
      include: ['src', 'drivers', 'bench'].map((folder) => join(root, folder)),
      exclude: [join(root, '**/*.test.ts')],
    };
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(settings));
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', dir], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`compiling failed:\n${stdout}`);
  }

  /** Starts a Node process that ends with this one at the latest; `settings` are beside what this process has. */
  spawn(
    args: readonly string[],
    stdio: StdioOptions,
    settings: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
  ): ChildProcess {
    const env = { ...process.env, ...settings.env };
    const cwd = settings.cwd ?? process.cwd();
    const child = spawn(process.execPath, [...args], { stdio, env, cwd });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }
}

/** Resolves once the process is gone, killed if it doesn't go by itself. */
export const ended = async (child: ChildProcess, limitMs: number): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await gone;
  clearTimeout(late);
};

/** Resident memory of a process in MB (10⁶ bytes), from the kernel. */
export const residentMb = (child: ChildProcess): number => {
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024) / 1e6;
};
