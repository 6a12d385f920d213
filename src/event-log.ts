import type { Changes } from './ports/changes.ts';
import type { Log } from './ports/log.ts';
import type { Reconciler } from './ports/reconciler.ts';
import type { Store } from './ports/store.ts';

/** Events read from the store at a time. */
const batch = 100;
/** What an operator should see even at level `warn`. */
const worrying =
  /failed|delay|external|disconnected|low_battery|dropped|denied|displaced|lock_reset$|at_risk/;

/**
 * Writes what happens into the log as well: each event, and each change of a radio's state, by ids and names and
 * without PINs. Returns its end.
 */
export const startEventLog = (
  store: Store,
  reconciler: Reconciler,
  changes: Changes,
  log: Log,
): (() => void) => {
  let last = store.lastSeq();
  const radios = new Map<string, string>();
  const tellEvents = (): void => {
    for (const event of store.events(last, batch)) {
      last = event.seq;
      const device = event.deviceId && store.device(event.deviceId)?.name;
      const fields = {
        seq: event.seq,
        device,
        device_id: event.deviceId,
        access_code_id: event.accessCodeId,
      };
      if (worrying.test(event.eventType)) log.warn(fields, event.eventType);
      else log.info(fields, event.eventType);
    }
  };
  const tellRadios = (): void => {
    for (const { driver, state, detail, locks } of reconciler.drivers()) {
      const told = `${state} ${detail ?? ''}`;
      if (radios.get(driver) === told) continue;
      radios.set(driver, told);
      if (state === 'lost') log.warn({ driver, detail }, 'radio lost');
      else log.info({ driver, detail, locks }, `radio ${state}`);
    }
  };
  return changes.on((change) => {
    try {
      if (change.kind === 'events') tellEvents();
      if (change.kind === 'bridge') tellRadios();
    } catch (error) {
      log.error({ err: error }, 'events could not be read for the log');
    }
  });
};
