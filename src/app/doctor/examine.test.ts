import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { House } from '../../../test/support/house.ts';
import type { BrokerStatus } from '../../ports/broker-status.ts';
import type { StoreHealth } from '../../ports/store.ts';
import type { DriverStatus } from '../../ports/reconciler.ts';
import { RadioId } from '../../core/ids.ts';
import type { AnswerValue } from '../answer.ts';
import { judgeBroker, judgeDatabase, judgeRadio } from './bridge.ts';
import { judgeListening } from './examine.ts';
import { isList, isRecord } from '../json.ts';

const now = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;

const text = (value: AnswerValue | undefined): string => (typeof value === 'string' ? value : '');

describe('the broker', () => {
  const broker = (changes: Partial<BrokerStatus>): BrokerStatus => ({
    connected: true,
    since: now - 10 * minute,
    reason: undefined,
    refused: undefined,
    ...changes,
  });
  const outbox = { length: 3, oldest: { eventType: 'lock.unlocked', at: now - 2 * minute } };
  const none = { length: 0, oldest: undefined };
  const said = (status: BrokerStatus, waiting: Parameters<typeof judgeBroker>[1]): string[] =>
    judgeBroker(status, waiting, now).map(({ level, message }) => `${level}: ${message}`);

  test.each<[string, BrokerStatus, Parameters<typeof judgeBroker>[1], string]>([
    ['there', broker({}), none, 'ok: connected for 10 min; no event waits'],
    [
      'slow',
      broker({}),
      { ...outbox, length: 20_000 },
      'warning: connected for 10 min; 20000 events wait, the oldest for 2 min',
    ],
    [
      'away',
      broker({ connected: false, reason: 'connect ECONNREFUSED' }),
      outbox,
      'problem: not connected for 10 min (connect ECONNREFUSED); 3 events wait, the oldest for 2 min',
    ],
    [
      'away for a moment',
      broker({ connected: false, since: now - 59_000 }),
      none,
      'warning: not connected for 59 s; no event waits',
    ],
    [
      'against an event, which holds back those after it',
      broker({ refused: { eventType: 'lock.unlocked', seq: 7, since: now - minute } }),
      outbox,
      'problem: the broker has refused lock.unlocked (seq 7) for 60 s; 3 events wait, the oldest for 2 min',
    ],
  ])('that is %s', (_what, status, waiting, found) => {
    expect(said(status, waiting)).toEqual([found]);
  });
});

test('a broker without accounts that other machines can reach is a warning', () => {
  const broker = { name: 'embedded broker', where: 'mqtt://0.0.0.0:1883' };
  expect(judgeListening({ ...broker, open: true })).toMatchObject({ level: 'warning' });
  expect(judgeListening({ ...broker, open: false })).toMatchObject({ level: 'ok' });
  const http = { name: 'http', where: '0.0.0.0:7080', open: false };
  expect(judgeListening({ ...http, inClear: true })).toMatchObject({
    level: 'warning',
    message: expect.stringContaining('can read API keys and PINs') as string,
  });
  expect(judgeListening({ ...http, inClear: false })).toMatchObject({ level: 'ok' });
});

describe('the database', () => {
  const health: StoreHealth = {
    file: '/var/lib/lockstep/lockstep.db',
    bytes: 2_500_000,
    walBytes: 4096,
    schemaVersion: 3,
    sqliteVersion: '3.50.0',
    damage: undefined,
    checkedAt: now - minute,
    refusesWrites: undefined,
    backedUpAt: undefined,
  };

  test('that is whole says how large and how old its last check and copy are', () => {
    expect(judgeDatabase(health, now)).toMatchObject([
      { level: 'ok', message: '2.5 MB, schema 3, found whole 60 s ago; no copy in backups' },
    ]);
    expect(judgeDatabase({ ...health, backedUpAt: now - 72 * 60 * minute }, now)[0]?.message).toContain(
      'newest copy in backups 3 days old',
    );
  });

  test('that is damaged, takes no writes, or whose log has grown, is told of', () => {
    expect(judgeDatabase({ ...health, damage: 'it is damaged' }, now)).toMatchObject([
      { level: 'problem', message: 'it is damaged' },
    ]);
    const refusesWrites = 'another process holds the database';
    expect(judgeDatabase({ ...health, refusesWrites }, now)).toMatchObject([
      { level: 'problem', message: 'nothing can be stored: another process holds the database' },
    ]);
    expect(judgeDatabase({ ...health, walBytes: 80 * 2 ** 20 }, now)).toMatchObject([{ level: 'warning' }]);
  });
});

