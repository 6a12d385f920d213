import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { TestBed } from './testing/test-bed.ts';

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** Commits a code and its event together for ever, and says each number once its transaction is durable. */
const writer = (dataDir: string): string => `
  import { writeSync } from 'node:fs';
  import { randomUUID } from 'node:crypto';
  import { openStore } from ${url('./index.ts')};
  import { aCode, aDevice, anEvent } from ${url('./testing/test-bed.ts')};
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const random = { uuid: randomUUID, integer: () => 0 };
  const store = openStore({
    dataDir: ${JSON.stringify(dataDir)}, key: new Uint8Array(32).fill(7), random, log, now: () => 1,
  });
  if (store.created) store.putDevice(aDevice());
  for (let n = store.lastSeq() + 1; ; n += 1) {
    store.transaction(() => {
      store.putAccessCode(aCode(n));
      store.appendEvent(anEvent(n));
    });
    writeSync(1, n + '\\n');
  }`;

/** Lets the writer go on until it has said `lines` numbers, kills it, and returns the last number it said. */
const runAndKill = async (dataDir: string, lines: number): Promise<number> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer(dataDir)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
  let last = 0;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    seen += 1;
    if (seen === lines) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return last;
};

describe('kill -9', () => {
  it('loses no committed transaction, keeps none by half, and leaves the directory free', async () => {
    using bed = new TestBed();
    for (const lines of [1, 7, 40]) {
      const acknowledged = await runAndKill(bed.dataDir, lines);
      expect(acknowledged).toBeGreaterThanOrEqual(lines);
      const store = bed.open();
      expect(bed.logged.splice(0)).toEqual(['the last run did not end cleanly: checking the whole database']);
      expect(store.lastSeq()).toBeGreaterThanOrEqual(acknowledged);
      expect(store.lastSeq()).toBeLessThanOrEqual(acknowledged + 1);
      expect(store.accessCodes().map(({ name }) => name)).toEqual(
        store.events(0, 10_000).map(({ seq }) => `Code ${seq}`),
      );
      store.close();
    }
  });
});
