import { afterEach, describe, expect, test } from 'vitest';
import { recordOf, listOf, objectOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import type { ScriptedSystem } from '../../../test/support/house.ts';
import type { Answer } from '../answer.ts';
import { examine } from '../doctor/examine.ts';
import { startRounds } from '../doctor/rounds.ts';
import type { StoredEvent } from '../../ports/store.ts';
import { startClockWatch } from './watch.ts';

const minutes = 60_000;
const hours = 60 * minutes;
/** Nobody asks a House for the time: it is read by itself every ten minutes while it is trusted. */
const untilRead = 10 * minutes + 1_000;
const local = { caller: 'cli', isLocal: true, requestId: undefined, expiresAt: undefined };

let house: House;
let endWatch: () => void = () => undefined;
const open = async (system: Partial<ScriptedSystem> = {}): Promise<void> => {
  house = new House([lockSpec()], 1, { system });
  endWatch = startClockWatch(house.parts);
  await house.settle(2 * minutes);
};
afterEach(async () => {
  endWatch();
  await house[Symbol.asyncDispose]();
});

const clockOf = async (): Promise<Readonly<Record<string, unknown>>> =>
  objectOf(await house.call('lockstep/clock', {}), 'clock');
const told = async (): Promise<unknown> =>
  recordOf(objectOf(await house.call('lockstep/status', {}), 'bridge')['clock']);
const trust = (params: object = {}): Promise<Answer> => house.app.call('lockstep/clock/trust', params, local);
const events = (): StoredEvent[] =>
  house.store.events(0, 1_000).filter(({ eventType }) => eventType.startsWith('lockstep.clock_'));
const warned = (): string[] =>
  house.logged.map(({ message }) => message).filter((message) => message.startsWith('the clock is'));
/** A new process on the same files. */
const restart = async (): Promise<void> => {
  endWatch();
  await house.restart();
  await house.settle(1_000);
  endWatch = startClockWatch(house.parts);
};

describe('a clock that is trusted', () => {
  test('is shown with the word that it is trusted on', async () => {
    await open();
    const now = new Date(house.clock.now()).toISOString();
    expect(await clockOf()).toMatchObject({
      trusted: true,
      why: null,
      by: 'system',
      message: 'the system says that it is synchronised',
      consequence: null,
      what_to_do: null,
      system_time: now,
      bridge_time: now,
      synchronised: true,
    });
  });

  test('is a warning of the doctor where it is not synchronised any more, and a problem where it is not trusted', async () => {
    await open();
    const clock = (): unknown =>
      examine(house.parts, 'last')
        .filter(({ area }) => area === 'clock')
        .map(({ level, message }) => [level, message]);
    expect(clock()).toEqual([['ok', expect.stringContaining('trusted: the system says') as string]]);
    house.system.synchronised = false;
    await house.settle(11 * minutes);
    expect(clock()).toEqual([['warning', expect.stringContaining('it is not synchronised') as string]]);
    house.clock.step(-24 * hours);
    await house.settle(minutes);
    expect(clock()).toEqual([['problem', expect.stringContaining('a time that is surely over') as string]]);
  });
});

describe('a clock that stops being trusted', () => {
  test('is told of once, by event, log and topic, and once when it is trusted again', async () => {
    await open();
    // The first start took two readings to believe the time: that is told, and over.
    const before = events().length;
    const since = warned().length;
    house.clock.step(-24 * hours);
    await house.settle(untilRead);
    expect(events().slice(before)).toMatchObject([
      { eventType: 'lockstep.clock_untrusted', payload: { why: 'behind_floor' } },
    ]);
    expect(warned().slice(since)).toEqual([
      expect.stringContaining('the clock is not trusted: it shows a time that is surely over') as string,
    ]);
    house.clock.step(24 * hours);
    await house.settle(5 * minutes);
    expect(events().slice(before + 1)).toMatchObject([
      { eventType: 'lockstep.clock_trusted', payload: { by: 'system' } },
    ]);
  });

  test('is told of again for another reason, but not for other news of it', async () => {
    await open();
    let bells = 0;
    const unlisten = house.parts.changes.on(({ kind }) => (bells += kind === 'events' ? 1 : 0));
    house.clock.step(-24 * hours);
    await house.settle(untilRead);
    const [before, since, rung] = [events().length, warned().length, bells];
    expect(rung, 'who sends events on is told of them').toBe(1);
    house.system.synchronised = false;
    await house.settle(5 * minutes);
    expect([events().length, warned().length, bells]).toEqual([before, since, rung]);
    house.clock.step(48 * hours);
    await house.settle(5 * minutes);
    expect(events().slice(before)).toMatchObject([
      { eventType: 'lockstep.clock_untrusted', payload: { why: 'leapt' } },
    ]);
    expect(warned().slice(since)).toEqual([expect.stringContaining('it has leapt ahead') as string]);
    unlisten();
  });

  test("is told of by the watch, and not by the doctor's rounds as well", async () => {
    await open();
    const endRounds = startRounds(house.parts);
    house.clock.step(-24 * hours);
    await house.settle(2 * untilRead);
    expect(examine(house.parts, 'last').filter(({ area }) => area === 'clock')).toMatchObject([
      { level: 'problem' },
    ]);
    expect(house.logged.filter(({ message }) => message.startsWith('doctor: the clock'))).toEqual([]);
    endRounds();
  });

  test('is not told of anew by a restart in which nothing has changed', async () => {
    await open();
    house.clock.step(-24 * hours);
    await house.settle(untilRead);
    const before = events().length;
    await restart();
    await house.settle(5 * minutes);
    expect(await clockOf()).toMatchObject({ trusted: false, why: 'behind_floor' });
    expect(events()).toHaveLength(before);
  });

  test('shows the same on the topic while time runs on', async () => {
    await open();
    house.clock.step(-24 * hours);
    await house.settle(2 * minutes);
    const first = await told();
    expect(first).toMatchObject({ trusted: false, why: 'behind_floor', by: null });
    await house.settle(3 * hours);
    expect(await told()).toEqual(first);
  });

  test('has the topic published again when it changes', async () => {
    await open();
    let marks = 0;
    const unlisten = house.parts.changes.on(({ kind }) => (marks += kind === 'bridge' ? 1 : 0));
    await house.settle(20 * minutes);
    const quiet = marks;
    house.clock.step(-24 * hours);
    await house.settle(untilRead);
    expect(marks).toBeGreaterThan(quiet);
    unlisten();
  });

  test('is told of all the same where the database refused at first', async () => {
    await open();
    const { store } = house.parts;
    const append = store.appendEvent.bind(store);
    store.appendEvent = () => {
      throw new Error('full');
    };
    house.clock.step(-24 * hours);
    await house.settle(untilRead);
    expect(events().at(-1)?.eventType).not.toBe('lockstep.clock_untrusted');
    store.appendEvent = append;
    await house.settle(2 * minutes);
    expect(events().at(-1)?.eventType).toBe('lockstep.clock_untrusted');
  });
});

test('an unlock that expires is refused while nobody knows whether it has, any other is not', async () => {
  await open();
  const unlock = async (expiresInMs?: number): Promise<string> => {
    const expiresAt = expiresInMs === undefined ? undefined : house.clock.now() + expiresInMs;
    const asked = house.app.call(
      'locks/unlock_door',
      { device_id: house.deviceIdOf(house.lock) },
      { ...local, expiresAt },
    );
    await house.settle(10_000);
    const answer = await asked;
    return answer.ok ? 'done' : answer.error.type;
  };
  expect(await unlock(hours)).toBe('done');
  house.clock.step(-24 * hours);
  await house.settle(minutes);
  expect([await unlock(48 * hours), await unlock()]).toEqual(['clock_untrusted', 'done']);
});

describe("an operator's word", () => {
  test('has the clock trusted that nothing vouches for', async () => {
    await open({ synchronised: undefined });
    expect(await clockOf()).toMatchObject({
      trusted: false,
      why: 'unsynchronised',
      message: 'nothing here says whether it is synchronised with a time server',
      what_to_do: expect.stringContaining('lockstep clock trust') as string,
      consequence: expect.stringContaining('codes with a time frame wait') as string,
    });
    expect(objectOf(await trust(), 'clock')).toMatchObject({ trusted: true, by: 'operator' });
    await house.settle(1_000);
    expect(events().at(-1)).toMatchObject({
      eventType: 'lockstep.clock_trusted',
      payload: { by: 'operator' },
    });
  });

  test('is refused where the clock shows what is surely over, with both times and what set_floor would do', async () => {
    await open();
    const right = house.clock.now();
    house.clock.step(-24 * hours);
    await house.settle(minutes);
    const { type, status, message, data } = refused(await trust());
    expect([type, status]).toEqual(['clock_behind_floor', 409]);
    const times = {
      system_time: new Date(house.clock.now()).toISOString(),
      floor: new Date(right + minutes).toISOString(),
    };
    expect(data).toEqual(times);
    for (const time of Object.values(times)) expect(message).toContain(time);
    expect(message).toMatch(/--set-floor.*guests whose time is over get in/s);
    expect(await clockOf()).toMatchObject({ trusted: false });
    expect(objectOf(await trust({ set_floor: true }), 'clock')).toMatchObject({
      trusted: true,
      by: 'operator',
    });
    expect(house.parts.clock.now()).toBe(house.clock.now());
  });

  test('is taken on this machine only: it decides which codes open doors', async () => {
    await open({ synchronised: undefined });
    expect(refused(await house.call('lockstep/clock/trust', {})).type).toBe('unknown_route');
    expect(await clockOf()).toMatchObject({ trusted: false });
    expect(
      house.app.routes.filter(({ name, isLocal }) => name.startsWith('lockstep/clock') && isLocal),
    ).toHaveLength(1);
  });
});

describe("locks' clocks", () => {
  test('are listed with what was measured and told; those out of the network are not', async () => {
    await open();
    const [device] = house.store.devices();
    if (device === undefined) throw new Error('no device');
    const list = async (): Promise<unknown> => listOf(await house.call('lockstep/clock', {}), 'locks');
    const unknown = { offset_ms: null, measured_at: null, set_at: null, wrong_since: null, failures: 0 };
    const named = { device_id: device.deviceId, display_name: 'Front door', time_zone: 'Europe/Berlin' };
    expect(await list()).toEqual([
      { ...named, can_be_set: false, can_be_read: false, ...unknown, next_attempt_at: null },
    ]);
    const at = house.clock.now();
    const state = house.store.lockState(device.deviceId);
    house.store.putLockState(state, {
      ...state,
      clockSeen: { at, offsetMs: -150_000 },
      clockCare: { setAt: at - hours, failures: 2, notBefore: at + hours, wrongSince: at },
    });
    const { capabilities } = device;
    house.store.putDevice({
      ...device,
      capabilities: capabilities && { ...capabilities, clock: { set: true, read: true } },
      wishes: { timeZone: 'Asia/Kathmandu' },
    });
    const iso = (time: number): string => new Date(time).toISOString();
    expect(await list()).toEqual([
      {
        ...named,
        time_zone: 'Asia/Kathmandu',
        can_be_set: true,
        can_be_read: true,
        offset_ms: -150_000,
        measured_at: iso(at),
        set_at: iso(at - hours),
        wrong_since: iso(at),
        failures: 2,
        next_attempt_at: iso(at + hours),
      },
    ]);
    expect(examine(house.parts, 'last')).toContainEqual(
      expect.objectContaining({ area: 'lock', message: expect.stringContaining('3 min slow') as string }),
    );
    house.store.putDevice({ ...device, removedAt: at });
    expect(await list()).toEqual([]);
  });
});
