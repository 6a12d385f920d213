import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { capabilities, codeId, occupied, standing, unmanagedId } from '../../test/support/lock-states.ts';
import { describeLock, ScriptedDriver } from '../../test/support/scripted-driver.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { DeviceId, LockAddress } from '../core/ids.ts';
import type { Capabilities, Device } from '../core/model.ts';
import { unknownSlot } from '../core/slots.ts';
import { createChanges } from '../ports/changes.ts';
import type { OperateOutcome } from '../ports/lock-driver.ts';
import type { Store, StoredEvent } from '../ports/store.ts';
import { TestBed, uuid } from '../store/testing/test-bed.ts';
import { Controller } from './controller.ts';
import type { DeviceSettings } from './controller.ts';
import { actionDeadlineMs } from './lock-worker.ts';

let bed: TestBed;
let clock: VirtualClock;
let store: Store;
let driver: ScriptedDriver;
let controller: Controller;
let settings: Partial<DeviceSettings>;

const build = (): void => {
  controller = new Controller({
    store,
    clock,
    random: bed.random,
    log: bed.log,
    changes: createChanges(),
    deviceIdOf: (identity) =>
      DeviceId(uuid(1 + [...identity].reduce((sum, one) => sum + one.charCodeAt(0), 0))),
    settingsOf: () => ({ name: undefined, slots: undefined, ...settings }),
    pace: { adoptBurst: 8, adoptRestMs: 2_000 },
    auditWakeups: 2,
    moment: () => undefined,
  });
};
const start = async (): Promise<void> => {
  controller.start([driver]);
  await clock.advance(60_000);
};
const restart = async (): Promise<void> => {
  await controller.stop();
  build();
  await start();
};

beforeEach(() => {
  bed = new TestBed();
  clock = new VirtualClock();
  store = bed.open();
  driver = new ScriptedDriver();
  settings = {};
  build();
});
afterEach(async () => {
  await controller.stop();
  bed[Symbol.dispose]();
});

const device = (): Device => {
  const [one, ...others] = store.devices();
  if (one === undefined || others.length > 0) throw new Error(`${others.length + 1} devices`);
  return one;
};
const events = (): StoredEvent[] => store.events(0, 1_000);
const types = (prefix = ''): string[] =>
  events()
    .map((event) => event.eventType)
    .filter((type) => type.startsWith(prefix));
const describeNow = async (changes: Parameters<typeof describeLock>[0]): Promise<void> => {
  driver.describe({ ...changes });
  await clock.advance(0);
};

describe("a lock's id", () => {
  test('stays when its DSK becomes known later, and is found by either identity after that', async () => {
    await start();
    const { deviceId } = device();
    await describeNow({ identities: ['scripted:dsk:77', 'scripted:home:1'] });
    expect(device()).toMatchObject({ deviceId, identities: ['scripted:dsk:77', 'scripted:home:1'] });
    await describeNow({ identities: ['scripted:home:1'] });
    expect(device().identities, 'a strong name is not forgotten').toContain('scripted:dsk:77');
  });

  test('stays when it is included again under another address', async () => {
    driver.descriptions = [describeLock({ identities: ['scripted:dsk:77', 'scripted:home:1'] })];
    await start();
    const { deviceId } = device();
    const address = LockAddress('scripted:9');
    await describeNow({ address, identities: ['scripted:dsk:77', 'scripted:home:9'] });
    expect(device()).toMatchObject({ deviceId, address });
  });

  test('stays over a restart, and is not the id of another lock', async () => {
    await start();
    const { deviceId } = device();
    await restart();
    expect(device().deviceId).toBe(deviceId);
    driver.descriptions = [
      ...driver.descriptions,
      describeLock({ address: LockAddress('scripted:2'), identities: ['scripted:home:2'] }),
    ];
    driver.emit({ kind: 'locks' });
    await clock.advance(0);
    expect(new Set(store.devices().map((one) => one.deviceId)).size).toBe(2);
  });
});

