import type { ChildProcess } from 'node:child_process';
import { clockMs, Watch } from '../progress.ts';
import { ended, residentMb } from '../workplace.ts';
import type { Workplace } from '../workplace.ts';
import { wordSchema } from './messages.ts';
import type { Order, SlotOrder, Word } from './messages.ts';

type Done = Extract<Word, { kind: 'done' }>;
/** An order with its number left out. */
export type Change =
  | { readonly kind: 'set'; readonly lock: string; readonly slot: number; readonly pin: string }
  | { readonly kind: 'read' | 'clear'; readonly lock: string; readonly slot: number };

/** What runs without a bridge around it. */
const programs = {
  'zigbee-herdsman alone': 'bench/zigbee/bare-child.ts',
  'the driver alone': 'bench/zigbee/driver-child.ts',
} as const;
export type ProgramName = keyof typeof programs;

/** Where the coordinator is, and what its network is. */
export interface Stick {
  readonly serial: string;
  readonly networkFile: string;
}

const startLimitMs = 60_000;
const stopLimitMs = 8_000;

/** A process that has the radio, and nothing around it. */
export class Alone {
  readonly #child: ChildProcess;
  readonly #name: ProgramName;
  readonly #watch = new Watch();
  readonly #done = new Map<number, Done>();
  readonly #interviewed = new Set<string>();
  readonly #spawnedMs = clockMs();
  #readyAtMs: number | undefined;
  #orders = 0;

  private constructor(child: ChildProcess, name: ProgramName) {
    this.#child = child;
    this.#name = name;
    child.on('message', (message) => {
      this.#hear(wordSchema.parse(message));
    });
    child.once('exit', (code) => {
      this.#watch.break(new Error(`${name} ended with ${String(code)}`));
    });
  }

  /** Resolves once the coordinator is ready. `dir` is its own, with the locks that it knows. */
  static async start(place: Workplace, name: ProgramName, stick: Stick, dir: string): Promise<Alone> {
    const program = place.compiled(programs[name]);
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const args = [program, stick.serial, dir, stick.networkFile];
    const alone = new Alone(place.spawn(args, [...stdio]), name);
    await alone.#watch.until(`${name} ready`, () => alone.#readyAtMs, startLimitMs);
    return alone;
  }

  /** From the start of the process to a radio that takes commands, milliseconds. */
  get readyMs(): number {
    return (this.#readyAtMs ?? Number.NaN) - this.#spawnedMs;
  }

  get residentMb(): number {
    return residentMb(this.#child);
  }

  /** Lets devices join. */
  pair(seconds: number): void {
    this.#tell({ kind: 'pair', seconds });
  }

  /** Resolves once this device has joined and been interviewed. */
  async interviewed(lock: string): Promise<void> {
    await this.#watch.until(`the interview of ${lock}`, () => this.#interviewed.has(lock) || undefined);
  }

  /** Does something to a slot; when it was called, milliseconds, and what the caller was told. */
  async change(change: Change): Promise<{ readonly calledMs: number; readonly said: string }> {
    const id = (this.#orders += 1);
    const order: SlotOrder = { ...change, id };
    this.#tell(order);
    const done = await this.#watch.until(`${change.kind} by ${this.#name}`, () => this.#done.get(id));
    this.#done.delete(id);
    return done;
  }

  async stop(): Promise<void> {
    this.#tell({ kind: 'stop' });
    await ended(this.#child, stopLimitMs);
  }

  #tell(order: Order): void {
    this.#child.send(order);
  }

  #hear(word: Word): void {
    if (word.kind === 'failed') this.#watch.break(new Error(`${this.#name}: ${word.message}`));
    if (word.kind === 'ready') this.#readyAtMs = word.atMs;
    if (word.kind === 'done') this.#done.set(word.id, word);
    if (word.kind === 'interviewed') this.#interviewed.add(word.lock);
    this.#watch.changed();
  }
}
