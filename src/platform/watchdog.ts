import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Notifier } from './notify.ts';

export interface WatchdogOptions {
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly log: Log;
  /** What doesn't get on although it should; undefined while all is well. A throw counts as that too. */
  readonly stuck: () => string | undefined;
  /** One line on how things are. */
  readonly status: () => string;
}

/** Messages in the time that systemd waits: one may get lost. */
const share = 3;
/** How often the line in `systemctl status` is brought up to date where there is no watchdog. */
const statusEveryMs = 60_000;

/**
 * Tells systemd that the service is alive, as long as it gets on with its work: an event loop that merely turns is no
 * proof of that. Fed no more, systemd ends the process and starts it anew. Returns the end.
 */
export const startWatchdog = (options: WatchdogOptions): (() => void) => {
  const { notifier, clock, log } = options;
  const everyMs = notifier.watchdogMs === undefined ? statusEveryMs : notifier.watchdogMs / share;
  let over = false;
  let told: string | undefined;
  let cancel = (): void => undefined;
  const look = async (): Promise<void> => {
    const stuck = safely(options.stuck);
    if (stuck === undefined) await notifier.alive(safely(options.status) ?? 'running');
    else {
      if (told !== stuck) log.error({ stuck }, 'the bridge does not get on: the watchdog is not fed');
      await notifier.status(`stuck: ${stuck}`);
    }
    told = stuck;
    if (!isOver()) arm();
  };
  const arm = (): void => {
    cancel = clock.after(everyMs, () => {
      void look();
    });
  };
  // Asked through a function, because the compiler takes the variable for constant after the wait.
  const isOver = (): boolean => over;
  arm();
  return () => {
    over = true;
    cancel();
  };
};

const safely = (ask: () => string | undefined): string | undefined => {
  try {
    return ask();
  } catch (error) {
    return error instanceof Error ? error.message : 'an unknown error';
  }
};