describe('what is known of a lock', () => {
  test("has the name from the config, else the driver's", async () => {
    await start();
    expect(device().name).toBe('Lock 1');
    settings = { name: 'Front door' };
    await describeNow({ battery: 0.5 });
    expect(device().name).toBe('Front door');
  });

  test('stays while the driver does not know it any more, after a restart for example (FIELD-BUGS 23)', async () => {
    const able = capabilities();
    driver.tell = () => Promise.resolve(able);
    driver.descriptions = [describeLock({ battery: 0.8, locked: true, model: 'X', manufacturer: 'Y' })];
    await start();
    driver.tell = () => Promise.resolve(undefined);
    driver.descriptions = [describeLock()];
    await restart();
    expect(device()).toMatchObject({
      capabilities: able,
      battery: 0.8,
      locked: true,
      model: 'X',
      manufacturer: 'Y',
    });
  });

  test('that it masks its codes is not forgotten because it claims otherwise (FIELD-BUGS 2)', async () => {
    const tells: Capabilities[] = [capabilities({ readBack: 'masked' }), capabilities({ readBack: 'full' })];
    driver.tell = () => Promise.resolve(tells.shift() ?? capabilities());
    await start();
    await describeNow({ battery: 0.5 });
    expect(device().capabilities?.readBack).toBe('masked');
  });

  test('is what was told last, even if an interview of another lock was slow meanwhile (FIELD-BUGS 16)', async () => {
    const second = LockAddress('scripted:2');
    driver.descriptions = [
      describeLock(),
      describeLock({ address: second, identities: ['scripted:home:2'] }),
    ];
    await start();
    let answer = (): void => undefined;
    driver.tell = () =>
      new Promise((resolve) => {
        answer = () => {
          resolve(undefined);
        };
      });
    driver.emit({ kind: 'locks' });
    await clock.advance(0);
    driver.tell = () => Promise.resolve(undefined);
    driver.descriptions = [
      describeLock(),
      describeLock({ address: second, identities: ['scripted:home:2'], online: false }),
    ];
    driver.emit({ kind: 'locks' });
    await clock.advance(0);
    answer();
    await clock.advance(0);
    expect(store.devices().find((one) => one.address === second)?.online).toBe(false);
    expect(types('device.disconnected')).toHaveLength(1);
    expect(types('device.connected'), 'two locks, once each').toHaveLength(2);
  });

  test('slots to use are its own within those of the config, and none while it is unknown', async () => {
    await start();
    expect(controller.usableSlots(device())).toEqual([]);
    settings = { slots: { first: 2, last: 4 } };
    const able = capabilities({ slots: { first: 1, last: 9 }, reservedSlots: [3] });
    expect(controller.usableSlots({ ...device(), capabilities: able })).toEqual([2, 4]);
  });
});

