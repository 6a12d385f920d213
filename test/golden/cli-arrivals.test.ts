import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnswerBody } from '../../src/app/answer.ts';
import { widthOf } from '../../src/faces/cli/text.ts';
import { annaId, backId, benId, CliBench, frontId } from './cli-bench.ts';

let bench: CliBench;
beforeEach(async () => {
  bench = new CliBench(['lockstep/arrivals']);
  answer(6);
  await bench.start();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const arrival = (name: string | null, startsAt: string, more: AnswerBody = {}): AnswerBody => ({
  access_code_id: annaId,
  device_id: frontId,
  device_name: 'Front door',
  name,
  starts_at: startsAt,
  ends_at: '2026-11-29T10:00:00.000Z',
  time_zone: 'Europe/Berlin',
  status: 'unset',
  how: 'native',
  scheduled_at: null,
  proof: 'proved',
  proof_at: '2026-11-22T03:00:00.000Z',
  risk: null,
  backup_access_code_id: null,
  is_backup_access_code_available: false,
  ...more,
});
const arrivals = [
  arrival('Anna', '2026-11-22T14:00:00.000Z'),
  arrival('Benjamin of the cleaning company and all of his family', '2026-11-22T15:30:00.000Z', {
    device_id: backId,
    device_name: 'Back door of the garden house, 家 \u001b[31m',
    time_zone: 'America/New_York',
    how: 'deferred',
    proof: 'waiting',
    risk: {
      reason: 'device_disconnected',
      message:
        'The lock does not answer. Check its batteries and that it is within reach of the radio; it is tried again by itself.',
      since: '2026-11-22T09:00:00.000Z',
    },
    backup_access_code_id: benId,
    is_backup_access_code_available: true,
  }),
  arrival(null, '2026-11-23T14:00:00.000Z', { proof: 'assumed' }),
  arrival('Clara', '2026-11-23T15:00:00.000Z', {
    how: 'deferred',
    proof: 'accepted',
    risk: { reason: 'battery_critical', message: "The lock's battery is almost empty.", since: null },
    backup_access_code_id: annaId,
  }),
];
const answer = (total: number): void => {
  bench.app.answers.set('lockstep/arrivals', () => ({
    ok: true,
    body: { arrivals: arrivals.slice(0, total), total },
  }));
};

it('lockstep arrivals prints what test/golden/cli-arrivals.txt holds, within 80 columns, and ends with 0', async () => {
  const { exit, out, err } = await bench.run('arrivals');
  expect([exit, err]).toEqual([0, '']);
  await expect(out).toMatchFileSnapshot('cli-arrivals.txt');
  for (const text of out.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
  expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

it('says how many more there are only where there are', async () => {
  answer(1);
  expect((await bench.run('arrivals')).out).not.toContain(' more\n');
});

it('asks for one lock, and so many hours', async () => {
  answer(0);
  const { out } = await bench.run('arrivals front --hours 1');
  expect(out).toBe('No access code begins within 1 hour.\n');
  expect(bench.sent('lockstep/arrivals')).toEqual({ device_id: frontId, hours: 1 });
  expect((await bench.run('arrivals nowhere')).exit).toBe(1);
  expect((await bench.run('arrivals --hours soon')).exit).toBe(2);
});

it('with --json is the body of its route', async () => {
  answer(1);
  const { out } = await bench.run('arrivals --json');
  expect(JSON.parse(out)).toEqual({ ok: true, arrivals: [arrivals[0]], total: 1 });
});
