import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import type { Host, HostFacts, PathFact, PathRule } from '../ports/host.ts';

export interface HostOptions {
  /** What should be where; the first is the data directory. */
  readonly paths: readonly PathRule[];
  readonly config: {
    readonly path: string;
    /** Reads the file again and says why it can't be used. */
    readonly problem: () => string | undefined;
    readonly withoutEffect: readonly string[];
  };
  readonly timeZone: string;
  /** A file that was written when this program was built. */
  readonly builtFile: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly now: () => number;
  /** Where systemd-timesyncd says that the clock is synchronised (systemd-timesyncd.service(8)). */
  readonly timesyncDir?: string;
}

const timesyncDirDefault = '/run/systemd/timesync';

/** Looks at this machine. */
export const createHost = (options: HostOptions): Host => {
  const read = changedAt(options.config.path);
  const look = (): HostFacts => {
    const [dataDir] = options.paths;
    return {
      now: options.now(),
      config: {
        path: options.config.path,
        problem: options.config.problem(),
        isChanged: changedAt(options.config.path) !== read,
        withoutEffect: options.config.withoutEffect,
      },
      paths: options.paths.map(pathFact),
      uid: process.geteuid?.(),
      disk: dataDir === undefined ? undefined : diskOf(dataDir.path),
      clock: {
        synchronised: synchronised(options.timesyncDir ?? timesyncDirDefault),
        builtAt: changedAt(options.builtFile),
        timeZone: options.timeZone,
      },
      memory: {
        residentBytes: process.memoryUsage.rss(),
        availableBytes: availableBytes(),
        totalBytes: totalmem(),
      },
      versions: options.versions,
    };
  };
  return { look };
};

const changedAt = (path: string): number | undefined => {
  try {
    return Math.round(statSync(path).mtimeMs);
  } catch {
    return undefined;
  }
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const pathFact = (rule: PathRule): PathFact => {
  try {
    const found = statSync(rule.path);
    const kind = found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'directory'
        : found.isSocket()
          ? 'socket'
          : 'other';
    return { ...rule, found: kind, mode: found.mode & 0o777, uid: found.uid };
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
    return { ...rule, found: missing ? 'missing' : 'hidden', mode: undefined, uid: undefined };
  }
};

const diskOf = (path: string): HostFacts['disk'] => {
  try {
    const { bavail, bsize, blocks, ffree, files } = statfsSync(path);
    return {
      path,
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      freeInodes: ffree,
      totalInodes: files,
      writable: isWritable(path),
    };
  } catch {
    return undefined;
  }
};

/** False for a file system that is (or has become) read-only. Another user's directory is writable in this sense. */
const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    return codeOf(error) !== 'EROFS';
  }
};

const synchronised = (timesyncDir: string): boolean | undefined => {
  if (existsSync(`${timesyncDir}/synchronized`)) return true;
  // The folder without the file: the daemon runs and has heard no time server yet.
  return existsSync(timesyncDir) ? false : undefined;
};

/** Free memory as the kernel would give it out; what Node calls free leaves out the caches. */
const availableBytes = (): number => {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
  } catch {
    return freemem();
  }
};
