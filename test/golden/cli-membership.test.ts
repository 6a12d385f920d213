import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, AnswerBody } from '../../src/app/answer.ts';
import type { CliIo } from '../../src/faces/cli/index.ts';
import { widthOf } from '../../src/faces/cli/text.ts';
import { annaId, backId, benId, CliBench, frontId, refusal } from './cli-bench.ts';

const pairingId = 'dd000004-0000-4000-8000-000000000004';
const at = '2026-11-22T12:00:00.000Z';

type Step = readonly [step: string, message: string];
interface Told {
  readonly steps: readonly Step[];
  readonly more?: AnswerBody;
}

const pairing = ({ steps, more = {} }: Told): Answer => ({
  ok: true,
  body: {
    pairing: {
      pairing_id: pairingId,
      state: 'running',
      message: steps.at(-1)?.[1] ?? '',
      pin_needed: false,
      dsk: null,
      security: null,
      warning: null,
      device_id: null,
      error: null,
      steps: steps.map(([step, message]) => ({ at, step, message })),
      ...more,
    },
  },
});

const listening: Step = ['listening', 'The radio listens. Start pairing at the lock now.'];
const pinNeeded: Step = ['pin_needed', 'The lock asks for the PIN on its label.'];
const added: Step = ['added', 'It has joined as zwave:2.'];
const starting: Step = ['starting', 'Pairing begins.'];
const done: Told = {
  steps: [starting, listening, pinNeeded, added, ['done', 'Front door is paired.']],
  more: {
    state: 'done',
    device_id: frontId,
    security: 'S2 Access Control',
    message: 'Front door is paired.',
  },
};
const failed = (type: string, message: string): Told => ({
  steps: [starting, listening, ['failed', message]],
  more: { state: 'failed', message, error: { type, message } },
});

let bench: CliBench;
/** Lines that a person types, in order; then standard input ends. */
let typed: string[];

const typing = (): Partial<CliIo> => ({ canAsk: true, readLine: () => Promise.resolve(typed.shift()) });

