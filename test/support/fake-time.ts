import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const libraries = ['/usr/lib', '/usr/local/lib'];

/** Debian puts it into a folder for each architecture. */
const lookForLibrary = (): string | undefined =>
  libraries
    .flatMap((folder) => [
      folder,
      ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
    ])
    .map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
    .find((path) => existsSync(path));

/**
 * Whether the tests with a daemon whose system clock lies belong to this run: always in CI, elsewhere where libfaketime
 * is installed. `vitest.config.ts` says aloud when they don't.
 */
export const fakeTimeBelongs = (): boolean =>
  process.env['CI'] !== undefined || lookForLibrary() !== undefined;

/**
 * A wall clock of a process's own, by libfaketime: it runs on from whatever it was set to, and may be set again while the
 * process runs. Its monotonic clock, and the time since the machine was started, stay the machine's.
 */
export class FakeTime {
  readonly #file: string;
  #aheadMs = 0;

  /** @param folder where the file with the present offset is kept */
  constructor(folder: string) {
    this.#file = join(folder, 'wall-clock');
    this.ahead(0);
  }

  /** What a process is to be started with. */
  get env(): Readonly<Record<string, string>> {
    const library = lookForLibrary();
    if (library === undefined)
      throw new Error("These tests set a process's clock: install Debian's package faketime.");
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  /** Sets the clock so far ahead of the true time, or behind it, in whole seconds. */
  ahead(ms: number): void {
    this.#aheadMs = Math.round(ms / 1_000) * 1_000;
    const seconds = this.#aheadMs / 1_000;
    writeFileSync(`${this.#file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Sets the clock to this time. */
  set(wall: number): void {
    this.ahead(wall - Date.now());
  }

  /** What it shows. */
  get now(): number {
    return Date.now() + this.#aheadMs;
  }
}
