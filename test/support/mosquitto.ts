import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const startDeadlineMs = 10_000;
const stopDeadlineMs = 5_000;

/** Debian installs it where the path of an ordinary user doesn't look. */
const lookForMosquitto = (): string | undefined => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders.filter((name) => name !== '')) {
    const path = join(folder, 'mosquitto');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
};

const findMosquitto = (): string => {
  const path = lookForMosquitto();
  if (path === undefined)
    throw new Error("These tests need a real MQTT broker: install Debian's package mosquitto.");
  return path;
};

/**
 * Whether the tests against the real broker belong to this run: always in CI, elsewhere where it is installed.
 * `vitest.config.ts` says aloud when they don't.
 */
export const mosquittoBelongs = (): boolean =>
  process.env['CI'] !== undefined || lookForMosquitto() !== undefined;

/** A TCP port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (up: boolean): void => {
      socket.destroy();
      resolve(up);
    };
    socket.once('connect', () => {
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
  });

/**
 * A mosquitto process of a test's own, on a loopback port, with nothing kept over a restart: stopping and
 * starting it again is a broker that was wiped.
 */
export class Mosquitto implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'lockstep-mosquitto-'));
  readonly #extra: readonly string[];
  #port = 0;
  #process: ChildProcess | undefined;

  private constructor(extra: readonly string[]) {
    this.#extra = extra;
  }

  /** Starts a broker on a free port; `extra` lines go to the end of its configuration. */
  static async start(extra: readonly string[] = []): Promise<Mosquitto> {
    findMosquitto();
    const broker = new Mosquitto(extra);
    for (let attempt = 1; ; attempt += 1) {
      broker.#port = await freePort();
      try {
        await broker.start();
        return broker;
      } catch (error) {
        // Somebody else may have taken the port meanwhile.
        if (attempt < 3) continue;
        await broker[Symbol.asyncDispose]();
        throw error;
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** Starts it (again) on its port; resolves when it takes connections. */
  async start(): Promise<void> {
    const path = join(this.#folder, 'mosquitto.conf');
    const lines = [
      `listener ${this.#port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence false',
      'log_dest stderr',
      ...this.#extra,
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    const child = spawn(findMosquitto(), ['-c', path], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-2_000);
    });
    this.#process = child;
    const giveUpAt = performance.now() + startDeadlineMs;
    while (!(await answers(this.#port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}: ${said}`);
      if (performance.now() > giveUpAt) throw new Error(`mosquitto does not answer: ${said}`);
      await wait(20);
    }
    // Another program on the same port would have answered too.
    if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}: ${said}`);
  }

  /** Kills it; its clients see their connections break. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(stopDeadlineMs) });
    child.kill('SIGKILL');
    await gone;
  }

  /** Stops its process in the middle of whatever it does; connections stay open and silent. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
