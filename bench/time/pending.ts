import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Fleet } from '../../test/support/fleet.ts';
import type { Booking } from '../../test/support/fleet.ts';
import { say } from '../progress.ts';
import { ratio, short } from '../stats.ts';
import type { Section } from '../table.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

export interface PendingScale {
  /** Codes that wait for their time, and how few they are compared with. */
  readonly codes: number;
  readonly few: number;
  readonly locks: number;
  /** Wake-ups that are measured. */
  readonly wakeUps: number;
}

setFlagsFromString('--expose-gc');

const heapBytes = (): number => {
  // A context that is made from now on has it.
  runInNewContext('gc(); gc()');
  return process.memoryUsage().heapUsed;
};

/** The first of them come into sight one after the other, ten minutes apart; all others in the year after. */
const bookings = ({ locks, wakeUps, few }: PendingScale, codes: number, now: number): Booking[] =>
  Array.from({ length: codes }, (_, n) => {
    const startsAt = n < Math.min(wakeUps, few) ? soon(now, n) : now + 30 * dayMs + (n * 300 * dayMs) / codes;
    return { lock: n % locks, frame: { startsAt, endsAt: startsAt + 2 * hourMs } };
  });

const soon = (now: number, n: number): number => now + dayMs + n * 10 * 60_000;

interface Pending {
  /** CPU of each wake-up, ms. */
  readonly wakeUpMs: readonly number[];
  readonly heapBytes: number;
  readonly bookMs: number;
  readonly startMs: number;
}

/** A wake-up: a code comes into sight of what is told ahead of arrivals, and its lock is looked at. */
const pending = async (scale: PendingScale, codes: number): Promise<Pending> => {
  await using fleet = new Fleet({
    locks: scale.locks,
    latencyMs: 20,
    capabilities: { slots: { first: 1, last: 50 }, codeLengths: [6] },
  });
  await fleet.meet();
  const now = fleet.clock.now();
  const from = process.cpuUsage();
  fleet.book(bookings(scale, codes, now));
  await fleet.clock.advance(0);
  const booked = process.cpuUsage();
  await fleet.restart();
  await fleet.clock.advance(60_000);
  const started = process.cpuUsage();
  const bytes = heapBytes();
  const wakeUpMs: number[] = [];
  const noticeMs = fleet.arrivalNoticeMs;
  await fleet.clock.advance(soon(now, 0) - noticeMs - fleet.clock.now() - 5 * 60_000);
  for (let n = 0; n < Math.min(scale.wakeUps, scale.few); n += 1) {
    const before = process.cpuUsage();
    await fleet.clock.advance(10 * 60_000);
    const { user, system } = process.cpuUsage(before);
    wakeUpMs.push((user + system) / 1_000);
  }
  return {
    wakeUpMs,
    heapBytes: bytes,
    bookMs: (booked.user - from.user) / 1_000,
    startMs: (started.user - booked.user) / 1_000,
  };
};

export const measurePending = async (scale: PendingScale): Promise<Section> => {
  say(`${scale.few} codes pending`);
  const few = await pending(scale, scale.few);
  say(`${scale.codes} codes pending`);
  const many = await pending(scale, scale.codes);
  const bytesEach = (many.heapBytes - few.heapBytes) / (scale.codes - scale.few);
  return {
    title: `${scale.codes} codes that wait for their time on ${scale.locks} locks`,
    bareName: `with ${scale.few}`,
    rows: [
      {
        what: 'CPU of a wake-up (10 min), ms',
        lockstep: many.wakeUpMs,
        bare: few.wakeUpMs,
        verdict: ratio(many.wakeUpMs, few.wakeUpMs),
      },
      {
        what: 'heap after a restart, MB',
        lockstep: short(many.heapBytes / 1e6),
        bare: short(few.heapBytes / 1e6),
        verdict: `${short(bytesEach)} bytes each`,
        detail: { bytesEach },
      },
      {
        what: 'CPU of a start, ms',
        lockstep: short(many.startMs),
        bare: short(few.startMs),
        verdict: `${short((1_000 * (many.startMs - few.startMs)) / (scale.codes - scale.few))} µs each`,
      },
    ],
  };
};
