import type { Slot, SlotMap, Work } from '../shapes.ts';
import { clean, wrap } from '../text.ts';
import { age, ahead } from '../time.ts';

const reasons = new Map([
  ['timeout', 'the lock took it and did not answer'],
  ['unreachable', 'the lock did not hear it'],
  ['asleep', 'the lock slept'],
  ['no_answer', 'the lock does not answer'],
  ['radio_down', 'the radio was away'],
  ['aborted', 'it was broken off'],
  ['not_kept', 'the lock had the code, and soon lost it'],
  ['not_applied', 'the lock said yes and stored nothing'],
  ['duplicate', 'the lock has this PIN in another slot'],
  ['format', "the lock doesn't take PINs of this length"],
  ['full', 'the lock has no free slot'],
  ['occupied', 'the slot was occupied'],
  ['unsupported', "the lock can't do it"],
  ['unspecified', 'the lock refused, without saying why'],
  ['frozen', 'the lock was reset and is frozen'],
  ['maybe_reset', 'the lock may have been reset: it is being looked at'],
]);

const whats = new Map([
  ['set', 'to be set'],
  ['clear', 'to be removed'],
  ['read', 'to be looked at'],
  ['name', 'its name to be written'],
  ['clear_schedule', 'an old schedule to be erased'],
]);

const workText = (work: Work, nowMs: number): string => {
  const what = work.in_flight ? `being done: ${work.what}` : (whats.get(work.what) ?? work.what);
  const since = work.since ? `, asked for ${age(work.since, nowMs)}` : '';
  const parts = [`${what}${since}`];
  if (work.attempts > 0) parts.push(`${work.attempts} ${work.attempts === 1 ? 'try' : 'tries'}`);
  if (work.next_at) parts.push(`next ${ahead(work.next_at, nowMs)}`);
  if (work.final) parts.push('not tried again');
  const why = work.reason ? `: ${reasons.get(work.reason) ?? work.reason}` : '';
  return `${parts.join(', ')}${why}`;
};

/** From when until when the lock lets this slot's code in, by its own clock; undefined where it has shown no window. */
export const windowOf = ({ schedule }: Slot): string | undefined => {
  const [from, until] = schedule?.split('/') ?? [];
  if (from === undefined || until === undefined) return undefined;
  return `${from.replace('T', ' ')} to ${until.replace('T', ' ')}`;
};

/** What the table has no room for: work and what is in its way, codes without a slot, the lock as a whole. */
export const slotNotes = ({ slots, unplaced, lock }: SlotMap, nowMs: number): string[] => {
  const notes: string[] = [];
  for (const slot of slots) {
    const window = windowOf(slot);
    if (window !== undefined) notes.push(`slot ${slot.slot}: bound by the lock's schedule, ${window}`);
  }
  // What is merely due at once needs no words beside the table.
  const hindered = ({ work }: SlotMap['slots'][number]): boolean =>
    work !== null && work !== undefined && (work.what !== 'read' || Boolean(work.next_at));
  for (const slot of slots.filter(hindered))
    if (slot.work) notes.push(`slot ${slot.slot}: ${workText(slot.work, nowMs)}`);
  for (const { name, access_code_id, work } of unplaced)
    notes.push(`no slot yet: ${clean(name ?? access_code_id.slice(0, 8))}, ${workText(work, nowMs)}`);
  if (!lock) return notes;
  if (lock.frozen_since)
    notes.push(
      `The lock was reset or exchanged (${age(lock.frozen_since, nowMs)}): frozen until lockstep repair LOCK --restore.`,
    );
  if (lock.retry_at) notes.push(`The lock does not answer; tried again ${ahead(lock.retry_at, nowMs)}.`);
  if (!lock.readable) notes.push('The lock can not be read: only what was written from here is known.');
  else if (!lock.adopted && slots.length > 0) notes.push('The lock is being looked at for the first time.');
  if (lock.checksum === 'distrusted')
    notes.push('Its checksum does not fit its slots: they are read instead.');
  if (lock.adopted)
    notes.push(`Last audit ${age(lock.last_audit_at, nowMs)}${lock.audit_due ? '; another is due' : ''}.`);
  return notes;
};

/** A note in lines of at most `width` columns, the later ones indented. */
export const hang = (note: string, width: number): string[] =>
  wrap(note, width - 2).map((line, index) => (index === 0 ? line : `  ${line}`));
