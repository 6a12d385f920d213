import { expect, test } from 'vitest';
import { House } from '../test/support/house.ts';
import { createChanges } from './ports/changes.ts';
import type { Log } from './ports/log.ts';
import { startEventLog } from './event-log.ts';

test('what happens is in the log, worrying things as warnings, and no PIN with it (FIELD-BUGS 26)', async () => {
  await using house = new House();
  await house.settle();
  const lines: [string, string, object][] = [];
  const log: Log = {
    debug: () => undefined,
    info: (fields, message) => lines.push(['info', message, fields]),
    warn: (fields, message) => lines.push(['warn', message, fields]),
    error: (fields, message) => lines.push(['error', message, fields]),
    child: () => log,
  };
  const changes = createChanges();
  const stop = startEventLog(house.store, house.controller, changes, log);
  await house.create('482913');
  await house.settle();
  house.lock.slots.clear();
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle();
  changes.emit({ kind: 'events' });
  changes.emit({ kind: 'bridge' });
  changes.emit({ kind: 'bridge' });
  expect(lines.map(([level, message]) => `${level} ${message}`)).toEqual([
    'info access_code.created',
    'info access_code.set_on_device',
    'warn access_code.deleted_external_to_seam',
    'info access_code.set_on_device',
    'info radio ready',
  ]);
  expect(JSON.stringify(lines)).not.toContain('482913');
  stop();
  changes.emit({ kind: 'bridge' });
  expect(lines).toHaveLength(5);
});
