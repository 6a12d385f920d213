import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../support/mosquitto.ts';
import { simKeys } from '../support/zwave-sim.ts';

const manifestSchema = z.object({ bin: z.record(z.string(), z.string()) });

const installLimitMs = 180_000;
const stopLimitMs = 5_000;
/** Of its output, for the message when it ends by itself. */
const keptMost = 4_000;

/** Runs to the end; throws with what it printed where that isn't exit code 0. */
const run = async (command: string, args: readonly string[], cwd: string): Promise<void> => {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: installLimitMs });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-keptMost)));
  await once(child, 'close');
  const end = child.exitCode ?? child.signalCode;
  if (end !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(end)}:\n${output}`);
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await gone;
  clearTimeout(late);
};

export interface Server extends AsyncDisposable {
  readonly url: string;
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

  /** From npm's registry, into this folder only; no script of a package is run. */
  async install(packages: readonly string[]): Promise<void> {
    writeFileSync(join(this.dir, 'package.json'), '{"private": true}');
    await run(
      'npm',
      ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', ...packages],
      this.dir,
    );
  }

  /** Starts the server between a stick and WebSocket clients; where those find it. Disposing it ends it. */
  async startServer(serial: string): Promise<Server> {
    const home = join(this.dir, 'node_modules', '@zwave-js/server');
    const { bin } = manifestSchema.parse(JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')));
    const program = join(home, bin['zwave-server'] ?? '');
    const place = mkdtempSync(join(this.dir, 'server-'));
    const port = await freePort();
    const { LR_S2_Authenticated, LR_S2_AccessControl, ...securityKeys } = simKeys;
    const config = {
      securityKeys,
      securityKeysLongRange: { S2_Authenticated: LR_S2_Authenticated, S2_AccessControl: LR_S2_AccessControl },
      storage: { cacheDir: join(place, 'cache') },
      // Its default wipes every code of a lock that it meets for the first time (FIELD-BUGS 22).
      interview: { queryAllUserCodes: true },
      logConfig: { enabled: false },
    };
    const configFile = join(place, 'server.json');
    writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 });
    const flags = ['--config', configFile, '--host', '127.0.0.1', '--port', String(port), '--disable-dns-sd'];
    const child = spawn(process.execPath, [program, serial, ...flags], {
      cwd: this.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-keptMost)));
    return {
      url: `ws://127.0.0.1:${port}`,
      output: () => output,
      [Symbol.asyncDispose]: () => ended(child),
    };
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
