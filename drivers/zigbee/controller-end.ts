import type { Controller } from 'zigbee-herdsman';
import { delay } from '../../src/ports/clock.ts';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import { adapterOf, cutLine } from './line-hooks.ts';
import { whereOf } from './quiet-herdsman.ts';
import { keepCopies } from './storage.ts';
import type { ZigbeeFiles } from './storage.ts';

/** herdsman's own closing, which ends the joining and backs the coordinator up. */
const closeLimitMs = 1_500;
const cutLimitMs = 250;
/** A start that was cut short ends with its next command. */
const settleLimitMs = 8_000;

/** How the life of a Controller was, when it is over. */
export interface LifeOver {
  /** Settles when `start()` does. */
  readonly starting: Promise<void>;
  /** The bridge ends, and the coordinator may still be spoken to. Else its line is broken, or it hangs. */
  readonly isClosing: boolean;
  readonly wasReady: boolean;
}

/**
 * Lets go of the coordinator: within 2 s where the bridge ends, else when nothing of the Controller's start goes on
 * any more, because herdsman's list of devices is one for all Controllers.
 */
export const endController = async (
  of: { readonly controller: Controller; readonly host: DriverHost; readonly files: ZigbeeFiles },
  { starting, isClosing, wasReady }: LifeOver,
): Promise<void> => {
  const { controller, host, files } = of;
  const complain = (error: unknown): void => {
    host.log.debug({ where: whereOf(error) }, 'zigbee-herdsman did not close cleanly');
  };
  /** @returns whether it was done in time */
  const within = async (limitMs: number, work: Promise<unknown>): Promise<boolean> => {
    const limit = new AbortController();
    const done = work.then(
      () => true,
      (error: unknown) => {
        complain(error);
        return true;
      },
    );
    const late = delay(host.clock, limitMs, limit.signal).then(() => false);
    const inTime = await Promise.race([done, late]);
    limit.abort();
    return inTime;
  };
  if (isClosing && wasReady && (await within(closeLimitMs, controller.stop()))) {
    await keepCopies(files).catch(complain);
    return;
  }
  await within(cutLimitMs, cutLine(controller));
  if (!isClosing) await within(settleLimitMs, starting);
  // Timers, and the list of devices.
  if (adapterOf(controller) !== undefined) await within(cutLimitMs, controller.stop());
};
