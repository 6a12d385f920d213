import type { ClockMemory } from '../../src/core/clock-trust.ts';
import { TrustedClock } from '../../src/platform/trusted-clock.ts';
import { memoryLog } from './mqtt-face.ts';
import { VirtualClock } from './virtual-clock.ts';

const minute = 60_000;

/** A machine and what outlives its processes. */
export class MachineBench {
  readonly wall = new VirtualClock();
  readonly noon = this.wall.now();
  synchronised: boolean | undefined = true;
  /** How often the system was asked. */
  asked = 0;
  answer: () => Promise<boolean | undefined> = () => Promise.resolve(this.synchronised);
  memory: ClockMemory | undefined;
  written = 0;
  readonly log = memoryLog();
  boot = 'a';
  /** So much too early do timers come. */
  earlyMs = 0;
  clock = this.process();
  readonly keeper = {
    clockMemory: (): ClockMemory | undefined => this.memory,
    putClockMemory: (known: ClockMemory): void => {
      this.memory = known;
      this.written += 1;
    },
  };

  process({ always = false, builtAt = Date.UTC(2026, 9, 1) } = {}): TrustedClock {
    return new TrustedClock(
      {
        // A real one counts fractions of a millisecond.
        clock: {
          now: () => this.wall.now(),
          monotonic: () => this.wall.monotonic() + 0.337,
          after: (delayMs, fn) => this.wall.after(delayMs - this.earlyMs, fn),
        },
        elapsed: () => this.wall.elapsed() + 0.71,
        boot: this.boot,
        synchronised: () => {
          this.asked += 1;
          return this.answer();
        },
      },
      { always, builtAt, log: this.log.log },
    );
  }

  /** A new process on what the last one knew. */
  async restart(options: Parameters<MachineBench['process']>[0] = {}): Promise<void> {
    this.clock.stop();
    this.clock = this.process(options);
    await this.clock.begin(this.keeper);
  }

  get trust(): string {
    const { distrust, by } = this.clock.report();
    return distrust ?? `trusted by ${String(by)}`;
  }
}

/** Trusted by the system, for two minutes already. */
export const trustedMachine = async (): Promise<MachineBench> => {
  const bench = new MachineBench();
  await bench.clock.begin(bench.keeper);
  await bench.wall.advance(2 * minute);
  return bench;
};
