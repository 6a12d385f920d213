import { SecurityClass } from '@zwave-js/core';
import { expect, test } from 'vitest';
import { securityOf } from './inspection.ts';

test.each([
  [SecurityClass.S2_AccessControl, 'S2 Access Control', false],
  [SecurityClass.S2_Authenticated, 'S2 Authenticated', false],
  [SecurityClass.S2_Unauthenticated, 'S2 Unauthenticated', false],
  [SecurityClass.S0_Legacy, 'S0', true],
  [SecurityClass.None, 'none', true],
])('security class %i is named %j; weak: %s', (securityClass, name, weak) => {
  expect(securityOf(securityClass)).toEqual({ name, weak });
});

test('an unknown security is not called weak', () => {
  expect(securityOf(undefined)).toBeUndefined();
});
