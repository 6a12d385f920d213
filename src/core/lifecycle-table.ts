import type { AccessCodeStatus } from './model.ts';

/** What is so of an access code and its lock; all that its status is decided by, beside the status it had. */
export type Situation =
  | 'early_absent'
  | 'early_present'
  | 'preloading'
  | 'scheduled'
  | 'missing'
  | 'standing'
  | 'out_of_sight'
  | 'doubted'
  | 'left_off'
  | 'left_changed'
  | 'leaving'
  | 'gone';

/** What each situation means, for people; docs/lifecycle.md has the same words. */
export const situations: Readonly<Record<Situation, string>> = {
  early_absent: 'Its time is yet to come, and it is not on the lock.',
  early_present:
    'Its time is yet to come (it was moved later, or the lock dropped its schedule), and it is or may be on the lock.',
  preloading:
    'Its time is yet to come, and it is being loaded onto the lock ahead of it, with a schedule of the lock.',
  scheduled: 'It is on the lock ahead of its time, bound by a schedule of the lock.',
  missing: 'It should be on the lock, and is not known to be.',
  standing: 'It should be on the lock, and is proved to be there.',
  out_of_sight: 'It was proved to be on the lock, and the radio is lost.',
  doubted:
    'It should be on the lock, and was last known to be there, but is not proved to be now: it was just written, the lock left the network and came back, a lock that masks its codes said that something was done to it, a schedule of another time may stand beside it, or a wrong clock of the lock shuts its guest out.',
  left_off: 'Somebody deleted it at the lock, which is allowed: it is left so.',
  left_changed:
    'Somebody changed it at the lock, which is allowed: it is left so, and the lock does not show the new PIN.',
  leaving: 'It was deleted or its time is over, and it is or may be on the lock.',
  gone: 'It was deleted or its time is over, and it is proved to be off the lock, or never came near it.',
};

/** `ended`: the record goes. */
export type Next = AccessCodeStatus | 'ended';

const always = (next: Next): Readonly<Record<AccessCodeStatus, Next>> => ({
  unset: next,
  setting: next,
  set: next,
  removing: next,
  unknown: next,
});

/** Only what was known to be set can become unknown; what was on its way stays so. */
const lostFromView: Readonly<Record<AccessCodeStatus, Next>> = {
  ...always('setting'),
  set: 'unknown',
  unknown: 'unknown',
};

/** The whole life of an access code: from the status it has, in a situation, to the next. */
export const lifecycleTable: Readonly<Record<Situation, Readonly<Record<AccessCodeStatus, Next>>>> = {
  early_absent: always('unset'),
  early_present: always('removing'),
  preloading: always('unset'),
  scheduled: always('unset'),
  missing: always('setting'),
  standing: always('set'),
  out_of_sight: lostFromView,
  doubted: lostFromView,
  left_off: always('unset'),
  left_changed: always('unknown'),
  leaving: always('removing'),
  gone: always('ended'),
};

/** Coming to `set` from here is worth no event: it was told before, and nobody said that it had gone. */
export const isKnownSet = (status: AccessCodeStatus): boolean => status === 'set' || status === 'unknown';
