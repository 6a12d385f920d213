import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerBody } from '../../src/app/answer.ts';
import { widthOf } from '../../src/faces/cli/text.ts';
import { anna, CliBench, frontId, HurryingClock, now, refusal } from './cli-bench.ts';

const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString();
const trusted = {
  trusted: true,
  why: null,
  by: 'system',
  since: at(-200_000),
  message: 'the system says that it is synchronised',
  consequence: null,
  what_to_do: null,
  synchronised: true,
  system_time: at(0),
  bridge_time: at(0),
  floor: at(0),
};
const untrusted = {
  ...trusted,
  trusted: false,
  why: 'behind_floor',
  by: null,
  since: at(-90),
  message: 'it shows a time that is surely over',
  consequence: "While it isn't trusted, codes with a time frame wait.",
  what_to_do:
    'Put it right: let it reach a time server (timedatectl timesync-status). Else: lockstep clock trust',
  synchronised: null,
  system_time: '1970-01-01T00:03:12.000Z',
};
const lock = (name: string, more: AnswerBody = {}): AnswerBody => ({
  device_id: frontId,
  display_name: name,
  time_zone: 'Europe/Berlin',
  can_be_set: true,
  can_be_read: true,
  offset_ms: null,
  measured_at: null,
  set_at: null,
  wrong_since: null,
  failures: 0,
  next_attempt_at: null,
  ...more,
});
const locks = [
  lock('Front door', { offset_ms: -4_000, measured_at: at(-3_600), set_at: at(-300_000) }),
  lock('Back door of the garden house, 家 \u001b[31m', {
    time_zone: 'America/Argentina/ComodRivadavia',
    offset_ms: 11 * 60_000,
    measured_at: at(-60),
    can_be_set: false,
  }),
  lock('Cellar', { measured_at: at(-60), set_at: at(-60) }),
  lock('Shed'),
  lock('Loft', { can_be_set: false, can_be_read: false }),
];

let bench: CliBench;
beforeEach(async () => {
  bench = new CliBench(['lockstep/clock', 'lockstep/clock/trust']);
  await bench.start();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});
const shows = (clock: AnswerBody, all: readonly AnswerBody[]): unknown =>
  bench.app.answers.set('lockstep/clock', () => ({ ok: true, body: { clock, locks: all } }));

describe('lockstep clock', () => {
  it.each([
    ['trusted', trusted, locks],
    ['untrusted', untrusted, locks.slice(4)],
  ] as const)(
    'shows a clock that is %s as test/golden has it, within 80 columns',
    async (what, clock, all) => {
      shows(clock, all);
      const { exit, out, err } = await bench.run('clock');
      expect([exit, err]).toEqual([0, '']);
      await expect(out).toMatchFileSnapshot(`cli-clock-${what}.txt`);
      for (const text of out.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
      expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    },
  );

  it('paints the clocks that are off, and no others', async () => {
    shows(trusted, locks);
    const { out } = await bench.run('clock', { isTty: true, columns: 80 });
    expect(out).toContain('\u001b[31m+11 min');
    expect(out).toMatch(/ -4 s /);
    expect(out).not.toContain('\u001b[31m-4 s');
  });

  it.each([
    [499, '0 s'],
    [-500, '-1 s'],
    [119_499, '+119 s'],
    [119_500, '+2 min'],
    [-7_199_499, '-120 min'],
    [7_200_000, '+2 h'],
    [172_799_000, '+48 h'],
    [-172_800_000, '-2 d'],
    [130_000, '+2 min'],
    [8_000_000, '+2 h'],
    [-200_000_000, '-2 d'],
    [-31_536_000_000, '-365 d'],
  ])('says how far off a lock is, %i ms, to what counts: %s', async (offsetMs, text) => {
    shows(trusted, [lock('Front door', { offset_ms: offsetMs, measured_at: at(-60) })]);
    expect((await bench.run('clock')).out).toContain(`Front door  ${text}  `);
  });

  it('paints what is off by more than two minutes, and whether the time is known', async () => {
    const of = async (clock: AnswerBody, offsetMs: number): Promise<string> => {
      shows(clock, [lock('Front door', { offset_ms: offsetMs, measured_at: at(-60) })]);
      return (await bench.run('clock', { isTty: true, columns: 80 })).out;
    };
    expect(await of(trusted, -120_000)).not.toContain('\u001b[31m');
    expect(await of(trusted, -120_001)).toContain('\u001b[31m-2 min');
    expect(await of(trusted, 0)).toContain('\u001b[32myes, since');
    expect(await of(untrusted, 0)).toContain('\u001b[31mno, since');
  });

  it('lists a lock whose clock can be set, or read, or was read, and counts the others', async () => {
    const none = { can_be_set: false, can_be_read: false };
    const table = async (...all: readonly AnswerBody[]): Promise<string> => {
      shows(trusted, all);
      return (await bench.run('clock')).out.split('\n').slice(3).join('\n');
    };
    for (const one of [{ can_be_set: true }, { can_be_read: true }, { measured_at: at(-60) }])
      expect(await table(lock('Shed', { ...none, ...one }))).toMatch(/\nShed .*Berlin\n$/);
    expect(await table(lock('Shed', none), lock('Loft', none))).toBe(
      '\n2 locks have no clock that the bridge knows of.\n',
    );
    expect(await table()).toBe('\nNo locks yet.\n');
  });

  it('wraps a long reason beside its label', async () => {
    shows({ ...trusted, message: 'many words '.repeat(12).trim() }, []);
    const lines = (await bench.run('clock')).out.split('\n').filter((line) => line.includes('many'));
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/^ {14}\S/);
  });

  it('1: the daemon refuses', async () => {
    bench.app.answers.set('lockstep/clock', () => refusal(503, 'starting', 'Not yet.'));
    const { exit, out, err } = await bench.run('clock');
    expect([exit, out, err]).toEqual([1, '', 'lockstep: Not yet. (starting)\n']);
  });

  it('--json prints what the route says', async () => {
    shows(untrusted, locks);
    const { out } = await bench.run('clock --json');
    expect(JSON.parse(out)).toEqual({ ok: true, clock: untrusted, locks });
  });
});

