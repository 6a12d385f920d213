import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { widthOf } from '../../src/faces/cli/text.ts';
import { anna, CliBench } from './cli-bench.ts';

let bench: CliBench;
beforeEach(async () => {
  bench = new CliBench();
  await bench.start();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const outputs = [
  ['status', 'status'],
  ['locks', 'locks'],
  ['slots front', 'slots'],
  ['codes list', 'codes-list'],
  ['codes list --show-codes', 'codes-list-shown'],
  ['codes show anna', 'codes-show'],
  ['unmanaged list', 'unmanaged-list'],
  ['unmanaged list --show-codes', 'unmanaged-list-shown'],
  ['history front', 'history'],
  ['events --limit 3', 'events'],
  ['codes create front --name Ben', 'codes-create'],
  ['--help', 'help'],
  ['codes create --help', 'help-codes-create'],
  ['codes update --help', 'help-codes-update'],
  ['apply --help', 'help-apply'],
] as const;

describe('what a person sees', () => {
  it.each(outputs)(
    'lockstep %s prints what test/golden/cli-%s.txt holds, within 80 columns',
    async (line, file) => {
      const { exit, out, err } = await bench.run(line);
      expect([exit, err]).toEqual([0, '']);
      await expect(out).toMatchFileSnapshot(`cli-${file}.txt`);
      for (const text of out.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
    },
  );

  it.each(outputs)('lockstep %s lets no control character of a name through', async (line) => {
    const { out } = await bench.run(line);
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('cuts events for a terminal only: what a program reads is whole', async () => {
    const long = 'A name of more than eighty columns, as long as people like to have them, or longer';
    bench.app.answers.set('access_codes/list', () => ({
      ok: true,
      body: { access_codes: [{ ...anna, name: long, is_backup: true }] },
    }));
    expect((await bench.run('events --limit 3')).out).toContain(long);
    const { out } = await bench.run('events --limit 3', { isTty: true, columns: 80 });
    for (const text of out.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
    expect((await bench.run('codes list')).out, 'a spare code of the pool').toMatch(/ backup$/m);
  });

  it('uses the width of a wider terminal', async () => {
    const { out } = await bench.run('locks', {
      isTty: true,
      columns: 200,
      env: { LOCKSTEP_SOCKET: bench.socketPath, NO_COLOR: '1' },
    });
    expect(out).toContain('Schlage BE469ZP Connect Smart Deadbolt');
    expect(out).not.toContain('\u001b');
  });

  it('colours on a terminal only, and not against NO_COLOR', async () => {
    const env = { LOCKSTEP_SOCKET: bench.socketPath };
    expect((await bench.run('locks', { isTty: true, env })).out).toContain('\u001b[31m');
    expect((await bench.run('locks', { isTty: false, env })).out).not.toContain('\u001b');
    expect((await bench.run('locks', { isTty: true, env: { ...env, NO_COLOR: '1' } })).out).not.toContain(
      '\u001b',
    );
    expect((await bench.run('locks', { isTty: true, env: { ...env, TERM: 'dumb' } })).out).not.toContain(
      '\u001b',
    );
  });
});