describe('events of a lock', () => {
  test('say once that it was added and connected, not again after a restart', async () => {
    await start();
    await restart();
    expect(types('device.')).toEqual(['device.added', 'device.connected']);
  });

  test('say once that it went away and once that it came back', async () => {
    await start();
    for (const online of [false, false, true, true]) await describeNow({ online });
    expect(types('device.').slice(2)).toEqual(['device.disconnected', 'device.connected']);
  });

  test('say once that its battery is low, and again only after it was not', async () => {
    await start();
    for (const battery of [0.5, 0.2, 0.19, 0.1, undefined, 0.9, 0.05]) await describeNow({ battery });
    expect(types('device.low_battery')).toHaveLength(2);
    expect(events().find((event) => event.eventType === 'device.low_battery')?.payload).toMatchObject({
      battery_level: 0.19,
    });
  });

  test('say that its keypad is locked out (FIELD-BUGS 30)', async () => {
    await start();
    driver.emit({ kind: 'keypad_lockout', address: device().address });
    expect(events().at(-1)).toMatchObject({ eventType: 'lock.access_denied', deviceId: device().deviceId });
  });

  test('say whose code opened it, ours or not, by the slot it names', async () => {
    await start();
    const before = store.lockState(device().deviceId);
    const foreign = { ...unknownSlot(2), state: occupied('9999'), unmanagedId: unmanagedId(1) };
    const slots = new Map([standing(1, codeId(1), '1234'), foreign].map((one) => [one.slot, one]));
    store.putLockState(before, { ...before, slots });
    for (const slot of [1, 2, 3, undefined])
      driver.emit({ kind: 'access', address: device().address, action: 'unlocked', method: 'keycode', slot });
    expect(
      events()
        .slice(-4)
        .map(({ accessCodeId, payload }) => [accessCodeId, payload['access_code_is_managed']]),
    ).toEqual([
      [codeId(1), true],
      [unmanagedId(1), false],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('of a lock that nobody knows are nothing', async () => {
    await start();
    const before = store.lastSeq();
    const address = LockAddress('scripted:99');
    driver.emit({ kind: 'access', address, action: 'unlocked', method: 'keycode', slot: 1 });
    driver.emit({ kind: 'keypad_lockout', address });
    driver.emit({ kind: 'slot', address, slot: 1 });
    driver.emit({ kind: 'reachable', address });
    expect(store.lastSeq()).toBe(before);
  });
});

describe('unlocking by radio', () => {
  const report = (
    method: 'remote' | 'manual' = 'remote',
    action: 'locked' | 'unlocked' = 'unlocked',
  ): void => {
    driver.emit({ kind: 'access', address: device().address, action, method, slot: undefined });
  };
  const unlock = (): Promise<OperateOutcome> => controller.operate(device().deviceId, 'unlock');
  const answerAfter = (ms: number, outcome: OperateOutcome): void => {
    driver.move = () =>
      new Promise((resolve) => {
        clock.after(ms, () => {
          resolve(outcome);
        });
      });
  };
  const done: OperateOutcome = { kind: 'done', confirmed: true };
  const lost: OperateOutcome = { kind: 'failed', why: 'timeout' };

  test('is one event, whether the lock reports it before the answer, after it, or not at all', async () => {
    await start();
    for (const reportAfter of [100, 5_000, undefined]) {
      const before = types('lock.').length;
      answerAfter(1_000, done);
      const outcome = unlock();
      if (reportAfter !== undefined) clock.after(reportAfter, report);
      await clock.advance(30_000);
      expect(await outcome).toEqual(done);
      expect(types('lock.').slice(before)).toEqual(['lock.unlocked']);
    }
  });

  test('whose answer was lost is done if the lock said that its bolt moved, and is one event', async () => {
    await start();
    answerAfter(3_000, lost);
    const outcome = unlock();
    clock.after(500, report);
    await clock.advance(30_000);
    expect(await outcome).toEqual({ kind: 'done', confirmed: true });
    expect(types('lock.')).toEqual(['lock.unlocked']);
  });

  test('whose answer was lost, and that the lock reports only after that, is an event all the same', async () => {
    await start();
    answerAfter(3_000, lost);
    const outcome = unlock();
    clock.after(5_000, report);
    await clock.advance(4_000);
    expect(await outcome).toEqual(lost);
    expect(types('lock.')).toEqual([]);
    await clock.advance(30_000);
    expect(types('lock.')).toEqual(['lock.unlocked']);
  });

  test('that came to nothing is no event', async () => {
    await start();
    answerAfter(100, lost);
    const outcome = unlock();
    await clock.advance(30_000);
    expect(await outcome).toEqual(lost);
    expect(types('lock.')).toEqual([]);
  });

  test('does not hide what a person does at the same moment, nor what another remote does later', async () => {
    await start();
    answerAfter(1_000, done);
    const outcome = unlock();
    clock.after(200, () => {
      report('manual');
    });
    clock.after(300, () => {
      report('remote', 'locked');
    });
    clock.after(12_000, report);
    await clock.advance(30_000);
    await outcome;
    expect(types('lock.')).toEqual(['lock.unlocked', 'lock.locked', 'lock.unlocked', 'lock.unlocked']);
  });

  test('of a lock whose radio is away, or that nobody knows, fails at once and sends nothing', async () => {
    await start();
    expect(await controller.operate(DeviceId(uuid(404)), 'unlock')).toEqual({
      kind: 'failed',
      why: 'radio_down',
    });
    driver.state = 'lost';
    driver.move = () => {
      throw new Error('sent');
    };
    expect(await unlock()).toEqual({ kind: 'failed', why: 'radio_down' });
  });

  test('is given up after 30 s, however long the radio is held by another', async () => {
    await start();
    driver.move = (_action, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          clock.after(actionDeadlineMs, () => {
            resolve({ kind: 'failed', why: 'aborted' });
          });
        });
      });
    const [first, second] = [unlock(), unlock()];
    let settled = false;
    void second.then(() => (settled = true));
    await clock.advance(actionDeadlineMs - 1);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(settled).toBe(true);
    expect((await second).kind).toBe('failed');
    await clock.advance(actionDeadlineMs);
    expect((await first).kind).toBe('failed');
  });
});

test('a radio that comes and goes is told with what its driver says of it', async () => {
  await start();
  expect(controller.drivers()).toEqual([{ driver: 'scripted', state: 'ready', detail: undefined, locks: 1 }]);
  driver.state = 'lost';
  driver.stateDetail = 'unplugged';
  expect(controller.drivers()).toMatchObject([{ state: 'lost', detail: 'unplugged' }]);
});

test('after stop nothing that the radio says is heard, and no timer is left', async () => {
  driver.tell = () => Promise.resolve(capabilities());
  await start();
  const { address } = device();
  await controller.stop();
  const before = store.lastSeq();
  driver.emit({ kind: 'access', address, action: 'unlocked', method: 'keycode', slot: 1 });
  driver.emit({ kind: 'locks' });
  await clock.advance(24 * 60 * 60_000);
  expect(store.lastSeq()).toBe(before);
  expect(clock.timers).toBe(0);
});
