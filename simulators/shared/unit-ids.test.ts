import { expect, test } from 'vitest';
import { unitIds } from './unit-ids.ts';

const idsOf = (...names: string[]): string[] => unitIds(names.map((name) => ({ name })));

test('locks have ids made of their names, with a number where two are the same', () => {
  expect(idsOf('Back door', 'back  DOOR!', '???')).toEqual(['back-door', 'back-door-2', 'lock']);
});

test('no two have the same id, even where one is called as another is numbered', () => {
  expect(idsOf('Door', 'Door', 'Door 2', 'Door')).toEqual(['door', 'door-2', 'door-2-2', 'door-3']);
  expect(idsOf('Door 2', 'Door', 'Door')).toEqual(['door-2', 'door', 'door-3']);
});
