import { renderEvent } from '../../src/app/index.ts';
import type { AppParts } from '../../src/app/index.ts';
import { toJson } from '../../src/app/json.ts';
import { eventObjects } from '../../src/app/objects/event.ts';

/** Far more than any test makes; the newest of them. */
const most = 2_000;

/** Throws unless each event is as its type's schema (src/app/objects/event.ts) has it, with PINs and without. */
export const checkEvents = (parts: AppParts): void => {
  const { store } = parts;
  for (const event of store.events(Math.max(0, store.lastSeq() - most), most)) {
    const schema = eventObjects.get(event.eventType);
    if (schema === undefined) throw new Error(`src/app/objects/event.ts knows no event ${event.eventType}`);
    const rendered = renderEvent(parts, event);
    const shown = toJson(rendered, true);
    const masked = toJson(rendered, false);
    // Few have a PIN; most are the same with and without.
    for (const body of JSON.stringify(shown) === JSON.stringify(masked) ? [shown] : [shown, masked]) {
      const { error } = schema.safeParse(body);
      if (error !== undefined)
        throw new Error(
          `an event ${event.eventType} is not as src/app/objects/event.ts has it: ${JSON.stringify(error.issues)}`,
        );
    }
  }
};
