import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerBody, AnswerValue } from '../../src/app/answer.ts';
import { anna, ben, CliBench, frontId, refusal } from './cli-bench.ts';

let bench: CliBench;
beforeEach(async () => {
  bench = new CliBench(['lockstep/repair', 'lockstep/slots', 'lockstep/certify', 'lockstep/certify/get']);
  await bench.start();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const certifyId = 'ce000001-0000-4000-8000-000000000001';
const give = (route: string, ...bodies: readonly AnswerBody[]): void => {
  const left = [...bodies];
  bench.app.answers.set(route, () => ({ ok: true, body: (left.length > 1 ? left.shift() : left[0]) ?? {} }));
};

describe('lockstep repair', () => {
  const repair = (changes: AnswerBody = {}): AnswerBody => ({
    repair: {
      device_id: frontId,
      slot: null,
      restore: false,
      codes_to_set: 0,
      slots_to_look_at: 3,
      frozen: false,
      ...changes,
    },
  });

  it('says what it will do', async () => {
    give('lockstep/repair', repair());
    const { exit, out } = await bench.run('repair front');
    expect(exit).toBe(0);
    expect(out).toBe('Front door: 3 slots to look at again.\nWatch it with: lockstep slots 5f0c1a2b\n');
    expect(bench.sent('lockstep/repair')).toEqual({ device_id: frontId });
  });

  it('passes slot and restore on, and says how many codes are set', async () => {
    give('lockstep/repair', repair({ codes_to_set: 7, slots_to_look_at: 0, restore: true }));
    expect((await bench.run('repair front --restore')).out).toContain('7 codes to set');
    expect(bench.sent('lockstep/repair')).toEqual({ device_id: frontId, restore: true });
    await bench.run('repair front --slot 4');
    expect(bench.sent('lockstep/repair')).toEqual({ device_id: frontId, slot: 4 });
  });

  it('of a lock that was reset says how its codes come back', async () => {
    give('lockstep/repair', repair({ frozen: true, slots_to_look_at: 1 }));
    const { out } = await bench.run('repair front --wait');
    expect(out).toContain('1 slot to look at again');
    expect(out).toContain('lockstep repair 5f0c1a2b --restore');
    expect(bench.sent('access_codes/list'), 'there is nothing to wait for').toBeUndefined();
  });

  it('--wait shows progress until every code stands', async () => {
    give('lockstep/repair', repair({ codes_to_set: 1, restore: true }));
    give('lockstep/slots', { slots: [] });
    const done = { ...ben, status: 'set', errors: [] };
    give(
      'access_codes/list',
      { access_codes: [anna, ben] },
      { access_codes: [anna, ben] },
      { access_codes: [anna, done] },
    );
    const { exit, out, err } = await bench.run('repair front --restore --wait');
    expect([exit, err]).toEqual([0, '']);
    expect(out.split('\n').slice(1)).toEqual(['1 of 2 done', 'Done: 2 codes stand on the lock.', '']);
  });

  it('--wait waits for the looks too: that a code stood before the repair says nothing', async () => {
    give('lockstep/repair', repair());
    const done = { ...ben, status: 'set', errors: [] };
    give('access_codes/list', { access_codes: [anna, done] });
    const slots = (pending: string | null): AnswerBody => ({
      slots: [
        { slot: 1, state: 'occupied', owner: 'managed', evidence: { grade: 'proved', at: null }, pending },
      ],
    });
    let asked = 0;
    bench.app.answers.set('lockstep/slots', () => ({
      ok: true,
      body: slots((asked += 1) < 3 ? 'read' : null),
    }));
    const { exit, out } = await bench.run('repair front --wait');
    expect([exit, asked]).toEqual([0, 3]);
    expect(out).toContain('Done: 2 codes stand on the lock.');
  });

  it('--wait gives up where nothing moves, and says so', async () => {
    give('lockstep/repair', repair({ codes_to_set: 1, restore: true }));
    give('lockstep/slots', { slots: [] });
    give('access_codes/list', { access_codes: [anna, ben] });
    const { exit, err } = await bench.run('repair front --restore --wait');
    expect(exit).toBe(1);
    expect(err).toContain('No progress for 60 s, with 1 left; the bridge goes on');
  });

  it('passes a refusal on', async () => {
    bench.app.answers.set('lockstep/repair', () => refusal(400, 'device_not_reset', 'Not held back.'));
    const { exit, err } = await bench.run('repair front --restore');
    expect([exit, err]).toEqual([1, 'lockstep: Not held back. (device_not_reset)\n']);
  });

  it('--json prints the body of the route', async () => {
    give('lockstep/repair', repair());
    const { out } = await bench.run('repair front --json');
    expect(JSON.parse(out)).toMatchObject(repair());
  });
});

describe('lockstep certify', () => {
  const certification = (changes: AnswerBody): AnswerBody => ({
    certification: {
      certify_id: certifyId,
      device_id: frontId,
      state: 'running',
      started_at: '2026-11-22T12:00:00.000Z',
      ended_at: null,
      steps: [],
      error: null,
      row: null,
      ...changes,
    },
  });
  const slot: AnswerValue = { name: 'spare_slot', state: 'done', result: 'slots 30 and 29' };
  const row: AnswerValue = {
    manufacturer: 'Yale',
    model: 'Assure SL \u001b[31m',
    product: '0129:8002:1000',
    firmware: '1.36',
    quirk: null,
    found: { read_back: 'masked', read_back_delay_ms: 500 },
    date: '2026-11-22',
    lockstep: '0.1.0',
  };
  const done = certification({
    state: 'done',
    steps: [
      slot,
      { name: 'read_back', state: 'done', result: 'masked, after 0.5 s' },
      { name: 'clock', state: 'skipped', result: "the lock's clock cannot be read" },
    ],
    row,
  });

  it('shows its steps as they end, and the row', async () => {
    give('lockstep/certify', certification({}));
    give(
      'lockstep/certify/get',
      certification({ steps: [{ name: 'spare_slot', state: 'running', result: '' }] }),
      certification({ steps: [slot] }),
      done,
    );
    const { exit, out, err } = await bench.run('certify front --yes --quick');
    expect([exit, err]).toEqual([0, '']);
    await expect(out).toMatchFileSnapshot('cli-certify.txt');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(bench.sent('lockstep/certify')).toEqual({ device_id: frontId, quick: true });
  });

  it('--json prints the body of the last answer, the steps beside it', async () => {
    give('lockstep/certify', certification({}));
    give('lockstep/certify/get', done);
    const { out, err } = await bench.run('certify front --yes --json');
    expect(JSON.parse(out)).toMatchObject(done);
    expect(err).toContain('slots 30 and 29');
  });

  it('does nothing unless somebody agrees', async () => {
    const { exit, err } = await bench.run('certify front');
    expect([exit, err]).toEqual([2, expect.stringContaining('It needs --yes')]);
    const no = await bench.run('certify front', { canAsk: true, readLine: () => Promise.resolve('n') });
    expect([no.exit, no.err]).toEqual([1, expect.stringContaining('Nothing was done')]);
    expect(bench.sent('lockstep/certify')).toBeUndefined();
    give('lockstep/certify', certification({}));
    give('lockstep/certify/get', done);
    const yes = await bench.run('certify front', { canAsk: true, readLine: () => Promise.resolve('y') });
    expect(yes.exit).toBe(0);
  });

  it('that fails says why', async () => {
    give('lockstep/certify', certification({}));
    const error = { type: 'certify_failed', message: 'The lock does not answer.' };
    give('lockstep/certify/get', certification({ state: 'failed', error }));
    const { exit, err } = await bench.run('certify front --yes');
    expect([exit, err]).toEqual([1, 'lockstep: The lock does not answer. (certify_failed)\n']);
  });
});
