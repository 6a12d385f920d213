import { expect, test } from 'vitest';
import { killTable, runKills } from './run-kills.ts';

const each = Number(process.env['KILLS_EACH'] ?? 42);
const lanes = Number(process.env['KILL_LANES'] ?? 3);
const seed = Number(process.env['KILL_SEED'] ?? 1);

test(`after ${5 * each} kills, asked at the locks: nothing lost, doubled, touched or wiped (FIELD-BUGS 12, 32)`, async () => {
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const summary = await runKills({ each, lanes, seed, say });
  say(`\n${killTable(summary)}\n`);
  expect(summary.flatMap((one) => one.failures)).toEqual([]);
  for (const one of summary) expect(one.kills).toBe(each);
});
