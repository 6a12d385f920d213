import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/ports/errors.ts';
import { anna, annaId, backId, benId, ben, CliBench, eventsAnswer, frontId, refusal } from './cli-bench.ts';

let bench: CliBench;
beforeEach(() => {
  bench = new CliBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('exit codes and messages', () => {
  it('0: done', async () => {
    await bench.start();
    expect((await bench.run('locks')).exit).toBe(0);
  });

  it("1: the operation failed, with the daemon's reason and the parameters at fault", async () => {
    await bench.start();
    bench.app.answers.set('access_codes/create', () => ({
      ok: false,
      error: {
        status: 400,
        type: 'invalid_input',
        message: 'Invalid parameters',
        validationErrors: { _errors: [], code: { _errors: ['must be 4 to 12 digits'] } },
      },
    }));
    const { exit, out, err } = await bench.run('codes create front --code 12');
    expect([exit, out]).toEqual([1, '']);
    expect(err).toBe('lockstep: Invalid parameters (invalid_input)\n  code: must be 4 to 12 digits\n');
  });

  it.each([
    ['an unknown command', 'lokcs', "unknown command 'lokcs'"],
    ['an unknown option', 'locks --jsno', "unknown option '--jsno'"],
    ['a missing argument', 'slots', "missing required argument 'lock'"],
    ['a number that is none', 'events --limit many', 'It must be a whole number'],
    ['an update without a change', 'codes update anna', 'give --name or --code'],
    ['a command that needs another', 'codes', 'Usage: lockstep codes'],
    ['no command at all', [], 'Usage: lockstep'],
    ['an ambiguous lock', 'slots 77', 'could be any of these locks'],
    ['an empty PIN from standard input', 'codes create front --code -', 'no PIN on standard input'],
  ])('2: wrong usage: %s', async (_what, line, message) => {
    await bench.start();
    const { exit, out, err } = await bench.run(line);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(bench.sent('access_codes/create')).toBeUndefined();
  });

  it('3: no daemon; says where it was looked for and how to start one', async () => {
    const { exit, out, err } = await bench.run('locks');
    expect([exit, out]).toEqual([3, '']);
    expect(err).toContain(`No daemon answers at ${bench.socketPath} (from LOCKSTEP_SOCKET).`);
    expect(err).toContain('lockstep daemon --config FILE');
    expect(err).toContain('lockstep demo');
  });

  it('3: a daemon that hangs up without an answer', async () => {
    mkdirSync(join(bench.dir, 'run'));
    const server = createServer((request) => request.socket.destroy()).listen(bench.socketPath);
    await once(server, 'listening');
    const { exit, err } = await bench.run('locks');
    expect([exit, err]).toEqual([3, expect.stringContaining('broke off')]);
    server.close();
  });

  it('3: a daemon that gives no answer before the deadline', async () => {
    mkdirSync(join(bench.dir, 'run'));
    const server = createServer(() => undefined).listen(bench.socketPath);
    await once(server, 'listening');
    const deadlines: (() => void)[] = [];
    const after = (_delayMs: number, fn: () => void) => {
      deadlines.push(fn);
      return () => undefined;
    };
    const running = bench.run('locks', { clock: { now: () => 0, monotonic: () => 0, after } });
    await expect.poll(() => deadlines.length).toBe(1);
    deadlines[0]?.();
    const { exit, err } = await running;
    expect([exit, err]).toEqual([3, expect.stringContaining('no answer within 60 s')]);
    server.closeAllConnections();
    server.close();
  });

  it('1: a daemon of another version, whose answer is not understood', async () => {
    await bench.start();
    bench.app.answers.set('devices/list', () => ({ ok: true, body: { locks: [] } }));
    expect(await bench.run('locks')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('versions') as string,
    });
  });

  it('leaves the exit codes of daemon and demo to them, and gives them the config', async () => {
    const asked: unknown[] = [];
    const daemon = (options: unknown) => Promise.resolve(asked.push(options) + 77);
    expect((await bench.run('daemon --config /x.yaml', { daemon })).exit).toBe(78);
    expect((await bench.run('demo')).exit).toBe(0);
    expect(asked).toEqual([{ configPath: '/x.yaml' }]);
  });
});

describe('finding the daemon', () => {
  const none = { LOCKSTEP_SOCKET: '' };

  it("takes --socket before LOCKSTEP_SOCKET before the config before the demo's", async () => {
    const socketFromConfig = () => '/config.sock';
    const tried = async (line: string, extra: object) => (await bench.run(line, extra)).err.split('\n')[0];
    const both = { socketFromConfig, env: { LOCKSTEP_SOCKET: '/env.sock' } };
    expect(await tried('locks --socket /arg.sock', both)).toContain('/arg.sock (from --socket)');
    expect(await tried('locks', both)).toContain('/env.sock (from LOCKSTEP_SOCKET)');
    expect(await tried('locks', { socketFromConfig, env: none })).toContain('/config.sock (http.socket');
    expect(await tried('locks', { env: none })).toContain(bench.demoSocket);
  });

  it("reaches the demo's daemon from its directory with nothing said", async () => {
    bench.socketPath = bench.demoSocket;
    await bench.start();
    expect((await bench.run('locks', { env: {} })).exit).toBe(0);
  });

  it('passes on what is wrong with a config that was named', async () => {
    const socketFromConfig = (path: string | undefined) => {
      throw new ConfigError(`bad ${path ?? ''}`);
    };
    const { exit, err } = await bench.run('locks --config /x.yaml', { env: none, socketFromConfig });
    expect([exit, err]).toEqual([2, 'lockstep: bad /x.yaml\n']);
  });
});

describe('naming locks and codes', () => {
  it.each([frontId, '5f0c', 'Front door', 'fRoNt', 'zwave:2'])('finds the lock as %s', async (text) => {
    await bench.start();
    expect((await bench.run(['slots', text])).exit).toBe(0);
    expect(bench.sent('lockstep/slots')).toEqual({ device_id: frontId });
  });

  it('lists the candidates when a beginning fits several', async () => {
    await bench.start();
    const { err } = await bench.run('slots 77d2');
    expect(err).toContain(backId);
    expect(err).toContain('Cellar');
    expect(err).not.toContain(frontId);
  });

  it('lists what there is when nothing fits', async () => {
    await bench.start();
    const { exit, err } = await bench.run('slots attic');
    expect(exit).toBe(1);
    expect(err).toContain('No lock is called "attic"');
    expect(err).toContain('Front door');
  });

  it('finds a code by name or id, and the history of one that is gone by its full id', async () => {
    await bench.start();
    await bench.run('codes delete benjamin');
    expect(bench.sent('access_codes/delete')).toEqual({ access_code_id: benId });
    await bench.run('history aa0');
    expect(bench.sent('lockstep/history')).toEqual({ access_code_id: annaId });
    const gone = 'dddddddd-0000-4000-8000-000000000009';
    await bench.run(`history ${gone} --limit 5`);
    expect(bench.sent('lockstep/history')).toEqual({ access_code_id: gone, limit: 5 });
  });

  it('limits codes to a lock', async () => {
    await bench.start();
    await bench.run('codes list front');
    expect(bench.app.calls.find((call) => call.route === 'access_codes/list')?.params).toEqual({
      device_id: frontId,
    });
  });
});

describe('--json', () => {
  it.each([
    ['status', 'bridge'],
    ['locks', 'devices'],
    ['slots front', 'slots'],
    ['codes list', 'access_codes'],
    ['codes show anna', 'access_code'],
    ['codes create front', 'access_code'],
    ['unmanaged list', 'access_codes'],
    ['history front', 'entries'],
    ['events', 'events'],
    ['audit front', 'audit'],
    ['lock front', 'action_attempt'],
  ])('lockstep %s prints the body of its route, with %s', async (line, key) => {
    await bench.start();
    const { exit, out, err } = await bench.run(`${line} --json`);
    expect([exit, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toHaveProperty(key);
  });

  it('prints the body of an error too, and still fails', async () => {
    await bench.start();
    const { exit, out } = await bench.run('--json unlock front');
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ action_attempt: { status: 'error' } });
  });
});

describe('PINs', () => {
  const commands = ['codes list', 'codes show anna', 'codes create front', 'events', 'unmanaged list'];

  it.each(commands.flatMap((line) => [line, `${line} --json`]))('lockstep %s hides them', async (line) => {
    await bench.start();
    const { out, err } = await bench.run(line);
    expect(out + err).not.toMatch(/918273|0042/);
  });

  it('are shown with --show-codes, leading zeros and all', async () => {
    await bench.start();
    const table = await bench.run('codes list --show-codes');
    expect(table.out).toContain('918273');
    expect(table.out).toContain('0042');
    expect((await bench.run('--show-codes codes list --json')).out).toContain('"code": "0042"');
    expect((await bench.run('codes create front --show-codes')).out).toContain('Its PIN is 0042.');
  });

  it('are taken from standard input where the argument is -', async () => {
    await bench.start();
    const readStdin = () => Promise.resolve('0042\n');
    await bench.run('codes create front --name Ben --code -', { readStdin });
    expect(bench.sent('access_codes/create')).toEqual({ device_id: frontId, name: 'Ben', code: '0042' });
  });

  it('are sent as strings', async () => {
    await bench.start();
    await bench.run('codes update anna --code 0042');
    expect(bench.sent('access_codes/update')).toEqual({ access_code_id: annaId, code: '0042' });
  });
});

describe('lock and unlock', () => {
  it('says whether the lock confirmed', async () => {
    await bench.start();
    expect((await bench.run('lock front')).out).toBe('Front door: locked.\n');
    const unconfirmed = {
      action_attempt: { status: 'success', result: { was_confirmed_by_device: false }, error: null },
    };
    bench.app.answers.set('locks/lock_door', () => ({ ok: true, body: unconfirmed }));
    expect((await bench.run('lock front')).out).toContain('did not say');
  });

  it('fails where the attempt failed', async () => {
    await bench.start();
    const { exit, err } = await bench.run('unlock front');
    expect([exit, err]).toEqual([1, 'lockstep: Front door: unlock failed: It sleeps. (device_offline)\n']);
  });
});

describe('--wait', () => {
  /** Answers of `access_codes/get`, one after the other; the last stays. */
  const statuses = (...bodies: ReturnType<typeof ok>[]): void => {
    let at = 0;
    bench.app.answers.set('access_codes/get', () => bodies[Math.min(at++, bodies.length - 1)]!);
  };
  const ok = (code: typeof anna) => ({ ok: true, body: { access_code: code } }) as const;
  const setting = { ...anna, status: 'setting' };

  it('ends well when the code stands on the lock', async () => {
    await bench.start();
    statuses(ok(setting), ok(setting), ok(anna));
    const { exit, out, err } = await bench.run('codes create front --wait', { isTty: true });
    expect(exit).toBe(0);
    expect(out.trimEnd().endsWith('Set, in slot 1.')).toBe(true);
    expect(err).toBe('setting ..\n');
  });

  it('does not take a code for set while a change is pending', async () => {
    await bench.start();
    statuses(ok({ ...anna, pending_mutations: [{ mutation_code: 'updating_code' }] }), ok(anna));
    expect((await bench.run('codes update anna --code 1234 --wait')).exit).toBe(0);
    expect(bench.app.calls.filter((call) => call.route === 'access_codes/get')).toHaveLength(2);
  });

  it('fails with the error of the code', async () => {
    await bench.start();
    statuses(ok(setting), ok(ben));
    const { exit, err } = await bench.run('codes create front --wait');
    expect([exit, err]).toEqual([
      1,
      'lockstep: Another code on the lock has this PIN. (duplicate_code_on_device)\n',
    ]);
  });

  it('gives up after 60 s', async () => {
    await bench.start();
    statuses(ok(setting));
    const { exit, err } = await bench.run('codes create front --wait');
    expect([exit, err]).toEqual([1, 'lockstep: Still setting after 60 s; the bridge goes on trying.\n']);
    expect(bench.app.calls.filter((call) => call.route === 'access_codes/get')).toHaveLength(121);
  });

  it('waits for a deletion until the code is gone', async () => {
    await bench.start();
    let looks = 0;
    bench.app.answers.set('access_codes/get', () =>
      ++looks < 3 ? ok({ ...ben, status: 'removing' }) : refusal(404, 'access_code_not_found', 'gone'),
    );
    const { exit, out } = await bench.run('codes delete anna --wait');
    expect([exit, out.includes('Gone.'), looks]).toEqual([0, true, 3]);
  });

  it('fails when the removal has failed', async () => {
    await bench.start();
    const errors = [{ error_code: 'failed_to_remove_from_device', message: 'The lock refused.' }];
    statuses(ok({ ...anna, status: 'removing', errors }));
    const { exit, err } = await bench.run('codes delete anna --wait');
    expect([exit, err]).toEqual([1, 'lockstep: The lock refused. (failed_to_remove_from_device)\n']);
  });

  it('prints only the last state with --json', async () => {
    await bench.start();
    statuses(ok(setting), ok(anna));
    const { out } = await bench.run('codes create front --wait --json');
    expect(JSON.parse(out)).toMatchObject({ access_code: { status: 'set' }, ok: true });
  });
});

describe('events --follow', () => {
  it('shows the last few, then those that come, until Ctrl-C', async () => {
    await bench.start();
    const ctrlC = new AbortController();
    const running = bench.run('events --follow --limit 2', { signal: ctrlC.signal });
    await expect.poll(() => bench.out.split('\n')).toHaveLength(3);
    bench.app.answers.set('lockstep/events', eventsAnswer(13));
    bench.app.change('events');
    await expect.poll(() => bench.out.split('\n')).toHaveLength(4);
    ctrlC.abort();
    const { exit, out, err } = await running;
    expect([exit, err]).toEqual([0, '']);
    expect(out.split('\n').map((line) => line.slice(0, 5).trim())).toEqual(['11', '12', '13', '']);
    expect(out).toContain('code "Anna"');
  });

  it('begins after the number given, one JSON object a line with --json', async () => {
    await bench.start();
    const ctrlC = new AbortController();
    const running = bench.run('events -f --after 9 --json', { signal: ctrlC.signal });
    await expect.poll(() => bench.out.split('\n')).toHaveLength(4);
    ctrlC.abort();
    const lines = (await running).out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([10, 11, 12]);
  });

  it('says so when the daemon ends, exit code 3', async () => {
    const face = await bench.start();
    const running = bench.run('events --follow');
    await expect.poll(() => bench.out).not.toBe('');
    await face.close();
    expect(await running).toMatchObject({
      exit: 3,
      err: expect.stringContaining('The daemon ended') as string,
    });
  });
});
