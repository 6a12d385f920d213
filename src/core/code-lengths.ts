import type { Capabilities, LockState } from './model.ts';
import type { Pin } from './pin.ts';
import { suspectWipe } from './wipe.ts';

/** Whether the lock takes PINs of this length, as far as it has told. */
export const fits = (pin: Pin, { codeLengths }: Pick<Capabilities, 'codeLengths'>): boolean =>
  codeLengths.length === 0 || codeLengths.includes(pin.length);

/** For people: `6`, `4 or 6`, `4 to 8`. */
export const lengthsText = (lengths: readonly number[]): string => {
  const [first, last] = [lengths[0] ?? 0, lengths.at(-1) ?? 0];
  return lengths.length > 2 && last === first + lengths.length - 1
    ? `${first} to ${last}`
    : lengths.join(' or ');
};

/**
 * The lock is told to take other code lengths than before. Where all its codes have one length, changing that wipes
 * them (FIELD-BUGS 6): are they still there? Elsewhere the codes that no longer fit are looked at.
 */
export const learnCodeLengths = (
  before: LockState,
  was: Capabilities | undefined,
  is: Capabilities | undefined,
): LockState => {
  if (was === undefined || is === undefined || sameLengths(was.codeLengths, is.codeLengths)) return before;
  const slots = new Map(before.slots);
  for (const belief of slots.values()) {
    if (belief.owner === undefined || belief.suspicion !== undefined) continue;
    if (is.oneCodeLength === true || (belief.written !== undefined && !fits(belief.written, is)))
      slots.set(belief.slot, { ...belief, suspicion: 'hint' });
  }
  const state = { ...before, slots };
  return is.oneCodeLength === true ? suspectWipe(state, 'code_length', is) : state;
};

const sameLengths = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length) => b.includes(length));
