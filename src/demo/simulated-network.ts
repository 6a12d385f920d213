import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { StartError } from '../ports/errors.ts';

const lineSchema = z.looseObject({ serial: z.string(), control: z.string() });

/** A simulated radio network in a process of its own. */
export interface SimulatedProcess<Ready> {
  /** What its first line says. */
  readonly ready: Ready & z.infer<typeof lineSchema>;
  readonly stop: () => Promise<void>;
}

export interface SimulatorOptions<Ready> {
  /** For people: `Z-Wave`. */
  readonly title: string;
  /** Its folder in `simulators/`. */
  readonly folder: string;
  /** Beyond ports and `--exit-with-parent`. */
  readonly flags: readonly string[];
  readonly ready: z.ZodType<Ready>;
}

const startDeadlineMs = 20_000;

/** Starts a simulated network on free ports. Throws `StartError` when it doesn't come up in 20 s. */
export const startSimulator = async <Ready>(
  options: SimulatorOptions<Ready>,
): Promise<SimulatedProcess<Ready>> => {
  const program = fileURLToPath(
    new URL(`../../simulators/${options.folder}/main${extname(import.meta.url)}`, import.meta.url),
  );
  const ports = ['--port', '0', '--control-port', '0'];
  // Not in our process group: Ctrl-C is for the bridge, which says goodbye before its radio goes.
  const child = spawn(process.execPath, [program, ...ports, ...options.flags, '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const line = await firstLine(child, options.title);
  const ready = options.ready.and(lineSchema).safeParse(line);
  if (!ready.success) {
    child.kill('SIGKILL');
    throw new StartError(
      `The simulated ${options.title} network did not start: its first line was not what it should be`,
    );
  }
  return { ready: ready.data, stop: () => end(child) };
};

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => {
      resolve();
    });
    child.kill('SIGTERM');
  });

const firstLine = (child: ChildProcess, title: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    let complaint = '';
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new StartError(`The simulated ${title} network did not start: ${why}\n${complaint}`.trim()));
    };
    const late = setTimeout(() => {
      fail('no word from it in 20 s');
    }, startDeadlineMs);
    child.once('exit', (code) => {
      clearTimeout(late);
      fail(`its process ended with ${String(code)}`);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(late);
      child.removeAllListeners('exit');
      try {
        resolve(JSON.parse(line));
      } catch {
        fail('its first line was no JSON');
      }
    });
  });
