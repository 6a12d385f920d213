import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnswerBody } from '../../src/app/answer.ts';
import { widthOf } from '../../src/faces/cli/text.ts';
import { annaId, backId, benId, CliBench, frontId, refusal } from './cli-bench.ts';

let bench: CliBench;
beforeEach(async () => {
  bench = new CliBench(['lockstep/arrivals']);
  answer(9);
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
  deferred_because: null,
  proof: 'proved',
  proof_at: '2026-11-22T03:00:00.000Z',
  risk: null,
  backup_access_code_id: null,
  is_backup_access_code_available: false,
  ...more,
});
/** As the bridge says why a code is not loaded ahead of its time. */
const because = (reason: string, message: string, until: string | null = null): AnswerBody => ({
  how: 'deferred',
  deferred_because: { reason, message, until },
});
const noSchedules = because('no_schedules', 'The lock has no year-day schedules that it keeps codes to.');
const arrivals = [
  arrival('Anna', '2026-11-22T14:00:00.000Z'),
  arrival('Benjamin of the cleaning company and all of his family', '2026-11-22T15:30:00.000Z', {
    device_id: backId,
    device_name: 'Back door of the garden house, 家 \u001b[31m',
    time_zone: 'America/New_York',
    ...because(
      'loading_rests',
      'The lock did not keep a schedule that it was given, or did not show it. Sooner: lockstep repair LOCK',
      '2026-11-29T14:00:00.000Z',
    ),
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
    ...noSchedules,
    proof: 'accepted',
    risk: { reason: 'battery_critical', message: "The lock's battery is almost empty.", since: null },
    backup_access_code_id: annaId,
  }),
  ...['Dora', 'Emil', 'Fritz'].map((name) =>
    arrival(name, '2026-11-24T15:00:00.000Z', { ...noSchedules, proof: 'waiting' }),
  ),
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
  answer(6);
  expect((await bench.run('arrivals')).out).toContain(
    'Deferred: Clara (Front door), Dora (Front door), Emil (Front door)\n',
  );
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

it('asks for the usual 72 hours by asking for none, and ends with 1 where the route refuses', async () => {
  answer(0);
  expect((await bench.run('arrivals')).out).toBe('No access code begins within 72 hours.\n');
  expect(bench.sent('lockstep/arrivals')).toEqual({});
  bench.app.answers.set('lockstep/arrivals', () => refusal(503, 'starting', 'Not yet.'));
  const { exit, err } = await bench.run('arrivals');
  expect([exit, err]).toEqual([1, 'lockstep: Not yet. (starting)\n']);
});

it('paints what is proved, what is at risk and what is neither apart from what still waits', async () => {
  answer(9);
  const { out } = await bench.run('arrivals', { isTty: true, columns: 100 });
  const [green, yellow, red] = [32, 33, 31].map((colour) => `\u001b[${colour}m`);
  for (const cell of [
    `${green}proved`,
    `${yellow}assumed`,
    `${red}waiting, at risk`,
    `${red}accepted, at risk`,
  ])
    expect(out).toContain(cell);
  expect(out).toMatch(/Dora.* waiting$/m);
});
