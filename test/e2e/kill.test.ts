import { expect, test } from 'vitest';
import { killMoments } from '../kill/kill-world.ts';
import { killTable, runKills } from '../kill/run-kills.ts';

test('killed at each moment, a bridge loses, doubles, touches and wipes nothing (FIELD-BUGS 12, 32)', async () => {
  const summary = await runKills({ each: 1, lanes: 1, seed: 7 });
  const failures = summary.flatMap((one) => one.failures);
  // In the message: a list as long as these would be cut short in the difference that is shown.
  expect(failures, [killTable(summary), ...failures].join('\n')).toEqual([]);
  expect(summary.map((one) => [one.moment, one.kills])).toEqual(killMoments.map((moment) => [moment, 1]));
}, 180_000);
