import type { ForeignChanges, Instant } from './model.ts';

/** Seen twice within this time, it isn't a person's slip: another system or a person keeps writing. */
export const foreignWithinMs = 24 * 60 * 60_000;
/** After this long without another one, nobody is thought to be writing any more. */
export const foreignOverMs = 7 * 24 * 60 * 60_000;

/** So soon after each other, several are one occasion: somebody at the keypad, or a reset not yet understood. */
export const occasionMs = 10 * 60_000;

/** One more code of ours was found changed or gone. */
export const oneMoreChange = (before: ForeignChanges | undefined, now: Instant): ForeignChanges => {
  const first = { count: 1, firstAt: now, lastAt: now };
  if (before === undefined || now < before.lastAt) return first;
  const age = now - before.lastAt;
  if (age < occasionMs) return { ...before, lastAt: now };
  const within = before.count === 1 ? foreignWithinMs : foreignOverMs;
  return age <= within ? { count: before.count + 1, firstAt: before.firstAt, lastAt: now } : first;
};

/** Since when somebody else writes to the lock, as far as is known. Undefined: nobody does. */
export const foreignSince = (changes: ForeignChanges | undefined, now: Instant): Instant | undefined =>
  changes === undefined || changes.count < 2 || now - changes.lastAt > foreignOverMs
    ? undefined
    : changes.firstAt;

/** When that would be over. Undefined: it isn't so now. */
export const foreignEndsAt = (changes: ForeignChanges | undefined, now: Instant): Instant | undefined =>
  changes === undefined || foreignSince(changes, now) === undefined
    ? undefined
    : changes.lastAt + foreignOverMs + 1;

/** Somebody was thought to be writing, and has stopped. */
export const isForeignOver = (changes: ForeignChanges, now: Instant): boolean =>
  changes.count >= 2 && foreignSince(changes, now) === undefined;
