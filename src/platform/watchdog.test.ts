import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { Log } from '../ports/log.ts';
import type { Notifier } from './notify.ts';
import { startWatchdog } from './watchdog.ts';

let clock: VirtualClock;
let told: string[];
let errors: object[];
beforeEach(() => {
  clock = new VirtualClock();
  told = [];
  errors = [];
});

const watched = 90_000;
const notWatched = undefined;
const tell = (what: string): Promise<void> => {
  told.push(what);
  return Promise.resolve();
};
const notifier = (watchdogMs: number | undefined): Notifier => ({
  ready: () => tell('ready'),
  status: (text) => tell(`status ${text}`),
  alive: (status) => tell(`alive ${status}`),
  stopping: () => tell('stopping'),
  watchdogMs,
});
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields) => errors.push(fields),
  child: () => log,
};
const start = (stuck: () => string | undefined, watchdogMs: number | undefined): (() => void) =>
  startWatchdog({ notifier: notifier(watchdogMs), clock, log, stuck, status: () => 'all well' });

describe('the watchdog', () => {
  test('is fed three times in the time that systemd waits', async () => {
    const end = start(() => undefined, watched);
    await clock.advance(89_999);
    expect(told).toEqual(['alive all well', 'alive all well']);
    await clock.advance(1);
    expect(told).toHaveLength(3);
    end();
  });

  test('is not fed while something is stuck, which is logged once, and fed again afterwards', async () => {
    let stuck: string | undefined;
    const end = start(() => stuck, watched);
    await clock.advance(30_000);
    stuck = 'read at lock 1 for 61 s';
    await clock.advance(120_000);
    expect(told.slice(1)).toEqual(Array(4).fill('status stuck: read at lock 1 for 61 s'));
    expect(errors).toEqual([{ stuck: 'read at lock 1 for 61 s' }]);
    stuck = undefined;
    await clock.advance(30_000);
    expect(told.at(-1)).toBe('alive all well');
    end();
  });

  test('is not fed where it cannot even be asked whether something is stuck', async () => {
    const end = start(() => {
      throw new Error('the database is locked');
    }, watched);
    await clock.advance(30_000);
    expect(told).toEqual(['status stuck: the database is locked']);
    end();
  });

  test('ends', async () => {
    const end = start(() => undefined, watched);
    end();
    await clock.advance(600_000);
    expect(told).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  test('tells how things are once a minute where systemd does not watch', async () => {
    const end = start(() => undefined, notWatched);
    await clock.advance(120_000);
    expect(told).toEqual(['alive all well', 'alive all well']);
    end();
  });
});
