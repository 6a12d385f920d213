import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './mosquitto.ts';
import { until } from './until.ts';
import { simKeys } from './zwave-sim.ts';

const cli = join(import.meta.dirname, '../../src/cli.ts');
const runLimitMs = 50_000;
/** More room for what is young: a start, which loads two radio libraries, spends a sixth less in collecting it. */
const roomToStart = ['--min-semi-space-size=32', '--max-semi-space-size=64'];

/** How a process ended: one of the two is null. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface BridgeOptions {
  /** `tcp://host:port` of the simulated Z-Wave stick; without it there is no Z-Wave driver. */
  readonly serial?: string;
  /** The simulated Zigbee coordinator, and the network that it was formed with; without it no Zigbee driver. */
  readonly zigbee?: { readonly serial: string; readonly network: object };
  /** A broker that is already there; else the bridge embeds one, on a port that was free. */
  readonly mqttUrl?: string;
  readonly includeCodes?: boolean | 'responses';
  /** Further settings, in place of what the test's config has under the same top-level key. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Program and arguments in place of `src/cli.ts daemon --config FILE`; the file's path is appended. */
  readonly program?: readonly string[];
}

/**
 * A bridge in a process of its own, with a folder, a config and a data directory of its own; may be started
 * and ended many times. Disposing it kills what is left and removes the folder.
 */
export class Bridge implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'lockstep-e2e-'));
  readonly dataDir = join(this.dir, 'data');
  readonly socket = join(this.dir, 'lockstep.sock');
  readonly configFile = join(this.dir, 'lockstep.yaml');
  readonly keysFile = join(this.dir, 'zwave-keys.json');
  readonly networkFile = join(this.dir, 'zigbee-network.json');
  readonly mqttUrl: string;
  readonly base = 'lockstep/e2e';
  /** Everything that its processes, and those of `cli`, have written to stdout and stderr. */
  output = '';
  readonly #program: readonly string[];
  #child: ChildProcess | undefined;
  #ended: Promise<Ended> | undefined;

  private constructor(mqttUrl: string, program: readonly string[]) {
    this.mqttUrl = mqttUrl;
    this.#program = program;
  }

  /** Writes the config; starts nothing. */
  static async create(options: BridgeOptions): Promise<Bridge> {
    const port = options.mqttUrl === undefined ? await freePort() : 0;
    const url = options.mqttUrl ?? `mqtt://127.0.0.1:${port}`;
    const bridge = new Bridge(url, options.program ?? [cli, 'daemon', '--config']);
    writeFileSync(bridge.keysFile, JSON.stringify(simKeys), { mode: 0o600 });
    if (options.zigbee !== undefined)
      writeFileSync(bridge.networkFile, JSON.stringify(options.zigbee.network), { mode: 0o600 });
    const broker = options.mqttUrl === undefined ? { url: 'embedded', listen: `127.0.0.1:${port}` } : { url };
    bridge.configure({
      bridge_id: 'e2e',
      data_dir: bridge.dataDir,
      log: { level: 'debug' },
      // A machine for tests need not be synchronised with anything.
      clock: { trust: 'always' },
      mqtt: { ...broker, include_codes: options.includeCodes ?? false },
      http: { listen: '127.0.0.1:0', socket: bridge.socket },
      drivers: bridge.#drivers(options),
      ...options.settings,
    });
    return bridge;
  }

  #drivers({ serial, zigbee }: BridgeOptions): object[] {
    return [
      ...(serial === undefined ? [] : [{ driver: 'zwave', path: serial, keys_file: this.keysFile }]),
      ...(zigbee === undefined
        ? []
        : [
            {
              driver: 'zigbee',
              path: zigbee.serial,
              adapter: 'zstack',
              network_file: this.networkFile,
            },
          ]),
    ];
  }

  configure(config: unknown): void {
    // JSON is YAML.
    writeFileSync(this.configFile, JSON.stringify(config, undefined, 2));
  }

  /** Starts the daemon; returns as soon as there is a process. */
  start(env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = this.#spawn([...roomToStart, ...this.#program, this.configFile], env);
    this.#child = child;
    this.#ended = endOf(child);
    return child;
  }

  /** Of the process started last. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How the process started last ended, once it has. */
  get ended(): Promise<Ended> {
    if (this.#ended === undefined) throw new Error('the bridge was not started');
    return this.#ended;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.#child?.kill(signal);
    return this.ended;
  }

  /** Waits for the end of a daemon that should end by itself. Ends it for good after 50 s. */
  async endByItself(): Promise<Ended> {
    const late = AbortSignal.timeout(runLimitMs);
    const kill = (): void => {
      this.#child?.kill('SIGKILL');
    };
    late.addEventListener('abort', kill, { once: true });
    const ended = await this.ended;
    late.removeEventListener('abort', kill);
    return ended;
  }

  /**
   * Runs `lockstep` with these arguments against this bridge.
   * @param interrupt aborts when somebody presses Ctrl-C
   */
  async cli(
    args: readonly string[],
    stdin = '',
    interrupt?: AbortSignal,
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = this.#spawn([cli, ...args, '--socket', this.socket], {}, 'pipe');
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin?.end(stdin);
    interrupt?.addEventListener('abort', () => child.kill('SIGINT'));
    const { code } = await endOf(child);
    return { code, stdout, stderr };
  }

  /** Waits until its output has a line that matches. */
  async says(pattern: RegExp): Promise<void> {
    await until(`${String(pattern)} in the bridge's output`, () => pattern.test(this.output), {
      instead: () => this.output.slice(-2_000),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.end('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], env: Readonly<Record<string, string>>, stdin?: 'pipe'): ChildProcess {
    const child = spawn(process.execPath, args, {
      cwd: this.dir,
      // Nothing of the test runner's own environment: the bridge runs as it would for anybody.
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        ...env,
      },
      stdio: [stdin ?? 'pipe', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // A process that is killed while we write to it.
    child.stdin.on('error', () => undefined);
    return child;
  }
}

/** With all its output read. */
const endOf = async (child: ChildProcess): Promise<Ended> => {
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode };
};
