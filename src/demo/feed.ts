import type { App } from '../app/answer.ts';
import { z } from 'zod';

const eventsSchema = z.object({
  events: z.array(
    z.object({
      seq: z.number(),
      event_type: z.string(),
      occurred_at: z.string(),
      device_id: z.string().optional(),
      access_code_id: z.string().optional(),
      method: z.string().optional(),
      message: z.string().optional(),
    }),
  ),
});
const namedSchema = z.object({
  device: z.object({ display_name: z.string() }).optional(),
  access_code: z.object({ name: z.string().nullable(), is_backup: z.boolean() }).optional(),
});

const context = { caller: 'demo', requestId: undefined, expiresAt: undefined };

/** Events in plain words; types not named here are shown as they are. */
const words: Readonly<Record<string, string>> = {
  'access_code.created': 'asked for',
  'access_code.changed': 'changed by request',
  'access_code.scheduled_on_device': 'is on the lock, which keeps it shut until its time',
  'access_code.set_on_device': 'stands on the lock',
  'access_code.backup_access_code_pulled': 'has a spare code standing in for it',
  'access_code.removed_from_device': 'is off the lock',
  'access_code.deleted': 'ended',
  'access_code.modified_external_to_seam': 'was changed at the keypad',
  'access_code.deleted_external_to_seam': 'is gone from the lock, and not by us',
  'access_code.delay_in_setting_on_device': 'takes long to set',
  'access_code.failed_to_set_on_device': 'could not be set yet; tried again',
  'access_code.delay_in_removing_from_device': 'takes long to remove',
  'access_code.failed_to_remove_from_device': 'COULD NOT BE REMOVED yet; tried again',
  'access_code.unmanaged.created': "a code that isn't ours was found; it is left alone",
  'access_code.unmanaged.removed': "a code that isn't ours has gone",
  'access_code.unmanaged.converted_to_managed': 'is ours from now on',
  'access_code.unmanaged.failed_to_convert_to_managed': "a code that isn't ours could not be taken over",
  'action_attempt.lock_door.failed': 'COULD NOT BE LOCKED by radio',
  'action_attempt.unlock_door.failed': 'COULD NOT BE UNLOCKED by radio',
  'action_attempt.simulate_keypad_code_entry.failed': 'did not open to the code that was entered',
  'device.name_changed': 'has this name now',
  'device.converted_to_unmanaged': 'is left alone from now on',
  'device.unmanaged.converted_to_managed': 'is looked after again',
  'device.added': 'lock found',
  'device.connected': 'lock answers',
  'device.disconnected': 'lock does not answer',
  'device.low_battery': 'battery is low',
  'device.battery_status_changed': 'has another word for its battery',
  'device.tampered': 'HAS BEEN TAMPERED WITH',
  'lock.locked': 'locked',
  'lock.unlocked': 'unlocked',
  'lock.access_denied': 'keypad disabled after wrong codes',
  'device.removed': 'has left the network',
  'lockstep.lock_adopted': 'every slot has been looked at',
  'lockstep.lock_replaced': "has taken over another lock's codes",
  'lockstep.pairing_done': 'done: pairing or removing has ended well',
  'lockstep.pairing_failed': 'PAIRING OR REMOVING CAME TO NOTHING',
  'lockstep.lock_certified': 'was tried out (certify)',
  'lockstep.lock_reset': 'WAS RESET: nothing is written to it until `lockstep repair LOCK --restore`',
  'lockstep.lock_reset_over': 'is kept in step again',
  'lockstep.lock_displaced': 'ANOTHER LOCK ANSWERS IN ITS PLACE',
};

/** Prints each event from now on as one line. Returns its end. */
export const startFeed = (app: App, print: (line: string) => void, after: number): (() => void) => {
  let last = after;
  let running = Promise.resolve();
  const names = new Map<string, string>();
  const show = async (): Promise<void> => {
    const answer = await app.call('lockstep/events', { after: last, limit: 100 }, context);
    if (!answer.ok) return;
    for (const event of eventsSchema.parse(answer.body).events) {
      last = event.seq;
      // What was done has an event of its own.
      if (/^action_attempt\..*\.succeeded$/.test(event.event_type)) continue;
      const lock = await nameOf(app, 'devices/get', { device_id: event.device_id });
      const code = await codeOf(app, names, event.access_code_id);
      const time = new Date(event.occurred_at).toLocaleTimeString('en-GB', { hour12: false });
      const subject = [lock, code].filter((one) => one !== undefined && one !== '').join(': ');
      const how = event.method === undefined ? '' : ` (${event.method})`;
      const what = words[event.event_type] ?? event.message ?? event.event_type;
      print(`  ${time}  ${subject}${subject === '' ? '' : ' '}${what}${how}`);
    }
  };
  return app.onChange((change) => {
    if (change.kind === 'events') running = running.then(show, show);
  });
};

const nameOf = async (
  app: App,
  route: string,
  params: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> => (await named(app, route, params))?.device?.display_name;

/** One that is gone goes by the name that it had; a code of others, which has none, isn't named. */
const codeOf = async (
  app: App,
  names: Map<string, string>,
  id: string | undefined,
): Promise<string | undefined> => {
  if (id === undefined) return undefined;
  const code = (await named(app, 'access_codes/get', { access_code_id: id }))?.access_code;
  if (code !== undefined)
    names.set(id, code.name === null ? (code.is_backup ? 'a spare code' : 'a code') : `"${code.name}"`);
  return names.get(id);
};

const named = async (
  app: App,
  route: string,
  params: Readonly<Record<string, string | undefined>>,
): Promise<z.infer<typeof namedSchema> | undefined> => {
  if (Object.values(params).includes(undefined)) return undefined;
  const answer = await app.call(route, params, context);
  return answer.ok ? namedSchema.parse(answer.body) : undefined;
};
