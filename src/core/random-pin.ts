import { Pin } from './pin.ts';

/** PINs that people guess first: one digit repeated, a run up or down, a year. */
export const isWeak = (digits: string): boolean => {
  const steps = Array.from(digits)
    .slice(1)
    .map((digit, index) => Number(digit) - Number(digits[index]));
  if ([0, 1, -1].some((step) => steps.every((one) => one === step))) return true;
  return /^(19|20)\d\d$/.test(digits);
};

/** Tries before giving up; with 4 digits and 250 codes taken, one try fails with a chance of about 1 in 30. */
const mostTries = 1_000;

/**
 * A random PIN of `length` digits that isn't weak and isn't taken; undefined where none could be found.
 * @param random uniform integers in [0, below), from a cryptographic source in production
 * @param taken whether a PIN is in use on the lock
 */
export const generatePin = (
  random: { integer(below: number): number },
  length: number,
  taken: (pin: Pin) => boolean,
): Pin | undefined => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const digits = Array.from({ length }, () => random.integer(10)).join('');
    const pin = Pin.parse(digits);
    if (pin !== undefined && !isWeak(digits) && !taken(pin)) return pin;
  }
  return undefined;
};
