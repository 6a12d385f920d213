import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const installLimitMs = 180_000;
const stopLimitMs = 5_000;
/** Of a program's output, for the message when it ends by itself. */
const keptMost = 4_000;

const endOfOutput = ({ stdout, stderr }: ChildProcess): (() => string) => {
  let output = '';
  for (const stream of [stdout, stderr])
    stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-keptMost)));
  return () => output;
};

/** Runs to the end; throws with what it printed where that isn't exit code 0. */
const runToEnd = async (command: string, args: readonly string[], cwd: string): Promise<void> => {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: installLimitMs });
  const output = endOfOutput(child);
  await once(child, 'close');
  const end = child.exitCode ?? child.signalCode;
  if (end !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(end)}:\n${output()}`);
};

/**
 * Installs packages from npm's registry, into this folder only; no script of a package is run.
 * @param overrides versions for what these packages ask for themselves, as in a `package.json`
 */
export const installInto = async (
  dir: string,
  packages: readonly string[],
  overrides: Readonly<Record<string, string>> = {},
): Promise<void> => {
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, overrides }));
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional'];
  await runToEnd('npm', ['install', ...flags, ...packages], dir);
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await gone;
  clearTimeout(late);
};

/** A process of somebody else's software. Disposing it ends it. */
export interface Program extends AsyncDisposable {
  /** The end of what it has printed. */
  output(): string;
}

/** A folder that has somebody else's software in it for as long as this object lives. */
export class Scratch implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'lockstep-outside-'));
  readonly #children = new Set<ChildProcess>();

  constructor() {
    process.once('exit', () => {
      this.#end();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => {
        process.exit(130);
      });
  }

  /** A new empty folder in it. */
  folder(name: string): string {
    return mkdtempSync(join(this.dir, `${name}-`));
  }

  /** Runs one of the installed programs with this Node. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    const child = spawn(process.execPath, args, {
      cwd: this.dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    return { output: endOfOutput(child), [Symbol.asyncDispose]: () => ended(child) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) await ended(child);
    this.#end();
  }

  #end(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}