beforeEach(async () => {
  bench = new CliBench([
    'lockstep/pairing/start',
    'lockstep/pairing/get',
    'lockstep/pairing/pin',
    'lockstep/pairing/abort',
    'lockstep/devices/remove',
    'lockstep/devices/replace',
    'devices/get',
  ]);
  await bench.start();
  typed = [];
  bench.app.answers.set('lockstep/pairing/start', () => pairing({ steps: [starting] }));
  bench.app.answers.set('lockstep/devices/remove', () => pairing({ steps: [starting] }));
  bench.app.answers.set('devices/get', async () => {
    const list = await bench.app.call(
      'devices/list',
      {},
      { caller: '', requestId: undefined, expiresAt: undefined },
    );
    if (!list.ok) return list;
    const [device] = list.body['devices'] as AnswerBody[];
    return { ok: true, body: { device: device ?? null } };
  });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** Each look at the session finds the next of these; the last one stays. */
const goes = (...told: readonly Told[]): void => {
  let next = 0;
  bench.app.answers.set('lockstep/pairing/get', () => {
    const now = told[Math.min(next, told.length - 1)];
    next += 1;
    return pairing(now ?? { steps: [] });
  });
};
/** As `goes`, with a lock that goes on only once it has a PIN. */
const wantsPin = (after: Told): void => {
  let given = false;
  bench.app.answers.set('lockstep/pairing/pin', () => {
    given = true;
    return pairing({ steps: [starting, listening, pinNeeded] });
  });
  bench.app.answers.set('lockstep/pairing/get', () =>
    pairing(given ? after : { steps: [starting, listening, pinNeeded], more: { pin_needed: true } }),
  );
};

describe('lockstep pair', () => {
  it('shows each step once, asks for the PIN, and introduces the new lock', async () => {
    typed = ['4711', ' 04711 '];
    wantsPin(done);
    const { exit, out, err } = await bench.run('pair zwave', typing());
    expect(exit).toBe(0);
    expect(bench.sent('lockstep/pairing/start')).toEqual({ radio: 'zwave' });
    expect(bench.sent('lockstep/pairing/pin')).toEqual({ pairing_id: pairingId, pin: '04711' });
    expect(err).toBe('PIN (5 digits): The PIN is 5 digits, at most 65535.\nPIN (5 digits): ');
    await expect(out).toMatchFileSnapshot('cli-pair.txt');
    for (const text of out.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
  });

  it('with --json prints the last answer on standard output, and tells the steps beside it', async () => {
    goes({ steps: [starting, listening] }, done);
    const { exit, out, err } = await bench.run('pair zwave --json --pin 04711');
    expect(exit).toBe(0);
    expect(bench.sent('lockstep/pairing/start')).toEqual({ radio: 'zwave', dsk_pin: '04711' });
    expect(JSON.parse(out)).toMatchObject({ pairing: { state: 'done', device_id: frontId } });
    expect(err).toBe(
      'The radio listens. Start pairing at the lock now.\nThe lock asks for the PIN on its label.\nIt has joined as zwave:2.\n',
    );
  });

  it('takes the text of a QR code from standard input', async () => {
    goes(done);
    const readStdin = () => Promise.resolve('90010\n');
    expect((await bench.run('pair zwave --qr -', { readStdin })).exit).toBe(0);
    expect(bench.sent('lockstep/pairing/start')).toEqual({ radio: 'zwave', qr_code: '90010' });
    expect(await bench.run('pair zwave --qr -')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('no QR text') as string,
    });
  });

  it('warns loudly of a weak link', async () => {
    goes({ ...done, more: { ...done.more, warning: 'Its link is S0 and can be listened to.' } });
    const { exit, out } = await bench.run('pair zwave');
    expect([exit, out]).toEqual([
      0,
      expect.stringContaining('WARNING: Its link is S0 and can be listened to.'),
    ]);
  });

  it.each([
    ['wrong_pin', 'The PIN was wrong; the lock was released again.'],
    ['nobody', 'No lock came within 60 s.'],
  ])('1: it failed (%s), with the reason and what to do', async (type, message) => {
    goes(failed(type, message));
    const { exit, out, err } = await bench.run('pair zwave');
    expect([exit, out]).toEqual([1, 'The radio listens. Start pairing at the lock now.\n']);
    expect(err).toBe(`lockstep: ${message} (${type})\n`);
    const json = await bench.run('pair zwave --json');
    expect(JSON.parse(json.out)).toMatchObject({ pairing: { state: 'failed', error: { type } } });
  });

  it('1: no such driver; nothing is followed', async () => {
    bench.app.answers.set('lockstep/pairing/start', () =>
      refusal(404, 'driver_not_found', 'radio: no zigbee driver is configured (configured: zwave).'),
    );
    const { exit, err } = await bench.run('pair zigbee');
    expect([exit, err]).toEqual([1, expect.stringContaining('no zigbee driver is configured')]);
    expect(bench.sent('lockstep/pairing/get')).toBeUndefined();
  });

  it('1: another one runs: says how to go on with it, which then asks for the PIN', async () => {
    bench.app.answers.set('lockstep/pairing/start', () => ({
      ok: false,
      error: {
        type: 'pairing_busy',
        message: 'Another lock is just being paired.',
        status: 409,
        data: { pairing_id: pairingId },
      },
    }));
    const { exit, err } = await bench.run('pair zwave');
    expect([exit, err]).toEqual([
      1,
      expect.stringContaining(`lockstep pair zwave --resume ${pairingId} goes on`),
    ]);
    typed = ['04711'];
    wantsPin(done);
    const followed = await bench.run(`pair zwave --resume ${pairingId}`, typing());
    expect([followed.exit, bench.sent('lockstep/pairing/pin')]).toEqual([
      0,
      { pairing_id: pairingId, pin: '04711' },
    ]);
  });

  it('1: a PIN is asked for and standard input has none: the pairing is given up', async () => {
    let aborted = false;
    bench.app.answers.set('lockstep/pairing/abort', () => {
      aborted = true;
      return pairing({ steps: [starting] });
    });
    bench.app.answers.set('lockstep/pairing/get', () =>
      pairing(
        aborted
          ? failed('aborted', 'Given up; nothing has joined.')
          : { steps: [starting, pinNeeded], more: { pin_needed: true } },
      ),
    );
    const { exit, err } = await bench.run('pair zwave');
    expect(exit).toBe(1);
    expect(err).toContain('there is none on standard input (see --pin). Given up; nothing has joined.');
    expect(bench.sent('lockstep/pairing/abort')).toEqual({ pairing_id: pairingId });
  });

  it('that fails while the PIN is typed says so on a line of its own', async () => {
    let looks = 0;
    bench.app.answers.set('lockstep/pairing/get', () => {
      looks += 1;
      if (looks > 2) return pairing(failed('aborted', 'No PIN was given within four minutes.'));
      return pairing({ steps: [starting, pinNeeded], more: { pin_needed: true } });
    });
    const readLine = () => new Promise<string | undefined>(() => undefined);
    const { exit, err } = await bench.run('pair zwave', { canAsk: true, readLine });
    expect([exit, err]).toEqual([
      1,
      'PIN (5 digits): \nlockstep: No PIN was given within four minutes. (aborted)\n',
    ]);
  });

  it('Ctrl-C gives it up at the bridge and says what became of it', async () => {
    const interrupt = new AbortController();
    let aborted = false;
    bench.app.answers.set('lockstep/pairing/abort', () => {
      aborted = true;
      return pairing({ steps: [starting] });
    });
    bench.app.answers.set('lockstep/pairing/get', () => {
      if (aborted) return pairing(failed('aborted', 'Given up; nothing has joined.'));
      interrupt.abort();
      return pairing({ steps: [starting, listening] });
    });
    const { exit, err } = await bench.run('pair zwave', { signal: interrupt.signal });
    expect([exit, err]).toEqual([1, 'lockstep: Interrupted. Given up; nothing has joined.\n']);
  });
});

describe('lockstep remove', () => {
  const gone: Told = {
    steps: [starting, listening, ['done', 'Front door has left the network.']],
    more: { state: 'done', device_id: frontId, message: 'Front door has left the network.' },
  };

  it('asks first, and does nothing without a yes', async () => {
    for (const answer of ['', 'n', 'maybe']) {
      typed = [answer];
      const { exit, err } = await bench.run('remove front', typing());
      expect([exit, err]).toEqual([
        1,
        'Remove Front door (zwave:2) from the network? [y/N] lockstep: Nothing was done.\n',
      ]);
    }
    const nobody = await bench.run('remove front');
    expect(nobody).toMatchObject({ exit: 2, err: expect.stringContaining('--yes') as string });
    expect(bench.sent('lockstep/devices/remove')).toBeUndefined();
  });

  it('with a yes shows the steps and the end', async () => {
    typed = ['y'];
    goes({ steps: [starting, listening] }, gone);
    const { exit, out } = await bench.run('remove front', typing());
    expect([exit, out]).toEqual([
      0,
      'The radio listens. Start pairing at the lock now.\nFront door has left the network.\n',
    ]);
    expect(bench.sent('lockstep/devices/remove')).toEqual({ device_id: frontId });
  });

  it('passes its options on, and tells how kept codes move', async () => {
    goes(gone);
    const { out } = await bench.run('remove front --yes --gone --keep-codes');
    expect(bench.sent('lockstep/devices/remove')).toEqual({
      device_id: frontId,
      gone: true,
      keep_codes: true,
    });
    expect(out).toContain('lockstep replace 5f0c1a2b NEW');
    await bench.run('remove front --yes --forget-codes --json');
    expect(bench.sent('lockstep/devices/remove')).toEqual({ device_id: frontId, forget_codes: true });
    expect(JSON.parse(bench.out)).toMatchObject({ pairing: { state: 'done' } });
    expect(await bench.run('remove front --yes --keep-codes --forget-codes')).toMatchObject({ exit: 2 });
  });

  it('names the options where a lock has codes', async () => {
    bench.app.answers.set('lockstep/devices/remove', () =>
      refusal(409, 'device_has_access_codes', 'This lock has 2 access codes.'),
    );
    const { exit, err } = await bench.run('remove front --yes');
    expect([exit, err]).toEqual([
      1,
      'lockstep: This lock has 2 access codes. (device_has_access_codes)\n  --keep-codes keeps them for another lock, --forget-codes gives them up.\n',
    ]);
  });
});

describe('lockstep replace', () => {
  const moved: Answer = {
    ok: true,
    body: {
      replacement: {
        moved: [
          { access_code_id: annaId, name: 'Anna' },
          { access_code_id: benId, name: null },
        ],
        left_behind: [{ access_code_id: benId, name: null }],
      },
    },
  };

  it('tells what moved and what is left behind', async () => {
    bench.app.answers.set('lockstep/devices/replace', () => moved);
    const { exit, out } = await bench.run('replace front 77d2e3f4');
    expect(exit).toBe(0);
    expect(bench.sent('lockstep/devices/replace')).toEqual({ old_device_id: frontId, new_device_id: backId });
    await expect(out).toMatchFileSnapshot('cli-replace.txt');
    expect(JSON.parse((await bench.run('replace front 77d2e3f4 --json')).out)).toEqual({
      ok: true,
      ...moved.body,
    });
  });

  it('waits while the old lock is just being written', async () => {
    const answers = [refusal(409, 'device_busy', 'Busy.'), refusal(409, 'device_busy', 'Busy.'), moved];
    bench.app.answers.set(
      'lockstep/devices/replace',
      () => answers.shift() ?? refusal(500, 'asked_again', ''),
    );
    expect((await bench.run('replace front 77d2e3f4')).exit).toBe(0);
    expect(answers).toEqual([]);
    bench.app.answers.set('lockstep/devices/replace', () => refusal(409, 'device_busy', 'Busy.'));
    expect(await bench.run('replace front 77d2e3f4')).toMatchObject({
      exit: 1,
      err: 'lockstep: Busy. (device_busy)\n',
    });
  });

  it('1: the codes do not fit', async () => {
    bench.app.answers.set('lockstep/devices/replace', () =>
      refusal(400, 'no_space_for_access_code_on_device', 'It has room for 1.'),
    );
    const { exit, err } = await bench.run('replace front 77d2e3f4');
    expect([exit, err]).toEqual([1, 'lockstep: It has room for 1. (no_space_for_access_code_on_device)\n']);
  });
});
