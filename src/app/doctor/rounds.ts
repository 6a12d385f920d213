import type { Diagnosis } from '../../ports/diagnosis.ts';
import { examine } from './examine.ts';
import type { AppParts } from '../parts.ts';

/** Nothing that the doctor looks at by itself has to be known sooner. */
const everyMs = 10 * 60_000;

/** By what is to be done: a lock may have several problems, and the figures in a message change from look to look. */
const keyOf = ({ area, name, whatToDo }: Diagnosis): string => JSON.stringify([area, name, whatToDo]);

/**
 * Has the doctor look around now and then, so that a problem stands in the log although nobody asks: once when it
 * comes, once when it has gone. Returns the end.
 */
export const startRounds = (parts: AppParts): (() => void) => {
  const { clock, log, changes } = parts;
  let known = new Map<string, Diagnosis>();
  const look = (): void => {
    // A clock that isn't trusted is told of as it happens (app/clock).
    const all = examine(parts, 'last').filter((one) => one.level === 'problem' && one.area !== 'clock');
    const found = new Map(all.map((one) => [keyOf(one), one]));
    for (const [key, { area, name, message, whatToDo }] of found)
      if (!known.has(key)) log.warn({ area, name, what_to_do: whatToDo }, `doctor: ${message}`);
    for (const [key, { area, name, message }] of known)
      if (!found.has(key)) log.info({ area, name, problem: message }, 'doctor: this problem has gone');
    // How many locks are dead or asleep is told by the bridge's topic, and changes without anybody's doing.
    if (known.size !== found.size) changes.emit({ kind: 'bridge' });
    known = found;
  };
  const round = (): void => {
    try {
      look();
    } catch (error) {
      log.error({ err: error }, 'the doctor could not look around');
    }
    cancel = clock.after(everyMs, round);
  };
  let cancel = clock.after(everyMs, round);
  return () => {
    cancel();
  };
};
