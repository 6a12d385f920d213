import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnswerBody } from '../../src/app/answer.ts';
import { CliBench } from './cli-bench.ts';

const secret = `seam_lk_${'a'.repeat(43)}`;
const ids = ['1a000001-0000-4000-8000-000000000001', '2b000002-0000-4000-8000-000000000002'] as const;

let bench: CliBench;
beforeEach(async () => {
  bench = new CliBench(['create', 'list', 'revoke'].map((name) => `lockstep/keys/${name}`));
  await bench.start();
  const give = (name: string, body: AnswerBody): unknown =>
    bench.app.answers.set(`lockstep/keys/${name}`, () => ({ ok: true, body }));
  give('create', { api_key: secret, api_key_id: ids[0] });
  give('revoke', {});
  const key = {
    name: 'Booking system',
    hint: 'seam_lk_aaaa…',
    created_at: '2026-11-22T10:00:00Z',
    revoked_at: null,
  };
  give('list', {
    api_keys: [
      { ...key, api_key_id: ids[0] },
      { ...key, api_key_id: ids[1], name: null, hint: 'seam_lk_bbbb…', revoked_at: '2026-11-22T11:00:00Z' },
    ],
  });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

it('keys create prints the key as JSON, alone', async () => {
  expect(await bench.run('keys create')).toEqual({ exit: 0, out: `{"api_key":"${secret}"}\n`, err: '' });
  expect(bench.sent('lockstep/keys/create')).toEqual({});
  const { out } = await bench.run(['--json', 'keys', 'create', '--name', 'Booking system']);
  expect(JSON.parse(out)).toEqual({ api_key: secret, api_key_id: ids[0], ok: true });
  expect(bench.sent('lockstep/keys/create')).toEqual({ name: 'Booking system' });
});

it('keys list shows them by hint', async () => {
  const { exit, out } = await bench.run('keys list');
  expect(exit).toBe(0);
  await expect(out).toMatchFileSnapshot('cli-keys-list.txt');
});

it.each([['1a00'], ['booking']])('keys revoke takes the key that is meant by %s', async (text) => {
  const { exit, out } = await bench.run(['keys', 'revoke', text]);
  expect([exit, out]).toEqual([
    0,
    'The key seam_lk_aaaa… is refused from now on. Webhooks that were made with it stay: "lockstep doctor" names them all.\n',
  ]);
  expect(bench.sent('lockstep/keys/revoke')).toEqual({ api_key_id: ids[0] });
});

it('keys revoke knows no key that is revoked already, nor an unknown one', async () => {
  for (const text of ['2b00', 'nobody']) {
    const { exit, err } = await bench.run(['keys', 'revoke', text]);
    expect(exit).toBe(1);
    expect(err).toContain(`No API key is called "${text}".`);
  }
  expect(bench.sent('lockstep/keys/revoke')).toBe(undefined);
});
