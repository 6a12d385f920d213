import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnswerBody } from '../../src/app/answer.ts';
import { CliBench, refusal } from './cli-bench.ts';

const foundId = 'cc000003-0000-4000-8000-000000000003';
const convert = 'access_codes/unmanaged/convert_to_managed';
const remove = 'access_codes/unmanaged/delete';
const get = 'access_codes/unmanaged/get';

let bench: CliBench;
beforeEach(async () => {
  bench = new CliBench([convert, remove, get]);
  await bench.start();
  for (const route of [convert, remove]) bench.app.answers.set(route, () => ({ ok: true, body: {} }));
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** The code as the bridge tells it, one answer after the other; after the last it is gone. */
const becomes = (...states: readonly AnswerBody[]): void => {
  let asked = 0;
  bench.app.answers.set(get, () => {
    const state = states[asked];
    asked += 1;
    if (state === undefined) return refusal(404, 'access_code_not_found', 'No such unmanaged access code.');
    const code = { access_code_id: foundId, device_id: foundId, name: null, code: null, status: 'set' };
    const none = { created_at: '2026-11-22T10:00:00Z', errors: [], warnings: [] };
    return { ok: true, body: { access_code: { ...code, ...none, ...state } } };
  });
};

it('unmanaged adopt asks for the code to be managed, by a beginning of its id', async () => {
  const { exit, out, err } = await bench.run('unmanaged adopt cc00');
  expect([exit, err]).toEqual([0, '']);
  expect(out).toBe(
    'Unmanaged code cc000003 on Front door, slot 7: it is looked at, and is a managed code when it still stands.\n',
  );
  expect(bench.sent(convert)).toEqual({ access_code_id: foundId });
});

it('unmanaged adopt gives a PIN from standard input, or has one chosen; not both, and none is printed', async () => {
  const io = { readStdin: () => Promise.resolve('918273\n') };
  const { out, err } = await bench.run('unmanaged adopt cc00 --code -', io);
  expect(bench.sent(convert)).toEqual({ access_code_id: foundId, x_code: '918273' });
  expect(out + err).not.toContain('918273');
  await bench.run('unmanaged adopt cc00 --replace');
  expect(bench.sent(convert)).toEqual({ access_code_id: foundId, x_replace: true });
  expect((await bench.run('unmanaged adopt cc00 --replace --code 1234')).exit).toBe(2);
  expect((await bench.run('unmanaged adopt cc00 --code -')).exit).toBe(2);
  expect((await bench.run('unmanaged adopt anna')).exit, 'a managed code').toBe(1);
});

it('unmanaged adopt --wait ends when the code stands as a managed one, or says that it came to nothing', async () => {
  becomes({ x_pending: 'convert' });
  const done = await bench.run('unmanaged adopt cc00 --wait');
  expect([done.exit, done.out.split('\n').at(1)]).toEqual([0, 'Set, in slot 1.']);
  becomes({ x_pending: 'convert' }, { x_pending: null });
  const failed = await bench.run('unmanaged adopt cc00 --wait');
  expect(failed.exit).toBe(1);
  expect(failed.err).toContain(`lockstep history ${foundId}`);
});

it('unmanaged delete --wait ends when the lock has confirmed it, or with what is in its way', async () => {
  becomes({ x_pending: 'delete' });
  expect(await bench.run('unmanaged delete cc00 --wait')).toEqual({
    exit: 0,
    out: 'Unmanaged code cc000003 on Front door, slot 7: removing. It is gone when the lock has confirmed it.\nGone.\n',
    err: '',
  });
  expect(bench.sent(remove)).toEqual({ access_code_id: foundId });
  const error = { error_code: 'device_disconnected', message: 'The lock does not answer.' };
  becomes({ x_pending: 'delete', errors: [error] });
  const failed = await bench.run('unmanaged delete cc00 --wait');
  expect([failed.exit, failed.err]).toEqual([1, expect.stringContaining('The lock does not answer.')]);
});

it('unmanaged adopt --json prints the answer’s body', async () => {
  const { out } = await bench.run(['--json', 'unmanaged', 'adopt', 'cc00']);
  expect(JSON.parse(out)).toEqual({ ok: true });
});

it('a refusal names the options, not the parameters of the route', async () => {
  const message = 'x_code: this lock withholds PINs: give x_code, or x_replace: true';
  bench.app.answers.set(convert, () => refusal(400, 'invalid_input', message));
  const { exit, err } = await bench.run('unmanaged adopt cc00');
  expect([exit, err]).toEqual([
    1,
    'lockstep: --code: this lock withholds PINs: give --code, or --replace (invalid_input)\n',
  ]);
});

it('where one lock was asked for, its name is not repeated in every line', async () => {
  const { out } = await bench.run('unmanaged list front');
  expect(out.split('\n')[0]).toBe('ID        SLOT  PIN   FOUND');
});
