import type { CliIo } from '../../src/faces/cli/index.ts';
import { runCli } from '../../src/faces/cli/index.ts';
import { systemZones } from '../../src/platform/zones.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { House } from './house.ts';
import { openHttp } from './http-house.ts';
import type { HttpHouse } from './http-house.ts';

export interface CliRun {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** The command line in front of a house: what it waits for passes on the house's own clock. */
export class CliHouse implements AsyncDisposable {
  /** Files that commands find, by path. */
  readonly files = new Map<string, string>();
  readonly house: House;
  readonly #http: HttpHouse;

  private constructor(house: House, http: HttpHouse) {
    this.house = house;
    this.#http = http;
  }

  static async open(house: House): Promise<CliHouse> {
    return new CliHouse(house, await openHttp(house));
  }

  /**
   * Short waits let the house go on for so long; deadlines never pass.
   * @param hurry waits take so many times as long
   */
  clock(hurry = 1): Clock {
    const { clock } = this.house;
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, run) => {
        if (delayMs <= 1000) void clock.advance(delayMs * hurry).then(run);
        return () => undefined;
      },
    };
  }

  /** Runs one command line, split at spaces or given in parts. */
  async run(line: string | readonly string[], extra: Partial<CliIo> = {}): Promise<CliRun> {
    let [out, err] = ['', ''];
    const io: CliIo = {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      env: { LOCKSTEP_SOCKET: this.#http.socketPath },
      cwd: '/',
      isTty: false,
      columns: undefined,
      timeZone: 'Europe/Berlin',
      zones: systemZones,
      clock: this.clock(),
      signal: new AbortController().signal,
      version: '0.0.0',
      readStdin: () => Promise.resolve(''),
      readFile: (path) => {
        const text = this.files.get(path);
        if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        return text;
      },
      canAsk: false,
      readLine: () => Promise.resolve(undefined),
      socketFromConfig: () => undefined,
      localChecks: () => Promise.resolve([]),
      isForeign: () => false,
      daemon: () => Promise.resolve(0),
      demo: () => Promise.resolve(0),
      ...extra,
    };
    const exit = await runCli(typeof line === 'string' ? line.split(' ') : line, io);
    return { exit, out, err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
  }
}
