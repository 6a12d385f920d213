import { SecurityClass } from '@zwave-js/core';
import { expect, test } from 'vitest';
import { warningFor } from './membership-words.ts';

test.each([
  [SecurityClass.S2_AccessControl, undefined, undefined],
  [SecurityClass.S2_Authenticated, undefined, undefined],
  // A forger in the middle would ask for this, so that nobody compares its key.
  [SecurityClass.S2_Unauthenticated, /no PIN/, undefined],
  [SecurityClass.S0_Legacy, /old S0/, /old S0/],
  [SecurityClass.None, /without any encryption/, /without any encryption/],
  [undefined, /without any encryption/, /without any encryption/],
])('a lock paired with security %s is warned of', (security, plain, byLabel) => {
  for (const [label, expected] of [
    [false, plain],
    [true, byLabel],
  ] as const) {
    const warning = warningFor(security, label);
    if (expected === undefined) expect(warning).toBeUndefined();
    else expect(warning).toMatch(expected);
  }
});
