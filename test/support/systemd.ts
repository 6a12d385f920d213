import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });

/**
 * Whether the tests with systemd's own tools belong to this run: always in CI, elsewhere where they are installed.
 * `vitest.config.ts` says aloud when they don't.
 */
export const systemdBelongs = (): boolean =>
  process.env['CI'] !== undefined || (isInstalled('systemd-analyze') && isInstalled('systemd-notify'));

/** Node has no datagram sockets of the Unix kind; Perl is there wherever Debian is (perl-base is essential). */
const receiver = `
  use Socket;
  socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
  bind($socket, pack_sockaddr_un($ARGV[0])) or die "bind: $!";
  $| = 1;
  print "listening\\n";
  while (defined recv($socket, my $message, 65536, 0)) { print "$message\\n" }
`;

/** What systemd is for a service: a `NOTIFY_SOCKET` that remembers what it was told. */
export class NotifySocket implements AsyncDisposable {
  readonly #folder: string;
  readonly #child: ChildProcess;
  /** Line by line, in order of arrival. */
  readonly heard: string[] = [];

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
  }

  static async open(): Promise<NotifySocket> {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-notify-'));
    const path = join(folder, 'notify');
    const child = spawn('perl', ['-e', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const socket = new NotifySocket(folder, child);
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line', { signal: AbortSignal.timeout(10_000) });
    lines.on('line', (line) => socket.heard.push(line));
    return socket;
  }

  get path(): string {
    return join(this.#folder, 'notify');
  }

  count(line: string): number {
    return this.heard.filter((one) => one === line).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
