import { expect, test } from 'vitest';
import { aBridge, soundHost } from '../../../test/support/bridge-info.ts';
import { House } from '../../../test/support/house.ts';
import { createChanges } from '../../ports/changes.ts';
import { startRounds } from './rounds.ts';

const roundMs = 10 * 60_000;

test('a second problem of the same lock is logged too, and one whose figures change is not logged again', async () => {
  await using house = new House();
  await house.settle();
  const { clock, store, controller: reconciler, random } = house;
  const told: string[] = [];
  const tell = (fields: object, message: string): void => {
    if (JSON.stringify(fields).includes('Front door')) told.push(message);
  };
  const log = { debug: tell, info: tell, warn: tell, error: tell, child: () => log };
  const bridge = { bridgeId: 'b', version: '0', startedAt: 0, timeZoneOf: () => 'UTC', ...aBridge(clock) };
  const device = store.devices()[0]!;
  const end = startRounds({
    store,
    reconciler,
    clock,
    clockTrust: house.parts.clockTrust,
    random,
    log,
    changes: createChanges(),
    bridge,
  });
  store.putDevice({ ...device, battery: 0.08 });
  await clock.advance(2 * roundMs);
  store.putDevice({ ...device, battery: 0.07 });
  const state = store.lockState(device.deviceId);
  store.putLockState(state, { ...state, reset: { at: clock.now(), why: 'codes_gone' } });
  await clock.advance(3 * roundMs);
  expect(told).toEqual([
    'doctor: battery at 8 %',
    expect.stringMatching(/^doctor: was reset or exchanged .*: frozen/),
  ]);
  store.putDevice({ ...device, battery: 0.9 });
  await clock.advance(roundMs);
  expect(told.slice(2)).toEqual(['doctor: this problem has gone']);
  end();
});

test('a problem is logged once when it comes and once when it has gone, and the bridge is told of it', async () => {
  await using house = new House();
  await house.settle();
  let writable = true;
  const { clock, store, controller: reconciler, random } = house;
  const told: [string, string][] = [];
  const tell = (level: string) => (fields: object, message: string) => {
    if (JSON.stringify(fields).includes('"disk"')) told.push([level, message]);
  };
  const log = {
    debug: tell('debug'),
    info: tell('info'),
    warn: tell('warn'),
    error: tell('error'),
    child: () => log,
  };
  const changes = createChanges();
  let marks = 0;
  changes.on(() => (marks += 1));
  const bridge = {
    bridgeId: 'b',
    version: '0',
    startedAt: clock.now(),
    timeZoneOf: () => 'UTC',
    ...aBridge(clock),
    host: { look: () => soundHost(clock.now(), { disk: { ...soundHost(0).disk!, writable } }) },
  };
  const end = startRounds({
    store,
    reconciler,
    clock,
    clockTrust: house.parts.clockTrust,
    random,
    log,
    changes,
    bridge,
  });
  await clock.advance(2 * roundMs);
  expect(told).toEqual([]);
  const before = marks;
  writable = false;
  await clock.advance(3 * roundMs);
  expect(told).toEqual([['warn', 'doctor: the file system is read-only']]);
  expect(marks).toBe(before + 1);
  writable = true;
  await clock.advance(roundMs);
  expect(told.at(-1)).toEqual(['info', 'doctor: this problem has gone']);
  end();
  writable = false;
  await clock.advance(2 * roundMs);
  expect(told).toHaveLength(2);
});