describe("this machine's clock, while it isn't trusted", () => {
  it.each([['status'], ['slots front'], ['codes list']])(
    "dates nothing: lockstep %s goes by the bridge's time",
    async (line) => {
      const until = { starts_at: at(-3_600), ends_at: at(3_600) };
      bench.app.answers.set('access_codes/list', () => ({
        ok: true,
        body: { access_codes: [{ ...anna, ...until }] },
      }));
      const { exit, out } = await bench.run(line);
      expect(exit).toBe(0);
      for (const wrong of [0, now + 8 * 365 * 86_400_000]) {
        const clock = Object.assign(new HurryingClock(), { now: () => wrong });
        expect((await bench.run(line, { clock })).out).toBe(out);
      }
    },
  );
});

describe('a code on a lock that keeps it by its own schedule', () => {
  const shows = async (line: string, status: string): Promise<string> => {
    const body = { ...anna, status, starts_at: at(3_600), ends_at: at(7_200), is_scheduled_on_device: true };
    bench.app.answers.set('access_codes/list', () => ({ ok: true, body: { access_codes: [body] } }));
    bench.app.answers.set('access_codes/get', () => ({ ok: true, body: { access_code: body } }));
    return (await bench.run(line)).out;
  };

  it('is told to be loaded while it is unset, and then who ends it', async () => {
    const loaded = 'loaded   it is on the lock, whose own schedule keeps it shut until then\n';
    expect(await shows('codes show anna', 'unset')).toContain(loaded);
    expect(await shows('codes list', 'unset')).toMatch(/unset .* loaded$/m);
    const inside = await shows('codes show anna', 'set');
    expect(inside).not.toContain('loaded');
    expect(inside).toContain('schedule  on the lock too, which ends it by its own clock\n');
    expect(await shows('codes list', 'set')).not.toContain('loaded');
  });
});

describe('lockstep clock trust', () => {
  const route = 'lockstep/clock/trust';

  it('asks nothing, and says which time is trusted', async () => {
    bench.app.answers.set(route, () => ({ ok: true, body: { clock: trusted } }));
    expect(await bench.run('clock trust')).toEqual({
      exit: 0,
      out: "The system's clock is trusted: 2026-11-22 13:00:00.\n",
      err: '',
    });
    expect(bench.sent(route)).toEqual({});
    expect((await bench.run('clock trust --set-floor')).exit).toBe(0);
    expect(bench.sent(route)).toEqual({ set_floor: true });
    const { out } = await bench.run('clock trust --json');
    expect(JSON.parse(out)).toEqual({ ok: true, clock: trusted });
  });

  it('1: it shows a time that is surely over, and the floor was not to be lowered', async () => {
    bench.app.answers.set(route, () => refusal(409, 'clock_behind_floor', 'It is later.'));
    expect(await bench.run('clock trust')).toMatchObject({
      exit: 1,
      out: '',
      err: 'lockstep: It is later. (clock_behind_floor)\n',
    });
  });

  it('its help names the danger of --set-floor, within 80 columns', async () => {
    const { exit, out } = await bench.run('clock trust --help');
    expect(exit).toBe(0);
    await expect(out).toMatchFileSnapshot('cli-help-clock-trust.txt');
    for (const text of out.split('\n')) expect(widthOf(text)).toBeLessThanOrEqual(80);
  });
});
