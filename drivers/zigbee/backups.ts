import type { Controller } from 'zigbee-herdsman';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import { reasonOf } from './quiet-herdsman.ts';
import { keepCopies } from './storage.ts';
import type { ZigbeeFiles } from './storage.ts';

/** herdsman's own timer is a day. */
const everyMs = 6 * 3_600_000;
/**
 * A restored coordinator goes on 2,500 frames after its backup; locks are deaf to one that has sent more since. It
 * tells of each frame of ours two or three times: taken, delivered, answered.
 */
const heardMax = 2_000;
/** Several devices may come or go together. */
const soonMs = 2_000;

/** Backs one coordinator up, from its start to its end: a second or two on the line, nothing on the air. */
export class Backups {
  readonly #controller: Controller;
  readonly #files: ZigbeeFiles;
  readonly #host: DriverHost;
  readonly #failed: (error: unknown) => void;
  #cancel: (() => void) | undefined;
  #copying = Promise.resolve();
  #isOver = false;
  #heard = 0;

  /** herdsman makes the first one at the start, where there is none. */
  constructor(
    controller: Controller,
    files: ZigbeeFiles,
    host: DriverHost,
    failed: (error: unknown) => void,
  ) {
    this.#controller = controller;
    this.#files = files;
    this.#host = host;
    this.#failed = failed;
    this.#copy();
    this.#after(everyMs);
  }

  soon(): void {
    this.#after(soonMs);
  }

  /** The coordinator said something. */
  heard(): void {
    this.#heard += 1;
    if (this.#heard === heardMax) this.soon();
  }

  /** Resolves when nothing is written any more. */
  stop(): Promise<void> {
    this.#isOver = true;
    this.#cancel?.();
    return this.#copying;
  }

  #after(delayMs: number): void {
    this.#cancel?.();
    if (this.#isOver) return;
    this.#cancel = this.#host.clock.after(delayMs, () => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    try {
      await this.#controller.backup();
      this.#copy();
    } catch (error) {
      this.#failed(error);
      this.#complain(error);
    }
    this.#heard = 0;
    this.#after(everyMs);
  }

  #copy(): void {
    if (this.#isOver) return;
    this.#copying = this.#copying
      .then(() => keepCopies(this.#files))
      .catch((error: unknown) => {
        this.#complain(error);
      });
  }

  #complain(error: unknown): void {
    const { folder } = this.#files;
    this.#host.log.warn({ folder, reason: reasonOf(error) }, 'the Zigbee coordinator could not be backed up');
  }
}
