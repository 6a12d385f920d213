import { expect, test } from 'vitest';
import { killMoments } from '../kill/kill-world.ts';
import { killTable, runKills } from '../kill/run-kills.ts';

test('killed twice at each moment, a bridge loses, doubles, touches and wipes nothing (FIELD-BUGS 12, 32)', async () => {
  const summary = await runKills({ each: 2, lanes: 2, seed: 7 });
  expect(
    summary.flatMap((one) => one.failures),
    killTable(summary),
  ).toEqual([]);
  expect(summary.map((one) => [one.moment, one.kills])).toEqual(killMoments.map((moment) => [moment, 2]));
}, 180_000);
