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