test.each<[DriverStatus['state'], number, string, RegExp]>([
  ['ready', 0, 'ok', /^ready, 3 locks, zwave-js 15\.29\.0$/],
  ['starting', minute, 'warning', /^being opened: wait$/],
  ['starting', 6 * minute, 'problem', /^still being opened after 6 min: wait$/],
  ['lost', minute, 'problem', /^lost: wait$/],
  ['closed', minute, 'problem', /^closed: wait$/],
])('a radio that is %s after %i ms', (state, runningMs, level, message) => {
  const detail = state === 'ready' ? undefined : 'wait';
  const radio = { driver: RadioId('zwave'), state, detail, locks: 3, since: 0 };
  expect(judgeRadio(radio, { 'zwave-js': '15.29.0' }, runningMs)).toMatchObject({
    level,
    message: expect.stringMatching(message) as string,
  });
});

describe('lockstep/doctor', () => {
  let house: House;
  beforeEach(async () => {
    house = new House();
    await house.settle();
  });
  afterEach(async () => {
    await house[Symbol.asyncDispose]();
  });

  interface Found {
    readonly level: AnswerValue | undefined;
    readonly text: string;
  }
  const ask = async (): Promise<{
    readonly problems: AnswerValue | undefined;
    readonly findings: Found[];
  }> => {
    const answer = await house.call('lockstep/doctor', {});
    const doctor = answer.ok ? answer.body['doctor'] : undefined;
    if (!isRecord(doctor) || !isList(doctor['findings'])) throw new Error('no findings');
    const findings = doctor['findings'].filter(isRecord);
    return {
      problems: doctor['problems'],
      findings: findings.map((one) => ({
        level: one['level'],
        text: `${text(one['area'])} ${text(one['name'])}: ${text(one['message'])}`,
      })),
    };
  };

  test('looks at everything, and counts what it finds', async () => {
    const { findings, problems } = await ask();
    const areas = new Set(findings.map((one) => one.text.split(' ')[0]));
    for (const area of [
      'config',
      'permissions',
      'clock',
      'disk',
      'memory',
      'database',
      'broker',
      'listen',
      'radio',
      'lock',
      'versions',
    ])
      expect(areas).toContain(area);
    // The house has no broker.
    expect(problems).toBe(1);
    expect(findings[0]).toMatchObject({
      level: 'problem',
      text: expect.stringContaining('no broker here') as string,
    });
    expect(findings.find((one) => one.text.startsWith('versions'))?.text).toMatch(/sqlite 3\./);
  });

  test('tells of a lock off the air and of a radio that is lost, the worst first', async () => {
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await house.settle();
    expect(
      (await ask()).findings.some(
        ({ level, text }) => level === 'problem' && /Front door: does not answer/.test(text),
      ),
    ).toBe(true);
    house.driver.setRadio('lost');
    await house.settle();
    const { findings } = await ask();
    expect(
      findings.some(({ level, text }) => level === 'problem' && text.startsWith('radio simulated: lost')),
    ).toBe(true);
    const levels = findings.map((one) => one.level);
    expect(levels).toEqual([...levels].sort((a, b) => rank(a) - rank(b)));
  });

  const rank = (level: AnswerValue | undefined): number => ['problem', 'warning', 'ok'].indexOf(text(level));

  test('is counted in the status, a few seconds old at most', async () => {
    const counts = async (): Promise<AnswerValue | undefined> => {
      const answer = await house.call('lockstep/status', {});
      return answer.ok ? answer.body['findings'] : undefined;
    };
    expect(await counts()).toMatchObject({ problems: 1 });
    house.driver.setRadio('lost');
    expect(await counts()).toMatchObject({ problems: 1 });
    await house.clock.advance(5_000);
    expect(await counts()).toMatchObject({ problems: 2 });
  });

  test('the status tells what waits for the broker', async () => {
    const answer = await house.call('lockstep/status', {});
    const [first] = house.store.unpublished(1);
    expect(answer).toMatchObject({
      ok: true,
      body: {
        uptime_s: 60,
        outbox: { length: house.store.lastSeq(), oldest_type: first?.eventType, refused: null },
      },
    });
  });
});
