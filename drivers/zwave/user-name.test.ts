import { UserCredentialNameEncoding } from '@zwave-js/cc';
import { expect, test } from 'vitest';
import { storableName } from './user-name.ts';

const ascii = UserCredentialNameEncoding.ASCII;
const wide = UserCredentialNameEncoding.UTF16BE;

test.each([
  ['Ann', 10, false, 'Ann', ascii],
  ['Ann', 10, true, 'Ann', ascii],
  ['Annabelle', 4, false, 'Anna', ascii],
  ['Zoë Müller', 10, false, 'Zoe Muller', ascii],
  ['Zoë', 6, true, 'Zoë', wide],
  ['Zoë', 5, true, 'Zoe', ascii],
  ['Ян', 10, false, '??', ascii],
  ['a\nb', 10, false, 'a b', ascii],
  ['', 10, true, '', ascii],
])('%j in %i bytes (UTF-16: %s) is stored as %j', (name, maxBytes, utf16, userName, nameEncoding) => {
  expect(storableName(name, { maxBytes, utf16 })).toEqual({ userName, nameEncoding });
});
