import { delay, type Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { retryDelayMs } from './back-off.ts';
import { openConnection, type Connection } from './connection.ts';
import { firstChoice, nextChoice, type ProtocolChoice } from './protocol-policy.ts';
import type { BrokerAddress } from './settings.ts';

export interface LinkOptions {
  readonly address: BrokerAddress;
  readonly clientId: string;
  readonly willTopic: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the link: no new attempt; `serve` is waited for. */
  readonly signal: AbortSignal;
  /** Uses one connection; returns when it is closed or of no more use. */
  readonly serve: (connection: Connection) => Promise<void>;
  /** Told why an attempt failed or a connection ended. */
  readonly onTrouble: (reason: string) => void;
}

/** A connection that lived this long counts as a success; shorter ones still make the waits longer. */
const stableMs = 10_000;

/** Keeps a connection to the broker until the signal aborts, with growing waits of at most 10 s between attempts. */
export const keepConnected = async (options: LinkOptions): Promise<void> => {
  const { address, clock, log, signal } = options;
  const broker = `${address.host}:${address.port}`;
  let choice: ProtocolChoice = firstChoice;
  let failures = 0;
  let said: string | undefined;
  while (!signal.aborted) {
    const attempt = await openConnection({ ...options, version: choice.version });
    const before = choice;
    choice = nextChoice(choice, attempt.kind === 'open' ? 'open' : attempt.why);
    if (attempt.kind === 'open') {
      const openedAt = clock.monotonic();
      said = undefined;
      log.info({ broker, version: before.version }, 'connected to the MQTT broker');
      await options.serve(attempt.connection);
      await attempt.connection.close();
      if (clock.monotonic() - openedAt >= stableMs) failures = 0;
      if (isAborted(signal)) return;
      const reason = attempt.connection.closeReason;
      options.onTrouble(reason);
      log.warn({ broker, reason }, 'MQTT connection lost');
    } else {
      if (isAborted(signal)) return;
      // A refusal of the version isn't trouble: the other one is tried at once.
      if (choice.pinned && !before.pinned) continue;
      options.onTrouble(attempt.message);
      // Once for each reason: a broker away for a night must not fill the log.
      if (said !== attempt.message)
        log.warn({ broker, reason: attempt.message }, 'MQTT broker not reachable');
      said = attempt.message;
    }
    failures += 1;
    await delay(clock, retryDelayMs(failures), signal);
  }
};

/** Aborted meanwhile? (Asked through a function, because the compiler takes the property for constant.) */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
