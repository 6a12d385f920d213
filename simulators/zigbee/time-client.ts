import type { LockVoice } from './lock-voice.ts';
import { zigbeeEpochMs } from './schedule-book.ts';
import { ByteReader, ByteWriter } from './zcl-bytes.ts';
import { clusterId } from './zcl-cluster.ts';
import { globalCommand, zclStatus } from './zcl-frame.ts';
import { readValue } from './zcl-types.ts';

/** Attributes of the coordinator's Time cluster (ZCL §3.12.2.2). */
const time = 0x00;
const timeZone = 0x02;
const dstStart = 0x03;
const dstEnd = 0x04;
const dstShift = 0x05;
const localTime = 0x07;
/** A time that isn't known. */
const invalid = 0xffff_ffff;

const unansweredAgainMs = 30_000;
/** From joining to the first question: before it, a lock is busy with its network. */
const settledMs = 250;

/** Sets the lock's clock by what the coordinator answers to its questions. */
export class TimeClient {
  readonly #voice: LockVoice;
  #timer: NodeJS.Timeout | undefined;

  constructor(voice: LockVoice) {
    this.#voice = voice;
  }

  /** Asks once it has settled in, and again for as long as there is a network. */
  start(): void {
    const { clock } = this.#voice.lock;
    if (clock === undefined || clock.traits.asks === 'never') return;
    this.#askAgain(settledMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async ask(): Promise<void> {
    const attributes =
      this.#voice.lock.clock?.traits.asks === 'utc'
        ? [time, timeZone, dstStart, dstEnd, dstShift]
        : [localTime];
    const payload = new ByteWriter();
    for (const id of attributes) payload.u16(id);
    await this.#voice.request(clusterId.time, globalCommand.readAttributes, payload.done());
  }

  /** Takes a Read Attributes Response of the coordinator's Time cluster. */
  async take(payload: Uint8Array): Promise<void> {
    const { clock } = this.#voice.lock;
    if (clock === undefined) return;
    const values = this.#values(payload);
    const asksUtc = clock.traits.asks === 'utc';
    const set = values.get(asksUtc ? time : localTime);
    if (set === undefined || set === invalid) return;
    const zone = {
      offset_s: values.get(timeZone),
      dst_start_s: values.get(dstStart),
      dst_end_s: values.get(dstEnd),
      dst_shift_s: values.get(dstShift),
    };
    clock.setZone(Object.fromEntries(Object.entries(zone).filter(([, value]) => value !== undefined)));
    if (asksUtc) clock.setRunning(zigbeeEpochMs + set * 1000);
    else clock.setLocal(zigbeeEpochMs + set * 1000);
    this.#voice.lock.changed();
    this.#askAgain(clock.traits.asks_every_s * 1000);
    await this.#voice.tell('clock_set', { reason: 'coordinator' });
  }

  #values(payload: Uint8Array): Map<number, number> {
    const reader = new ByteReader(payload);
    const values = new Map<number, number>();
    while (reader.left > 0) {
      const id = reader.u16();
      if (reader.u8() !== zclStatus.success) continue;
      const value = readValue(reader, reader.u8());
      if (typeof value === 'number') values.set(id, value);
    }
    return values;
  }

  #askAgain(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.ask();
      this.#askAgain(unansweredAgainMs);
    }, ms).unref();
  }
}
