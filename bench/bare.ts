import type { ChildProcess } from 'node:child_process';
import { SupervisionStatus } from '@zwave-js/core';
import { wordSchema } from './bare-messages.ts';
import type { Order, Word } from './bare-messages.ts';
import { clockMs, Watch } from './progress.ts';
import { ended, residentMb } from './workplace.ts';
import type { Workplace } from './workplace.ts';

type Done = Extract<Word, { kind: 'done' }>;
/** An order with its number left out. */
type Change =
  | { readonly kind: 'set'; readonly node: number; readonly slot: number; readonly pin: string }
  | { readonly kind: 'clear'; readonly node: number; readonly slot: number };

const success: number = SupervisionStatus.Success;
const startLimitMs = 120_000;
const stopLimitMs = 5_000;

/** A process that runs zwave-js and nothing else. */
export class Bare {
  readonly #child: ChildProcess;
  readonly #watch = new Watch();
  readonly #done = new Map<number, Done>();
  readonly #spawnedMs = clockMs();
  #readyAtMs: number | undefined;
  #orders = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      this.#hear(wordSchema.parse(message));
    });
    child.once('exit', (code) => {
      this.#watch.break(new Error(`zwave-js alone ended with ${String(code)}`));
    });
  }

  /** Resolves once all nodes are ready. `cacheDir` is its own, and empty for a first start. */
  static async start(place: Workplace, serial: string, cacheDir: string, keysFile: string): Promise<Bare> {
    const program = place.compiled('bench/bare-child.ts');
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const bare = new Bare(place.spawn([program, serial, cacheDir, keysFile], [...stdio]));
    await bare.#watch.until('all nodes ready', () => bare.#readyAtMs, startLimitMs);
    return bare;
  }

  /** From the start of the process to `all nodes ready`, milliseconds. */
  get readyMs(): number {
    return (this.#readyAtMs ?? Number.NaN) - this.#spawnedMs;
  }

  get residentMb(): number {
    return residentMb(this.#child);
  }

  /** Sends a code to a lock, or clears a slot; when `userCode.set` (or `clear`) was called, milliseconds. */
  async change(change: Change): Promise<number> {
    const id = (this.#orders += 1);
    this.#tell({ ...change, id });
    const done = await this.#watch.until(`${change.kind} by zwave-js alone`, () => this.#done.get(id));
    this.#done.delete(id);
    if (done.status !== success)
      throw new Error(`zwave-js alone: ${change.kind} gave ${String(done.status)}`);
    return done.calledMs;
  }

  async stop(): Promise<void> {
    this.#tell({ kind: 'stop' });
    await ended(this.#child, stopLimitMs);
  }

  #tell(order: Order): void {
    this.#child.send(order);
  }

  #hear(word: Word): void {
    if (word.kind === 'failed') this.#watch.break(new Error(`zwave-js alone: ${word.message}`));
    if (word.kind === 'ready') this.#readyAtMs = word.atMs;
    if (word.kind === 'done') this.#done.set(word.id, word);
    this.#watch.changed();
  }
}
